"""The lines around the field of a chart: who is who above it, what is being read below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from microgradseq.cells import cell_width, shorten
from microgradseq.numbers import readable
from microgradseq_tui.actions import key_words, own_actions

if TYPE_CHECKING:
    from microgradseq.charts.columns import Series
    from microgradseq.charts.field import Row
    from microgradseq.charts.reading import Reading

HINTED = ("move_crosshair(1)", "zoom(2)", "toggle_log", "next_x", "show_numbers", "export")
"""The actions that the line below a chart speaks of."""
_BETWEEN = "   "


def legend_lines(names: Sequence[str], markers: str, width: int, most: int) -> list[Row]:
    """Markers and names, as many lines as needed.

    Arguments:
        names: of the curves.
        markers: one for each, in turn.
        width: cells.
        most: how many lines there is room for; the last one says how many names are left out.
    """
    from microgradseq.charts.field import Stretch  # noqa: PLC0415 - slow to import

    lines: list[Row] = []
    used = width
    for place, name in enumerate(names):
        words = f"{markers[place % len(markers)]} {shorten(name, max(width - 3, 1))}"
        wide = cell_width(words)
        if used + len(_BETWEEN) + wide > width:
            if len(lines) == most:
                left = f"{_BETWEEN}and {len(names) - place} more"
                if used + len(left) <= width:
                    lines[-1].append(Stretch(left))
                break
            lines.append([Stretch(" ")])
            used = 1
        else:
            lines[-1].append(Stretch(_BETWEEN))
            used += len(_BETWEEN)
        lines[-1].append(Stretch(words[0], place, "mark"))
        lines[-1].append(Stretch(words[1:], place, "line"))
        used += wide
    return lines


def reading_line(
    found: Sequence[Reading], curves: Sequence[Series], x_name: str, markers: str, width: int
) -> Row:
    """The numbers at the crosshair, with as many digits as there is room for.

    Arguments:
        found: the points nearest to the crosshair, the first one naming the place.
        curves: all of them.
        x_name: what x counts.
        markers: one for each curve, in turn.
        width: cells.
    """
    from microgradseq.charts.field import Stretch  # noqa: PLC0415 - slow to import

    if not found:
        return []
    line: Row = []
    for digits in (12, 8, 6, 5, 4, 3):
        line = [Stretch(f" {x_name} {_place(found[0].x)}", None, "label")]
        for reading in found:
            elsewhere = f" at {_place(reading.x)}" if reading.x != found[0].x else ""
            line += [
                Stretch("  "),
                Stretch(markers[reading.curve % len(markers)], reading.curve, "mark"),
                Stretch(f" {readable(reading.y, digits)}{elsewhere}", reading.curve, "line"),
            ]
        if len(found) == 1 and len(curves) == 1:
            line.append(Stretch(f"  {curves[0].name}"))
        if width_of(line) <= width:
            break
    return line


def _place(x: float) -> str:
    return f"{int(x):,}" if x == int(x) and abs(x) < 1e15 else readable(x, 6)


def range_words(left: float, right: float, x_name: str) -> str:
    """Which part of x is in view.

    Arguments:
        left, right: its ends.
        x_name: what x counts.

    >>> range_words(0.0, 1500.0, "step")
    'step 0 to 1,500'
    """
    digits = 4 if abs(right - left) < 100 else 12
    ends = [readable(end, digits) if digits < 12 else f"{round(end):,}" for end in (left, right)]
    return f"{x_name} {ends[0]} to {ends[1]}"


def hints(several: bool, width: int) -> str:
    """What keys do in a chart, as far as there is room.

    Arguments:
        several: whether x can count more than one thing.
        width: cells.

    >>> hints(several=False, width=36)
    ' → Read  + Zoom  g Logarithmic '
    """
    actions = {action.name: action for action in own_actions("chart")}
    words = ""
    for name in HINTED:
        if name == "next_x" and not several:
            continue
        hint = f" {key_words(actions[name].keys[0])} {actions[name].label} "
        if len(words) + len(hint) > width:
            break
        words += hint
    return words


def words_alone(words: str, width: int, height: int) -> list[Row]:
    """Words where there is no chart, halfway down.

    Arguments:
        words: a sentence.
        width, height: cells and lines.
    """
    from microgradseq.charts.field import Stretch  # noqa: PLC0415 - slow to import

    blank: list[Row] = [[] for _ in range(max(height - 1, 0) // 2)]
    return [*blank, [Stretch(f" {shorten(words, max(width - 2, 1))}")]]


def width_of(line: Row) -> int:
    """The cells that a line takes."""
    return sum(cell_width(part.text) for part in line)
