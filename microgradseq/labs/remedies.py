"""What helps against vanishing and exploding gradients, measured as updates until it is solved."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy

from microgradseq import optim
from microgradseq.charts.columns import Series
from microgradseq.labs.figures import Chart, Figure, Table
from microgradseq.labs.lab import Frame, Lab
from microgradseq.labs.normed import NormedModel
from microgradseq.labs.parameter import Parameter, Settings
from microgradseq.numbers import readable
from microgradseq.randomness import manual_seed
from microgradseq.tasks.memory.base import MemoryTask
from microgradseq.tasks.registry import settings_for, task

PROBLEMS = ("adding", "latch", "echo")
CLIP = 1.0
SHOWN_EVERY = 20
LOOK_EVERY = 20
NEVER = -1


@dataclass(frozen=True)
class Remedy:
    """One way to build or train the network.

    Arguments:
        title: in the table.
        cell: as `train --cell` calls it; "" for a network with layer normalisation.
        clipped: whether gradients are shortened.
    """

    title: str
    cell: str
    clipped: bool = True


REMEDIES = {
    "rnn": Remedy("plain RNN", "rnn", clipped=False),
    "clipped": Remedy("RNN, gradients clipped", "rnn"),
    "identity": Remedy("ReLU, starts as identity", "relu-rnn"),
    "norm": Remedy("RNN, layer normalisation", ""),
    "gru": Remedy("GRU", "gru"),
    "lstm": Remedy("LSTM", "lstm"),
}


@dataclass
class Attempt:
    """How one remedy fares.

    Arguments:
        losses: after each update.
        lengths: of the gradient at each update, before clipping.
        solved: after how many updates it was solved; NEVER if not yet.
    """

    losses: list[float] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    solved: int = NEVER


def problem_of(remedy: Remedy, settings: Settings) -> MemoryTask:
    """The memory test with a fresh network.

    Arguments:
        remedy: which network.
        settings: problem, steps, hidden, gain and seed are read.
    """
    kind = task(settings.problem)
    chosen = settings_for(
        settings.problem,
        cell=remedy.cell or "rnn",
        hidden=settings.hidden,
        unroll=settings.steps,
        seed=settings.seed,
    )
    manual_seed(settings.seed)
    made: Any = kind.prepare(chosen)
    if not remedy.cell:
        made = type(made)(
            chosen, NormedModel(made.inputs, settings.hidden, made.outputs, made.answers_at_end)
        )
    for name, parameter in made.model.named_parameters():
        if "weight_hh" in name or name == "back.weight":
            parameter.data[...] *= settings.gain
    return made  # type: ignore[no-any-return]


def attempt(remedy: Remedy, settings: Settings) -> Iterator[Attempt]:
    """Train until it is solved or there are no updates left; the same record after each.

    Arguments:
        remedy: which network.
        settings: max_steps, rate and those of `problem_of` are read.
    """
    made = problem_of(remedy, settings)
    parameters = list(made.model.parameters())
    optimizer = optim.Adam(parameters, lr=settings.lr)
    batches = made.batches()
    record = Attempt()
    limit = CLIP if remedy.clipped else math.inf
    for update in range(1, settings.max_steps + 1):
        made.model.train()
        # an explosion is what the lab is about: numbers that overflow are told, not warned of
        with numpy.errstate(over="ignore", invalid="ignore"):
            optimizer.zero_grad()
            loss = made.loss(batches.next()).mean
            loss.backward()
            record.lengths.append(float(optim.clip_grad_norm_(parameters, limit)))
            optimizer.step()
        record.losses.append(float(loss.item()))
        exploded = not math.isfinite(record.losses[-1])
        if update % LOOK_EVERY == 0 and not exploded and made.is_solved(made.evaluate()):
            record.solved = update
        yield record
        if record.solved != NEVER or exploded:
            return


def simulate(settings: Settings) -> Iterator[Frame]:
    """One remedy after the other."""
    attempts: dict[str, Attempt] = {}
    for place, (name, remedy) in enumerate(REMEDIES.items()):
        for record in attempt(remedy, settings):
            attempts[name] = record
            update = len(record.losses)
            if update % SHOWN_EVERY == 0:
                done = (place + update / settings.max_steps) / len(REMEDIES)
                words = f"{remedy.title}: update {update}, loss {readable(record.losses[-1])}"
                yield Frame(words, _figures(attempts, settings), _numbers(attempts), done * 0.99)
    solved = [REMEDIES[name].title for name, each in attempts.items() if each.solved != NEVER]
    words = f"solved by {', '.join(solved) or 'none'}; not solved by the others"
    yield Frame(words, _figures(attempts, settings), _numbers(attempts))


def _numbers(attempts: dict[str, Attempt]) -> dict[str, Any]:
    numbers: dict[str, Any] = {}
    for name, each in attempts.items():
        numbers[f"{name}_solved"] = each.solved
        numbers[f"{name}_loss"] = each.losses[-1]
        numbers[f"{name}_longest_gradient"] = max(each.lengths)
    return numbers


def _figures(attempts: dict[str, Attempt], settings: Settings) -> tuple[Figure, ...]:
    def curves(of: str) -> tuple[Series, ...]:
        return tuple(
            Series(
                REMEDIES[name].title,
                numpy.arange(1.0, len(each.losses) + 1),
                numpy.array(getattr(each, of)),
                SHOWN_EVERY,
            )
            for name, each in attempts.items()
        )

    rows = [
        (
            REMEDIES[name].title,
            f"{each.solved:,}" if each.solved != NEVER else f"not in {len(each.losses):,}",
            each.losses[-1],
            min(each.lengths),
            max(each.lengths),
        )
        for name, each in attempts.items()
    ]
    headings = ("network", "updates to solve", "last loss", "shortest gradient", "longest gradient")
    right = float(settings.max_steps)
    title = f"Loss of {settings.problem}, T = {settings.steps}"
    return (
        Table("Who solves it", headings, rows),
        Chart(title, curves("losses"), "update", "loss", log=True, right=right),
        Chart("Length of the gradient", curves("lengths"), "update", "norm", log=True, right=right),
    )


LAB = Lab(
    "remedies",
    "Remedies for vanishing and exploding gradients",
    (
        "On its way back through time a gradient is multiplied by one matrix after the other. "
        "Where they shrink it, what lies far back is not learned; where they stretch it, one step "
        "throws the weights far away. Clipping shortens a gradient that is too long and helps "
        "against explosions only. A ReLU network that starts as the identity passes gradients on "
        "unchanged at first. Layer normalisation keeps the sums in the range where tanh has a "
        "slope. Gates let a state go on as it is.",
        "All six learn the same problem from the same seed. Look at who solves it, and after how "
        "many updates. With --gain 5 the networks start with recurrent weights five times as "
        "large: gradients explode where nothing holds them. With more steps the gates pull ahead; "
        "--problem echo asks for many bits at once, and there a plain network can be the fastest.",
    ),
    "∂L/∂h_{t−1} = (∂h_t/∂h_{t−1})ᵀ ∂L/∂h_t\n"
    "clip: g ← min(1, θ/‖g‖) g      identity: U = I      norm: tanh(LN(W x + U h))\n"
    "gate: h_t = z h_{t−1} + (1 − z) n",
    (
        Parameter(
            "problem", "what is to be learned", "adding", choices=("adding", "latch", "echo")
        ),
        Parameter("steps", "T, steps of a sequence", 30, low=4, high=500),
        Parameter("hidden", "units of each network", 64, low=2, high=256),
        Parameter("gain", "factor on the recurrent weights at the start", 1.0, low=0.1, high=10.0),
        Parameter("max_steps", "updates at most", 700, low=20, high=20_000),
        Parameter("lr", "learning rate of Adam", 0.003, low=1e-6, high=1.0),
        Parameter("seed", "seed of weights and examples", 0, low=0, high=2**31),
    ),
    simulate,
)
