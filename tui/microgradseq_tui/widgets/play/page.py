"""The page of a text in the making: whose hand wrote each symbol, one unit, the gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy

from microgradseq_tui.themes import Role
from microgradseq_tui.widgets.play.written_text import Page

if TYPE_CHECKING:
    from microgradseq.insight.neurons import Unit
    from microgradseq.tasks.writing import Place
    from microgradseq.training.inside import Inside

KEPT = "kept"
_ROLES: dict[str, Role | None] = {"prefix": "muted", "drawn": None, "chosen": "tied"}


def page_of(
    places: Sequence[Place],
    inside: Inside | None,
    unit: Unit | None,
    cursor: int,
    with_lanes: bool,
) -> Page:
    """A page with as many colours and lanes as are known already.

    Arguments:
        places: the text.
        inside: what the network did; None if it was not looked at yet.
        unit: which colours the text.
        cursor: to it, memories are followed.
        with_lanes: whether the gates are wanted.
    """
    symbols = [place.text for place in places]
    roles = [_ROLES[place.origin] for place in places]
    activity: Any = ()
    if inside is not None and unit is not None:
        activity = inside.of_unit(unit)
        # a unit of ReLU may be larger than 1
        activity = activity / max(1.0, float(numpy.abs(activity).max(initial=0.0)))
    return Page(symbols, roles, activity, _lanes(inside, unit, cursor) if with_lanes else ())


def _lanes(inside: Inside | None, unit: Unit | None, cursor: int) -> list[tuple[str, Any]]:
    lanes = None if inside is None else inside.lanes
    if inside is None or lanes is None or not len(lanes.kept):
        return []
    last = inside.activity.shape[1] - 1
    number = unit.number if unit is not None and unit.layer == last else None
    found = [(name, lanes.lane(name, number)) for name in lanes.gates]
    memory = lanes.memory(min(cursor, len(lanes.kept) - 1), number)
    return [*found, (KEPT, memory)]


def recorded_page(text: str) -> Page:
    """The page of a sample of which nothing but its text is known.

    Arguments:
        text: as it was recorded.
    """
    return Page([*text], ["muted"] * len(text))
