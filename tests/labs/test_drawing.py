"""Figures where there is little room: nothing that matters is cut off."""

from __future__ import annotations

import numpy
import pytest

from microgradseq.cells import cell_width
from microgradseq.charts.columns import Series
from microgradseq.labs.drawing import draw_figures
from microgradseq.labs.figures import Chart, Table, Text, plain

HEADINGS = ("model", "1 step", "16 steps", "64 steps", "free running")
ROWS = (("window", 0.01909, 0.1518, 0.3732, 1.486), ("LSTM", 0.005415, 0.02725, 0.2523, 0.755))


@pytest.mark.parametrize("width", [78, 40, 24, 21])
def test_a_wide_table_goes_on_below_itself(width: int) -> None:
    text = plain(draw_figures([Table("Errors", HEADINGS, ROWS)], width))
    assert max(map(cell_width, text.splitlines())) <= width
    assert "…" not in text
    for number in (each for row in ROWS for each in row[1:]):
        assert f"{number:.4g}" in text
    blocks = text.split("\n", 1)[1].split("\n\n")
    assert (len(blocks) == 1) == (width == 78)
    for block in blocks:
        heading, *rows = block.splitlines()
        assert heading.startswith("model ")
        assert [row.split()[0] for row in rows] == ["window", "LSTM"]


def test_a_long_title_takes_more_lines_and_the_picture_fewer() -> None:
    curve = Series("up", numpy.arange(3.0), numpy.arange(3.0))
    title = "Distance of the mean gradient from the full one, as a share of its length"
    short, long = (
        plain(draw_figures([Chart(each, (curve,))], 40, 20)).splitlines() for each in ("Up", title)
    )
    assert " ".join(line.strip() for line in long[:2]) == title
    assert len(long) == len(short)


def test_long_lines_of_a_text_go_on_below_themselves() -> None:
    text = "one way: 时间机器时间机器时间机器\nthe other way: brief"
    lines = plain(draw_figures([Text("Said 时间机器", text)], 20)).splitlines()
    assert lines == [
        "Said 时间机器",
        "one way: 时间机器时",
        "间机器时间机器",
        "the other way: brief",
    ]


def test_a_picture_made_of_characters_stays_as_it_is() -> None:
    picture = "█  █\n ██ "
    assert plain(draw_figures([Text("Seen", picture)], 20)).splitlines()[1:] == ["█  █", " ██"]


@pytest.mark.parametrize(
    ("title", "y_name", "heading"),
    [("Time", "µs", "Time (µs)"), ("Loss of it", "loss", "Loss of it"), ("Up", "", "Up")],
)
def test_a_heading_says_once_what_the_heights_are(title: str, y_name: str, heading: str) -> None:
    assert Chart(title, (), y_name=y_name).heading == heading
