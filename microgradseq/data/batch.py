"""A batch, and a stream of batches that can be put back to where it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from microgradseq.backend import Array


@dataclass(frozen=True, slots=True)
class Batch:
    """What one training step reads.

    Arguments:
        inputs: usually (T, B) of indices or (T, B, I) of numbers.
        targets: what the model should say: (T, B), (B,), (B, I), …
        lengths: how many steps of each sequence are real, (B,); None for all.
        fresh: whether recurrent states start at zero; False carries them over from the last batch.
    """

    inputs: Array
    targets: Array
    lengths: Array | None = None
    fresh: bool = True


class Batches(Protocol):
    """Batches without end, epoch after epoch; what they are depends only on seed and position."""

    @property
    def per_epoch(self) -> int:
        """How many batches there are in one epoch."""
        ...

    def next(self) -> Batch:
        """The next batch; after the last of an epoch comes the first of the next."""
        ...

    def epoch_once(self) -> Iterator[Batch]:
        """The batches of epoch 0, once, from its beginning, without moving the position."""
        ...

    def position(self) -> dict[str, int]:
        """Where the stream stands, {"epoch": …, "index": …}, as JSON can hold it."""
        ...

    def seek(self, position: Mapping[str, int]) -> None:
        """Continue from a position."""
        ...
