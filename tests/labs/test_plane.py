"""Paths in a plane: where dots stand, that lines are whole, that gaps are gaps."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy
import pytest

from microgradseq.charts.plane import Path, draw_plane, plane_svg

BRAILLE = 0x2800


def text_of(*paths: Path, width: int = 30, height: int = 12) -> list[str]:
    rows = draw_plane(paths, width, height)
    return ["".join(part.text for part in row) for row in rows]


def test_a_ring_is_closed_and_hollow() -> None:
    turns = numpy.linspace(0, 2 * numpy.pi, 12)
    drawn = text_of(Path("ring", numpy.cos(turns), numpy.sin(turns)))[:-2]
    rows = [re.split("[│┤]", row)[1] for row in drawn]
    touched = [any(character > chr(BRAILLE) for character in row) for row in rows]
    assert all(touched)
    middle = rows[len(rows) // 2]
    assert len(middle.strip().split()) == 2


@pytest.mark.parametrize("slope", [-3.0, -0.2, 0.0, 0.4, 7.0])
def test_a_line_has_a_dot_in_every_column_or_row(slope: float) -> None:
    x = numpy.array([0.0, 1.0])
    rows = text_of(
        Path("line", x, slope * x),
        Path("ends", numpy.array([0.0, 1.0]), numpy.array([-8.0, 8.0]), dots=True),
    )
    field = [re.split("[│┤]", row)[1] for row in rows[:-2]]
    columns = list(zip(*field, strict=True))
    filled = [any(character != " " for character in column) for column in columns]
    first, last = filled.index(True), len(filled) - filled[::-1].index(True)
    assert all(filled[first:last])


def test_numbers_that_are_none_leave_a_gap() -> None:
    x = numpy.array([0.0, 1.0, 2.0, numpy.nan, 4.0, 5.0, 6.0])
    row = next(row for row in text_of(Path("gap", x, x * 0)) if "●" in row)
    inner = row[row.index("┤") + 1 :] if "┤" in row else row
    assert " " in inner.strip()


def test_no_points_and_one_point() -> None:
    empty, one = numpy.array([]), numpy.array([1.0])
    assert "●" not in "".join(text_of(Path("none", empty, empty)))
    assert "".join(text_of(Path("one", one, one))).count("●") == 1


def test_the_svg_has_every_path_and_its_name() -> None:
    x = numpy.arange(4.0)
    picture = plane_svg("A < B", [Path("there & back", x, x), Path("dots", x, -x, dots=True)])
    root = ElementTree.fromstring(picture)
    kinds = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert kinds.count("polyline") == 1
    assert kinds.count("circle") == 1 + 4
    texts = {element.text for element in root.iter()}
    assert {"A < B", "● there & back", "■ dots"} <= texts
