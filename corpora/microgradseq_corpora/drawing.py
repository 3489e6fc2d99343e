"""Drawing from a random generator: what every generator of corpora needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from numpy.random import Generator

from microgradseq.data.errors import DataError

T = TypeVar("T")


def pick(random: Generator, choices: Sequence[T]) -> T:
    """One of several things, each as likely as the others; list a thing twice to double its share.

    Arguments:
        random: where chance comes from; it moves on by one draw.
        choices: at least one.

    >>> import numpy
    >>> pick(numpy.random.default_rng(0), ("only",))
    'only'
    """
    return choices[int(random.integers(len(choices)))]


def chance(random: Generator, probability: float) -> bool:
    """True with a probability.

    Arguments:
        random: where chance comes from; it moves on by one draw.
        probability: from 0, never, to 1, always.

    >>> import numpy
    >>> chance(numpy.random.default_rng(0), 1.0)
    True
    """
    return bool(random.random() < probability)


def how_many(count: int | None, usual: int) -> int:
    """The count that was asked for, or else the usual one.

    Arguments:
        count: at least 1, or None.
        usual: what None stands for.

    >>> how_many(None, 100), how_many(3, 100)
    (100, 3)
    """
    if count is None:
        return usual
    if count < 1:
        raise DataError(f"cannot draw {count} examples; ask for 1 or more")
    return count
