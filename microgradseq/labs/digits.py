"""An LSTM reads a digit row by row, and what it thinks changes with every row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy
from numpy.typing import NDArray

from microgradseq.charts.heat_map import HeatMap
from microgradseq.data.errors import DataError, SettingError
from microgradseq.errors import UserError
from microgradseq.labs.figures import Chart, Figure, Heat, Series, Text
from microgradseq.labs.lab import Frame, Lab
from microgradseq.labs.learning import learning
from microgradseq.labs.parameter import Parameter, Settings
from microgradseq.numbers import readable
from microgradseq.randomness import manual_seed
from microgradseq.tasks.digits import CLASSES, DigitsTask
from microgradseq.tasks.registry import settings_for

Floats = NDArray[numpy.float64]

SHADES = " ░▒▓█"
TRAIN_FRAMES = 30
MOST_IMAGES = 6000
"""Of a larger set so many are learned from: a lab is short."""
SURE = 0.5


def task_of(settings: Settings) -> DigitsTask:
    """Images and a fresh model.

    Arguments:
        settings: source, hidden, layers, rate and seed are read.
    """
    chosen = settings_for(
        "digits",
        hidden=settings.hidden,
        layers=settings.layers,
        lr=settings.lr,
        seed=settings.seed,
        max_tokens=MOST_IMAGES * 28,
    )
    manual_seed(settings.seed)
    return DigitsTask.prepare(chosen, settings.source or None)


def simulate(settings: Settings) -> Iterator[Frame]:
    """Learn, then read one image, a row a frame."""
    task = task_of(settings)
    losses: list[float] = []
    every = max(1, settings.max_steps // TRAIN_FRAMES)
    for loss in learning(task, settings.max_steps, settings.lr):
        losses.append(loss)
        if len(losses) % every == 0:
            words = f"update {len(losses)}: {readable(loss, 3)} nats an image"
            yield Frame(words, (_learned(losses),), {}, 0.8 * len(losses) / settings.max_steps)
    numbers: dict[str, Any] = {"accuracy": task.evaluate()["accuracy"]}
    image, label = _chosen(task, settings.digit, settings.seed)
    found = task.chances_by_row(image)
    numbers |= {"digit": label, "read_as": int(found[-1].argmax()), "decided": decided(found)}
    for row in range(1, len(image) + 1):
        best = int(found[row - 1].argmax())
        words = f"row {row} of {len(image)}: {found[row - 1][best]:.0%} sure of a {best}"
        figures = _reading(image, found, row, losses)
        yield Frame(words, figures, dict(numbers), 0.8 + 0.2 * row / len(image))
    numbers["chances"] = [float(chance) for chance in found[-1]]
    told = "right" if numbers["read_as"] == label else "wrong"
    words = f"a {label} read as a {numbers['read_as']}: {told}; of all, {numbers['accuracy']:.1%}"
    yield Frame(words, _reading(image, found, len(image), losses), numbers)


def decided(chances: Floats) -> int:
    """After which row the final answer is more likely than all others together, for good.

    Arguments:
        chances: (rows, classes).
    Returns:
        The row, from 1; one more than there are rows if it never is.

    >>> decided(numpy.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]))
    2
    """
    doubtful = numpy.flatnonzero(chances[:, chances[-1].argmax()] <= SURE)
    return int(doubtful[-1]) + 2 if len(doubtful) else 1


def _chosen(task: DigitsTask, digit: int, seed: int) -> tuple[Any, int]:
    """An image that was not learned from, of the wanted digit."""
    part = task.part("validation")
    wanted = numpy.flatnonzero(numpy.asarray(part.targets) == digit)
    if not len(wanted):
        raise UserError(f"there is no image of a {digit} to read")
    place = numpy.random.default_rng(seed).choice(wanted)
    return part.inputs[place], int(part.targets[place])


def _learned(losses: list[float]) -> Chart:
    updates = numpy.arange(1.0, len(losses) + 1)
    series = Series("loss", updates, numpy.array(losses), 10)
    guess = (("a guess", float(numpy.log(CLASSES))),)
    return Chart("Learning to read digits", (series,), "update", "nats", True, guess)


def _reading(image: Any, chances: Floats, row: int, losses: list[float]) -> tuple[Figure, ...]:
    """The rows read so far, and after each of them how likely each digit is."""
    seen = numpy.full_like(chances, numpy.nan)
    seen[:row] = chances[:row]
    names = [str(digit) for digit in range(CLASSES)]
    rows = [str(number) for number in range(1, len(image) + 1)]
    heat = HeatMap(seen.T, names, rows, scale=(0.0, 1.0))
    lines = []
    for top in range(0, len(image), 2):
        pair = image[top : top + 2].mean(axis=0)
        drawn = "".join(SHADES[min(int(value) * 5 // 256, 4)] for value in pair)
        lines.append(drawn if top < row else "·" * len(drawn))
    curves = tuple(
        Series(f"a {digit}", numpy.arange(1.0, row + 1), chances[:row, digit])
        for digit in numpy.argsort(-chances[row - 1])[:3]
    )
    return (
        Text("What was read so far, two rows a line", "\n".join(lines)),
        Heat("How likely each digit is (down) after each row (across)", heat),
        Chart(
            "The three likeliest digits",
            curves,
            "row",
            "chance",
            left=1.0,
            right=float(len(image)),
        ),
        _learned(losses),
    )


def check(settings: Settings) -> None:
    """Refuse images that cannot be read. The drawn ones need not be drawn to know."""
    if not settings.source:
        return
    try:
        task_of(settings)
    except (DataError, SettingError) as error:
        raise UserError(str(error)) from None


LAB = Lab(
    "digits",
    "A digit read row by row",
    (
        "An image can be read like a text: row after row from the top, 28 numbers at a time. An "
        "LSTM sees one row a step and, after the last, says which digit it was. It was never asked "
        "before the end, but its answer can be looked up after any row: the same output layer "
        "turns each state into ten chances.",
        "Watch the chances move. A few empty rows tell nothing. The top stroke leaves several "
        "digits open, a loop or its absence shuts some out, and often it is one row that decides. "
        "Try another digit, or images of your own: --source takes a folder with MNIST's files. The "
        "gates are what lets a row near the top still count at the bottom.",
    ),
    "h_t, c_t = LSTM(row_t, h_{t−1}, c_{t−1})\nchances after row t = softmax(V h_t + b)",
    (
        Parameter("digit", "which digit is read at the end", 8, low=0, high=9),
        Parameter("source", "a folder with MNIST's files; empty for drawn digits", "", high=4096),
        Parameter("hidden", "units of the LSTM", 64, low=2, high=512),
        Parameter("layers", "layers of the LSTM", 1, low=1, high=4),
        Parameter("max_steps", "how long to learn", 300, low=1, high=20_000),
        Parameter("lr", "learning rate of Adam", 0.004, low=1e-6, high=1.0),
        Parameter("seed", "seed of images, weights and order", 0, low=0, high=2**31),
    ),
    simulate,
    check,
)
