"""The one source of random numbers for tensors: seeded, so that a run can be repeated."""

from __future__ import annotations

import numpy

_current = [numpy.random.default_rng()]


def manual_seed(seed: int) -> None:
    """Start the random numbers of this process anew.

    Arguments:
        seed: the same seed gives the same numbers.

    >>> from microgradseq import randn
    >>> manual_seed(7)
    >>> first = randn(2, 3)
    >>> manual_seed(7)
    >>> bool((randn(2, 3).data == first.data).all())
    True
    """
    _current[0] = numpy.random.default_rng(seed)


def generator() -> numpy.random.Generator:
    """The generator that random tensors and dropout draw from.

    >>> generator().random() < 1
    True
    """
    return _current[0]
