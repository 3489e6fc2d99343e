"""Keeping the memory small that a memory-mapped file takes while it is read."""

from __future__ import annotations

import mmap
from typing import Any

from numpy.typing import NDArray

EVERY = 4
"""Reads between one release and the next. A system may map 256 kB around each place that is read,
so four batches of 32 windows touch some 30 MB."""


class Released:
    """Gives back the pages of a mapped file that have been read; the system keeps them cached.

    Without it, all of a large file counts as this process's memory after one pass.

    Arguments:
        array: an array; where it is no mapped file, nothing is done.

    >>> import numpy
    >>> Released(numpy.zeros(3)).now_and_then()
    """

    def __init__(self, array: NDArray[Any]) -> None:
        self._map = _map_below(array)
        self._reads = 0

    def now_and_then(self) -> None:
        """Count a read, and give the pages back after some."""
        self._reads += 1
        if self._map is not None and self._reads % EVERY == 0:
            self._map.madvise(mmap.MADV_DONTNEED)


def _map_below(array: Any) -> mmap.mmap | None:
    """The mapped file that an array looks into, if any, where the system takes advice."""
    below = array
    while below is not None and not isinstance(below, mmap.mmap):
        below = getattr(below, "base", None) if not isinstance(below, memoryview) else below.obj
    return below if hasattr(mmap, "MADV_DONTNEED") else None
