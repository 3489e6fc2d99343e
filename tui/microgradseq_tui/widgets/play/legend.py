"""Two rows under the text: what its colours say, and what its lanes say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microgradseq_tui.widgets.play.panel import Part
from microgradseq_tui.widgets.play.panels import Rows, unit_name

if TYPE_CHECKING:
    from microgradseq.insight.neurons import Unit
    from microgradseq.tasks.writing import WritingSession
    from microgradseq.training.inside import Inside

HALF = 0.5


def legend_of(
    session: WritingSession,
    inside: Inside | None,
    unit: Unit | None,
    cursor: int,
    with_lanes: bool,
    plain: bool,
) -> Rows:
    """Both rows.

    Arguments:
        session: whose text is shown.
        inside: what its network did, if that is known.
        unit: the one that colours the text.
        cursor: a place of the text.
        with_lanes: whether the gates are shown.
        plain: whether there are no colours.
    """
    first = _on_colours(inside, unit, cursor, plain)
    if session.task.backward:
        first = f"It writes from the end of the text to its beginning. {first}"
    second = _on_lanes(session, inside, unit, cursor, with_lanes)
    return [[Part(first, "muted")], [Part(second, "muted")]]


def _on_colours(inside: Inside | None, unit: Unit | None, cursor: int, plain: bool) -> str:
    if inside is None or unit is None:
        return "u colours the text by what one hidden unit does."
    numbers = inside.of_unit(unit)
    here = f"; here {numbers[cursor]:+.2f}" if cursor < len(numbers) else ""
    above, below = ("bold", "underlined") if plain else ("green", "red and underlined")
    name = unit_name(unit, inside.activity.shape[1])
    return f"Unit {name}: {above} above 0, {below} below{here}"


def _on_lanes(
    session: WritingSession, inside: Inside | None, unit: Unit | None, cursor: int, shown: bool
) -> str:
    from microgradseq.training.inside import can_show_lanes  # noqa: PLC0415 - slow to import

    if not can_show_lanes(session):
        return f"The cell {session.task.settings.cell} has no gates that decide what is kept."
    if not shown:
        return "g shows the gates under the text, and how far back the memory reaches."
    lanes = None if inside is None else inside.lanes
    if inside is None or lanes is None or not len(lanes.kept):
        return "Looking at the gates …"
    last = inside.activity.shape[1] - 1
    number = unit.number if unit is not None and unit.layer == last else None
    at = min(cursor, len(lanes.kept) - 1)
    gone = (lanes.memory(at, number) < HALF).nonzero()[0]
    half = f"half gone {at - gone[-1]} back" if len(gone) else "half is there of all"
    whose = "mean of units" if number is None else f"unit {number}"
    return f"kept: what is left here of earlier places; {half} ({whose})"
