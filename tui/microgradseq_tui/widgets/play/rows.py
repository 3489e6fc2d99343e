"""How symbols of a text are laid into rows of a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from microgradseq.cells import cell_width, shorten

LINE_BREAK, HIDDEN = "↵", "·"
_MARKS = frozenset({"Mn", "Me"})
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_EMOJI_STYLE = "\ufe0f"


class Glyph(NamedTuple):
    """A symbol as it is drawn.

    Arguments:
        text: at least one cell wide.
        width: in cells.
    """

    text: str
    width: int


def glyph_of(symbol: str, most: int) -> Glyph:
    r"""How a symbol is drawn, so that it can be seen and a cursor can stand on it.

    Arguments:
        symbol: what it adds to the text; nothing for a part of a character.
        most: the cells there are.

    >>> glyph_of("汉", 9), glyph_of("\n", 9).text, glyph_of("", 9).text, glyph_of("\u0301", 9).width
    (Glyph(text='汉', width=2), '↵', '·', 1)
    """
    seen = "".join(map(_visible, symbol)) or HIDDEN
    if unicodedata.category(seen[0]) in _MARKS:
        seen = f"◌{seen}"
    seen = shorten(seen, max(most, 1))
    return Glyph(seen, max(cell_width(seen), 1))


def _visible(character: str) -> str:
    if character == "\n":
        return LINE_BREAK
    if character in "\u3000\xa0":
        return character
    unseen = unicodedata.category(character) in _UNSEEN or character == _EMOJI_STYLE
    return HIDDEN if unseen else character


class Row(NamedTuple):
    """The symbols of one row.

    Arguments:
        start, end: the first one's place, and the place after the last one.
    """

    start: int
    end: int


def rows_of_text(symbols: Sequence[str], glyphs: Sequence[Glyph], width: int) -> list[Row]:
    r"""Break a text into rows: at its own line breaks, else after blanks, else anywhere.

    Arguments:
        symbols: the text.
        glyphs: of each.
        width: cells of a row. One is left free at the end for the cursor.

    >>> text = "to be or"
    >>> rows_of_text(text, [Glyph(letter, 1) for letter in text], 5)
    [Row(start=0, end=3), Row(start=3, end=6), Row(start=6, end=8)]
    """
    rows: list[Row] = []
    start = used = blank = 0
    for place, (symbol, glyph) in enumerate(zip(symbols, glyphs, strict=True)):
        if used + glyph.width > width - 1 and place > start:
            end = blank if blank > start else place
            if symbol == " " and used + 1 <= width:
                end = place + 1
            rows.append(Row(start, end))
            start = blank = end
            used = sum(one.width for one in glyphs[start:place])
            if end > place:
                continue
        used += glyph.width
        if symbol.endswith("\n"):
            rows.append(Row(start, place + 1))
            start = blank = place + 1
            used = 0
        elif symbol.endswith(" "):
            blank = place + 1
        elif symbol.startswith(" "):
            blank = place
    rows.append(Row(start, len(symbols)))
    return rows
