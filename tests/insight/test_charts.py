"""Pictures of norms: axes, braille, SVG; gaps, markers and widths."""

from __future__ import annotations

import itertools
import re
from typing import Any
from xml.etree import ElementTree

import numpy
import pytest

from microgradseq.cells import cell_width
from microgradseq.charts.colours import COLOURS
from microgradseq.charts.decades import Decades, power_of_ten, time_ticks
from microgradseq.insight.svg_chart import Panel, norms_svg
from microgradseq.insight.text_chart import MARKERS, draw_norms

STEEP = 10.0 ** numpy.arange(-9, 1)
FLAT = numpy.ones(10)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(rows: list[Any], width: int = 60, height: int = 10) -> list[str]:
    lines = draw_norms("norms", rows, Decades.around(rows), width, height)
    return ["".join(span.text for span in line) for line in lines]


def test_an_axis_holds_all_numbers_that_are_drawn() -> None:
    assert Decades.around([STEEP]) == Decades(-9, 0)
    assert Decades.around([numpy.array([2.0, 300.0])]) == Decades(0, 3)
    assert Decades.around([numpy.array([1.0, 1.0 + 1e-15])]) == Decades(-1, 0)
    assert Decades.around([numpy.array([0.0, numpy.nan, numpy.inf])]) == Decades(-1, 0)
    assert Decades.around([]) == Decades(-1, 0)


def test_an_axis_ends_where_numbers_stop_to_matter() -> None:
    axis = Decades.around([numpy.array([1e-300, 1.0, 1e300])])
    assert axis == Decades(-16, 16)
    assert axis.height(1e-17) is None
    assert axis.height(1e-16) == 0
    for far in (1e-200, 1e200):
        beyond = Decades.around([numpy.array([far])])
        assert beyond.low < beyond.high


@pytest.mark.parametrize("number", [0.0, -1.0, numpy.inf, numpy.nan])
def test_what_has_no_logarithm_has_no_place(number: float) -> None:
    assert Decades(-3, 0).height(number) is None


@pytest.mark.parametrize("low", range(-40, 3, 7))
@pytest.mark.parametrize("high", [3, 10, 33])
@pytest.mark.parametrize("most", [2, 4, 9])
def test_ticks_are_few_even_and_inside(low: int, high: int, most: int) -> None:
    ticks = Decades(low, high).ticks(most)
    assert 1 <= len(ticks) <= most
    assert all(low <= tick <= high for tick in ticks)
    assert len({a - b for a, b in itertools.pairwise(ticks)}) <= 1


@pytest.mark.parametrize("steps", [2, 3, 7, 50, 99, 100, 101, 1000])
@pytest.mark.parametrize("most", [2, 5, 9])
def test_time_ticks_begin_and_end_with_the_sequence(steps: int, most: int) -> None:
    ticks = time_ticks(steps, most)
    assert (ticks[0], ticks[-1]) == (1, steps)
    assert ticks == sorted(set(ticks))
    assert len(ticks) <= most + 1


def test_ticks_hold_one_and_leave_the_last_label_room() -> None:
    assert Decades(-17, 1).ticks(5) == [0, -5, -10, -15]
    assert time_ticks(51, 6) == [1, 10, 20, 30, 40, 51]
    assert time_ticks(56, 6) == [1, 10, 20, 30, 40, 50, 56]


def test_a_rounding_error_above_one_needs_no_decade() -> None:
    assert Decades.around([numpy.array([0.5, 1.0000001])]) == Decades(-1, 0)


def test_powers() -> None:
    assert [power_of_ten(n) for n in (-10, 1, 0)] == ["10⁻¹⁰", "10¹", "1"]


@pytest.mark.parametrize("width", [30, 60, 81, 120])
@pytest.mark.parametrize("curves", [1, 3, len(MARKERS)])
def test_every_line_fits_and_every_curve_has_its_marker(width: int, curves: int) -> None:
    rows = [STEEP * 0.5**n for n in range(curves)]
    lines = drawn(rows, width)
    assert max(map(cell_width, lines)) <= width
    text = "\n".join(lines)
    for curve in range(min(curves, 3)):
        assert MARKERS[curve] in text


def test_a_curve_rises_from_corner_to_corner() -> None:
    _, *field, _, times = drawn([STEEP])
    rows = [re.split("[┤│]", line, maxsplit=1)[1] for line in field]
    starts = [len(row) - len(row.lstrip()) for row in rows]
    assert starts == sorted(starts, reverse=True)
    assert (starts[-1], len(rows[0].rstrip())) == (0, len(rows[0]))
    assert times.split()[0] == "1"
    assert times.split()[-1] == "10"


def test_a_steady_curve_is_one_straight_line() -> None:
    lines = drawn([FLAT])
    dotted = [line for line in lines if MARKERS[0] in line]
    assert len(dotted) == 1
    assert dotted[0].count("⠉") > 40


def test_gaps_are_left_open() -> None:
    norms = FLAT.copy()
    norms[:5] = [0.0, numpy.nan, numpy.inf, 0.0, 0.0]
    line = next(line for line in drawn([norms]) if MARKERS[0] in line)
    field = line.partition("┤")[2]
    assert not field[: len(field) // 2 - 2].strip()
    assert field[len(field) // 2 + 1 :].strip()


def test_spans_belong_to_their_curves() -> None:
    rows = [STEEP, FLAT]
    lines = draw_norms("norms", rows, Decades(-9, 0), 60, 8)
    for curve, marker in enumerate(MARKERS[:2]):
        owners = {span.curve for line in lines for span in line if marker in span.text}
        assert owners == {curve}


def picture(rows: list[Any], legend: list[str]) -> ElementTree.Element:
    panels = [Panel("left", "caption", rows), Panel("right <&>", "caption", rows)]
    return ElementTree.fromstring(norms_svg("Title <1>", "subtitle", panels, legend))


def test_svg_is_well_formed_and_says_everything() -> None:
    root = picture([STEEP, FLAT], ["one & only", "two"])
    words = {element.text for element in root.iter(f"{SVG}text")}
    assert {"Title <1>", "subtitle", "left", "right <&>", "one & only", "two", "10⁻⁴"} <= words
    assert root.get("role") == "img"


def test_svg_curves_differ_in_colour_and_dashes() -> None:
    paths = [
        path
        for path in picture([STEEP, FLAT], ["a", "b"]).iter(f"{SVG}path")
        if path.get("class") == "curve"
    ]
    assert {path.get("stroke") for path in paths} == set(COLOURS[:2])
    assert {path.get("stroke-dasharray") for path in paths} == {None, "7 3"}


def test_svg_draws_no_number_that_is_not_finite() -> None:
    norms = numpy.array([1.0, numpy.nan, 0.5, numpy.inf, 0.0, 0.1, 0.2])
    root = picture([norms], ["a"])
    curve = next(path for path in root.iter(f"{SVG}path") if path.get("class") == "curve")
    assert curve.get("d", "").count("M") == 3
    assert "nan" not in ElementTree.tostring(root, encoding="unicode")
