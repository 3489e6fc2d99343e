"""Bars that stand side by side, each of a part that counts and a part that is lost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

BLOCKS = " ▁▂▃▄▅▆▇█"
LOST, UNKNOWN, CUT = "░", "·", "┊"
_EIGHTHS = 8

Part = Literal["", "kept", "lost", "unknown", "cut"]


@dataclass(frozen=True, slots=True)
class BarPiece:
    """A stretch of a line.

    Arguments:
        text: as it stands without colours.
        part: what it belongs to; "" for nothing.
        column: which bar it stands in.
    """

    text: str
    part: Part
    column: int


def upright_bars(
    kept: Sequence[float],
    lost: Sequence[float],
    wide: int,
    height: int,
    cut: int = 0,
    top: float | None = None,
) -> list[list[BarPiece]]:
    """Draw bars.

    Arguments:
        kept: how high each bar's part that counts is; NaN for a bar that is not known yet.
        lost: how much stands above it that is lost.
        wide: cells of each column; from 2 on, the first is left free.
        height: lines, at least 1.
        cut: the first column behind a cut, which is drawn as a line; 0 for none.
        top: the number that reaches the top; the highest bar if left out.
    Returns:
        Lines from the top.

    >>> for line in upright_bars([1.0, 0.5, math.nan], [0.0, 0.5, 0.0], wide=3, height=2, cut=2):
    ...     print("".join(piece.text for piece in line).rstrip())
     ██ ░░┊
     ██ ██┊··
    """
    sums = [low + high for low, high in zip(kept, lost, strict=True)]
    tallest = max((each for each in sums if math.isfinite(each)), default=0.0)
    scale = height * _EIGHTHS / (top or tallest or 1.0)
    lines = []
    for row in reversed(range(height)):
        line: list[BarPiece] = []
        for column, low in enumerate(kept):
            gap = min(1, wide - 1)
            if gap:
                is_cut = cut > 0 and column == cut
                line.append(BarPiece(CUT if is_cut else " ", "cut" if is_cut else "", column))
            glyph, part = _cell(_eighths(low, scale), _eighths(sums[column], scale), row)
            line.append(BarPiece(glyph * (wide - gap), part, column))
        lines.append(line)
    return lines


def _eighths(number: float, scale: float) -> int | None:
    """How many eighths of a line a bar is high; what is there at all can be seen."""
    if math.isnan(number):
        return None
    return max(round(number * scale), 1) if number > 0 else 0


def _cell(kept: int | None, whole: int | None, row: int) -> tuple[str, Part]:
    if kept is None or whole is None:
        return (UNKNOWN, "unknown") if row == 0 else (" ", "")
    filled = min(kept - row * _EIGHTHS, _EIGHTHS)
    if filled > 0:
        return BLOCKS[filled], "kept"
    if whole > kept and whole > row * _EIGHTHS:
        return LOST, "lost"
    return " ", ""
