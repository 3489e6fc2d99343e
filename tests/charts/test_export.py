"""Charts as files and as rows of exact numbers."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from xml.etree import ElementTree as Trees

import numpy
import pytest

from microgradseq.charts.chart import Look
from microgradseq.charts.columns import Series
from microgradseq.charts.export import (
    SUFFIXES,
    Exports,
    chart_exports,
    heat_map_exports,
    suffix_of,
    write_export,
)
from microgradseq.charts.heat_map import HeatMap
from microgradseq.charts.number_table import ChartNumbers, HeatMapNumbers, as_csv
from microgradseq.errors import UserError

STEPS = numpy.arange(1.0, 4.0)
CURVES = [
    Series("损失 <a>", STEPS, numpy.array([0.1, 1 / 3, numpy.nan])),
    Series("b", STEPS[1:], numpy.array([2.0, 1e-300])),
]


def test_the_csv_of_curves_holds_every_digit() -> None:
    rows = list(csv.reader(io.StringIO(chart_exports("t", CURVES).content(".csv"))))
    assert rows[0] == ["step", "损失 <a>", "b"]
    assert rows[1] == ["1", "0.1", ""]
    assert float(rows[2][1]) == 1 / 3
    assert rows[3] == ["3", "nan", "1e-300"]


def test_points_that_share_their_x_all_have_a_row() -> None:
    table = ChartNumbers([Series("a", numpy.ones(3), STEPS)], "epoch")
    assert [table.row(place)[1] for place in range(len(table))] == ["1", "2", "3"]


def test_the_picture_shows_what_is_in_view_and_the_table_everything() -> None:
    look = Look(80, 20, left=2.0, right=3.0, notes=((1.0, "before"), (2.5, "lr < 0.5")))
    exports = chart_exports("Loss & more", CURVES, look)
    tree = Trees.fromstring(exports.content(".svg"))
    assert "lr < 0.5" in "".join(tree.itertext())
    assert "before" not in "".join(tree.itertext())
    assert "Loss & more" in "".join(tree.itertext())
    assert len(exports.content(".csv").splitlines()) == 4
    assert "● 损失 <a>" in exports.content(".txt")


def test_heat_maps_too() -> None:
    heat_map = HeatMap([[0.1, numpy.nan]], ["h"], ["t 1", "t 2"], "States")
    table = HeatMapNumbers(heat_map)
    assert (table.header, table.row(0)) == (("", "t 1", "t 2"), ("h", "0.1", ""))
    assert as_csv(table).splitlines()[0] == ",t 1,t 2"
    exports = heat_map_exports(heat_map)
    assert Trees.fromstring(exports.content(".svg")).tag.endswith("svg")
    assert "States" in exports.content(".txt")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"loss{suffix.upper()}"
    write_export(chart_exports("t", CURVES), path)
    assert path.stat().st_size > 0
    with pytest.raises(UserError, match="there already"):
        write_export(chart_exports("t", CURVES), path)
    write_export(Exports("t", str, str, str), path, overwrite=True)
    assert path.stat().st_size == 0


def test_what_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "a.svg", tmp_path / ("a" * 300 + ".csv")):
        with pytest.raises(UserError, match="cannot be written") as told:
            write_export(chart_exports("t", CURVES), path)
        assert "\n" not in str(told.value)
    with pytest.raises(UserError, match=r"must end in \.svg"):
        suffix_of(Path("loss.png"))
