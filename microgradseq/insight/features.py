"""What can be said of each place of a text without a network: in quotes, after a blank, a vowel."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy

from microgradseq.backend import Array

VOWELS = frozenset("aeiouy")
_OPENING, _CLOSING = "“«„「『‹", "”»」』›"
_EITHER = '"'


@dataclass(frozen=True, eq=False)
class Feature:
    """One thing that a unit may follow.

    Arguments:
        name: short, for tables.
        words: what it is, such as "inside quotation marks"; fits behind "high" and "low".
        values: one number for each symbol, (T,): 1 and 0 for yes and no, or a count.
    """

    name: str
    words: str
    values: Array


def features_of(symbols: Sequence[str]) -> tuple[Feature, ...]:
    """All features of a text.

    Arguments:
        symbols: what each adds to the text; of words, blanks at their ends do not count.
    Returns:
        Those that are not the same everywhere in this text.

    >>> found = {one.name: one.values.tolist() for one in features_of([*'A "b"'])}
    >>> found["in quotes"], found["after a blank"]
    ([0.0, 0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0, 0.0])
    """
    cores = [symbol.strip(" ") or symbol for symbol in symbols]
    found = [
        Feature("in quotes", "inside quotation marks", _array(_quoted(cores))),
        Feature("in brackets", "inside brackets", _array(_bracketed(cores))),
        Feature("place in line", "late in a line", _array(_since(cores, _breaks_line))),
        Feature("place in word", "late in a word", _array(_since(cores, _no_part_of_word))),
    ]
    for name, words, test in _KINDS:
        here = [float(test(core)) for core in cores]
        found.append(Feature(name, words, _array(here)))
    for name, words, test in _PREDECESSORS:
        before = [float(test(core)) for core in cores]
        found.append(Feature(name, words, _array([0.0, *before[:-1]])))
    return tuple(one for one in found if len(one.values) and numpy.ptp(one.values) > 0)


def _array(values: Iterator[float] | list[float]) -> Array:
    return numpy.fromiter(values, dtype="float64")


def _quoted(symbols: Sequence[str]) -> Iterator[float]:
    """From an opening quotation mark on up to the closing one, which is outside."""
    inside = False
    for symbol in symbols:
        for character in symbol:
            if character in _OPENING:
                inside = True
            elif character in _CLOSING:
                inside = False
            elif character in _EITHER:
                inside = not inside
        yield float(inside)


def _bracketed(symbols: Sequence[str]) -> Iterator[float]:
    depth = 0
    for symbol in symbols:
        for character in symbol:
            kind = unicodedata.category(character)
            if kind == "Ps":
                depth += 1
            elif kind == "Pe":
                depth = max(depth - 1, 0)
        yield float(depth > 0)


def _since(symbols: Sequence[str], begins_anew: Callable[[str], bool]) -> Iterator[float]:
    """How many symbols stand since the last one of a kind."""
    count = 0
    for symbol in symbols:
        count = 0 if begins_anew(symbol) else count + 1
        yield float(count)


def _breaks_line(symbol: str) -> bool:
    return "\n" in symbol


def _is_blank(symbol: str) -> bool:
    return symbol.isspace() and "\n" not in symbol


def _is_capital(symbol: str) -> bool:
    return symbol[:1].isupper()


def _is_digit(symbol: str) -> bool:
    return symbol[:1].isdigit()


def _is_vowel(symbol: str) -> bool:
    plain = unicodedata.normalize("NFD", symbol.lower())[:1]
    return len(symbol) == 1 and plain in VOWELS


def _is_mark(symbol: str) -> bool:
    return bool(symbol) and all(unicodedata.category(each).startswith("P") for each in symbol)


def _ends_sentence(symbol: str) -> bool:
    return symbol[-1:] in tuple(".!?。！？")


def _no_part_of_word(symbol: str) -> bool:
    return not any(map(str.isalnum, symbol))


_Kinds = tuple[tuple[str, str, Callable[[str], bool]], ...]
_KINDS: _Kinds = (
    ("blank", "at a blank", _is_blank),
    ("line break", "at a line break", _breaks_line),
    ("capital", "at a capital letter", _is_capital),
    ("vowel", "at a vowel", _is_vowel),
    ("digit", "at a digit", _is_digit),
    ("punctuation", "at a punctuation mark", _is_mark),
)
_PREDECESSORS: _Kinds = (
    ("after a blank", "just after a blank", _is_blank),
    ("after a break", "just after a line break", _breaks_line),
    ("after a capital", "just after a capital letter", _is_capital),
    ("after a vowel", "just after a vowel", _is_vowel),
    ("after a digit", "just after a digit", _is_digit),
    ("after a stop", "just after the end of a sentence", _ends_sentence),
)
