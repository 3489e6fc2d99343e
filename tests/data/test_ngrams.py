"""Baselines, compared with a slow calculation that follows the formulas word by word."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.ngrams import KneserNey, language_baselines, uniform, unigram

Gram = tuple[int, ...]


class Slow:
    """Modified Kneser–Ney smoothing with dictionaries."""

    def __init__(self, text: Sequence[int], order: int, symbols: int) -> None:
        self.order = min(order, len(text))
        self.symbols = symbols
        seen = {n: grams(text, n) for n in range(1, self.order + 1)}
        self.counts: dict[int, Counter[Gram]] = {self.order: Counter(seen[self.order])}
        for n in range(1, self.order):
            self.counts[n] = Counter(gram[1:] for gram in set(seen[n + 1]))
        self.discounts = {n: slow_discounts(counts) for n, counts in self.counts.items()}
        self.followers: dict[Gram, list[int]] = defaultdict(list)
        for counts in self.counts.values():
            for gram in counts:
                self.followers[gram[:-1]].append(gram[-1])

    def probability(self, context: Gram, symbol: int) -> float:
        context = context[len(context) - min(len(context), self.order - 1) :]
        return self.smoothed(context, symbol)

    def smoothed(self, context: Gram, symbol: int) -> float:
        shorter = self.smoothed(context[1:], symbol) if context else 1 / self.symbols
        counts = self.counts[len(context) + 1]
        discount = self.discounts[len(context) + 1]
        total = sum(counts[(*context, follower)] for follower in self.followers[context])
        if total == 0:
            return shorter
        count = counts[(*context, symbol)]
        left = sum(
            discount[min(counts[(*context, follower)], 3)] for follower in self.followers[context]
        )
        return (count - discount[min(count, 3)] + left * shorter) / total


def grams(text: Sequence[int], n: int) -> list[Gram]:
    return [tuple(text[start : start + n]) for start in range(len(text) - n + 1)]


def slow_discounts(counts: Counter[Gram]) -> list[float]:
    n1, n2, n3, n4 = (sum(count == i for count in counts.values()) for i in (1, 2, 3, 4))
    if n1 and n2 and n3 and n4:
        y = n1 / (n1 + 2 * n2)
        each = [1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
        if min(each) > 0:
            return [0.0, *each]
    y = n1 / (n1 + 2 * n2) if n1 and n2 else 0.5
    return [0.0, y, y, y]


def slow_nats(model: Slow, text: Sequence[int]) -> float:
    likely = [model.probability(tuple(text[:place]), one) for place, one in enumerate(text)]
    return -sum(map(math.log, likely)) / len(text)


def story(length: int, seed: int = 0, symbols: int = 7) -> list[int]:
    """A text with habits: each symbol depends on the two before it."""
    random = numpy.random.default_rng(seed)
    text = [0, 1]
    while len(text) < length:
        usual = (text[-1] * 3 + text[-2]) % symbols
        text.append(usual if random.random() < 0.6 else int(random.geometric(0.4)) % symbols)
    return text


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_nats_equal_an_independent_calculation(order: int) -> None:
    train, test = story(1500), story(300, seed=1, symbols=8)
    fast = KneserNey(numpy.array(train), order, 9)
    assert fast.nats(numpy.array(test)) == pytest.approx(
        slow_nats(Slow(train, order, 9), test), rel=1e-12
    )


def test_long_texts_use_three_discounts() -> None:
    """The formula's main case is really among the tests."""
    model = Slow(story(1500), 5, 9)
    assert len({*model.discounts[5][1:]}) == 3


TEXTS = st.lists(st.integers(0, 3), min_size=1, max_size=30)


@given(TEXTS, TEXTS, st.integers(1, 5))
def test_tiny_texts_equal_an_independent_calculation(
    train: list[int], test: list[int], order: int
) -> None:
    fast, slow = KneserNey(numpy.array(train), order, 4), Slow(train, order, 4)
    assert fast.nats(numpy.array(test)) == pytest.approx(slow_nats(slow, test), rel=1e-9)
    expected = [slow.probability(tuple(test), symbol) for symbol in range(4)]
    numpy.testing.assert_allclose(fast.distribution(test), expected, rtol=1e-9)
    assert fast.distribution(test).sum() == pytest.approx(1.0, abs=1e-12)


def test_an_unseen_context_leaves_everything_to_the_shorter_one() -> None:
    model = KneserNey(numpy.array([0, 1, 2, 1, 0, 2, 0, 1]), 3, 4)
    numpy.testing.assert_array_equal(model.distribution([3, 1]), model.distribution([1]))
    numpy.testing.assert_array_equal(model.distribution([0, 3]), model.distribution([]))
    assert model.distribution([0, 1])[3] > 0


def test_unigram_and_uniform() -> None:
    train, test = numpy.array([0, 0, 0, 1]), numpy.array([0, 1, 2])
    chances = [4 / 7, 2 / 7, 1 / 7]
    assert unigram(train, test, 3) == pytest.approx(-sum(map(math.log, chances)) / 3)
    assert uniform(3) == pytest.approx(math.log(3))


def test_longer_contexts_help_on_a_text_with_habits() -> None:
    train, test = numpy.array(story(3000)), numpy.array(story(500, seed=2))
    nats = language_baselines(train, test, 7)
    assert list(nats) == ["uniform", "unigram", "2-gram", "3-gram", "4-gram", "5-gram"]
    assert nats["uniform"] > nats["unigram"] > nats["2-gram"] > nats["3-gram"]
    assert nats["3-gram"] == pytest.approx(KneserNey(train, 3, 7).nats(test), rel=1e-12)


def test_many_symbols_do_not_overflow() -> None:
    random = numpy.random.default_rng(0)
    text = random.integers(0, 100_000, 2000)
    model = KneserNey(text, 5, 100_000)
    assert model.distribution(text[:4]).sum() == pytest.approx(1.0)
    assert model.nats(text) < uniform(100_000)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(SettingError, match="1 to 5 symbols, not 6"):
        KneserNey(numpy.array([0]), 6, 2)
    with pytest.raises(DataError, match="no text to count"):
        KneserNey(numpy.array([], dtype=int), 2, 2)
    with pytest.raises(DataError, match="indices of 2 symbols are 0 to 1"):
        KneserNey(numpy.array([0, 2]), 2, 2)
    with pytest.raises(DataError, match="no text to foretell"):
        KneserNey(numpy.array([0, 1]), 2, 2).nats(numpy.array([], dtype=int))
