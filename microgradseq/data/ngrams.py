"""Baselines for language: uniform, unigram, and n-grams with interpolated Kneser–Ney smoothing.

The n-grams are Chen and Goodman's (1998) modified form. With h′ for the context h without its
first symbol,

    p(w | h) = (c(hw) − D(c(hw))) / c(h·) + γ(h) p(w | h′),   γ(h) = Σ_w D(c(hw)) / c(h·).

At the highest order c counts occurrences; at lower ones it counts the different symbols that stand
before hw. Below single symbols lies the uniform distribution. An unseen context leaves everything
to the shorter one. Each order has three discounts D(1), D(2) and D(3 and more), estimated from how
many n-grams n_1 … n_4 have the count 1 … 4: with Y = n_1 / (n_1 + 2 n_2),

    D(i) = i − (i + 1) Y n_{i+1} / n_i.

Where counts are too few for that, all three are Y, or ½ where Y is 0 or 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy
from numpy.typing import NDArray

from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.gram_counts import NEVER, GramCounts, GramTable, Numbers
from microgradseq.data.lookup import AnyIndices

Floats = NDArray[numpy.float64]
HIGHEST_ORDER = 5
MOST_COUNTED = 5_000_000
"""Baselines of a longer text count its first so many symbols, for the sake of memory and time."""


def uniform(symbols: int) -> float:
    """Nats per symbol of knowing nothing.

    Arguments:
        symbols: how many there are.

    >>> round(math.exp(uniform(28)), 9)
    28.0
    """
    return math.log(symbols)


def unigram(train: AnyIndices, test: AnyIndices, symbols: int) -> float:
    """Nats per symbol of knowing how frequent each is; every count is one more than it was.

    Arguments:
        train: indices to count, (N,).
        test: indices to foretell, (M,).
        symbols: how many there are.

    >>> round(math.exp(-unigram(numpy.array([0, 0, 1]), numpy.array([1]), 2)), 9)
    0.4
    """
    counts = numpy.bincount(_checked(train, symbols), minlength=symbols) + 1.0
    return _mean_nats((counts / counts.sum())[_checked(test, symbols)])


class KneserNey:
    """An n-gram model with interpolated Kneser–Ney smoothing; the formula stands above.

    Arguments:
        train: indices to count, (N,), or counts made before.
        order: the longest n, 1 to 5.
        symbols: how many symbols there are, V.

    >>> model = KneserNey(numpy.array([0, 1, 0, 1, 0, 2]), order=2, symbols=3)
    >>> model.distribution([0]).round(3)
    array([0.044, 0.644, 0.311])
    """

    def __init__(self, train: AnyIndices | GramCounts, order: int, symbols: int) -> None:
        if not 1 <= order <= HIGHEST_ORDER:
            raise SettingError(f"n-grams are of 1 to {HIGHEST_ORDER} symbols, not {order}")
        counts = train if isinstance(train, GramCounts) else _counted(train, order, symbols)
        tables = counts.up_to(order).tables
        self.order = order
        self.symbols = symbols
        self._levels = [_Level(table, table is tables[-1]) for table in tables]

    def nats(self, test: AnyIndices) -> float:
        """The mean of nats per symbol of a text.

        Arguments:
            test: indices, (M,). Its first symbols have shorter contexts.
        """
        return _mean_nats(self.probabilities(test))

    def probabilities(self, test: AnyIndices) -> Floats:
        """How likely each symbol of a text is after those before it.

        Arguments:
            test: indices, (M,).
        Returns:
            (M,).
        """
        text = _checked(test, self.symbols)
        likely = numpy.full(len(text), 1 / self.symbols)
        contexts = numpy.zeros(len(text), numpy.int64)
        for level in self._levels:
            found = level.table.find(contexts, text)
            likely = level.mixed(likely, contexts, found)
            # The next longer context of a symbol is the n-gram that ends before it.
            contexts = numpy.concatenate([[NEVER], found[:-1]])
        return likely

    def distribution(self, context: Sequence[int] | AnyIndices) -> Floats:
        """How likely each symbol is to come next.

        Arguments:
            context: the indices before it; only the last order − 1 matter, fewer will do.
        Returns:
            (V,), summing to one.
        """
        before = _checked(numpy.asarray(context, numpy.int64), self.symbols)
        likely = numpy.full(self.symbols, 1 / self.symbols)
        for length, level in enumerate(self._levels):
            if length > len(before):
                break
            number = self._number(before[len(before) - length :])
            if number == NEVER:
                break
            likely = level.next_symbols(likely, number)
        return likely

    def _number(self, gram: Numbers) -> int:
        """The number of an n-gram in the table of its length."""
        number = numpy.zeros(1, numpy.int64)
        for level, symbol in zip(self._levels, gram, strict=False):
            number = level.table.find(number, numpy.array([symbol]))
        return int(number[0])


class _Level:
    """One order: discounted counts of its n-grams, and what each context leaves to shorter ones.

    Arguments:
        table: the n-grams.
        is_highest: whether occurrences count, not different symbols before.
    """

    def __init__(self, table: GramTable, is_highest: bool) -> None:
        counts = table.counts if is_highest else table.continuations
        discounts = _discounts(counts)[numpy.minimum(counts, 3)]
        contexts = table.contexts
        totals = numpy.bincount(contexts, counts)
        seen = totals > 0
        totals[~seen] = 1
        self.table = table
        self._shares = (counts - discounts) / totals[contexts]
        self._left = numpy.where(seen, numpy.bincount(contexts, discounts) / totals, 1.0)

    def mixed(self, shorter: Floats, contexts: Numbers, found: Numbers) -> Floats:
        """Likelihoods of single symbols, from those that the shorter contexts gave them."""
        inside = (contexts != NEVER) & (contexts < len(self._left))
        left = numpy.where(inside, self._left[numpy.where(inside, contexts, 0)], 1.0)
        own = numpy.where(found != NEVER, self._shares[found], 0.0)
        likely: Floats = own + left * shorter
        return likely

    def next_symbols(self, shorter: Floats, context: int) -> Floats:
        """Likelihoods of all symbols after one context, from those after the shorter one."""
        if context >= len(self._left):
            return shorter
        likely: Floats = self._left[context] * shorter
        row = self.table.row(context)
        likely[self.table.keys[row] % self.table.symbols] += self._shares[row]
        return likely


def _discounts(counts: Numbers) -> Floats:
    """What is taken off a count of 0, 1, 2, and 3 or more."""
    n = numpy.bincount(numpy.minimum(counts, 5), minlength=6).astype(numpy.float64)
    share = n[1] / (n[1] + 2 * n[2]) if n[1] else 0.0
    i = numpy.arange(1, 4)
    if n[1:5].all():
        modified = i - (i + 1) * share * n[2:5] / n[1:4]
        if (modified > 0).all():
            return numpy.array([0.0, *modified])
    return numpy.array([0.0, *[share if 0 < share < 1 else 0.5] * 3])


def language_baselines(train: AnyIndices, test: AnyIndices, symbols: int) -> dict[str, float]:
    """What simple models make of a text, in nats per symbol.

    Arguments:
        train: indices to count, (N,); of more than five million, the first five.
        test: indices to foretell, (M,).
        symbols: how many symbols there are.
    Returns:
        By name: "uniform", "unigram", and "2-gram" to "5-gram" with Kneser–Ney smoothing.

    >>> text = numpy.array([0, 1, 2] * 20)
    >>> [name for name, nats in language_baselines(text, text, 3).items() if nats < 0.5]
    ['2-gram', '3-gram', '4-gram', '5-gram']
    """
    counted = train[:MOST_COUNTED]
    counts = _counted(counted, HIGHEST_ORDER, symbols)
    orders = {f"{n}-gram": n for n in range(2, HIGHEST_ORDER + 1)}
    return {
        "uniform": uniform(symbols),
        "unigram": unigram(counted, test, symbols),
        **{name: KneserNey(counts, order, symbols).nats(test) for name, order in orders.items()},
    }


def _counted(train: AnyIndices, order: int, symbols: int) -> GramCounts:
    if len(train) == 0:
        raise DataError("there is no text to count n-grams in")
    return GramCounts.of(_checked(train, symbols), order, symbols)


def _mean_nats(probabilities: Floats) -> float:
    if len(probabilities) == 0:
        raise DataError("there is no text to foretell")
    return float(-numpy.log(probabilities).mean())


def _checked(tokens: AnyIndices, symbols: int) -> Numbers:
    text = numpy.asarray(tokens, dtype=numpy.int64)
    if len(text) and not 0 <= text.min() <= text.max() < symbols:
        raise DataError(f"the indices of {symbols:,} symbols are 0 to {symbols - 1:,}")
    return text
