"""Splitting text into words and punctuation, and setting it again as it is usually written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

# Letters of writings without blanks between words: Chinese, Japanese, Thai. Each is a word.
_UNSPACED = "\u0e00-\u0e7f\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED_LETTER = re.compile(rf"[{_UNSPACED}]")
_SETS_CLOSE = frozenset(["...", *".,;:!?)]}%…’”»"])
"""No blank before these."""
_OPENS = frozenset("([{$#@“‘«¿¡")
"""No blank after these."""
_STRAIGHT_QUOTES = frozenset("\"'")


def words(text: str) -> Iterator[str]:
    r"""Split a text into words, numbers, punctuation marks and line breaks.

    Chinese and other characters that are written without blanks are one word each. Blanks go.

    Arguments:
        text: any text.

    >>> list(words("Don't wait: it's 3.5 km.\n你好"))
    ["Don't", 'wait', ':', "it's", '3.5', 'km', '.', '\n', '你', '好']
    """
    return (found.group() for found in _word().finditer(text))


def written(pieces: list[str]) -> str:
    r"""Words and punctuation as a text, with blanks where they usually stand.

    Arguments:
        pieces: what `words` gives.

    >>> written(list(words('He said: "Wait (a bit)."\n你好，世界')))
    'He said: "Wait (a bit)."\n你好，世界'
    """
    text: list[str] = []
    previous, inside_quotes = "\n", False
    for piece in pieces:
        quote = piece in _STRAIGHT_QUOTES
        closes = piece in _SETS_CLOSE or (quote and inside_quotes)
        if not closes and _wants_blank(previous, piece):
            text.append(" ")
        text.append(piece)
        paragraph_ends = previous == piece == "\n"
        inside_quotes = (inside_quotes != quote) and not paragraph_ends
        # An opening quotation mark sticks to what follows, a closing one does not.
        previous = "“" if quote and inside_quotes else piece
    return "".join(text)


@cache
def _word() -> re.Pattern[str]:
    """What a word is, with the marks that regular expressions do not count among letters."""
    marks = "".join(
        character
        for character in map(chr, range(0x300, 0x1F000))
        if unicodedata.category(character) in ("Mn", "Mc")
    )
    run = rf"(?:[a-zA-Z0-9]+|[^\W{_UNSPACED}]|[{marks}])+"
    return re.compile(
        rf"""[{_UNSPACED}][{marks}]*                  # a character of a writing without blanks
        | {run}(?:                                   # a word or a number, with marks inside it
            ['’-]{run} | (?<=\d)[.,](?=\d){run}
          )*
        | \n                                         # a line break
        | --+ | \.\.\.+                              # a dash of hyphens, an ellipsis of stops
        | [^\w\s]                                    # any other mark
        """,
        re.VERBOSE,
    )


def _wants_blank(previous: str, piece: str) -> bool:
    if "\n" in (previous, piece) or previous in _OPENS:
        return False
    return not (_is_unspaced(previous) or _is_unspaced(piece))


def _is_unspaced(piece: str) -> bool:
    """Whether it is of a writing without blanks, or punctuation as wide as a Chinese character."""
    wide = "\u3000" <= piece <= "\u303f" or "\uff00" <= piece <= "\uff65"
    return wide or _UNSPACED_LETTER.fullmatch(piece) is not None
