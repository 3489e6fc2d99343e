"""Who else may write into an array that a derivative will read again.

An array behind a tensor is shared with nobody until `.data` hands it out. From then on it may be
changed at any time, and a gradient computed from the changed numbers would be wrong in silence.
So an array that has been lent is watched: a copy, the witness, is compared before it is relied on.
Arrays that were never lent cost nothing.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy

from microgradseq.backend import library_of, move
from microgradseq.node import next_index
from microgradseq.rules.rule import plain

# the tensor, the storage, and the argument of getrefcount
_HELD_BY_US = 3


class Storage:
    """The memory of one array, shared by all tensors that are views of it.

    Arguments:
        array: the array.

    Times are the numbers that nodes count their creation with.
    """

    __slots__ = ("array", "changed_at", "lent", "witness")

    def __init__(self, array: Any) -> None:
        self.array = array
        self.changed_at = -1
        self.lent = False
        self.witness: Any = None

    def lend(self) -> None:
        """Note that the array is handed out and may be changed from now on."""
        self._compare()
        self.lent = True
        if self.witness is None:
            self.witness = self.array.copy()

    def rely(self) -> None:
        """Note that a node made now will read the array again on the way back."""
        if not self.lent:
            return
        self._compare()
        # an array that is itself a view may be held through the array it is a view of
        if self.array.base is None and sys.getrefcount(self.array) <= _HELD_BY_US:
            self.lent, self.witness = False, None

    @classmethod
    def replacing(cls, array: Any) -> Storage:
        """The storage of a tensor that has just been given another array, which others may hold."""
        storage = cls(array)
        storage.changed_at = next_index()
        storage.lend()
        return storage

    def wrote(self) -> None:
        """Note that the engine itself, such as an optimizer, has written into the array."""
        self.changed_at = next_index()
        if self.lent:
            self.witness = self.array.copy()

    def changed_since(self, index: int) -> bool:
        """Whether the array was changed after the node of that number was made."""
        if self.lent:
            self._compare()
        return self.changed_at > index

    def _compare(self) -> None:
        if self.witness is None or _same(self.witness, self.array):
            return
        self.changed_at = next_index()
        self.witness = self.array.copy()


def _same(one: Any, other: Any) -> bool:
    equal = one == other
    if bool(equal.all()):
        return True
    # NaN is not equal to itself, but is no change either
    isnan = library_of(one).isnan
    return bool((equal | (isnan(one) & isnan(other))).all())


def same_memory(result: Any, source: Any) -> bool:
    """Whether a result is a view of another array.

    >>> import numpy
    >>> source = numpy.zeros(4)
    >>> same_memory(source[1:], source), same_memory(source + 1, source)
    (True, False)
    """
    if result is source:
        return True
    base = getattr(result, "base", None)
    if base is None:
        return False
    owner = getattr(source, "base", None)
    return base is source or (owner is not None and base is owner)


def own_array(data: Any, dtype: Any = None, device: str | None = None) -> Any:
    """A copy of numbers as an array that nobody else can write into.

    Arguments:
        data: an array, a node, a number or nested lists (made float64).
        dtype: the wanted dtype, if another.
        device: where it shall live; None leaves an array where it is.
    Returns:
        A new array.

    >>> own_array([1, 2]).dtype
    dtype('float64')
    """
    array = plain(data)
    if library_of(array) is None:
        array = numpy.array(array)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"a tensor holds numbers, got {type(data).__name__}")
        if array.dtype.kind != "b" and dtype is None:
            array = array.astype(numpy.float64)
    array = library_of(array).array(array, dtype=dtype)
    return array if device is None else move(array, device)
