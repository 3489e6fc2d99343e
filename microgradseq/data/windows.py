"""Batches from one long text, cut into windows as Dive into Deep Learning cuts them."""

from __future__ import annotations

import numpy
from numpy.typing import NDArray

from microgradseq.data.batch import Batch
from microgradseq.data.errors import DataError
from microgradseq.data.lookup import AnyIndices
from microgradseq.data.mapped import Released
from microgradseq.data.stream import BatchAt, Stream
from microgradseq.numbers import plural

FEWEST = 2
"""A symbol to read, and the one that follows it."""


def fitted(count: int, batch: int, unroll: int) -> tuple[int, int, str | None]:
    """Batch and unroll, made smaller where a text is too short for them.

    Arguments:
        count: how many symbols the text has; DataError for fewer than two.
        batch: sequences in a batch.
        unroll: steps in a window.
    Returns:
        Sizes that give at least one batch an epoch, and a warning where they had to shrink.

    >>> fitted(10_000, 32, 35)
    (32, 35, None)
    >>> fitted(40, 32, 35)
    (1, 20, 'the text has 40 symbols only: batch shrinks from 32 to 1 and unroll from 35 to 20')
    """
    if count < FEWEST:
        raise DataError(
            f"a text of {plural(count, 'symbol')} is too short to learn from: "
            "at least two symbols are needed, one to read and one to foretell"
        )
    # The latest start leaves count − unroll + 1 symbols, and each row needs unroll of them.
    smaller_unroll = min(unroll, count // 2)
    smaller_batch = min(batch, count // smaller_unroll - 1)
    changes = [
        f"{name} {'shrinks ' if first else ''}from {asked:,} to {given:,}"
        for name, asked, given, first in (
            ("batch", batch, smaller_batch, True),
            ("unroll", unroll, smaller_unroll, smaller_batch == batch),
        )
        if given < asked
    ]
    note = f"the text has {count:,} symbols only: {' and '.join(changes)}" if changes else None
    return smaller_batch, smaller_unroll, note


class _Windows(Stream):
    """What the two ways of cutting share.

    Arguments:
        tokens: indices of symbols, (N,); a memory-mapped file as well as an array.
        batch: sequences in a batch, B.
        unroll: steps in a window, T. See `fitted` for texts too short.
        seed: of the offset at which each epoch starts, and of the order of random windows.
    """

    def __init__(self, tokens: AnyIndices, batch: int, unroll: int, seed: int = 0) -> None:
        super().__init__(seed)
        if (batch, unroll) != fitted(len(tokens), batch, unroll)[:2]:
            raise DataError(
                f"{plural(len(tokens), 'symbol')} are too few for batches of {batch} × {unroll}; "
                "take a smaller batch or unroll"
            )
        self._tokens = tokens
        self._batch = batch
        self._unroll = unroll
        self._released = Released(tokens)

    def _offset(self, random: numpy.random.Generator) -> int:
        return int(random.integers(self._unroll))

    def _cut(self, inputs: AnyIndices, targets: AnyIndices, fresh: bool) -> Batch:
        """A batch of its own memory from (B, T) views, with time first."""
        batch = Batch(_time_first(inputs), _time_first(targets), fresh=fresh)
        self._released.now_and_then()
        return batch


class SequentialWindows(_Windows):
    """Each row of a batch goes on where the same row of the batch before ended.

    Every epoch starts at a random offset below T, cuts the text into B rows of equal length, and
    goes through them T symbols at a time. Only an epoch's first batch is fresh. The last window
    that only some offsets leave room for is left out, so that all epochs are equally long.

    Arguments:
        tokens: indices of symbols, (N,); a memory-mapped file as well as an array.
        batch: sequences in a batch, B.
        unroll: steps in a window, T. See `fitted` for texts too short.
        seed: of the offset at which each epoch starts.

    >>> batches = SequentialWindows(numpy.arange(35), batch=2, unroll=5, seed=0)
    >>> first, second = batches.next(), batches.next()
    >>> first.inputs[:, 0], first.targets[:, 0], second.inputs[:, 0]
    (array([4, 5, 6, 7, 8]), array([5, 6, 7, 8, 9]), array([ 9, 10, 11, 12, 13]))
    >>> first.fresh, second.fresh
    (True, False)
    """

    @property
    def per_epoch(self) -> int:
        """How many batches there are in one epoch."""
        return (len(self._tokens) - self._unroll) // self._batch // self._unroll

    def _plan(self, random: numpy.random.Generator) -> BatchAt:
        start = self._offset(random)
        row = (len(self._tokens) - start - 1) // self._batch
        end = start + row * self._batch
        inputs = self._tokens[start:end].reshape(self._batch, row)
        targets = self._tokens[start + 1 : end + 1].reshape(self._batch, row)

        def batch_at(index: int) -> Batch:
            steps = slice(index * self._unroll, (index + 1) * self._unroll)
            return self._cut(inputs[:, steps], targets[:, steps], fresh=index == 0)

        return batch_at


class RandomWindows(_Windows):
    """Windows of T symbols, one behind the other from a random offset, in random order.

    Every batch is fresh. No window comes twice in an epoch; the few that do not fill a batch are
    left out.

    Arguments:
        tokens: indices of symbols, (N,); a memory-mapped file as well as an array.
        batch: sequences in a batch, B.
        unroll: steps in a window, T. See `fitted` for texts too short.
        seed: of the offset and the order of each epoch.

    >>> batch = RandomWindows(numpy.arange(35), batch=2, unroll=5, seed=0).next()
    >>> batch.inputs.T
    array([[19, 20, 21, 22, 23],
           [14, 15, 16, 17, 18]])
    """

    @property
    def per_epoch(self) -> int:
        """How many batches there are in one epoch."""
        return (len(self._tokens) - self._unroll) // self._unroll // self._batch

    def _plan(self, random: numpy.random.Generator) -> BatchAt:
        start = self._offset(random)
        # Numbers of 32 bits: the windows of a very long text are many.
        windows = numpy.arange((len(self._tokens) - start - 1) // self._unroll, dtype=numpy.uint32)
        random.shuffle(windows)
        steps = numpy.arange(self._unroll + 1)

        def batch_at(index: int) -> Batch:
            chosen = windows[index * self._batch : (index + 1) * self._batch].astype(numpy.int64)
            found = self._tokens[start + chosen[:, None] * self._unroll + steps]
            return self._cut(found[:, :-1], found[:, 1:], fresh=True)

        return batch_at


def _time_first(rows: AnyIndices) -> NDArray[numpy.int64]:
    return rows.T.astype(numpy.int64, order="C")
