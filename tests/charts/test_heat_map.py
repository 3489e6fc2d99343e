"""The heat map: levels, gaps, signs, what little room does, and its files."""

from __future__ import annotations

import csv
import io
import math
from typing import Any
from xml.etree import ElementTree

import numpy
import pytest

from microgradseq.cells import cell_width
from microgradseq.charts.heat_map import LEVELS, HeatMap, Piece, Shade
from microgradseq.charts.heat_map_svg import heat_map_svg


def made(values: object, **more: Any) -> HeatMap:
    table = numpy.asarray(values, dtype="float64")
    rows, columns = table.shape
    return HeatMap(
        table,
        [f"r{row}" for row in range(rows)],
        [f"c{column}" for column in range(columns)],
        **more,
    )


def cells_of(lines: list[list[Piece]]) -> list[list[tuple[Piece, Shade]]]:
    """The cells of every line, each with its shade."""
    rows = [
        [(each, each.shade) for each in line if each.shade and each.column is not None]
        for line in lines
    ]
    return [row for row in rows if row]


def test_the_legend_has_the_sign_of_what_is_below_zero() -> None:
    heat_map = HeatMap([[2.69, -1.0]], ["a"], ["x", "y"])
    assert heat_map.to_text(40).splitlines()[-1].split() == ["−2.69", "#≡=-", "0", "░▒▓█", "2.69"]
    assert ">−2.69<" in heat_map_svg(heat_map)


def test_levels_go_from_one_end_to_the_other() -> None:
    heat_map = made([numpy.linspace(0, 1, 17)])
    levels = [heat_map.shade(number).level for number in numpy.linspace(0, 1, 17)]
    assert levels == [*range(LEVELS), LEVELS - 1]


def test_a_logarithmic_scale_gives_every_decade_as_many_levels() -> None:
    heat_map = made([[1e-8, 1e-4, 1.0]], log=True)
    assert heat_map.ends == (1e-8, 1.0)
    assert [heat_map.shade(number).level for number in (1e-8, 1e-4, 1.0)] == [0, 8, 15]
    assert heat_map.shade(0.0).glyph == "0"


def test_what_has_no_level_has_a_glyph_of_its_own() -> None:
    heat_map = made([[math.nan, math.inf, -math.inf, 1.0]])
    assert [heat_map.shade(number).glyph for number in heat_map.values[0]] == ["·", "∞", "∞", "█"]
    assert "· no number" in heat_map.to_text()


def test_numbers_below_zero_have_other_glyphs_and_the_same_levels() -> None:
    heat_map = made([[-2.0, 2.0, -0.1, 0.0]])
    shades = [heat_map.shade(number) for number in heat_map.values[0]]
    assert [each.level for each in shades] == [15, 15, 0, 0]
    assert [each.glyph for each in shades] == ["#", "█", "-", " "]


def test_nothing_but_gaps_and_nothing_at_all_are_drawn() -> None:
    assert "···" in made([[math.nan] * 3], log=True).to_text()
    assert HeatMap(numpy.empty((0, 0)), [], [], "nothing").to_text().startswith("nothing")


def test_a_scale_can_be_given() -> None:
    heat_map = made([[1.0]], scale=(0.0, 100.0))
    assert heat_map.shade(1.0).level == 0
    assert heat_map.shade(1000.0).level == LEVELS - 1


@pytest.mark.parametrize("size", [(8, 4), (20, 5), (80, 24), (33, 7)])
@pytest.mark.parametrize("shape", [(1, 1), (3, 40), (60, 200), (5, 2)])
def test_it_keeps_to_its_room(size: tuple[int, int], shape: tuple[int, int]) -> None:
    rows = [f"层{row}" for row in range(shape[0])]
    columns = ["时" if column % 2 else "🙂" for column in range(shape[1])]
    heat_map = HeatMap(numpy.random.default_rng(1).normal(size=shape), rows, columns, "热图" * 20)
    lines = heat_map.lines(*size)
    assert len(lines) <= size[1]
    assert all(sum(cell_width(piece.text) for piece in line) <= size[0] for line in lines)


def test_tall_maps_share_lines_by_halves() -> None:
    heat_map = made(numpy.arange(8.0).reshape(8, 1))
    rows = cells_of(heat_map.lines(20, 6))
    assert len(rows) == 4
    assert [(row[0][1], row[0][0].under) for row in rows] == [
        (heat_map.shade(2.0 * row), heat_map.shade(2.0 * row + 1)) for row in range(4)
    ]


def test_a_cell_for_many_shows_the_largest() -> None:
    values = numpy.zeros((1, 100))
    values[0, 37] = -5.0
    (row,) = cells_of(made(values).lines(13))
    assert len(row) == 10
    assert [piece.column for piece, shade in row if shade.negative] == [30]


def test_names_stand_under_their_columns() -> None:
    lines = made(numpy.ones((1, 3))).lines(15)
    cells, names = ("".join(piece.text for piece in line) for line in lines[-3:-1])
    assert cells.index("█") == names.index("c0")
    assert names.index("c1") - names.index("c0") == 4


def test_names_must_fit_the_values() -> None:
    with pytest.raises(ValueError, match="need a name"):
        HeatMap(numpy.ones((2, 2)), ["a"], ["x", "y"])


def test_csv_holds_the_exact_numbers() -> None:
    values = numpy.array([[1 / 3, math.nan], [-1e-300, math.inf]])
    text = HeatMap(values, ["a,b", 'q"'], ["x", "时"]).to_csv()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["", "x", "时"]
    assert [row[0] for row in rows[1:]] == ["a,b", 'q"']
    read = numpy.array([[float(field or "nan") for field in row[1:]] for row in rows[1:]])
    numpy.testing.assert_array_equal(read, values)


def test_svg_has_a_cell_for_every_number() -> None:
    heat_map = HeatMap([[1.0, -2.0], [math.nan, 0.5]], ["<a>", "b"], ["x", "&"], "T & t", log=True)
    root = ElementTree.fromstring(heat_map_svg(heat_map))
    space = "{http://www.w3.org/2000/svg}"
    told = [each.text for each in root.iter(f"{space}title")]
    assert told == ["<a>, x: 1", "<a>, &: -2", "b, x: nan", "b, &: 0.5"]
    assert "logarithmic" in heat_map_svg(heat_map)


def test_svg_marks_what_colour_cannot_tell() -> None:
    picture = heat_map_svg(made([[math.nan, math.inf, -math.inf, -1.0]]))
    assert all(f">{sign}</text>" in picture for sign in ("·", "∞", "−∞", "−"))
