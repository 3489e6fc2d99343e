"""Truncated backpropagation: what is lost by cutting regularly, what by cutting at random."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy
from numpy.typing import NDArray

from microgradseq import nn, optim
from microgradseq.backend import Array
from microgradseq.charts.columns import Series
from microgradseq.data.padded import IGNORED
from microgradseq.errors import UserError
from microgradseq.insight.truncation import truncation_bias
from microgradseq.labs.figures import Chart, Table
from microgradseq.labs.lab import Frame, Lab
from microgradseq.labs.parameter import Parameter, Settings
from microgradseq.nn import TruncationPlan
from microgradseq.numbers import readable
from microgradseq.randomness import manual_seed
from microgradseq.tensor import Tensor

Floats = NDArray[numpy.float64]

HIDDEN = 32
BATCH = 32
RATE, CLIP = 0.003, 1.0
SHOWN_EVERY = 10
KINDS = ("full", "regular", "random")
DRAWS_SHOWN = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
SMOOTHED = 10


class Echo:
    """A network, and sequences of random bits that it is to repeat some steps later.

    Arguments:
        steps: T.
        lag: how much later.
        seed: of weights and bits.
    """

    def __init__(self, steps: int, lag: int, seed: int) -> None:
        manual_seed(seed)
        self.steps, self.lag = steps, lag
        self.layer = nn.RNN(2, HIDDEN, dtype="float64")
        self.output = nn.Linear(HIDDEN, 2, dtype="float64")
        self._random = numpy.random.default_rng(seed)

    @property
    def parameters(self) -> list[Tensor]:
        """Everything that is learned."""
        return [*self.layer.parameters(), *self.output.parameters()]

    def draw(self) -> tuple[Array, Any]:
        """Bits (T, B), and the loss of a stretch of outputs, as truncation asks for it."""
        bits = self._random.integers(0, 2, (self.steps, BATCH))
        targets = numpy.full_like(bits, IGNORED)
        targets[self.lag :] = bits[: -self.lag]
        answers = (self.steps - self.lag) * BATCH

        def loss(output: Tensor, stretch: slice) -> Tensor:
            asked = targets[stretch].reshape(-1)
            scores = self.output(output).reshape(-1, 2)
            if (asked == IGNORED).all():
                return cast(Tensor, scores.sum() * 0.0)
            summed = nn.functional.cross_entropy(scores, asked, reduction="sum")
            return summed * (1.0 / answers)

        return bits, loss


def plan_of(kind: str, steps: int, stretch: int, random: numpy.random.Generator) -> TruncationPlan:
    """Where the gradient is cut.

    Arguments:
        kind: "full", "regular" or "random".
        steps: T.
        stretch: how many steps lie between two cuts; on average if they fall at random.
        random: where chance comes from.
    """
    if kind == "full":
        return TruncationPlan.full(steps)
    if kind == "regular":
        return TruncationPlan.regular(steps, stretch)
    return TruncationPlan.random(steps, 1 - 1 / stretch, random)


def biases(settings: Settings) -> Iterator[tuple[int, float, float]]:
    """How far the mean of randomly truncated gradients is from the full one, as draws add up.

    Arguments:
        settings: steps, lag, stretch, draws and seed are read.
    Returns:
        The number of draws, the distance of their mean as a share of the full gradient's length,
        and the deviation of a single draw likewise.
    """
    echo = Echo(settings.steps, settings.lag, settings.seed)
    x, loss = echo.draw()
    random = numpy.random.default_rng(settings.seed + 1)
    total, squares, done = numpy.zeros(0), 0.0, 0
    full, length = numpy.zeros(0), 1.0
    for wanted in [count for count in DRAWS_SHOWN if count < settings.draws] + [settings.draws]:
        while done < wanted:
            plan = plan_of("random", settings.steps, settings.stretch, random)
            one = truncation_bias(echo.layer, x, loss, plan)
            if not done:
                full, length = _flat(one.full), one.full_norm
                total = numpy.zeros_like(full)
            total += _flat(one.truncated)
            squares += one.difference**2
            done += 1
        bias = float(numpy.linalg.norm(total / done - full)) / length
        yield done, bias, (squares / done) ** 0.5 / length


def learning(kind: str, settings: Settings) -> Iterator[float]:
    """Train with a truncation; after each step its loss in nats an answer.

    Arguments:
        kind: "full", "regular" or "random".
        settings: steps, lag, stretch, max_steps and seed are read.
    """
    echo = Echo(settings.steps, settings.lag, settings.seed)
    random = numpy.random.default_rng(settings.seed + 1)
    optimizer = optim.Adam(echo.parameters, lr=RATE)
    for _ in range(settings.max_steps):
        x, loss = echo.draw()
        plan = plan_of(kind, settings.steps, settings.stretch, random)
        optimizer.zero_grad()
        value, _ = nn.backward_through_time(echo.layer, x, loss, plan)
        optim.clip_grad_norm_(echo.parameters, CLIP)
        optimizer.step()
        yield value


def simulate(settings: Settings) -> Iterator[Frame]:
    """The gradients' errors, then three learning curves."""
    echo = Echo(settings.steps, settings.lag, settings.seed)
    x, loss = echo.draw()
    cut = TruncationPlan.regular(settings.steps, settings.stretch)
    regular = truncation_bias(echo.layer, x, loss, cut)
    numbers: dict[str, Any] = {
        "regular_bias": regular.relative,
        "regular_cosine": regular.cosine,
    }
    found: list[tuple[int, float, float]] = []
    for each in biases(settings):
        found.append(each)
        numbers |= {"random_bias": each[1], "random_deviation": each[2], "draws": each[0]}
        words = f"the mean of {each[0]} random draws is {readable(100 * each[1])}% off"
        figures = (_distances(found, regular.relative),)
        yield Frame(words, figures, dict(numbers), 0.3 * each[0] / settings.draws)
    curves: dict[str, list[float]] = {kind: [] for kind in KINDS}
    racing = zip(*(learning(kind, settings) for kind in KINDS), strict=True)
    for update, losses in enumerate(racing, start=1):
        for kind, value in zip(KINDS, losses, strict=True):
            curves[kind].append(value)
        if update % SHOWN_EVERY == 0 and update < settings.max_steps:
            told = ", ".join(f"{kind} {readable(curves[kind][-1])}" for kind in KINDS)
            progress = 0.3 + 0.7 * update / settings.max_steps
            yield Frame(f"update {update}: {told}", (_learned(curves), *figures), numbers, progress)
    for kind in KINDS:
        numbers[f"{kind}_loss"] = float(numpy.mean(curves[kind][-SMOOTHED:]))
    words = f"cuts every {settings.stretch} steps hide what happened {settings.lag} steps ago"
    yield Frame(words, (_learned(curves), *figures, _summed(numbers)), numbers)


def _flat(gradients: dict[str, Any]) -> Floats:
    return numpy.concatenate([each.ravel() for each in gradients.values()])


def _distances(found: list[tuple[int, float, float]], regular: float) -> Chart:
    draws = numpy.array([count for count, _, _ in found], dtype="float64")
    distance = numpy.array([bias for _, bias, _ in found])
    return Chart(
        "Distance of the mean gradient from the full one, as a share of its length",
        (Series("mean of random truncations", draws, distance),),
        x_name="draws",
        log=True,
        baselines=(("regular truncation", regular),),
    )


def _learned(curves: dict[str, list[float]]) -> Chart:
    updates = numpy.arange(1.0, len(curves[KINDS[0]]) + 1)
    return Chart(
        "Loss while learning to echo",
        tuple(Series(kind, updates, numpy.array(curves[kind]), SMOOTHED) for kind in KINDS),
        x_name="update",
        y_name="nats an answer",
        log=True,
        baselines=(("a guess", float(numpy.log(2))),),
    )


def _summed(numbers: dict[str, Any]) -> Table:
    rows = (
        ("full", 0.0, 0.0, numbers["full_loss"]),
        ("regular", numbers["regular_bias"], 0.0, numbers["regular_loss"]),
        ("random", numbers["random_bias"], numbers["random_deviation"], numbers["random_loss"]),
    )
    headings = ("truncation", "bias", "deviation of a draw", "loss at the end")
    return Table(
        "What each truncation does, as shares of the full gradient's length", headings, rows
    )


def check(settings: Settings) -> None:
    """Refuse a lag for which no answer is left."""
    if settings.lag >= settings.steps:
        raise UserError(f"a lag of {settings.lag} leaves no answer in {settings.steps} steps")


LAB = Lab(
    "truncation",
    "Truncated backpropagation through time",
    (
        "A gradient that walks back through all of a long sequence is costly, so it is cut off. "
        "Regular truncation cuts every k steps: cheap, but everything farther back is missing, and "
        "no averaging brings it back. The gradient is biased towards short memory. Random "
        "truncation cuts at random places and multiplies what passes by 1/p: a single gradient is "
        "noisy, but its mean is the full gradient. The first picture shows the distance of that "
        "mean shrinking as draws add up, as one over the root of their number.",
        "What it means for learning: bits go by, and each is to be repeated a while later, farther "
        "back than the regular cuts let the gradient see. With the full gradient the network "
        "learns it, with randomly cut ones as well, with regular cuts it has to hope that traces "
        "of the bit are left in its state.",
    ),
    "full: ξ_t = 1    regular: ξ_t = 0 every k steps\n"
    "random: ξ_t = 1/p with probability p, else 0\n"
    "∂L/∂h_{t−1} += ξ_t · ∂L/∂h_t · ∂h_t/∂h_{t−1},    p = 1 − 1/k",
    (
        Parameter("steps", "T, steps of a sequence", 20, low=2, high=400),
        Parameter("lag", "how much later a bit is to be repeated", 8, low=1, high=300),
        Parameter("stretch", "k, steps between cuts, on average", 4, low=2, high=400),
        Parameter("draws", "random gradients whose mean is taken", 200, low=1, high=5000),
        Parameter("max_steps", "learning steps", 300, low=20, high=10_000),
        Parameter("seed", "seed of weights, bits and cuts", 0, low=0, high=2**31),
    ),
    simulate,
    check,
)
