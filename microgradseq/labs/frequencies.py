"""N-grams by bare frequency: how often a symbol followed a context, of all times that one stood.

Counts go round: the last symbols are followed by the first ones. Every symbol then stands in as
many contexts forwards as backwards, and p(x₁ … xₙ) is exactly the product of
p(x_t | symbols before), and exactly the product of p(x_t | symbols after).
"""

from __future__ import annotations

from typing import cast

import numpy
from numpy.typing import NDArray

from microgradseq.data.errors import SettingError
from microgradseq.data.lookup import AnyIndices

Floats = NDArray[numpy.float64]
MOST_CODES = 2**62


class Frequencies:
    """How likely each symbol is after the n − 1 symbols before it, by counting.

    Arguments:
        text: indices, (N,).
        n: how many symbols a gram has, 1 or more.
        symbols: how many symbols there are, V.

    >>> model = Frequencies(numpy.array([0, 1, 0, 1, 0, 2]), 2, 3)
    >>> model.probabilities(numpy.array([0, 1, 0])).round(3).tolist()
    [0.667, 1.0]
    """

    def __init__(self, text: AnyIndices, n: int, symbols: int) -> None:
        if n < 1 or symbols**n > MOST_CODES:
            raise SettingError(f"grams of {n} out of {symbols} symbols cannot be counted")
        if len(text) < n:
            raise SettingError(f"a text of {len(text)} symbols has no grams of {n}")
        self.n = n
        self.symbols = symbols
        around = numpy.concatenate([text, text[: n - 1]])
        self._codes, self._counts = numpy.unique(self._coded(around), return_counts=True)
        self._contexts, places = numpy.unique(self._codes // symbols, return_inverse=True)
        self._totals = numpy.bincount(places, self._counts)

    @property
    def seen(self) -> int:
        """How many different grams stand in the text."""
        return len(self._codes)

    def probabilities(self, text: AnyIndices) -> Floats:
        """How likely each symbol of a text is, from the n-th on; 0 for what never was.

        Arguments:
            text: indices, (M,).
        Returns:
            (M − n + 1,).
        """
        codes = self._coded(text)
        counts = _found(self._codes, self._counts, codes)
        totals = _found(self._contexts, self._totals, codes // self.symbols)
        return numpy.divide(counts, totals, out=numpy.zeros(len(codes)), where=totals > 0)

    def joint(self, text: AnyIndices) -> Floats:
        """How often each gram of a text stands in the counted text, as a share of all its grams.

        Arguments:
            text: indices, (M,).
        """
        counts = _found(self._codes, self._counts, self._coded(text))
        return cast(Floats, counts / self._counts.sum())

    def _coded(self, text: AnyIndices) -> NDArray[numpy.int64]:
        """Every gram of a text as one number with n digits to the base V."""
        windows = numpy.lib.stride_tricks.sliding_window_view(text.astype(numpy.int64), self.n)
        places = self.symbols ** numpy.arange(self.n - 1, -1, -1, dtype=numpy.int64)
        coded: NDArray[numpy.int64] = windows @ places
        return coded


def _found(keys: NDArray[numpy.int64], values: NDArray[numpy.generic], asked: AnyIndices) -> Floats:
    """The value of each key that was asked for; 0 for one that is not there."""
    places = numpy.minimum(numpy.searchsorted(keys, asked), len(keys) - 1)
    found = numpy.where(keys[places] == asked, values[places], 0)
    return found.astype(numpy.float64)
