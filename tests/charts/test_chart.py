"""Drawn charts: what stands in front, gaps, names of baselines, notes and the crosshair."""

from __future__ import annotations

import numpy
import pytest

from microgradseq.cells import cell_width
from microgradseq.charts.chart import Look, draw_chart
from microgradseq.charts.columns import Series
from microgradseq.charts.reading import nearest, readings
from microgradseq.charts.window import Window

X = numpy.arange(0.0, 101.0)


def test_every_row_is_as_wide_as_it_should_be() -> None:
    look = Look(
        60,
        14,
        baselines=(("均匀 uniform", 80.0),),
        notes=((50.0, "学习率 0.5"), (99.0, "lr 1")),
        crosshair=20.0,
        named=True,
    )
    chart = draw_chart([Series("a", X, X), Series("b", X, X[::-1])], look)
    widths = [sum(cell_width(part.text) for part in row) for row in chart.rows[:-1]]
    assert widths == [60] * 13
    text = chart.text()
    assert "均匀 uniform" in text
    assert "学习率 0.5" in text
    assert "lr 1" in text
    column = chart.gutter + chart.column_of(20.0)
    crossed = [row for row in text.splitlines() if row[column : column + 1] == "│"]
    assert len(crossed) >= 8


def test_a_curve_stands_in_front_of_notes_and_of_the_crosshair() -> None:
    flat = Series("a", X, numpy.full(101, 5.0))
    plain = draw_chart([flat], Look(40, 8)).text()
    crossed = draw_chart([flat], Look(40, 8, crosshair=50.0, notes=((25.0, "n"),))).text()
    line = next(row for row in plain.splitlines() if "⠉" in row or "⠒" in row or "⣀" in row)
    assert line in crossed.splitlines()


def test_gaps_stay_gaps_and_infinity_does_not_stretch_the_axis() -> None:
    y = X.copy()
    y[40:60], y[10] = numpy.nan, numpy.inf
    chart = draw_chart([Series("a", X, y)], Look(62, 10))
    assert chart.axis.high < 110
    column = chart.gutter + chart.column_of(50.0)
    middle = [row[column : column + 1].strip() for row in chart.text().splitlines()[:8]]
    assert middle == [""] * 8


def test_a_point_alone_is_a_marker() -> None:
    chart = draw_chart([Series("a", X[:1], X[:1] + 3)], Look(30, 6))
    assert chart.text().count("●") == 1


def test_numbers_that_have_no_logarithm_leave_the_axis_to_the_others() -> None:
    chart = draw_chart([Series("a", X, X - 50)], Look(40, 8, log=True))
    assert 0.5 < chart.axis.low < 1.1
    assert chart.axis.high > 49


def test_the_nearest_point_by_a_plain_search() -> None:
    series = Series("a", numpy.array([0.0, 1.0, 4.0, 4.0, 10.0]), numpy.arange(5.0))
    for x in (-3.0, 0.4, 0.6, 2.4, 2.6, 6.9, 7.1, 50.0):
        place = nearest(series, x)
        assert place is not None
        assert abs(series.x[place] - x) == min(abs(series.x - x))
    nothing = Series("b", numpy.zeros(0), numpy.zeros(0))
    assert [reading.curve for reading in readings([nothing, series], 2.0)] == [1]


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_zooming_keeps_the_place_and_stays_within(factor: float) -> None:
    whole = Window(0.0, 100.0)
    before = Window(20.0, 60.0)
    after = before.zoomed(30.0, factor, whole, 1.0)
    assert after.span == pytest.approx(min(40.0 / factor, 100.0))
    assert (30.0 - after.left) / after.span == pytest.approx(0.25)
    assert before.zoomed(0.0, 1e9, whole, 1.0).span == 1.0
    assert before.zoomed(30.0, 1e-9, whole, 1.0) == whole
    assert before.panned(9.0, whole) == Window(60.0, 100.0)
    assert before.holding(70.0, whole) == Window(30.0, 70.0)
