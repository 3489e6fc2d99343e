"""Any chart as a file: a picture, characters or numbers, as the file's name asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from microgradseq.charts.chart import MARKERS, Look, draw_chart
from microgradseq.charts.columns import Series
from microgradseq.charts.heat_map import HeatMap
from microgradseq.charts.heat_map_svg import heat_map_svg
from microgradseq.charts.number_table import ChartNumbers, as_csv
from microgradseq.charts.svg import chart_svg
from microgradseq.errors import UserError

SUFFIXES = (".svg", ".txt", ".csv")
TEXT_WIDTH, TEXT_HEIGHT = 100, 30


@dataclass(frozen=True)
class Exports:
    """How a chart is written in each format; nothing is worked out before it is asked for.

    Arguments:
        title: of the chart.
        svg, text, csv: the whole file of each format.
    """

    title: str
    svg: Callable[[], str]
    text: Callable[[], str]
    csv: Callable[[], str]

    def content(self, suffix: str) -> str:
        """A whole file.

        Arguments:
            suffix: one of SUFFIXES.
        """
        return {".svg": self.svg, ".txt": self.text, ".csv": self.csv}[suffix]()


def chart_exports(
    title: str, curves: Sequence[Series], look: Look | None = None, y_name: str = ""
) -> Exports:
    """How curves are written.

    Arguments:
        title: of the chart.
        curves: at most eight.
        look: the part of x, the axis and the lines that are shown; its size does not count.
        y_name: what the axis upwards counts.

    >>> import numpy
    >>> exports = chart_exports("Up", [Series("a", numpy.arange(2.0), numpy.arange(2.0))])
    >>> print(exports.content(".csv"), end="")
    step,a
    0,0
    1,1
    """
    shown = look or Look(TEXT_WIDTH, TEXT_HEIGHT)

    def text() -> str:
        wanted = replace(shown, width=TEXT_WIDTH, height=TEXT_HEIGHT, crosshair=None, named=True)
        legend = "   ".join(
            f"{MARKERS[place % len(MARKERS)]} {series.name}" for place, series in enumerate(curves)
        )
        return f"{title}\n\n{draw_chart(curves, wanted).text()}\n\n{legend}\n"

    def svg() -> str:
        return chart_svg(
            title,
            [_between(series, shown) for series in curves],
            log=shown.log,
            x_name=shown.x_name,
            y_name=y_name,
            baselines=shown.baselines,
            notes=shown.notes,
        )

    return Exports(title, svg, text, lambda: as_csv(ChartNumbers(curves, shown.x_name)))


def _between(series: Series, look: Look) -> Series:
    """The part of a series that is in view."""
    left = -float("inf") if look.left is None else look.left
    right = float("inf") if look.right is None else look.right
    kept = (series.x >= left) & (series.x <= right)
    return Series(series.name, series.x[kept], series.y[kept], series.smoothing)


def heat_map_exports(heat_map: HeatMap) -> Exports:
    r"""How a heat map is written.

    Arguments:
        heat_map: the map.

    >>> heat_map_exports(HeatMap([[1.0]], ["a"], ["b"], "One")).content(".csv")
    ',b\na,1.0\n'
    """
    return Exports(
        heat_map.title,
        lambda: heat_map_svg(heat_map),
        lambda: heat_map.to_text(TEXT_WIDTH),
        heat_map.to_csv,
    )


def suffix_of(path: Path) -> str:
    """The format that a file's name asks for; UserError where it asks for none.

    Arguments:
        path: as a person typed it.

    >>> suffix_of(Path("loss.SVG"))
    '.svg'
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError(
            f'"{path.name}" must end in .svg (a picture), .txt (characters) or .csv (numbers)'
        )
    return suffix


def write_export(exports: Exports, path: Path, overwrite: bool = False) -> None:
    """Write a chart to a file; UserError where that cannot be.

    Arguments:
        exports: the chart.
        path: its suffix chooses the format.
        overwrite: whether a file that is there may be replaced.
    """
    content = exports.content(suffix_of(path))
    try:
        with path.open("w" if overwrite else "x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError as error:
        raise UserError(f'"{path}" is there already') from error
    except OSError as error:
        raise UserError(f'"{path}" cannot be written: {error.strerror or error}') from error
