"""One or many in, one or many out: four shapes of sequence problems, each learned in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy

from microgradseq.charts.columns import Series
from microgradseq.charts.heat_map import HeatMap
from microgradseq.labs.figures import Chart, Figure, Heat, Table, Text
from microgradseq.labs.lab import Frame, Lab
from microgradseq.labs.learning import learning
from microgradseq.labs.parameter import Parameter, Settings
from microgradseq.numbers import readable
from microgradseq.randomness import manual_seed
from microgradseq.tasks.registry import settings_for, task
from microgradseq.tasks.task import SampleRequest, Task
from microgradseq.tasks.translation import TranslationTask

FRAMES_EACH = 12
SMOOTHING = 20


@dataclass(frozen=True)
class Shape:
    """A shape, and the task that stands for it.

    Arguments:
        title: of the shape.
        kind: of the task.
        words: what goes in and what comes out.
        metric: the number that is told.
        share: how many updates it needs, as a share of those set.
        example: what the sample begins with.
    """

    title: str
    kind: str
    words: str
    metric: str
    share: float = 1.0
    example: str = ""


SHAPES = (
    Shape("one to many", "generation", "a kind → a made-up name of that kind", "perplexity"),
    Shape(
        "many to one",
        "sentiment",
        "a review → positive or negative",
        "accuracy",
        example="the plot was not at all tedious .",
    ),
    Shape("many to many, aligned", "tagging", "words → a part of speech for each", "accuracy", 0.5),
    Shape("many to many", "translation", "a date in words → its ISO form", "exact", 1.4),
)


def simulate(settings: Settings) -> Iterator[Frame]:
    """Learn one shape after the other."""
    chosen = [shape for shape in SHAPES if settings.shape in ("all", shape.kind)]
    numbers: dict[str, Any] = {}
    losses: dict[str, list[float]] = {}
    examples: list[str] = []
    heat: tuple[Figure, ...] = ()
    for place, shape in enumerate(chosen):
        made = _made(shape, settings)
        updates = max(1, round(settings.max_steps * shape.share))
        losses[shape.title] = []
        for loss in learning(made, updates, made.settings.lr):
            losses[shape.title].append(loss)
            done = len(losses[shape.title])
            if done % max(1, updates // FRAMES_EACH) == 0:
                progress = 0.99 * (place + done / updates) / len(chosen)
                words = f"{shape.title}: {shape.words}, update {done} of {updates}"
                figures = (_curves(losses), *_told(numbers, examples, chosen), *heat)
                yield Frame(words, figures, dict(numbers), progress)
        numbers[f"{shape.kind}_{shape.metric}"] = made.evaluate()[shape.metric]
        examples.append(_example(made, shape, settings.seed))
        if isinstance(made, TranslationTask):
            heat = (_attention(made, settings.date),)
            numbers["translated"] = _example(made, shape, settings.seed, settings.date)
    figures = (*heat, *_told(numbers, examples, chosen), _curves(losses))
    yield Frame("the same cells, read and asked at different places", figures, numbers)


def _made(shape: Shape, settings: Settings) -> Task:
    manual_seed(settings.seed)
    return task(shape.kind).prepare(settings_for(shape.kind, seed=settings.seed))


def _example(made: Task, shape: Shape, seed: int, prefix: str = "") -> str:
    request = SampleRequest(prefix=prefix or shape.example, length=40, temperature=0.5)
    return made.sample(request, numpy.random.default_rng(seed))


def _curves(losses: dict[str, list[float]]) -> Chart:
    curves = tuple(
        Series(title, numpy.arange(1.0, len(each) + 1), numpy.array(each), SMOOTHING)
        for title, each in losses.items()
    )
    return Chart("Learning each shape", curves, "update", "nats", log=True)


def _told(numbers: dict[str, Any], examples: list[str], chosen: list[Shape]) -> tuple[Figure, ...]:
    rows = []
    for shape in chosen:
        found = numbers.get(f"{shape.kind}_{shape.metric}")
        if found is not None:
            told = f"{readable(found, 3)}" if shape.metric == "perplexity" else f"{found:.1%}"
            rows.append((shape.title, shape.words, f"{shape.metric} {told}"))
    if not rows:
        return ()
    spoken = "\n".join(examples)
    return (
        Table("What each shape reads and says", ("shape", "what", "on new examples"), rows),
        Text("An example of each", spoken),
    )


def _attention(made: TranslationTask, date: str) -> Heat:
    read, written, weights = made.attention(date)
    heat = HeatMap(weights, written, [symbol.replace(" ", "␣") for symbol in read], scale=(0, 1))
    return Heat("Where the decoder looks (across) as it writes each symbol (down)", heat)


LAB = Lab(
    "shapes",
    "One to many, many to one, many to many",
    (
        "A recurrent layer reads one thing a step and has one output a step. What is put in and "
        "which outputs are asked for makes the shape of a problem. One to many: a label goes in "
        "once, a sequence comes out. Many to one: a sentence goes in, one answer is taken after "
        "the last word. Aligned: one answer for each word. Many to many of different lengths: an "
        "encoder reads all of it, then a decoder writes.",
        "The decoder is given attention: at each symbol it writes, it looks back at what was read "
        "and weighs it. The heat map shows these weights. To write the year it looks at the year, "
        "to write 03 it looks at the letters of March, although nobody told it where anything "
        "stands. Try another --date.",
    ),
    "one to many:  y_t = f(h_t), h_0 from x        many to one:  y = f(h_T)\n"
    "aligned:      y_t = f(h_t)\n"
    "attention:    c_t = Σ_s a_ts s,   a_t = softmax of e(h_t, s) over all s",
    (
        Parameter(
            "shape",
            "which one is learned",
            "all",
            choices=("all", *(shape.kind for shape in SHAPES)),
        ),
        Parameter("max_steps", "how long to learn each", 300, low=1, high=20_000),
        Parameter("date", "a date to be translated", "march 3 2021", low=1, high=60),
        Parameter("seed", "seed of data, weights and draws", 0, low=0, high=2**31),
    ),
    simulate,
)
