"""How good an answer is: measures that several tasks share."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy
from numpy.typing import NDArray

from microgradseq.data.padded import IGNORED

Span = tuple[int, int, str]
ORDERS = 4


def perplexity(nats: float) -> float:
    """e to the mean of nats for each symbol: among how many equally likely ones it chooses.

    Arguments:
        nats: the mean; above 709 the result is infinite.

    >>> perplexity(0.0)
    1.0
    """
    return math.exp(nats) if nats < 709 else math.inf


def bits(nats: float) -> float:
    """Nats in bits.

    >>> bits(math.log(2))
    1.0
    """
    return nats / math.log(2)


def accuracy(said: NDArray[numpy.integer], wanted: NDArray[numpy.integer]) -> float:
    """The share of right answers; targets of padding (−100) do not count.

    Arguments:
        said, wanted: indices of the same shape.
    Returns:
        0 to 1; NaN where nothing counts.

    >>> accuracy(numpy.array([1, 2, 3]), numpy.array([1, 0, IGNORED]))
    0.5
    """
    counted = wanted != IGNORED
    total = int(counted.sum())
    return float((said == wanted)[counted].sum()) / total if total else math.nan


def spans(tags: Sequence[str]) -> list[Span]:
    """The entities that BIO tags mark, as the CoNLL scorer reads them.

    An entity begins at B, and at an I that follows another kind or nothing.

    Arguments:
        tags: such as ["B-PER", "I-PER", "O"].
    Returns:
        (first word, word after the last, kind) for each.

    >>> spans(["B-PER", "I-PER", "O", "I-LOC"])
    [(0, 2, 'PER'), (3, 4, 'LOC')]
    """
    found: list[Span] = []
    start, kind = 0, ""
    for place, tag in enumerate([*tags, "O"]):
        prefix, _, name = tag.partition("-")
        if kind and (prefix != "I" or name != kind):
            found.append((start, place, kind))
            kind = ""
        if prefix in ("B", "I") and not kind:
            start, kind = place, name
    return found


def entity_f1(said: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]]) -> dict[str, float]:
    """Precision, recall and F1 of whole entities, all sentences together.

    Arguments:
        said, wanted: BIO tags of each sentence.

    >>> entity_f1([["B-PER", "O"]], [["B-PER", "B-LOC"]])["recall"]
    0.5
    """
    right = told = there = 0
    for ours, theirs in zip(said, wanted, strict=True):
        mine, real = set(spans(ours)), set(spans(theirs))
        right, told, there = right + len(mine & real), told + len(mine), there + len(real)
    precision = right / told if told else 0.0
    recall = right / there if there else 0.0
    both = precision + recall
    f1 = 2 * precision * recall / both if both else 0.0
    return {"f1": f1, "precision": precision, "recall": recall}


def bleu(said: Sequence[Sequence[object]], wanted: Sequence[Sequence[object]]) -> float:
    """BLEU of a whole corpus, one reference each, as Papineni and others define it.

    The geometric mean of the precisions of 1 to 4 symbols in a row, times e^(1 − r/c) where the
    answers (c symbols) are shorter than the references (r). Nothing is smoothed: where no four in
    a row are right it is 0.

    Arguments:
        said, wanted: sequences of symbols.

    >>> bleu(["the cat sat".split() * 2], ["the cat sat".split() * 2])
    1.0
    """
    short = sum(map(len, said)), sum(map(len, wanted))
    logs = 0.0
    for order in range(1, ORDERS + 1):
        right = total = 0
        for ours, theirs in zip(said, wanted, strict=True):
            mine, real = _grams(ours, order), _grams(theirs, order)
            right += (mine & real).total()
            total += mine.total()
        if not right:
            return 0.0
        logs += math.log(right / total) / ORDERS
    penalty = min(0.0, 1 - short[1] / short[0])
    return math.exp(logs + penalty)


def _grams(symbols: Sequence[object], order: int) -> Counter[tuple[object, ...]]:
    return Counter(
        tuple(symbols[place : place + order]) for place in range(len(symbols) - order + 1)
    )
