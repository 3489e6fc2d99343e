"""The exact numbers of a lab's pictures."""

from __future__ import annotations

import numpy
import pytest

from microgradseq.charts.columns import Series
from microgradseq.charts.heat_map import HeatMap
from microgradseq.charts.plane import Path
from microgradseq.labs.figure_numbers import numbers_of
from microgradseq.labs.figures import Chart, Figure, Heat, Plane, Table, Text
from microgradseq.labs.registry import LABS

LINE = numpy.array([1.0, 2.5])


@pytest.mark.parametrize(
    ("figure", "header", "row"),
    [
        (Chart("", (Series("up", LINE, LINE / 3),), "bit"), ("bit", "up"), ("2.5", repr(2.5 / 3))),
        (Heat("", HeatMap([[0.1, 1 / 3]], ["h"], ["a", "b"])), ("", "a", "b"), None),
        (
            Plane("", (Path("way", LINE, LINE * 2),), "p", "q"),
            ("path", "p", "q"),
            ("way", "2.5", "5"),
        ),
        (Table("", ("what", "how much"), (("x", 1), ("y", 1 / 3))), ("what", "how much"), None),
    ],
)
def test_all_digits_are_told(
    figure: Figure, header: tuple[str, ...], row: tuple[str, ...] | None
) -> None:
    table = numbers_of(figure)
    assert table is not None
    assert table.header == header
    assert tuple(table.row(len(table) - 1))[-1] == (row[-1] if row else repr(1 / 3))


def test_words_have_no_numbers() -> None:
    assert numbers_of(Text("said", "hello")) is None


def test_rows_are_as_long_as_the_header() -> None:
    frame = LABS["gates"].run()
    tables = [table for figure in frame.figures if (table := numbers_of(figure)) is not None]
    assert len(tables) >= 2
    for table in tables:
        assert {len(table.row(place)) for place in range(len(table))} == {len(table.header)}
