"""What a symbol is: a character, a grapheme, a word or a byte; splitting text into them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from microgradseq.data.errors import SettingError
from microgradseq.data.graphemes import graphemes
from microgradseq.data.words import words, written

Symbol = str | int
UNITS = ("characters", "graphemes", "words", "bytes")
# How many symbols at the end of a piece may still change when more text comes: "don'" may become
# "don't", a letter may get an accent.
_UNSETTLED = {"graphemes": 1, "words": 2}


def split(text: str, unit: str) -> Sequence[Symbol]:
    r"""A text as symbols.

    Arguments:
        text: any text.
        unit: "characters" (code points), "graphemes" (what readers take for characters), "words"
            (words, punctuation marks and line breaks) or "bytes" (of UTF-8, as numbers).

    >>> split("Oh, é", "words"), split("é", "bytes")
    (['Oh', ',', 'é'], b'\xc3\xa9')
    """
    if unit == "characters":
        return text
    if unit == "graphemes":
        return list(graphemes(text))
    if unit == "words":
        return list(words(text))
    if unit == "bytes":
        return text.encode("utf-8", "replace")
    raise _no_such_unit(unit)


def join(symbols: Iterable[Symbol], unit: str) -> str:
    r"""Symbols as a text.

    Arguments:
        symbols: of the unit; among bytes, strings stand for themselves.
        unit: as for `split`. Words are set with blanks where they usually stand; bytes that are
            not UTF-8 become the replacement character.

    >>> join(["Oh", ",", "é", "!"], "words"), join(b"\xc3\xa9", "bytes")
    ('Oh, é!', 'é')
    """
    if unit == "words":
        return written([str(symbol) for symbol in symbols])
    if unit in ("characters", "graphemes"):
        return "".join(map(str, symbols))
    if unit == "bytes":
        parts = (bytes([one]) if isinstance(one, int) else one.encode() for one in symbols)
        return b"".join(parts).decode("utf-8", "replace")
    raise _no_such_unit(unit)


def settled_pieces(blocks: Iterable[str], unit: str) -> Iterator[Sequence[Symbol]]:
    """The symbols of a text that comes in pieces; where it is cut makes no difference.

    Arguments:
        blocks: pieces of text.
        unit: as for `split`.

    >>> [*settled_pieces(["He didn", "'t. "], "words")]
    [['He'], ["didn't", '.']]
    """
    if unit not in _UNSETTLED:
        yield from (split(block, unit) for block in blocks)
        return
    rest = ""
    for block in blocks:
        text = rest + block
        symbols = split(text, unit)
        settled = symbols[: -_UNSETTLED[unit]]
        rest = _after(text, symbols[-_UNSETTLED[unit] :])
        if settled:
            yield settled
    if rest:
        yield split(rest, unit)


def _after(text: str, unsettled: Sequence[Symbol]) -> str:
    """The end of a text from where its last symbols begin."""
    start = len(text)
    for symbol in reversed(unsettled):
        start = text.rindex(str(symbol), 0, start)
    return text[start:] if unsettled else text


def _no_such_unit(unit: str) -> SettingError:
    return SettingError(f'a symbol is one of {", ".join(UNITS)}, not "{unit}"')
