"""From code points or bytes to indices, a whole block at a time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy
from numpy.typing import NDArray

Indices = NDArray[numpy.uint8 | numpy.uint16 | numpy.int32]
"""What encoding gives."""
AnyIndices = NDArray[numpy.integer]
"""Indices of whatever type of whole numbers."""
UNSEEN = -1


def index_type(count: int) -> numpy.dtype[numpy.uint8 | numpy.uint16 | numpy.int32]:
    """The smallest type that holds the indices of so many symbols.

    Arguments:
        count: how many symbols there are.

    >>> index_type(28), index_type(257), index_type(70000)
    (dtype('uint8'), dtype('uint16'), dtype('int32'))
    """
    if count <= 1 << 8:
        return numpy.dtype(numpy.uint8)
    return numpy.dtype(numpy.uint16) if count <= 1 << 16 else numpy.dtype(numpy.int32)


def code_points(text: str) -> NDArray[numpy.uint32]:
    """The code points of a text as an array.

    Arguments:
        text: any text, even with halves of surrogate pairs in it.

    >>> code_points("a汉")
    array([   97, 27721], dtype=uint32)
    """
    return numpy.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


class Lookup:
    """Tables from numbers (code points, or bytes) to indices.

    Arguments:
        numbers: a number for each index; UNSEEN for symbols that are not one number.
        unknown: the index for every number that is not there; UNSEEN for none.

    >>> Lookup([UNSEEN, 97, 98], unknown=0).of_text("bat")
    array([2, 1, 0], dtype=uint8)
    """

    def __init__(self, numbers: Iterable[int], unknown: int) -> None:
        known = numpy.array(list(numbers), dtype=numpy.int64)
        # One place more than the largest number: what every larger one is clipped to.
        size = max(int(known.max(initial=0)) + 2, 257)
        table = numpy.full(size, unknown, dtype=numpy.int32)
        found = known >= 0
        table[known[found]] = numpy.flatnonzero(found)
        self._table = table if unknown == UNSEEN else table.astype(index_type(len(known)))
        self._bytes = self._table[:256].tobytes()

    def of_text(self, text: str) -> NDArray[numpy.integer]:
        """Indices of the code points of a text; with no unknown, UNSEEN among int32."""
        if text.isascii():
            return self.of_bytes(text.encode("ascii"))
        points = numpy.minimum(code_points(text), len(self._table) - 1)
        return self._table[points]

    def of_bytes(self, data: bytes) -> NDArray[numpy.integer]:
        """Indices of the bytes, likewise."""
        if self._table.dtype == numpy.uint8:
            return numpy.frombuffer(data.translate(self._bytes), numpy.uint8)
        return self._table[numpy.frombuffer(data, numpy.uint8)]
