"""Bars side by side: heights, what is lost, the cut, and what is not known."""

from __future__ import annotations

import math

from microgradseq.charts.upright_bars import BLOCKS, BarPiece, upright_bars


def column(lines: list[list[BarPiece]], number: int) -> str:
    """One bar from the ground up, without the gap beside it."""
    return "".join(
        next(piece.text[-1] for piece in reversed(line) if piece.column == number)
        for line in reversed(lines)
    )


def test_heights_are_in_proportion() -> None:
    lines = upright_bars([4.0, 2.0, 1.0, 0.0], [0.0] * 4, wide=2, height=2)
    assert [column(lines, place) for place in range(4)] == ["██", "█ ", "▄ ", "  "]


def test_what_is_there_at_all_can_be_seen() -> None:
    lines = upright_bars([1e-9, 1.0], [0.0, 0.0], wide=1, height=3)
    assert column(lines, 0) == BLOCKS[1] + "  "


def test_what_is_lost_stands_above_what_is_kept() -> None:
    lines = upright_bars([1.0, 0.0], [3.0, 4.0], wide=3, height=4)
    assert column(lines, 0) == "█░░░"
    assert column(lines, 1) == "░░░░"
    assert {piece.part for line in lines for piece in line if piece.text == "░░"} == {"lost"}


def test_the_cut_is_a_line_in_front_of_its_column() -> None:
    lines = upright_bars([1.0] * 3, [0.0] * 3, wide=3, height=2, cut=1)
    cuts = [piece.column for line in lines for piece in line if piece.part == "cut"]
    assert cuts == [1, 1]
    assert not any(
        piece.part == "cut" for line in upright_bars([1.0], [0.0], 3, 1) for piece in line
    )


def test_unknown_bars_and_a_given_top() -> None:
    lines = upright_bars([math.nan, 1.0], [0.0, 0.0], wide=1, height=2, top=2.0)
    assert [column(lines, place) for place in range(2)] == ["· ", "█ "]


def test_every_line_is_as_wide() -> None:
    for wide in (1, 2, 7):
        lines = upright_bars([0.3, math.nan, 2.0], [0.1, 0.0, 0.0], wide, 5, cut=2)
        assert {sum(len(piece.text) for piece in line) for line in lines} == {3 * wide}
