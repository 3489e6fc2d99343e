"""Forecasting: the next numbers of a series."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy
from numpy.typing import NDArray

from microgradseq import nn
from microgradseq.backend import Array, move
from microgradseq.context import no_grad
from microgradseq.data.batch import Batch, Batches
from microgradseq.data.digest import digest
from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.source import load
from microgradseq.data.windows import fitted
from microgradseq.numbers import plural, readable
from microgradseq.tasks.markov_window import WindowModel
from microgradseq.tasks.models import SequenceModel, detached
from microgradseq.tasks.series_batches import OverlappingWindows, SequentialSeries
from microgradseq.tasks.settings import WINDOW, Settings
from microgradseq.tasks.task import Baseline, Loss, Metrics, SampleRequest, Task
from microgradseq.tensor import Tensor

AHEAD = (1, 4, 16, 64)
"""How many steps ahead errors are told."""
MOST_ORIGINS = 1024
"""From so many places at most forecasts are made in an evaluation, evenly spread."""
LEVELS = "▁▂▃▄▅▆▇█"
WIDTH = 60
"""Columns of the small picture."""
IN_A_ROW = 8
"""Numbers in a line of a sample."""

Floats = NDArray[numpy.float64]


@dataclass(frozen=True, slots=True)
class _Series:
    """A series in two parts.

    Arguments:
        values: standardised, (N,).
        split: where validation begins; N if nothing is kept aside.
        title: of the series.
        batch, unroll: as asked for, or smaller where the series is too short.
        notes: warnings in words.
    """

    values: Floats
    split: int
    title: str
    batch: int
    unroll: int
    notes: tuple[str, ...]

    def span(self, split: str) -> tuple[int, int]:
        """Where a part begins and ends; where nothing is kept aside, both are all of it."""
        if split == "training" or self.split == len(self.values):
            return 0, self.split
        return self.split, len(self.values)


class ForecastingTask(Task):
    """The next number of a series, and from its own answers those after it.

    Numbers are standardised by the mean and the deviation of the training part. The loss is the
    squared error of standardised numbers; `error_k` is the squared error k steps ahead in the
    series' own unit, where each forecast after the first reads the one before it.

    Arguments:
        settings: all of them.
        model: numbers (T, B, 1) to numbers (T, B, 1) and a state.
        scale: mean and deviation.
        recent: the last numbers of the series, to go on from, in their own unit.
        series: the data; None only to forecast.
    """

    kind = "forecasting"
    title = "forecasting: the next numbers of a series"
    shape = "aligned many to many"
    metric = "error_1"
    in_nats = False
    reads = "series"
    corpus = "sine"
    takes = "numbers with blanks between"
    defaults: ClassVar[Mapping[str, Any]] = {
        "cell": "gru",
        "hidden": 32,
        "batch": 16,
        "unroll": 32,
        "sampling": "random",
        "lr": 0.005,
        "schedule": "cosine",
        "epochs": 30,
        "validation": 0.3,
    }

    model: SequenceModel | WindowModel

    def __init__(
        self,
        settings: Settings,
        model: SequenceModel | WindowModel,
        scale: tuple[float, float],
        recent: Floats,
        series: _Series | None = None,
    ) -> None:
        super().__init__(settings, model)
        self.mean, self.deviation = scale
        self._recent = recent
        self._series = series

    @classmethod
    def prepare(cls, settings: Settings, source: str | None = None) -> Self:
        """Read the series and make the model."""
        values, title = load(source, "series", cls.corpus, settings.seed)
        values = numpy.asarray(values, numpy.float64)
        if settings.max_tokens:
            values = values[: settings.max_tokens]
        if not numpy.isfinite(values).all():
            raise DataError(f"{title}: a series to forecast needs a number at every step")
        split = len(values) - int(len(values) * settings.validation)
        batch, unroll, notes = _fitted(settings, split)
        if split == len(values):
            notes += ("nothing is kept aside for validation: errors are those on training data",)
        mean = float(values[:split].mean())
        deviation = float(values[:split].std()) or 1.0
        series = _Series((values - mean) / deviation, split, title, batch, unroll, notes)
        recent = values[-max(settings.unroll, WIDTH) :]
        return cls(settings, _model(settings), (mean, deviation), recent, series)

    @classmethod
    def restore(cls, settings: Settings, description: Mapping[str, Any]) -> Self:
        """The same task without its series, but for the last numbers."""
        scale = float(description["mean"]), float(description["deviation"])
        return cls(settings, _model(settings), scale, numpy.array(description["recent"]))

    def description(self) -> dict[str, Any]:
        """The scale, and the last numbers."""
        recent = [float(number) for number in self._recent]
        return {"mean": self.mean, "deviation": self.deviation, "recent": recent}

    def fingerprint(self) -> dict[str, Any]:
        """Title, size and checksum of the series."""
        data = self._data
        return {
            "title": data.title,
            "size": plural(len(data.values), "number"),
            "sha256": digest([data.values, data.split]),
        }

    def notes(self) -> Sequence[str]:
        """What had to shrink, and whether there is something to validate with."""
        return self._data.notes

    def batches(self, split: str = "training") -> Batches:
        """Windows of a part of the series."""
        data, settings = self._data, self.settings
        start, end = data.span(split)
        # the first validated number is foretold from the end of the training part
        values = data.values[max(0, start - data.unroll) : end]
        if settings.sampling == "sequential":
            batch, unroll, _ = fitted(len(values), data.batch, data.unroll)
            return SequentialSeries(values, batch, unroll, settings.seed)
        last_only = settings.cell == WINDOW
        return OverlappingWindows(values, data.batch, data.unroll, settings.seed, last_only)

    def loss_of(self, scores: Tensor, batch: Batch) -> Tensor:
        """The mean squared error.

        Arguments:
            scores: (T, B, 1).
            batch: whose targets are (T, B, 1), or (1, B, 1) for the last step alone.
        """
        targets = move(batch.targets.astype(scores.dtype), self.settings.device)
        last = scores if len(targets) == len(scores) else scores[-len(targets) :]
        return nn.functional.mse_loss(last, targets)  # type: ignore[no-any-return]

    def loss(self, batch: Batch, state: Any = None) -> Loss:
        """What the model makes of a batch."""
        scores, after = self.model(batch.inputs, state)
        return Loss(self.loss_of(scores, batch), batch.targets.size, detached(after))

    def evaluate(self, split: str = "validation") -> Metrics:
        """Loss, and the squared error 1, 4, 16 and 64 steps ahead, as far as the data reach."""
        self.model.eval()
        origins, actual = self._origins(split)
        unroll = self._data.unroll
        history = self._data.values[origins + numpy.arange(-unroll, 0)[:, None]]
        return self._errors(self._free_running(history, len(actual)), actual)

    def baselines(self) -> Sequence[Baseline]:
        """Repeating the last number, and always saying the mean of the training part."""
        origins, actual = self._origins("validation")
        last = numpy.broadcast_to(self._data.values[origins - 1], actual.shape)
        return (
            Baseline("the last number", self._errors(last, actual)),
            Baseline("the mean", self._errors(numpy.zeros_like(actual), actual)),
        )

    def sample(self, request: SampleRequest, random: numpy.random.Generator) -> str:
        """A forecast as a small picture and as numbers.

        Arguments:
            request: length, and prefix: numbers to go on from; none for the end of the series.
            random: not needed: the likeliest number follows each time.
        """
        self.model.eval()
        known = _numbers_in(request.prefix) if request.prefix.strip() else self._recent
        # as much as the model has learned to look back
        history = (known[-self.settings.unroll :, None] - self.mean) / self.deviation
        ahead = self._free_running(history, request.length)[:, 0] * self.deviation + self.mean
        told = [readable(number) for number in ahead]
        rows = [" ".join(told[start : start + IN_A_ROW]) for start in range(0, len(told), IN_A_ROW)]
        return "\n".join([picture(known, ahead), *rows]) if rows else ""

    @property
    def _data(self) -> _Series:
        if self._series is None:
            raise DataError("this task was restored without its series; it can only forecast")
        return self._series

    def _origins(self, split: str) -> tuple[Array, Floats]:
        """Where forecasts begin, (N,), and the numbers they should give, (K, N), NaN for none."""
        data = self._data
        start, end = data.span(split)
        first = max(start, data.unroll)
        origins = numpy.arange(first, end)
        if len(origins) > MOST_ORIGINS:
            origins = numpy.linspace(first, end - 1, MOST_ORIGINS).astype(numpy.int64)
        farthest = max(ahead for ahead in AHEAD if ahead <= len(origins))
        places = origins + numpy.arange(farthest)[:, None]
        inside = places < end
        return origins, numpy.where(inside, data.values[numpy.where(inside, places, 0)], numpy.nan)

    def _errors(self, forecast: Array, actual: Floats) -> Metrics:
        squared = (forecast - actual) ** 2
        unit = self.deviation**2
        told = {
            f"error_{ahead}": float(numpy.nanmean(squared[ahead - 1])) * unit
            for ahead in AHEAD
            if ahead <= len(actual)
        }
        return {"loss": told["error_1"] / unit, **told}

    def _free_running(self, history: Floats, steps: int) -> Floats:
        """Forecasts that read each other, standardised.

        Arguments:
            history: (T, B).
            steps: K.
        Returns:
            (K, B).
        """
        found = [numpy.empty((0, history.shape[1]))]
        read, state = history[..., None], None
        with no_grad():
            for _ in range(steps):
                scores, state = self.model(read, state)
                read = move(scores.plain()[-1:], "cpu").astype(numpy.float64)
                found.append(read[..., 0])
        return numpy.concatenate(found)


def picture(known: Floats, ahead: Floats) -> str:
    """A series in one line of blocks: what is known, a border, and what is foretold.

    Arguments:
        known, ahead: numbers, (N,) and (K,).

    >>> picture(numpy.array([0.0, 1.0]), numpy.array([2.0, 3.5]))
    '▁▃│▅█'
    """
    low = min(known.min(), ahead.min())
    span = max(known.max(), ahead.max()) - low
    scale = (len(LEVELS) - 1) / span if span > 0 and math.isfinite(span) else 0.0
    parts = []
    for numbers in (known, ahead):
        chosen = numbers[
            numpy.linspace(0, len(numbers) - 1, min(len(numbers), WIDTH // 2)).astype(int)
        ]
        heights = numpy.nan_to_num((chosen - low) * scale).round().astype(int)
        parts.append("".join(LEVELS[height] for height in heights))
    return "│".join(parts)


def _numbers_in(text: str) -> Floats:
    try:
        found = numpy.array([float(part) for part in text.replace(",", " ").split()])
    except ValueError:
        found = numpy.array([numpy.nan])
    if not len(found) or not numpy.isfinite(found).all():
        raise DataError(f"{text!r}: a forecast goes on from numbers, such as 0.5 0.7 0.9")
    return found


def _fitted(settings: Settings, count: int) -> tuple[int, int, tuple[str, ...]]:
    batch, unroll, note = fitted(count, settings.batch, settings.unroll)
    if settings.sampling == "random":
        # windows that overlap are many, even in a short series
        batch = settings.batch
        shrinks = unroll < settings.unroll
        note = f"unroll shrinks from {settings.unroll} to {unroll}" if shrinks else None
    if settings.cell == WINDOW and unroll < settings.unroll:
        raise DataError(f"{plural(count, 'number')} are too few for a window of {settings.unroll}")
    return batch, unroll, (f"the series has {count:,} numbers only: {note}",) if note else ()


def _model(settings: Settings) -> SequenceModel | WindowModel:
    if settings.bidirectional:
        raise SettingError(
            "a forecast cannot be bidirectional: reading from the end it would see the number "
            "that it is to foretell"
        )
    kind = WindowModel if settings.cell == WINDOW else SequenceModel
    return kind(settings, 1, 1, symbols=False)
