"""What every stream of batches has in common: epochs without end, and a position to return to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping

import numpy

from microgradseq.data.batch import Batch
from microgradseq.data.errors import DataError

BatchAt = Callable[[int], Batch]


class Stream(ABC):
    """Batches, epoch after epoch. What they are depends on nothing but seed and position.

    Arguments:
        seed: of all random choices.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._epoch = 0
        self._index = 0
        self._planned: tuple[int, BatchAt] | None = None

    @property
    @abstractmethod
    def per_epoch(self) -> int:
        """How many batches there are in one epoch; the same for every epoch."""

    @abstractmethod
    def _plan(self, random: numpy.random.Generator) -> BatchAt:
        """Make an epoch's random choices, and give what finds its batches by index."""

    def next(self) -> Batch:
        """The next batch; after the last of an epoch comes the first of the next."""
        batch = self._batches_of(self._epoch)(self._index)
        self._index += 1
        if self._index == self.per_epoch:
            self._epoch, self._index = self._epoch + 1, 0
        return batch

    def epoch_once(self) -> Iterator[Batch]:
        """The batches of epoch 0, once, from its beginning, without moving the position."""
        batch_at = self._plan(numpy.random.default_rng((self._seed, 0)))
        for index in range(self.per_epoch):
            yield batch_at(index)

    def position(self) -> dict[str, int]:
        """Where the stream stands, {"epoch": …, "index": …}, as JSON can hold it."""
        return {"epoch": self._epoch, "index": self._index}

    def seek(self, position: Mapping[str, int]) -> None:
        """Continue from a position.

        Arguments:
            position: what `position` gave; DataError if it does not fit this data.
        """
        epoch, index = (position.get(name) for name in ("epoch", "index"))
        if not isinstance(epoch, int) or epoch < 0:
            raise DataError(f"a position among batches needs an epoch from 0, not {epoch!r}")
        if not isinstance(index, int) or not 0 <= index < self.per_epoch:
            last = self.per_epoch - 1
            raise DataError(f"a position among batches needs an index in 0 to {last}, not {index}")
        self._epoch, self._index = epoch, index

    def _batches_of(self, epoch: int) -> BatchAt:
        if self._planned is None or self._planned[0] != epoch:
            self._planned = epoch, self._plan(numpy.random.default_rng((self._seed, epoch)))
        return self._planned[1]
