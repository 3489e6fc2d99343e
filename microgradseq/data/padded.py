"""Batches of sequences of different lengths: like lengths together, the rest filled up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
from numpy.typing import NDArray

from microgradseq.data.batch import Batch
from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.stream import BatchAt, Stream

IGNORED = -100
"""What stands in targets where there is nothing to say; cross-entropy leaves it out."""
POOL = 50
"""So many batches' worth of examples, drawn at random, are sorted by length at a time."""

Array = NDArray[Any]


class PaddedBatches(Stream):
    """Labelled sequences in batches; each example comes exactly once an epoch.

    Examples of like length go together, so that little is padded; which ones meet, and the order
    of the batches, is drawn anew each epoch. The last examples may make a smaller batch.

    Arguments:
        inputs: N sequences, each (T,) of indices or (T, I) of numbers. They are padded with 0.
        targets: N sequences where `aligned` (as long as the inputs), or where targets are
            sequences of their own, each (T,); otherwise N labels. Padded with -100.
        batch: examples in a batch, B.
        seed: of all choices.
        aligned: whether each step of an input has its target.
        shuffled: False keeps the examples in order, as an evaluation may want them.

    >>> words, tags = [[1, 2, 3], [4], [5, 6]], [[7, 7, 7], [8], [9, 9]]
    >>> batch = PaddedBatches(words, tags, batch=2, aligned=True, shuffled=False).next()
    >>> batch.inputs.T, batch.targets.T, batch.lengths
    (array([[1, 2, 3],
           [4, 0, 0]]), array([[   7,    7,    7],
           [   8, -100, -100]]), array([3, 1]))
    """

    def __init__(
        self,
        inputs: Sequence[Any],
        targets: Sequence[Any],
        batch: int,
        seed: int = 0,
        aligned: bool = False,
        shuffled: bool = True,
    ) -> None:
        super().__init__(seed)
        if batch < 1:
            raise SettingError(f"a batch holds at least one example, not {batch}")
        _check_counts(inputs, targets)
        self._inputs = [numpy.asarray(each) for each in inputs]
        self._targets = [numpy.asarray(each) for each in targets]
        self._lengths = numpy.array([len(each) for each in self._inputs])
        self._batch = batch
        self._aligned = aligned
        self._shuffled = shuffled
        self._check_lengths()

    @property
    def per_epoch(self) -> int:
        """How many batches there are in one epoch."""
        return -(-len(self._inputs) // self._batch)

    def _plan(self, random: numpy.random.Generator) -> BatchAt:
        groups = self._groups(random) if self._shuffled else self._in_order()
        return lambda index: self._gathered(groups[index])

    def _in_order(self) -> list[Array]:
        return self._cut(numpy.arange(len(self._inputs)))

    def _groups(self, random: numpy.random.Generator) -> list[Array]:
        order = random.permutation(len(self._inputs))
        size = POOL * self._batch
        pools = [order[start : start + size] for start in range(0, len(order), size)]
        by_length = [pool[numpy.argsort(self._lengths[pool], kind="stable")] for pool in pools]
        groups = self._cut(numpy.concatenate(by_length))
        return [groups[place] for place in random.permutation(len(groups))]

    def _cut(self, order: Array) -> list[Array]:
        return [order[start : start + self._batch] for start in range(0, len(order), self._batch)]

    def _gathered(self, chosen: Array) -> Batch:
        inputs = padded([self._inputs[place] for place in chosen], 0)
        targets = [self._targets[place] for place in chosen]
        lengths = self._lengths[chosen]
        if targets[0].ndim == 0:
            return Batch(inputs, numpy.array(targets), lengths)
        return Batch(inputs, padded(targets, IGNORED), lengths)

    def _check_lengths(self) -> None:
        for place, (sequence, target) in enumerate(zip(self._inputs, self._targets, strict=True)):
            if len(sequence) == 0:
                raise DataError(f"example {place:,} is empty: leave it out")
            if target.shape[:1] == (0,):
                raise DataError(f"example {place:,} has an empty target: leave it out")
            if self._aligned and target.shape[:1] != sequence.shape[:1]:
                raise DataError(
                    f"example {place:,} has {len(sequence):,} steps but "
                    f"{target.size:,} targets; each step needs one"
                )


def padded(sequences: Sequence[Array], filling: int) -> Array:
    """Sequences side by side, time first.

    Arguments:
        sequences: B of them, each (T,) or (T, I).
        filling: what stands after the end of the shorter ones.
    Returns:
        (T of the longest, B) or (T of the longest, B, I).

    >>> padded([numpy.array([1, 2]), numpy.array([3])], 0)
    array([[1, 3],
           [2, 0]])
    """
    longest = max(map(len, sequences))
    first = sequences[0]
    filled = numpy.full((longest, len(sequences), *first.shape[1:]), filling, _wide(first))
    for place, sequence in enumerate(sequences):
        filled[: len(sequence), place] = sequence
    return filled


def _wide(sequence: Array) -> numpy.dtype[Any]:
    """Numbers keep their type; indices become wide enough for any filling."""
    is_index = numpy.issubdtype(sequence.dtype, numpy.integer)
    return numpy.dtype(numpy.int64) if is_index else sequence.dtype


def _check_counts(inputs: Sequence[Any], targets: Sequence[Any]) -> None:
    if len(inputs) != len(targets):
        raise DataError(f"there are {len(inputs):,} inputs but {len(targets):,} targets")
    if not len(inputs):
        raise DataError("there are no examples to learn from")
