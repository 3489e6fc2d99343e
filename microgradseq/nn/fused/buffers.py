"""Memory that is used again: a fresh array of some megabytes costs more than filling it.

A fused layer keeps its arrays, and the views of them that each time step needs, in an object that
is made once per shape. It borrows the object for a forward pass, and the graph node holds the loan.
When the node dies, nobody can need the arrays any more, and they go back to the pool. Two forward
passes before a backward pass simply borrow two objects.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

KINDS_KEPT = 16
SPARE_PER_KIND = 4

_Key = tuple[Any, ...]
_spare: OrderedDict[_Key, deque[Any]] = OrderedDict()


class Loan:
    """Something borrowed from the pool; it goes back when the loan is forgotten.

    Arguments:
        key: what it was made from.
        kept: what was borrowed. Arrays in it must not be handed out to the user.
    """

    __slots__ = ("_key", "kept")

    def __init__(self, key: _Key, kept: Any) -> None:
        self._key = key
        self.kept = kept

    def __del__(self) -> None:
        # at the end of the process the pool may be gone first
        spare = _spare.get(self._key) if _spare is not None else None
        if spare is not None and len(spare) < SPARE_PER_KIND:
            spare.append(self.kept)


def borrow(make: Callable[..., Any], *arguments: Any) -> Loan:
    """Borrow what `make(*arguments)` makes, or one that was made so before.

    Arguments:
        make: usually a class whose instances hold arrays.
        arguments: hashable, such as the array library, numbers and a dtype.
    Returns:
        A loan; `loan.kept` is the object, with whatever numbers its last user left in it.

    >>> import numpy
    >>> loan = borrow(numpy.empty, (2, 3))
    >>> memory = loan.kept
    >>> del loan
    >>> borrow(numpy.empty, (2, 3)).kept is memory
    True
    """
    key = (make, *arguments)
    spare = _spare.get(key)
    if spare is None:
        spare = _spare[key] = deque()
        while len(_spare) > KINDS_KEPT:
            _spare.popitem(last=False)
    else:
        _spare.move_to_end(key)
    try:
        kept = spare.pop()
    except IndexError:
        kept = make(*arguments)
    return Loan(key, kept)


def forget_spare() -> None:
    """Give the pool's memory back to the system.

    >>> forget_spare()
    """
    _spare.clear()
