"""Counting n-grams of every length up to an order, as sorted arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy
from numpy.typing import NDArray

from microgradseq.data.lookup import AnyIndices

Numbers = NDArray[numpy.int64]
NEVER = -1
"""Stands for an n-gram that does not occur."""


@dataclass(frozen=True, slots=True)
class GramTable:
    """All different n-grams of one length, numbered in the order of their keys.

    A key is the number of the context (the n-gram's first n − 1 symbols, in the table of that
    length) times the number of symbols, plus the last symbol: small enough for 64 bits at any n.

    Arguments:
        keys: sorted, (K,).
        counts: how often each n-gram stands in the text, (K,).
        continuations: how many different symbols each one follows, (K,).
        symbols: how many symbols there are.
    """

    keys: Numbers
    counts: Numbers
    continuations: Numbers
    symbols: int

    def find(self, contexts: Numbers, lasts: Numbers) -> Numbers:
        """The numbers of n-grams; NEVER where one does not occur.

        Arguments:
            contexts: numbers of their contexts, which may be NEVER.
            lasts: their last symbols.
        """
        wanted = contexts * self.symbols + lasts
        places = numpy.searchsorted(self.keys, wanted)
        places[places == len(self.keys)] = 0
        return numpy.where((contexts >= 0) & (self.keys[places] == wanted), places, NEVER)

    def row(self, context: int) -> slice:
        """Where the n-grams of one context stand."""
        ends = numpy.array([context, context + 1]) * self.symbols
        return slice(*map(int, numpy.searchsorted(self.keys, ends)))

    @property
    def contexts(self) -> Numbers:
        """The number of each n-gram's context, (K,)."""
        return self.keys // self.symbols


@dataclass(frozen=True, slots=True)
class GramCounts:
    """The n-grams of a text for n from 1 to an order.

    Arguments:
        tables: one for each n, shortest first.

    >>> counts = GramCounts.of(numpy.array([0, 1, 0, 1]), order=2, symbols=2)
    >>> counts.tables[1].counts, counts.tables[0].continuations
    (array([2, 1]), array([1, 1]))
    """

    tables: tuple[GramTable, ...]

    @classmethod
    def of(cls, tokens: AnyIndices, order: int, symbols: int) -> Self:
        """Count a text.

        Arguments:
            tokens: indices below `symbols`, (N,).
            order: the longest n; longer than the text is cut to it.
            symbols: how many symbols there are.
        """
        text = numpy.asarray(tokens, dtype=numpy.int64)
        numbers = numpy.zeros(len(text) + 1, numpy.int64)  # of the empty contexts
        tables: list[GramTable] = []
        for length in range(1, min(order, len(text)) + 1):
            keys, first, numbers_here, counts = numpy.unique(
                numbers[:-1] * symbols + text[length - 1 :],
                return_index=True,
                return_inverse=True,
                return_counts=True,
            )
            if tables:
                # Each different n-gram is one symbol before the (n − 1)-gram that it ends with.
                ends = numbers[first + 1]
                continuations = numpy.bincount(ends, minlength=len(tables[-1].keys))
                tables[-1] = _with_continuations(tables[-1], continuations)
            tables.append(GramTable(keys, counts, numpy.zeros_like(counts), symbols))
            numbers = numbers_here
        return cls(tuple(tables))

    def up_to(self, order: int) -> Self:
        """The counts of shorter n-grams alone.

        Arguments:
            order: the longest n to keep.
        """
        return type(self)(self.tables[:order])


def _with_continuations(table: GramTable, continuations: Numbers) -> GramTable:
    return GramTable(table.keys, table.counts, continuations, table.symbols)
