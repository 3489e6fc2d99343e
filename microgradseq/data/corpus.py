"""A corpus: something to learn from, with what a reader wants to know before choosing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

KINDS = (
    "text",
    "tagged",
    "entities",
    "labelled",
    "pairs",
    "digits",
    "series",
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """One entry of the index of corpora.

    Arguments:
        name: what it is asked for by: lower case, words joined by "-".
        title: for people.
        language: "English", "Chinese", or what its symbols stand for.
        kind: one of KINDS, which says what `read` returns: "text" a string; "tagged" and "entities"
            a list of sentences, each a list of (word, tag); "labelled" a list of (text, label);
            "pairs" a list of (source, target); "digits" a pair of arrays, images (N, 28, 28) and
            labels (N,), both uint8; "series" an array of numbers (N,).
        licence: a name, such as "MIT".
        good_for: one sentence.
        size: what it holds, in words: "66 kB", "any length".
        read: (seed, count) to the data. Texts ignore the seed; count None means the usual size.
        generated: whether it is drawn anew from a seed.
        former: names that it had before, by which it is still found.

    >>> Corpus("tiny", "Tiny", "English", "text", "MIT", "tests", "3 bytes",
    ...        lambda seed, count: "abc").read(0, None)
    'abc'
    """

    name: str
    title: str
    language: str
    kind: str
    licence: str
    good_for: str
    size: str
    read: Callable[[int, int | None], Any]
    generated: bool = False
    former: tuple[str, ...] = ()
