"""The concat lab: two matrix products and their sum are one product of joined matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

import numpy
from numpy.typing import NDArray

from microgradseq.charts.heat_map import HeatMap
from microgradseq.labs.figures import Chart, Figure, Heat, Series, Table, Text
from microgradseq.labs.lab import Frame, Lab, Parameter, Settings
from microgradseq.numbers import readable

Floats = NDArray[numpy.float64]
HIDDEN = (16, 32, 64, 128, 256, 512)
_BATCH, _INPUTS = 32, 28
_SHOWN = 6


def simulate(settings: Settings) -> Iterator[Frame]:
    """Show the equality with numbers, then time both ways for growing networks.

    Arguments:
        settings: of the lab.
    """
    chance = numpy.random.default_rng(settings.seed)
    x, w_x, h, w_h = _matrices(chance, settings.batch, settings.inputs, settings.hidden)
    apart, joined = _apart(x, w_x, h, w_h), _joined(x, w_x, h, w_h)
    difference = float(numpy.abs(apart - joined).max())
    figures = _shown(x, w_x, h, w_h)
    numbers: dict[str, float] = {"largest_difference": difference}
    words = f"the largest difference between both ways is {readable(difference)}"
    yield Frame(words, figures, numbers, 0.1)
    two: list[float] = []
    one: list[float] = []
    for place, hidden in enumerate(HIDDEN):
        fast = [each.astype("float32") for each in _matrices(chance, _BATCH, _INPUTS, hidden)]
        products, joining, product = _times(fast, settings.repeats)
        two.append(products)
        one.append(product)
        numbers.update(
            {
                f"two_products_{hidden}_us": products,
                f"joining_and_one_product_{hidden}_us": joining,
                f"one_product_{hidden}_us": product,
            }
        )
        sizes = numpy.log2(numpy.array(HIDDEN[: place + 1], dtype="float64"))
        curves = (
            Series("X W_x + H W_h", sizes, numpy.array(two)),
            Series("[X, H] W, joined beforehand", sizes, numpy.array(one)),
        )
        yield Frame(
            f"{words}; timed with {hidden} hidden units",
            (*figures, _chart(curves), _table(numbers, HIDDEN[: place + 1])),
            dict(numbers),
            (place + 1) / len(HIDDEN),
        )


def _matrices(
    chance: numpy.random.Generator, batch: int, inputs: int, hidden: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """X, W_x, H and W_h."""
    shapes = ((batch, inputs), (inputs, hidden), (batch, hidden), (hidden, hidden))
    x, w_x, h, w_h = (chance.standard_normal(shape) for shape in shapes)
    return x, w_x, h, w_h


def _apart(x: Floats, w_x: Floats, h: Floats, w_h: Floats) -> Floats:
    found: Floats = x @ w_x + h @ w_h
    return found


def _joined(x: Floats, w_x: Floats, h: Floats, w_h: Floats) -> Floats:
    found: Floats = numpy.concatenate([x, h], axis=1) @ numpy.concatenate([w_x, w_h], axis=0)
    return found


def _shown(x: Floats, w_x: Floats, h: Floats, w_h: Floats) -> tuple[Figure, ...]:
    """The left upper corner of the matrices: the numbers, and both results."""
    apart, joined = _apart(x, w_x, h, w_h)[:_SHOWN], _joined(x, w_x, h, w_h)[:_SHOWN]
    row, column = numpy.concatenate([x, h], axis=1)[0], numpy.concatenate([w_x, w_h])[:, 0]
    split = x.shape[1]
    parts = row * column
    terms = [f"{left:+.2f} × {right:+.2f}" for left, right in zip(row, column, strict=True)]
    lines = [
        f"X W_x:  {parts[:split].sum():+.4f} = {_sum(terms[:split])}",
        f"H W_h:  {parts[split:].sum():+.4f} = {_sum(terms[split:])}",
        f"joined: {parts.sum():+.4f} = the same {len(terms)} products in one sum",
    ]
    names = [f"row {place}" for place in range(1, len(apart) + 1)]
    units = [str(place) for place in range(1, min(apart.shape[1], 12) + 1)]
    scale = (0.0, float(numpy.abs(apart).max()) or 1.0)
    return (
        Text("The first number of the result, both ways", "\n".join(lines)),
        Heat("X W_x + H W_h", HeatMap(apart[:, :12], names, units, scale=scale)),
        Heat("[X, H] · [W_x; W_h]", HeatMap(joined[:, :12], names, units, scale=scale)),
    )


def _sum(terms: list[str]) -> str:
    shown = terms if len(terms) <= 3 else [*terms[:3], "…"]
    return " + ".join(f"({term})" if term != "…" else term for term in shown)


def _times(matrices: list[Floats], repeats: int) -> tuple[float, float, float]:
    """Microseconds: two products; joining and one product; one product, joined beforehand."""
    x, w_x, h, w_h = matrices
    both, weights = numpy.concatenate([x, h], axis=1), numpy.concatenate([w_x, w_h])
    return (
        _microseconds(lambda: x @ w_x + h @ w_h, repeats),
        _microseconds(lambda: numpy.concatenate([x, h], axis=1) @ weights, repeats),
        _microseconds(lambda: both @ weights, repeats),
    )


def _microseconds(work: Callable[[], Floats], repeats: int) -> float:
    found = []
    for _ in range(repeats):
        started = perf_counter()
        work()
        found.append((perf_counter() - started) * 1e6)
    return median(found)


def _chart(curves: tuple[Series, ...]) -> Chart:
    return Chart(
        f"Time of a step, batch {_BATCH}, {_INPUTS} inputs",
        curves,
        x_name="log₂ of hidden units",
        y_name="µs",
        log=True,
        left=float(numpy.log2(HIDDEN[0])),
        right=float(numpy.log2(HIDDEN[-1])),
    )


def _table(numbers: dict[str, float], sizes: tuple[int, ...]) -> Table:
    rows = [
        (
            hidden,
            numbers[f"two_products_{hidden}_us"],
            numbers[f"joining_and_one_product_{hidden}_us"],
            numbers[f"one_product_{hidden}_us"],
        )
        for hidden in sizes
    ]
    headings = ("hidden units", "two products", "join X and H, one product", "one product")
    return Table("Median times of a step in µs, float32", headings, rows)


LAB = Lab(
    name="concat",
    title="One matrix product instead of two",
    words=(
        "A recurrent cell multiplies the input X with one matrix and the state H with another, "
        "and adds both. Writing X and H side by side, and the matrices below each other, makes "
        "one product of the two: each number of the result is a sum of products, and it does not "
        "matter in how many pieces a sum is added up. Books draw cells either way; they mean the "
        "same network.",
        "The numbers agree to the last few bits: adding in another order rounds differently. The "
        "times show what the joined form is worth: one call instead of two helps small networks, "
        "where the call itself costs more than the arithmetic; joining X and H again at every "
        "step eats some of that. In large networks the arithmetic is the same, and so is the "
        "time. Change the sizes to see other numbers, and repeats for steadier times.",
    ),
    formula="X W_x + H W_h  =  [X, H] · [W_x; W_h]",
    parameters=(
        Parameter("batch", "rows of X and H in the example", 3, 1, 64),
        Parameter("inputs", "columns of X in the example", 2, 1, 256),
        Parameter("hidden", "columns of H in the example", 4, 1, 256),
        Parameter("repeats", "how often each way is timed", 300, 3, 20_000),
        Parameter("seed", "the same seed gives the same numbers", 0, 0),
    ),
    simulate=simulate,
)
