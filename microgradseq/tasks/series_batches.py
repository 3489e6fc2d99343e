"""Batches from a series of numbers: windows that overlap, or rows that go on batch after batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy

from microgradseq.backend import Array
from microgradseq.data.batch import Batch
from microgradseq.data.stream import BatchAt, Stream
from microgradseq.data.windows import SequentialWindows


class OverlappingWindows(Stream):
    """Every window of T numbers, in random order; each comes once an epoch.

    The last batch of an epoch may be smaller.

    Arguments:
        series: (N,), more than T.
        batch: windows in a batch, B.
        unroll: T.
        seed: of the order.
        last_only: whether only the number after each window is a target, (1, B, 1), or the number
            after each step, (T, B, 1).

    >>> windows = OverlappingWindows(numpy.arange(6.0), batch=2, unroll=3, last_only=True)
    >>> batch = windows.next()
    >>> batch.inputs.shape, (batch.targets[0] - batch.inputs[-1]).tolist()
    ((3, 2, 1), [[1.0], [1.0]])
    """

    def __init__(
        self, series: Array, batch: int, unroll: int, seed: int = 0, last_only: bool = False
    ) -> None:
        super().__init__(seed)
        self._series = series
        self._batch = batch
        self._unroll = unroll
        self._count = len(series) - unroll
        self._last_only = last_only

    @property
    def per_epoch(self) -> int:
        """How many batches there are in one epoch."""
        return -(-self._count // self._batch)

    def _plan(self, random: numpy.random.Generator) -> BatchAt:
        order = random.permutation(self._count)
        steps = numpy.arange(self._unroll + 1)[:, None]
        first_target = self._unroll if self._last_only else 1

        def batch_at(index: int) -> Batch:
            starts = order[index * self._batch : (index + 1) * self._batch]
            found = self._series[steps + starts][..., None]
            return Batch(found[:-1], found[first_target:])

        return batch_at


class SequentialSeries:
    """Rows of a series; each row of a batch goes on where the batch before ended.

    Arguments:
        series: (N,).
        batch, unroll, seed: as for SequentialWindows, which cuts the places of the numbers.

    >>> batch = SequentialSeries(numpy.arange(35.0), batch=2, unroll=5).next()
    >>> batch.inputs[:, 0, 0], batch.targets[:, 0, 0]
    (array([4., 5., 6., 7., 8.]), array([5., 6., 7., 8., 9.]))
    """

    def __init__(self, series: Array, batch: int, unroll: int, seed: int = 0) -> None:
        self._series = series
        self._places = SequentialWindows(numpy.arange(len(series)), batch, unroll, seed)

    @property
    def per_epoch(self) -> int:
        """How many batches there are in one epoch."""
        return self._places.per_epoch

    def next(self) -> Batch:
        """The next batch."""
        return self._numbers(self._places.next())

    def epoch_once(self) -> Iterator[Batch]:
        """The batches of epoch 0, without moving the position."""
        return map(self._numbers, self._places.epoch_once())

    def position(self) -> dict[str, int]:
        """Where the stream stands."""
        return self._places.position()

    def seek(self, position: Mapping[str, int]) -> None:
        """Continue from a position."""
        self._places.seek(position)

    def _numbers(self, batch: Batch) -> Batch:
        series = self._series
        inputs, targets = series[batch.inputs][..., None], series[batch.targets][..., None]
        return Batch(inputs, targets, fresh=batch.fresh)
