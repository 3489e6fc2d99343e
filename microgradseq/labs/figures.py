"""The pictures of a lab: charts, planes, heat maps, tables, texts; as characters and as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import NamedTuple

from microgradseq.cells import cell_width, shorten, wrapped
from microgradseq.charts.chart import MARKERS, Look, Row, draw_chart
from microgradseq.charts.columns import Series
from microgradseq.charts.heat_map import HeatMap, Piece
from microgradseq.charts.heat_map_svg import heat_map_svg
from microgradseq.charts.plane import Path, draw_plane, plane_svg
from microgradseq.charts.svg import chart_svg
from microgradseq.numbers import readable

__all__ = [
    "Chart",
    "Figure",
    "Heat",
    "Line",
    "Path",
    "Plane",
    "Run",
    "Series",
    "Table",
    "Text",
    "plain",
]

# not a style sheet: those of all figures on a page would count for each other
_PLAIN = 'style="font:13px monospace;fill:#222" xml:space="preserve"'
_TITLE = 'style="font:16px sans-serif;fill:#222"'
_SVG_LINE = 20
_SVG_CHARACTER = 8
_GAP = "  "
_ROWS_SHOWN_EACH = 16
_LEAST = 40


class Run(NamedTuple):
    """Characters that look alike.

    Arguments:
        text: the characters.
        role: what they stand for, as a theme names it: "curve-0", "muted", "name", "value",
            "positive", "negative"; "" for ordinary text.
    """

    text: str
    role: str = ""


Line = list[Run]


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture under a heading.

    Arguments:
        title: the heading; it says what is to be seen.
    """

    title: str

    def lines(self, width: int, height: int) -> list[Line]:
        """The picture as characters, without its heading.

        Arguments:
            width: characters a line, at most.
            height: lines that there is room for; a figure with a size of its own may take more.
        """
        raise NotImplementedError

    def svg(self) -> str:
        """The picture as a whole SVG file, heading included."""
        raise NotImplementedError

    @property
    def heading(self) -> str:
        """What stands above the picture."""
        return self.title

    @property
    def own_height(self) -> int | None:
        """How many lines it needs; None if it fills what it is given."""
        return None

    @property
    def least(self) -> int:
        """How many characters a line it needs at least to be read."""
        return _LEAST


@dataclass(frozen=True, eq=False)
class Chart(Figure):
    """Curves over a common x.

    Arguments:
        series: at most eight; x must rise.
        x_name, y_name: what the axes count.
        log: whether the axis upwards is logarithmic.
        baselines: horizontal lines: (name, height).
        left, right: the ends of x, so that a growing curve does not make the axis jump.

    >>> import numpy
    >>> figure = Chart("A line", (Series("up", numpy.arange(3.0), numpy.arange(3.0)),))
    >>> figure.text(20, 6).splitlines()[-1]
    '● up'
    """

    series: tuple[Series, ...]
    x_name: str = "step"
    y_name: str = ""
    log: bool = False
    baselines: tuple[tuple[str, float], ...] = ()
    left: float | None = None
    right: float | None = None

    @property
    def heading(self) -> str:
        # the axis upwards has no room for a name of its own
        said = self.y_name.lower() in self.title.lower()
        return self.title if said else f"{self.title} ({self.y_name})"

    def lines(self, width: int, height: int) -> list[Line]:
        legend = _legend([each.name for each in self.series], width)
        look = Look(
            width,
            max(height - len(legend), 5),
            log=self.log,
            left=self.left,
            right=self.right,
            baselines=self.baselines,
            x_name=self.x_name,
        )
        drawn = draw_chart(self.series, look)
        return [*_of_rows(drawn.rows), *legend]

    def text(self, width: int, height: int) -> str:
        """The picture without colours.

        Arguments:
            width, height: characters and lines.
        """
        return plain(self.lines(width, height))

    def svg(self) -> str:
        return chart_svg(
            self.heading,
            self.series,
            log=self.log,
            x_name=self.x_name,
            y_name="",
            baselines=self.baselines,
        )


@dataclass(frozen=True, eq=False)
class Plane(Figure):
    """Paths in a plane, such as two neurons' states against each other.

    Arguments:
        paths: at most eight.
        x_name, y_name: what the axes are.
    """

    paths: tuple[Path, ...]
    x_name: str = "x"
    y_name: str = "y"

    def lines(self, width: int, height: int) -> list[Line]:
        legend = _legend([path.name for path in self.paths], width)
        rows = draw_plane(self.paths, width, max(height - len(legend) - 1, 5), self.x_name)
        return [[Run(shorten(f"{self.y_name} ↑", width), "muted")], *_of_rows(rows), *legend]

    def svg(self) -> str:
        return plane_svg(self.title, self.paths, self.x_name, self.y_name)


@dataclass(frozen=True, eq=False)
class Heat(Figure):
    """A matrix, the strength of each cell telling its number.

    Arguments:
        heat_map: the matrix, the names of its rows and columns, and its scale; its title is left
            empty, as the figure has one.

    >>> heat = Heat("Weights", HeatMap([[0.0, 1.0], [0.5, 0.0]], ["a", "b"], ["x", "y"]))
    >>> print(plain(heat.lines(12, 4)))
    a      █████
    b ▓▓▓▓▓
      x    y
      0 ░▒▓█ 1
    """

    heat_map: HeatMap

    @property
    def own_height(self) -> int | None:
        rows = len(self.heat_map.row_names)
        return rows + 2 if rows <= _ROWS_SHOWN_EACH else None

    def lines(self, width: int, height: int) -> list[Line]:
        return [[_of_piece(piece) for piece in line] for line in self.heat_map.lines(width, height)]

    def svg(self) -> str:
        return heat_map_svg(replace(self.heat_map, title=self.title))


@dataclass(frozen=True, eq=False)
class Table(Figure):
    """Numbers and words in columns.

    Arguments:
        headings: of the columns.
        rows: texts as they are, numbers with four digits.
        marked: the rows to be pointed out, counted from 0.

    >>> table = Table("Sizes", ("what", "size"), (("a", 1.0), ("bb", 12.345678)))
    >>> print(plain(table.lines(20, 5)))
    what   size
    a         1
    bb    12.35
    """

    headings: tuple[str, ...]
    rows: Sequence[Sequence[str | float]]
    marked: tuple[int, ...] = ()

    @property
    def own_height(self) -> int:
        return len(self.rows) + 1

    @property
    def least(self) -> int:
        return max(map(cell_width, self._texts()))

    def lines(self, width: int, height: int) -> list[Line]:
        lines: list[Line] = []
        for columns in self._blocks(width):
            heading, *body = self._texts(columns)
            lines += [[], [Run(shorten(heading, width), "muted")]]
            for place, text in enumerate(body):
                lines.append([Run(shorten(text, width), "name" if place in self.marked else "")])
        return lines[1:]

    def _blocks(self, width: int) -> list[list[int]]:
        """Which columns stand beside each other; the first one leads every block."""
        blocks: list[list[int]] = [[0]]
        for column in range(1, len(self.headings)):
            together = [*blocks[-1], column]
            if len(together) > 2 and max(map(cell_width, self._texts(together))) > width:
                blocks.append([0, column])
            else:
                blocks[-1] = together
        return blocks

    def _texts(self, columns: Sequence[int] | None = None) -> list[str]:
        chosen = range(len(self.headings)) if columns is None else columns
        every = [list(self.headings), *([_cell(each) for each in row] for row in self.rows)]
        cells = [[row[place] for place in chosen] for row in every]
        numeric = [any(not isinstance(row[place], str) for row in self.rows) for place in chosen]
        widths = [max(cell_width(row[place]) for row in cells) for place in range(len(numeric))]
        return [
            _GAP.join(
                _padded(cell, widths[place], numeric[place]) for place, cell in enumerate(row)
            ).rstrip()
            for row in cells
        ]

    def svg(self) -> str:
        return _text_svg(self.title, self._texts())


@dataclass(frozen=True, eq=False)
class Text(Figure):
    """Words or characters as they are.

    Arguments:
        text: its lines.
        marked: the lines to be pointed out, counted from 0.
    """

    text: str
    marked: tuple[int, ...] = field(default=())

    @property
    def own_height(self) -> int:
        return len(self.text.splitlines())

    @property
    def least(self) -> int:
        return max(map(cell_width, self.text.splitlines()), default=0)

    def lines(self, width: int, height: int) -> list[Line]:
        return [
            [Run(shorten(part, width), "name" if place in self.marked else "")]
            for place, line in enumerate(self.text.splitlines())
            for part in (wrapped(line, width) if cell_width(line) > width else [line])
        ]

    def svg(self) -> str:
        return _text_svg(self.title, self.text.splitlines())


def plain(lines: Sequence[Line]) -> str:
    """Lines without colours.

    Arguments:
        lines: of runs.
    """
    return "\n".join("".join(run.text for run in line).rstrip() for line in lines)


def _of_rows(rows: Sequence[Row]) -> list[Line]:
    return [
        [
            Run(part.text, "muted" if part.curve is None else f"curve-{part.curve % 8}")
            for part in row
        ]
        for row in rows
    ]


def _of_piece(piece: Piece) -> Run:
    if piece.shade is None:
        return Run(piece.text, "muted")
    return Run(piece.text, "negative" if piece.shade.negative else "value")


def _legend(names: Sequence[str], width: int) -> list[Line]:
    """The names with their markers, as many a line as there is room for."""
    lines: list[Line] = [[]]
    used = 0
    for place, name in enumerate(names):
        text = shorten(f"{MARKERS[place % len(MARKERS)]} {name}", width)
        if used and used + 2 + cell_width(text) > width:
            lines.append([])
            used = 0
        if used:
            lines[-1].append(Run(_GAP))
            used += len(_GAP)
        lines[-1].append(Run(text, f"curve-{place % 8}"))
        used += cell_width(text)
    return lines


def _cell(content: str | float) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, int):
        return f"{content:,}"
    return readable(content)


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - cell_width(text))
    return blanks + text if right else text + blanks


def _text_svg(title: str, lines: Sequence[str]) -> str:
    longest = max(map(cell_width, [*lines, title]), default=0)
    width, height = 40 + longest * _SVG_CHARACTER, 50 + len(lines) * _SVG_LINE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
            f'<rect width="{width}" height="{height}" fill="white"/>',
            f'<text x="20" y="24" {_TITLE}>{escape(title)}</text>',
            *(
                f'<text x="20" y="{54 + place * _SVG_LINE}" {_PLAIN}>{escape(line)}</text>'
                for place, line in enumerate(lines)
            ),
            "</svg>",
            "",
        ]
    )
