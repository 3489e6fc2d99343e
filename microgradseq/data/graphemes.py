"""What a reader takes for one character, though it is several code points."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_MARKS = frozenset({"Mn", "Mc", "Me"})
_LEADING, _VOWELS, _TRAILING, _SYLLABLES = (
    range(0x1100, 0x1160),
    range(0x1160, 0x11A8),
    range(0x11A8, 0x1200),
    range(0xAC00, 0xD7A4),
)
_TAGS = range(0xE0020, 0xE0080)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TRAILING_COUNT = 28
"""Precomposed Hangul syllables come in rows: one without a trailing consonant, 27 with."""


def graphemes(text: str) -> Iterator[str]:
    r"""Split a text into graphemes: a letter with its marks, an emoji with all its parts, a flag.

    A code point stays with the one before it if it is a combining mark, a variation selector, a
    joiner or what follows one, a skin tone, a tag, the second half of a flag, or the next jamo of
    a Hangul syllable.

    Arguments:
        text: any text.

    >>> list(graphemes("e\u0301a")) == ["e\u0301", "a"]
    True
    >>> list(graphemes("👩‍🚀🇫🇷👍🏽"))
    ['👩‍🚀', '🇫🇷', '👍🏽']
    """
    if text.isascii():
        yield from text
        return
    start = 0
    for place in range(1, len(text)):
        if text[place] < "\u0300" and text[place - 1] != _JOINER:
            belongs = False
        else:
            belongs = _belongs(text, start, place)
        if not belongs:
            yield text[start:place]
            start = place
    if text:
        yield text[start:]


def _belongs(text: str, start: int, place: int) -> bool:
    """Whether the code point at a place continues the grapheme that began at the start."""
    before, point = ord(text[place - 1]), ord(text[place])
    if text[place - 1] in "\n\r\t ":
        return False
    if text[place] == _JOINER or unicodedata.category(text[place]) in _MARKS:
        return True
    if point in _SKIN_TONES or point in _TAGS or text[place - 1] == _JOINER:
        return True
    if _is_flag_half(point):
        return place - start == 1 and _is_flag_half(before)
    return _continues_syllable(before, point)


def _is_flag_half(point: int) -> bool:
    return 0x1F1E6 <= point <= 0x1F1FF


def _continues_syllable(before: int, point: int) -> bool:
    """Hangul: leading consonants, then vowels, then trailing consonants."""
    if point in _SYLLABLES or point in _LEADING:
        return before in _LEADING
    if point in _VOWELS:
        return before in _LEADING or before in _VOWELS or _is_open_syllable(before)
    if point in _TRAILING:
        return before in _VOWELS or before in _TRAILING or before in _SYLLABLES
    return False


def _is_open_syllable(point: int) -> bool:
    return point in _SYLLABLES and (point - _SYLLABLES.start) % _TRAILING_COUNT == 0
