"""Short texts beside each other, in as many lines as they need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.content import Content


def in_lines(parts: Iterable[Any], width: int, most: int, gap: str = "   ") -> Content:
    r"""Parts beside each other, none torn apart by the end of a line.

    Arguments:
        parts: texts, or pairs of a text and its look.
        width: cells of a line.
        most: lines; what there is no room for is left out.
        gap: stands between two parts of a line.

    >>> in_lines(["step 80 of 200", "loss 1.038", "lr 0.01"], 30, 2).plain
    'step 80 of 200   loss 1.038\nlr 0.01'
    """
    lines: list[Content] = []
    for part in map(Content.assemble, parts):
        if lines and lines[-1].cell_length + len(gap) + part.cell_length <= width:
            lines[-1] = Content.assemble(lines[-1], gap, part)
        elif len(lines) < most:
            lines.append(part)
        else:
            break
    return Content("\n").join(lines)
