"""Columns of dots against plain loops; growing curves against the same curves made at once."""

from __future__ import annotations

import math

import numpy
import pytest

from microgradseq.backend import Array
from microgradseq.charts.columns import Columns, Series, Sums, in_columns, reduced, smoothed
from microgradseq.charts.curve_set import CurveSet
from microgradseq.charts.growing import GrowingCurve, rising


def noisy(count: int, seed: int = 0) -> Array:
    y: Array = numpy.random.default_rng(seed).normal(2.0, 1.0, count)
    y[5:9], y[20], y[21] = numpy.nan, numpy.inf, -numpy.inf
    return y


def test_each_column_by_a_plain_loop() -> None:
    x, y = numpy.arange(100.0), noisy(100)
    found = in_columns(Series("a", x, y, 3), 10.0, 90.0, 16)
    line = smoothed(y, 3)
    for column in range(16):
        left, right = 10 + 5 * column, 15 + 5 * column
        places = [place for place in range(100) if left <= place < right or place == right == 90]
        raw = [y[place] for place in places if math.isfinite(y[place])]
        means = [line[place] for place in places if math.isfinite(line[place])]
        assert found.low[column] == min(raw)
        assert found.high[column] == max(raw)
        assert found.mean[column] == pytest.approx(sum(means) / len(means))


def test_points_far_apart_are_joined_but_never_across_a_gap() -> None:
    x, y = numpy.array([0.0, 4.0, 8.0, 12.0]), numpy.array([1.0, 3.0, numpy.nan, 5.0])
    found = in_columns(Series("a", x, y), 0.0, 13.0, 13)
    assert found.mean[:5].tolist() == [1.0, 1.5, 2.0, 2.5, 3.0]
    assert numpy.isnan(found.mean[5:12]).all()
    assert found.mean[12] == 5.0


def same(one: Columns, other: Columns) -> None:
    for name in ("mean", "low", "high"):
        numpy.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9)


@pytest.mark.parametrize("right", [400.0, 150.0])
@pytest.mark.parametrize("smoothing", [1, 7])
def test_a_growing_curve_has_the_columns_of_the_whole_one(right: float, smoothing: int) -> None:
    x, y = numpy.arange(300.0), noisy(300)
    curve = GrowingCurve(Series("a", x[:30], y[:30]))
    curve.smooth_over(smoothing)
    end = 30
    for more in (1, 1, 40, 3, 100, 125):
        curve.columns(curve.series(), 0.0, right, 50)
        curve.append(x[end : end + more], y[end : end + more])
        end += more
        whole = in_columns(Series("a", x[:end], y[:end], smoothing), 0.0, right, 50)
        same(curve.columns(curve.series(), 0.0, right, 50), whole)


def test_only_new_points_are_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    gathered: list[int] = []

    def counted(x: Array, y: Array, line: Array, edges: Array) -> Sums:
        gathered.append(len(x))
        return reduced(x, y, line, edges)

    monkeypatch.setattr("microgradseq.charts.growing.reduced", counted)
    x = numpy.arange(1000.0)
    curve = GrowingCurve(Series("a", x, x))
    curve.smooth_over(1)
    curve.append([1000.0], [1.0])
    for place in range(1001, 1006):
        curve.columns(curve.series(), 0.0, 2000.0, 100)
        curve.append([float(place)], [1.0])
    curve.columns(curve.series(), 0.0, 2000.0, 100)
    curve.columns(curve.series(), 0.0, 2000.0, 100)
    assert gathered[0] == 1001
    assert len(gathered) == 6
    assert max(gathered[1:]) <= 20


def test_going_back_forgets_what_was_there_and_leaves_the_given_arrays_alone() -> None:
    x, y = numpy.arange(10.0), numpy.zeros(10)
    curve = GrowingCurve(Series("a", x, y))
    curve.append([4.0, 5.0], [1.0, 2.0])
    assert curve.series().x.tolist() == [0, 1, 2, 3, 4, 5]
    assert curve.series().y.tolist() == [0, 0, 0, 0, 1, 2]
    assert not y.any()
    same(
        curve.columns(curve.series(), 0.0, 5.0, 6),
        in_columns(curve.series(), 0.0, 5.0, 6),
    )
    assert rising(numpy.array([3.0, numpy.nan, 1.0, 2.0])).tolist() == [False, False, True, True]


def test_other_counts_and_points_without_them() -> None:
    curves = CurveSet("step", [Series("a", numpy.arange(2.0), numpy.ones(2))])
    curves.append("a", [2.0], [3.0], {"tokens": [128.0]})
    (series,) = curves.over("tokens")
    assert (series.x.tolist(), series.y.tolist()) == ([128.0], [3.0])
    same(curves.columns(series, 0.0, 200.0, 8), in_columns(series, 0.0, 200.0, 8))
    assert curves.over("step")[0].x.tolist() == [0, 1, 2]


def test_curves_of_the_same_name_are_told_apart() -> None:
    one = Series("loss", numpy.arange(2.0), numpy.ones(2))
    assert [each.name for each in CurveSet("step", [one, one, one]).over("step")] == [
        "loss",
        "loss (2)",
        "loss (3)",
    ]


def test_why_there_is_nothing() -> None:
    x = numpy.arange(2.0)
    nowhere = CurveSet("step", [Series("a", x, numpy.array([numpy.nan, numpy.inf]))])
    assert "all 2 numbers" in nowhere.why_nothing("step", log=False)
    below = CurveSet("step", [Series("a", x, -x)])
    assert below.why_nothing("step", log=False) == ""
    assert "above 0" in below.why_nothing("step", log=True)


def test_a_growing_curve_is_smoothed_more_and_more_unless_it_was_said_how() -> None:
    curves = CurveSet("step", [Series("long", numpy.arange(1000.0), numpy.ones(1000), 20)])
    x = numpy.arange(1000.0, 3000.0)
    curves.append("long", x[:1], x[:1])
    assert curves.over("step")[0].smoothing == 20
    curves.append("long", x[1:], x[1:])
    curves.append("checked", x, x, smoothing=1)
    assert [each.smoothing for each in curves.over("step")] == [32, 1]
