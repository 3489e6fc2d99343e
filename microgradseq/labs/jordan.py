"""Feedback from the output (Jordan) beside feedback from the hidden layer (Elman)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy
from numpy.typing import NDArray

from microgradseq import nn, optim
from microgradseq.charts.columns import Series
from microgradseq.context import no_grad
from microgradseq.errors import UserError
from microgradseq.labs.figures import Chart, Figure, Table, Text
from microgradseq.labs.lab import Frame, Lab
from microgradseq.labs.parameter import Parameter, Settings
from microgradseq.numbers import readable
from microgradseq.randomness import manual_seed
from microgradseq.tensor import Tensor

Bits = NDArray[numpy.int64]

NETWORKS = {
    "elman": "Elman",
    "jordan_free": "Jordan, reads its own answers",
    "jordan": "Jordan, taught with right answers",
}
PROBLEMS = ("echo", "parity")
CLIP = 1.0
SHOWN_EVERY = 10
AVERAGED = 20
FARTHEST_FROM_SURE = 1e-4
"""Answers are kept so far from 0 and 1 that their logarithms stay finite."""
SHOWN_STEPS = 40


def drawn(
    problem: str, steps: int, batch: int, lag: int, random: numpy.random.Generator
) -> tuple[Bits, Bits, NDArray[numpy.bool_]]:
    """Bits, the answer after each, and which answers count; all (T, B).

    Arguments:
        problem: "echo", the bit of some steps ago, or "parity", whether the ones so far are odd.
        steps, batch: T and B.
        lag: of the echo.
        random: where the bits come from.

    >>> bits, parity, _ = drawn("parity", 4, 1, 1, numpy.random.default_rng(0))
    >>> bits[:, 0].tolist(), parity[:, 0].tolist()
    ([1, 1, 1, 0], [1, 0, 1, 1])
    """
    bits = random.integers(0, 2, (steps, batch))
    if problem == "parity":
        return bits, bits.cumsum(axis=0) % 2, numpy.ones_like(bits, bool)
    answers, counts = numpy.zeros_like(bits), numpy.zeros_like(bits, bool)
    answers[lag:], counts[lag:] = bits[:-lag], True
    return bits, answers, counts


class Learner:
    """One network that learns one problem.

    Arguments:
        kind: a key of NETWORKS.
        hidden: units.
        rate: of Adam.
        seed: of its weights.
    """

    def __init__(self, kind: str, hidden: int, rate: float, seed: int) -> None:
        manual_seed(seed)
        self.kind = kind
        if kind == "elman":
            self.layer: Any = nn.RNN(2, hidden)
            self.output: nn.Linear | None = nn.Linear(hidden, 1)
        else:
            self.layer = nn.JordanRNN(2, hidden, output_size=1, output_nonlinearity="sigmoid")
            self.output = None
        parts = [self.layer] if self.output is None else [self.layer, self.output]
        self._parameters = [each for part in parts for each in part.parameters()]
        self._optimizer = optim.Adam(self._parameters, lr=rate)

    def update(self, bits: Bits, answers: Bits, counts: NDArray[numpy.bool_]) -> float:
        """One update.

        Arguments:
            bits, answers, counts: as `drawn` gives them.
        Returns:
            The share of right answers, each network left to its own.
        """
        said = self._taught(bits, answers) if self.kind == "jordan" else self.answers(bits)
        wanted = answers.astype("float32")
        likely = said * (1 - 2 * FARTHEST_FROM_SURE) + FARTHEST_FROM_SURE
        nats = likely.log() * wanted + (1 - likely).log() * (1 - wanted)
        self._optimizer.zero_grad()
        (nats * (counts / -counts.sum()).astype("float32")).sum().backward()
        optim.clip_grad_norm_(self._parameters, CLIP)
        self._optimizer.step()
        if self.kind == "jordan":
            with no_grad():
                said = self.answers(bits)
        return float(((said.plain() > 0.5) == answers)[counts].mean())

    def answers(self, bits: Bits) -> Tensor:
        """The probability of a 1 after each bit, (T, B).

        Arguments:
            bits: (T, B).
        """
        hidden, _ = self.layer(bits)
        said = hidden if self.output is None else self.output(hidden).sigmoid()
        each: Tensor = said[..., 0]
        return each

    def _taught(self, bits: Bits, answers: Bits) -> Tensor:
        """The same, where every step is fed the right answer before it: no step waits for another.

        All steps are run at once, as so many sequences of one step.
        """
        before = numpy.concatenate([numpy.zeros_like(answers[:1]), answers[:-1]])
        state = before.reshape(1, -1, 1).astype("float32")
        said, _ = self.layer(bits.reshape(1, -1), state)
        taught: Tensor = said.reshape(*bits.shape)
        return taught


def simulate(settings: Settings) -> Iterator[Frame]:
    """Three networks learn two problems; some updates a frame."""
    shares: dict[str, dict[str, list[float]]] = {
        problem: {kind: [] for kind in NETWORKS} for problem in PROBLEMS
    }
    spoken: dict[str, Figure] = {}
    for place, problem in enumerate(PROBLEMS):
        random = numpy.random.default_rng(settings.seed)
        learners = {
            kind: Learner(kind, settings.hidden, settings.lr, settings.seed) for kind in NETWORKS
        }
        for update in range(1, settings.max_steps + 1):
            batch = drawn(problem, settings.steps, settings.batch, settings.lag, random)
            for kind, learner in learners.items():
                shares[problem][kind].append(learner.update(*batch))
            is_last = place == len(PROBLEMS) - 1 and update == settings.max_steps
            if update % SHOWN_EVERY == 0 and not is_last:
                done = (place + update / settings.max_steps) / len(PROBLEMS)
                words = f"{problem}, update {update}: " + ", ".join(
                    f"{kind} {shares[problem][kind][-1]:.0%}" for kind in NETWORKS
                )
                figures = (_curves(problem, shares[problem], settings), *spoken.values())
                yield Frame(words, figures, _numbers(shares), done)
        spoken[problem] = _spoken(problem, learners, batch)
    numbers = _numbers(shares)
    figures = (
        *(_curves(problem, shares[problem], settings) for problem in PROBLEMS),
        _table(numbers),
        *spoken.values(),
    )
    yield Frame("each loop wins where its memory is the right one", figures, numbers)


def _numbers(shares: dict[str, dict[str, list[float]]]) -> dict[str, Any]:
    return {
        f"{problem}_{kind}": float(numpy.mean(each[-AVERAGED:]))
        for problem, kinds in shares.items()
        for kind, each in kinds.items()
        if each
    }


def _curves(problem: str, shares: dict[str, list[float]], settings: Settings) -> Chart:
    title = {
        "echo": f"Echo: the bit of {settings.lag} steps ago",
        "parity": "Parity: whether the ones so far are odd",
    }[problem]
    updates = numpy.arange(1.0, len(shares["elman"]) + 1)
    return Chart(
        f"{title}, share of right answers",
        tuple(
            Series(NETWORKS[kind], updates, numpy.array(each), AVERAGED)
            for kind, each in shares.items()
        ),
        x_name="update",
        baselines=(("a guess", 0.5),),
        right=float(settings.max_steps),
    )


def _table(numbers: dict[str, Any]) -> Table:
    rows = [
        (NETWORKS[kind], *(f"{numbers[f'{problem}_{kind}']:.1%}" for problem in PROBLEMS))
        for kind in NETWORKS
    ]
    return Table("Right answers at the end", ("network", *PROBLEMS), rows)


def _spoken(problem: str, learners: dict[str, Learner], batch: Any) -> Figure:
    bits, answers, counts = (each[:SHOWN_STEPS, 0] for each in batch)
    rows = [("bits", bits), ("right", answers)]
    with no_grad():
        for kind, learner in learners.items():
            said = learner.answers(batch[0][:SHOWN_STEPS, :1]).plain()[:, 0] > 0.5
            rows.append((NETWORKS[kind], said.astype(int)))
    width = max(len(name) for name, _ in rows)
    lines = [
        f"{name:<{width}}  " + "".join(_digit(*each) for each in zip(row, counts, strict=True))
        if name != "bits"
        else f"{name:<{width}}  " + "".join(map(str, row))
        for name, row in rows
    ]
    return Text(f"One sequence of {problem}", "\n".join(lines))


def _digit(bit: int, counts: bool) -> str:
    return str(bit) if counts else "·"


def check(settings: Settings) -> None:
    """Refuse a lag for which no answer is left."""
    if settings.lag >= settings.steps:
        raise UserError(
            f"a lag of {settings.lag} leaves no answer in {readable(settings.steps)} steps"
        )


LAB = Lab(
    "jordan",
    "Two feedback loops: Jordan and Elman",
    (
        "Elman's network is fed its own hidden layer, Jordan's its own output. A hidden layer can "
        "remember whatever helps; an output can only be what the answer is. So the echo of a bit "
        "some steps ago is easy for Elman and impossible for Jordan: between hearing the bit and "
        "saying it, there is no place in the output where it could wait.",
        "For parity it is the other way round. The answer so far is all there is to remember, and "
        "the teacher knows it: during training Jordan's network is fed the right answer instead of "
        "its own, every step becomes a small problem by itself, and no gradient has to travel "
        "through time. Taught so, it is right at any length, while Elman's network, and Jordan's "
        "if it reads its own answers, must find all the steps at once and keep guessing.",
    ),
    "Elman:   h_t = φ(W x_t + U h_{t−1} + b),   y_t = ψ(V h_t + c)\n"
    "Jordan:  h_t = φ(W x_t + U y_{t−1} + b),   y_t = ψ(V h_t + c)",
    (
        Parameter("steps", "T, bits of a sequence", 60, low=2, high=1000),
        Parameter("lag", "how much later the echo is", 3, low=1, high=500),
        Parameter("hidden", "units of each network", 16, low=1, high=256),
        Parameter("batch", "sequences an update", 32, low=1, high=256),
        Parameter("max_steps", "how long to learn each problem", 300, low=10, high=20_000),
        Parameter("lr", "learning rate of Adam", 0.01, low=1e-6, high=1.0),
        Parameter("seed", "seed of weights and bits", 0, low=0, high=2**31),
    ),
    simulate,
    check,
)
