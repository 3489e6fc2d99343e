"""The field of a chart: dots of lines and bands, and whom each character belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy

from microgradseq.backend import Array
from microgradseq.cells import cell_width, clusters, shorten
from microgradseq.charts.axis import Axis
from microgradseq.charts.columns import Columns

MARKERS = "●■▲◆○□△◇"
PARTS = ("frame", "note", "baseline", "band", "crosshair", "line", "label", "mark")
"""What a character can belong to. Of two, the later one stands in front."""
_NUMBER = {name: number for number, name in enumerate(PARTS)}
_DOTS = numpy.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype="uint8")
_BRAILLE = 0x2800
_MARKER_EVERY = 24
_NOTE_ROWS = 3
_SHORTEST_NAME = 4


class Stretch(NamedTuple):
    """Characters that look alike.

    Arguments:
        text: the characters.
        curve: which curve they belong to; None for the frame.
        part: one of PARTS.
    """

    text: str
    curve: int | None = None
    part: str = "frame"


Row = list[Stretch]


class Field:
    """A field of characters, two by four dots each.

    Arguments:
        width, height: in characters.
        axis: upwards.
    """

    def __init__(self, width: int, height: int, axis: Axis) -> None:
        self.width, self.height, self.axis = width, height, axis
        self._dots = numpy.zeros((height, width), dtype="uint8")
        self._owner = numpy.full((height, width), -1)
        self._part = numpy.zeros((height, width), dtype="int8")
        self._texts: dict[tuple[int, int], str] = {}
        self._heights = numpy.arange(height * 4)[:, None]

    def rows_of(self, numbers: Array) -> Array:
        """The row of dots of each number, 0 at the top; −1 for none.

        Arguments:
            numbers: (N,).
        """
        shares = self.axis.shares(numbers)
        rows = (1 - numpy.nan_to_num(shares)) * (self.height * 4 - 1)
        return numpy.where(numpy.isnan(shares), -1, numpy.rint(rows)).astype("int64")

    def baseline(self, level: float, place: int) -> None:
        """Draw a dotted line.

        Arguments:
            level: its height.
            place: which baseline it is.
        """
        row = int(self.rows_of(numpy.array([level]))[0])
        if row >= 0:
            mask = numpy.zeros((self.height * 4, self.width * 2), dtype=bool)
            mask[row, ::4] = True
            self._lay(mask, place, "baseline")

    def band(self, columns: Columns, curve: int) -> None:
        """Draw the raw range of a curve.

        Arguments:
            columns: the curve, two columns a character.
            curve: which one it is.
        """
        low, high = self.rows_of(columns.low), self.rows_of(columns.high)
        self._uprights(high, low, (low >= 0) & (high >= 0), curve, "band")

    def line(self, columns: Columns, curve: int) -> None:
        """Draw the smoothed line of a curve, joined where it is steep.

        Arguments:
            columns: the curve, two columns a character.
            curve: which one it is.
        """
        rows = self.rows_of(columns.mean)
        before = numpy.concatenate([[-1], rows[:-1]])
        start = numpy.where(before < 0, rows, before + numpy.sign(rows - before))
        tops, bottoms = numpy.minimum(start, rows), numpy.maximum(start, rows)
        self._uprights(tops, bottoms, rows >= 0, curve, "line")

    def _uprights(self, top: Array, bottom: Array, there: Array, curve: int, part: str) -> None:
        self._lay((self._heights >= top) & (self._heights <= bottom) & there, curve, part)

    def _lay(self, mask: Array, curve: int, part: str) -> None:
        """Lay dots over the field; a line wipes out what lies behind it in the same character."""
        cells = mask.reshape(self.height, 4, self.width, 2)
        bits = numpy.zeros((self.height, self.width), dtype="uint8")
        for row in range(4):
            for side in range(2):
                bits |= cells[:, row, :, side] * _DOTS[row, side]
        number = _NUMBER[part]
        stronger = (bits > 0) & (self._part < number)
        alike = (bits > 0) & (self._part == number)
        self._dots[stronger] = bits[stronger]
        self._dots[alike] |= bits[alike]
        self._part[stronger] = number
        self._owner[stronger | alike if part == "line" else stronger] = curve

    def mark_curves(self, columns: Sequence[Columns]) -> None:
        """Put each curve's own marker on it, at places of its own, and at its end.

        Arguments:
            columns: of all curves, two columns a character.
        """
        for curve, found in enumerate(columns):
            rows = self.rows_of(found.mean)
            places = numpy.flatnonzero(rows >= 0)
            if not len(places):
                continue
            shift = 2 * _MARKER_EVERY * curve // max(len(columns), 1)
            early = places[places <= places[-1] - _MARKER_EVERY // 2]
            chosen = [] if len(columns) == 1 else early[early % (2 * _MARKER_EVERY) == shift]
            for place in (*chosen, places[-1]):
                line, column = int(rows[place]) // 4, int(place) // 2
                if (line, column) not in self._texts:
                    self._put(line, column, MARKERS[curve % len(MARKERS)], "mark", curve)

    def upright(self, column: int, character: str, part: str) -> None:
        """Draw an upright line behind all curves.

        Arguments:
            column: in characters.
            character: what it is made of.
            part: "note" or "crosshair".
        """
        for line in numpy.flatnonzero(self._part[:, column] < _NUMBER[part]).tolist():
            self._put(line, column, character, part)

    def note(self, column: int, words: str) -> None:
        """Draw an upright line with words at its top, where there is room for them.

        Arguments:
            column: in characters.
            words: short.
        """
        self.upright(column, "┊", "note")
        wide = cell_width(words)
        for line in range(min(_NOTE_ROWS, self.height)):
            for start in (column + 1, column - wide):
                if self._write(line, start, words):
                    return

    def name_baseline(self, level: float, name: str) -> None:
        """Write a baseline's name on it, where no curve stands.

        Arguments:
            level: its height.
            name: what it is.
        """
        row = int(self.rows_of(numpy.array([level]))[0])
        if row < 0 or self.width < _SHORTEST_NAME * 2:
            return
        words = shorten(f" {name} ", self.width // 2)
        last = self.width - cell_width(words)
        for start in (last - 2, 2, *range(last, 0, -2)):
            if self._write(row // 4, start, words):
                return

    def _write(self, line: int, start: int, words: str) -> bool:
        """Write words where nothing but a band or a baseline stands."""
        end = start + cell_width(words)
        if start < 0 or end > self.width:
            return False
        if (self._part[line, start:end] > _NUMBER["band"]).any():
            return False
        for cluster, wide in clusters(words):
            self._put(line, start, cluster, "label")
            for column in range(start + 1, start + wide):
                self._put(line, column, "", "label")
            start += wide
        return True

    def _put(self, line: int, column: int, text: str, part: str, curve: int = -1) -> None:
        self._texts[line, column] = text
        self._part[line, column] = _NUMBER[part]
        self._owner[line, column] = curve

    def row(self, line: int) -> Row:
        """One line of characters.

        Arguments:
            line: 0 at the top.
        """
        dots = self._dots[line]
        codes = numpy.where(dots > 0, _BRAILLE + dots.astype("uint32"), ord(" "))
        characters = [*map(chr, codes.tolist())]
        for column in range(self.width):
            text = self._texts.get((line, column))
            if text is not None:
                characters[column] = text
        part, owner = self._part[line], self._owner[line]
        changes = (part[1:] != part[:-1]) | (owner[1:] != owner[:-1])
        starts = [0, *(numpy.flatnonzero(changes) + 1).tolist()]
        return [
            Stretch(
                "".join(characters[start:end]),
                int(owner[start]) if owner[start] >= 0 else None,
                PARTS[part[start]],
            )
            for start, end in zip(starts, [*starts[1:], self.width], strict=True)
        ]
