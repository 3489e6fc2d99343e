"""Axes: round ticks, few and within; and where an axis around numbers begins and ends."""

from __future__ import annotations

import itertools

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgradseq.charts.axis import Axis, axis_along, axis_around, x_labels


@pytest.mark.parametrize(
    ("axis", "most", "labels"),
    [
        (Axis(0.0, 10.0), 4, ["0", "2.5", "5", "7.5", "10"]),
        # there is no step 2.5
        (Axis(0.0, 10.0, whole=True), 4, ["0", "5", "10"]),
        (Axis(1.0, 3.0, whole=True), 8, ["1", "2", "3"]),
        (Axis(0.0, 100.0, whole=True), 4, ["0", "25", "50", "75", "100"]),
        (Axis(-1.0, 1.0), 4, ["-1", "-0.5", "0", "0.5", "1"]),
        # two powers of ten are enough for powers alone; with one or none, numbers between them help
        (Axis(0.5, 20.0, log=True), 7, ["1", "10¹"]),
        (Axis(2.0, 30.0, log=True), 7, ["2", "3", "5", "10¹", "20", "30"]),
        (Axis(2.0, 8.0, log=True), 7, ["2", "3", "5"]),
        (Axis(1e-12, 1.0, log=True), 4, ["10⁻¹²", "10⁻⁸", "10⁻⁴", "1"]),
    ],
)
def test_ticks(axis: Axis, most: int, labels: list[str]) -> None:
    assert [label for _, label in sorted(axis.ticks(most))] == labels


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e6), st.integers(1, 12))
def test_linear_ticks_are_even_and_inside(low: float, wide: float, most: int) -> None:
    axis = Axis(low, low + wide)
    numbers = [number for number, _ in axis.ticks(most)]
    assert len(numbers) <= most + 1
    assert all(low - 1e-6 * wide <= number <= low + wide * (1 + 1e-6) for number in numbers)
    gaps = [later - earlier for earlier, later in itertools.pairwise(numbers)]
    assert gaps == pytest.approx(gaps[:1] * len(gaps), rel=1e-6)


@pytest.mark.parametrize(
    ("low", "high", "ground"), [(0.0, 5.0, True), (1.0, 5.0, True), (1.1, 5.0, False)]
)
def test_only_a_curve_that_comes_down_stands_on_the_ground(
    low: float, high: float, ground: bool
) -> None:
    axis = axis_around([numpy.array([low, high])])
    assert (axis.low == 0.0) == ground
    assert axis.low <= low
    assert axis.high > high


def test_an_axis_around_one_number_or_none_has_a_length() -> None:
    for row in ([2.0, 2.0], [-2.0], [0.0], [], [numpy.nan, numpy.inf]):
        axis = axis_around([numpy.array(row)])
        assert axis.low < axis.high
    assert axis_around([numpy.array([-1.0, 0.0])], log=True) == Axis(0.1, 1.0, log=True)


@pytest.mark.parametrize(
    ("rows", "whole"),
    [
        ([numpy.arange(1.0, 13.0)], True),
        ([numpy.arange(0.0, 13.0, 0.5)], False),
        ([numpy.array([1.0, 2.0]), numpy.array([0.5])], False),
        ([numpy.array([7.0]), numpy.array([])], True),
        ([], False),
    ],
)
def test_an_axis_of_counts_has_whole_ticks(rows: list[numpy.ndarray], whole: bool) -> None:
    assert axis_along(0.0, 12.0, rows).whole == whole


def test_labels_keep_a_space_between_them() -> None:
    assert x_labels([(1, "aa"), (3, "bb"), (4, "cc"), (9, "dd")], 10) == "aa cc   dd"
