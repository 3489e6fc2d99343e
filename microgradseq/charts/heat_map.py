"""A table of numbers as cells of sixteen shades: for a terminal, for plain text and for CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy

from microgradseq.backend import Array
from microgradseq.cells import cell_width, shorten
from microgradseq.numbers import readable

LEVELS = 16
"""How many shades there are, 0 the faintest."""
GLYPHS, NEGATIVE_GLYPHS = "░▒▓█", "-=≡#"
"""How levels are drawn without colours, four levels a glyph: numbers above 0, and below."""
GAP, ZERO, INFINITE = "·", "0", "∞"
"""What stands for a number that is not known, for 0 on a logarithmic scale, for infinity."""
_WIDEST_NAMES = 3  # names of rows take at most this part of the width
_NEAR_ZERO = 0.2


@dataclass(frozen=True, slots=True)
class Shade:
    """How strong a cell is.

    Arguments:
        level: 0 to 15; None where there is no level to show, and the glyph says why.
        negative: whether the number is below 0.
        glyph: the cell without colours, one character.
    """

    level: int | None
    negative: bool
    glyph: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line.

    Arguments:
        text: as it stands without colours.
        shade: of its cell; None for names and legends.
        under: the shade of the lower half, where two rows share a line.
        column: which column of the map it stands in; None beside the cells.
    """

    text: str
    shade: Shade | None = None
    under: Shade | None = None
    column: int | None = None


@dataclass(frozen=True, eq=False)
class HeatMap:
    """Numbers in rows and columns, the strength of each cell telling its size.

    The strength tells the magnitude; a number below 0 has glyphs of its own.

    Arguments:
        values: (rows, columns); NaN is a gap.
        row_names, column_names: one for each.
        title: stands above.
        log: whether magnitudes are told apart by their logarithm.
        scale: the magnitudes at the two ends; those of the values if left out.
        gap: what a gap means, for the legend.
        axis: what the columns are, in front of their names where there is room for it.

    >>> heat_map = HeatMap([[0.0, 1.0], [-2.0, math.nan]], ["a", "b"], ["x", "y"], "numbers")
    >>> print(heat_map.to_text(20), end="")
    numbers
    a          ▓▓▓▓▓▓▓▓▓
    b #########·········
      x        y
      −2 #≡=- 0 ░▒▓█ 2
    """

    values: Array
    row_names: Sequence[str]
    column_names: Sequence[str]
    title: str = ""
    log: bool = False
    scale: tuple[float, float] | None = None
    gap: str = "no number"
    axis: str = ""

    def __post_init__(self) -> None:
        values = numpy.asarray(self.values, dtype="float64")
        if values.shape != (len(self.row_names), len(self.column_names)):
            raise ValueError(
                f"values of shape {values.shape} need a name for each row and column, got "
                f"{len(self.row_names)} and {len(self.column_names)}"
            )
        object.__setattr__(self, "values", values)

    @cached_property
    def signed(self) -> bool:
        """Whether any number is below 0."""
        return bool((self.values < 0).any())

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The magnitudes of the faintest and the strongest shade."""
        if self.scale is not None:
            return self.scale
        sizes = numpy.abs(self.values[numpy.isfinite(self.values)])
        sizes = sizes[sizes > 0] if self.log else sizes
        if not sizes.size:
            return (0.1, 1.0) if self.log else (0.0, 1.0)
        low, high = float(sizes.min()), float(sizes.max())
        if not self.log and (self.signed or low <= _NEAR_ZERO * high):
            low = 0.0
        return low, high

    def shade(self, number: float) -> Shade:
        """The shade of a number.

        >>> HeatMap([[1.0]], [""], [""], scale=(0.0, 4.0)).shade(1.0)
        Shade(level=4, negative=False, glyph='▒')
        """
        negative = number < 0
        if math.isnan(number):
            return Shade(None, False, GAP)
        if math.isinf(number):
            return Shade(LEVELS - 1, negative, INFINITE)
        if number == 0 and self.log:
            return Shade(None, False, ZERO)
        low, high = map(self._height, self.ends)
        share = (self._height(abs(number)) - low) / (high - low) if high > low else 1.0
        level = min(max(int(share * LEVELS + 1e-9), 0), LEVELS - 1)
        if number == 0:
            return Shade(level, False, " ")
        glyphs = NEGATIVE_GLYPHS if negative else GLYPHS
        return Shade(level, negative, glyphs[level * len(glyphs) // LEVELS])

    def _height(self, size: float) -> float:
        return math.log10(size) if self.log and size > 0 else size

    def lines(self, width: int, height: int | None = None) -> list[list[Piece]]:
        """The map as lines of a terminal.

        Where there is no room for all rows, two share a line, as the two halves of its cells;
        where there is not enough room even then, a cell shows the largest of its neighbours.

        Arguments:
            width: cells of the terminal, at least 8.
            height: lines there are room for; None for as many as are needed.
        Returns:
            The title, the rows, the names of the columns, the legend.
        """
        head = [[Piece(shorten(self.title, width))]] if self.title else []
        room = max(1, len(self.row_names) if height is None else height - len(head) - 2)
        halved = room < len(self.row_names)
        rows = _bins(len(self.row_names), room * (2 if halved else 1))
        gutter, wide = self.columns_at(width)
        columns = _bins(len(self.column_names), width - gutter - 1)
        lines = head
        for place in range(0, len(rows), 2 if halved else 1):
            name = shorten(self.row_names[rows[place].start], max(gutter, 1)) if gutter else ""
            line = [Piece(name + " " * (gutter + 1 - cell_width(name)))]
            below = rows[place + 1] if halved and place + 1 < len(rows) else None
            for column in columns:
                line.append(self._piece(rows[place], below, column, wide))
            lines.append(line)
        return [*lines, self._foot(columns, wide, gutter), self._legend(gutter, width)]

    def columns_at(self, width: int) -> tuple[int, int]:
        """Where the cells stand in lines of a width.

        Arguments:
            width: cells of the terminal.
        Returns:
            How many the names of the rows take, a blank behind them not counted; how many each
            column takes.

        >>> HeatMap([[1.0, 2.0]], ["abc"], ["x", "y"]).columns_at(20)
        (3, 8)
        """
        gutter = min(max(map(cell_width, self.row_names), default=0), width // _WIDEST_NAMES)
        columns = max(len(self.column_names), 1)
        return gutter, max(1, (width - gutter - 1) // columns)

    def _piece(self, row: range, below: range | None, column: range, wide: int) -> Piece:
        upper = self._largest(row, column)
        shade, under, glyph = self.shade(upper), None, self.shade(upper).glyph
        if below is not None:
            lower = self._largest(below, column)
            under = self.shade(lower)
            # without colours a glyph can tell of one row only: the larger number
            if math.isnan(upper) or abs(lower) > abs(upper):
                glyph = under.glyph
        return Piece(glyph * wide, shade, under, column.start)

    def _largest(self, row: range, column: range) -> float:
        numbers = self.values[row.start : row.stop, column.start : column.stop].ravel()
        known = numbers[~numpy.isnan(numbers)]
        return float(known[numpy.abs(known).argmax()]) if known.size else math.nan

    def _foot(self, columns: Sequence[range], wide: int, gutter: int) -> list[Piece]:
        """The names of columns under their first cell, those left out that would touch."""
        axis = self.axis if cell_width(self.axis) <= gutter else ""
        line, free = [Piece(" " * (gutter - cell_width(axis)) + axis + " ")], 0
        end = len(columns) * wide
        for place, column in enumerate(columns):
            name = self.column_names[column.start]
            start = place * wide
            if start < free or start + cell_width(name) > end:
                continue
            line += [Piece(" " * (start - free)), Piece(name, column=column.start)]
            free = start + cell_width(name)
            if free < end and cell_width(name) >= wide:
                line.append(Piece(" "))
                free += 1
        return line

    def _legend(self, gutter: int, width: int) -> list[Piece]:
        low, high = (readable(end, 3) for end in self.ends)
        kept = [f"{low} ", f" {high}"]
        ramp = [self._ramp(level, False) for level in range(LEVELS)]
        # a glyph stands for four levels: one of them is shown, in the middle of the four
        shown = ramp[1::4]
        if self.signed:
            mirrored = [self._ramp(level, True) for level in range(LEVELS)][1::4][::-1]
            pieces = [Piece(f"−{high} "), *mirrored, Piece(f" {low} "), *shown, Piece(f" {high}")]
        else:
            pieces = [Piece(kept[0]), *shown, Piece(kept[1])]
        line = [Piece(" " * (gutter + 1)), *pieces]
        used = sum(cell_width(piece.text) for piece in line)
        if used > width:
            return [Piece(shorten("".join(piece.text for piece in line).lstrip(), width))]
        gap = f"   {GAP} {self.gap}"
        if numpy.isnan(self.values).any() and used + cell_width(gap) <= width:
            line.append(Piece(gap))
        return line

    def _ramp(self, level: int, negative: bool) -> Piece:
        glyphs = NEGATIVE_GLYPHS if negative else GLYPHS
        glyph = glyphs[level * len(glyphs) // LEVELS]
        return Piece(glyph, Shade(level, negative, glyph))

    def to_text(self, width: int = 80, height: int | None = None) -> str:
        """The map without colours.

        Arguments:
            width, height: as for `lines`.
        Returns:
            Lines without blanks at their ends, with a line break behind each.
        """
        texts = ("".join(piece.text for piece in line) for line in self.lines(width, height))
        return "".join(f"{text.rstrip()}\n" for text in texts)

    def to_csv(self) -> str:
        """The exact numbers as CSV; a gap is an empty field.

        >>> print(HeatMap([[0.5, math.nan]], ["a"], ["x", "y"]).to_csv(), end="")
        ,x,y
        a,0.5,
        """
        written = io.StringIO()
        table = csv.writer(written, lineterminator="\n")
        table.writerow(["", *self.column_names])
        for name, numbers in zip(self.row_names, self.values.tolist(), strict=True):
            table.writerow([name, *("" if math.isnan(each) else repr(each) for each in numbers)])
        return written.getvalue()


def _bins(count: int, most: int) -> list[range]:
    """Split places into at most so many stretches of neighbours."""
    if count <= most:
        return [range(place, place + 1) for place in range(count)]
    most = max(most, 1)
    ends = [place * count // most for place in range(most + 1)]
    return [range(start, stop) for start, stop in pairwise(ends)]
