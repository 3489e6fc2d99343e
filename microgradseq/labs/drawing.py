"""Several figures on one page: as characters for a terminal, or as one SVG picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from textwrap import wrap

from microgradseq.cells import cell_width, shorten, wrapped
from microgradseq.labs.figures import Figure, Line, Run, plain

LEAST_HEIGHT = 9
_BIG = 16
_HALF, _GAP = 40, 3
_SVG_WIDTH = 760
_SVG_HEAD, _SVG_LINE, _SVG_LETTERS = 40, 18, 96


def draw_figures(figures: Sequence[Figure], width: int, height: int | None = None) -> list[Line]:
    """Figures below each other, each under its heading.

    Arguments:
        figures: from the top.
        width: characters a line.
        height: lines that there is room for, shared by those figures that have no size of their
            own; None for as much as reads well. Where it is too little, more lines come back.

    >>> from microgradseq.labs.figures import Text
    >>> print(plain(draw_figures([Text("Said", "hello"), Text("Answered", "good day")], 20)))
    Said
    hello
    <BLANKLINE>
    Answered
    good day
    """
    rows = _rows(figures, width)
    room = _room(rows, height)
    lines: list[Line] = []
    for row in rows:
        if lines:
            lines.append([])
        lines += _side_by_side(row, width, room)
    return lines


def _rows(figures: Sequence[Figure], width: int) -> list[list[Figure]]:
    """Which figures stand beside each other: two, where both fit into half the width."""
    half, rows = (width - _GAP) // 2, list[list[Figure]]()
    for figure in figures:
        before = rows[-1] if rows else []
        if len(before) == 1 and half >= _HALF and max(before[0].least, figure.least) <= half:
            before.append(figure)
        else:
            rows.append([figure])
    return rows


def _height(row: Sequence[Figure]) -> int | None:
    """The height of figures beside each other; None if one of them fills what it is given."""
    heights = [figure.own_height for figure in row]
    return None if None in heights else max(height or 0 for height in heights)


def _room(rows: Sequence[Sequence[Figure]], height: int | None) -> int:
    """The height of each row of figures that fills what it is given."""
    heights = [_height(row) for row in rows]
    filling = heights.count(None)
    if height is None or not filling:
        return _BIG
    taken = sum(each or 0 for each in heights) + 2 * len(rows) - 1
    return max((height - taken) // filling, LEAST_HEIGHT)


def _side_by_side(row: Sequence[Figure], width: int, room: int) -> list[Line]:
    if len(row) == 1:
        return _headed(row[0], width, room)
    half = (width - _GAP) // 2
    left, right = (_headed(figure, half, room) for figure in row)
    lines: list[Line] = []
    for place in range(max(len(left), len(right))):
        line = list(left[place]) if place < len(left) else []
        if place < len(right):
            used = sum(cell_width(run.text) for run in line)
            line += [Run(" " * (half + _GAP - used)), *right[place]]
        lines.append(line)
    return lines


def _headed(figure: Figure, width: int, room: int) -> list[Line]:
    heading: list[Line] = [
        [Run(shorten(text, width), "name")] for text in wrapped(figure.heading, width) or [""]
    ]
    return [*heading, *figure.lines(width, figure.own_height or room - len(heading) + 1)]


def figures_text(words: str, figures: Sequence[Figure], width: int) -> str:
    """Words and figures as plain text, for a file or a terminal without colours.

    Arguments:
        words: stand above.
        figures: from the top.
        width: characters a line.
    """
    return f"{words}\n\n{plain(draw_figures(figures, width))}\n"


def figures_svg(title: str, figures: Sequence[Figure], words: str = "") -> str:
    """Figures below each other as one SVG picture.

    Arguments:
        title: stands above all.
        figures: from the top.
        words: stand below the title.
    Returns:
        The whole file.

    >>> from microgradseq.labs.figures import Text
    >>> figures_svg("Words", [Text("Said", "hello")]).count("<svg")
    2
    """
    parts, top = _words_svg(words), float(_SVG_HEAD)
    top += len(parts) * _SVG_LINE
    for figure in figures:
        picture = figure.svg()
        width, height = _size(picture)
        # a small figure keeps its own size, a wide one shrinks to the page
        shown = min(width, _SVG_WIDTH)
        tall = height * shown / width
        place = f'<svg x="0" y="{top:.0f}" width="{shown:.0f}" height="{tall:.0f}" '
        parts.append(picture.replace("<svg ", place, 1).rstrip())
        top += tall + 10
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SVG_WIDTH} {top:.0f}">\n'
        f'<rect width="{_SVG_WIDTH}" height="{top:.0f}" fill="white"/>\n'
        f'<text x="20" y="28" style="font:bold 18px sans-serif;fill:#222">{escape(title)}</text>'
    )
    return "\n".join([head, *parts, "</svg>", ""])


def _words_svg(words: str) -> list[str]:
    return [
        f'<text x="20" y="{_SVG_HEAD + 8 + place * _SVG_LINE}" '
        f'style="font:14px sans-serif;fill:#444">{escape(line)}</text>'
        for place, line in enumerate(wrap(words, _SVG_LETTERS))
    ]


def _size(picture: str) -> tuple[float, float]:
    found = re.search(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', picture)
    if found is None:
        raise ValueError("a figure's SVG needs a viewBox that begins at 0 0")
    return float(found[1]), float(found[2])
