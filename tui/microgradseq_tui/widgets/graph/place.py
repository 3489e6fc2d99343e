"""Where a view stands on its scene, and what it says below the picture."""

from __future__ import annotations

from dataclasses import dataclass

from textual.geometry import Offset, Size

from microgradseq.graph.layout import Box
from microgradseq.graph.scene import Scene
from microgradseq.graph.scene_marks import Mark
from microgradseq.graph.scene_overlay import Span
from microgradseq.graph.scene_state import SceneState
from microgradseq.graph.scene_window import window_start

SIDE = 1
"""A column at either side of the layout, for the brackets around names."""
FOOT_ROWS = 3
FOOT_SHARE = 5
LIT: tuple[Mark, ...] = ("tied", "selected", "active")


@dataclass(frozen=True, slots=True)
class Place:
    """A view of a scene.

    Arguments:
        x, y: the cell of the layout in the upper left corner; negative where there is more room
            than the picture needs, which then stands in the middle.
        width: columns of the view.
        rows: rows for the picture.
        foot: rows below it.
    """

    x: int
    y: int
    width: int
    rows: int
    foot: int


def place_of(scene: Scene, size: Size, scrolled: Offset) -> Place:
    """Where a view stands.

    Arguments:
        scene: what is shown.
        size: columns and rows of the view.
        scrolled: how far it is scrolled.
    """
    foot = min(FOOT_ROWS, size.height // FOOT_SHARE)
    if scene.detail == "full":
        foot = min(foot, scene.legend_height(size.width - SIDE))
    else:
        foot = min(foot, 1)
    rows = max(1, size.height - foot)
    x = min(0, -((size.width - scene.layout.width - 2 * SIDE) // 2)) or scrolled.x
    y = min(0, -((rows - scene.layout.height) // 2)) or scrolled.y
    return Place(x - SIDE, y, size.width, rows, foot)


def whole_size(scene: Scene, place: Place) -> Size:
    """The room that all of a scene takes, with what stands below it."""
    return Size(scene.layout.width + 2 * SIDE, scene.layout.height + place.foot)


def scroll_showing(boxes: list[Box], scene: Scene, place: Place, scrolled: Offset) -> Offset:
    """How far to scroll so that boxes are in view; the first of them matters most."""
    columns = [(box.x + SIDE, box.right + SIDE) for box in boxes]
    rows = [(box.y, box.bottom) for box in boxes]
    x = window_start(scrolled.x, place.width, scene.layout.width + 2 * SIDE, columns)
    y = window_start(scrolled.y, place.rows, scene.layout.height, rows)
    return Offset(max(x, 0), max(y, 0))


def foot_line(scene: Scene, state: SceneState, place: Place, row: int) -> list[Span]:
    """A line below the picture: the shared nodes' numbers, or from afar the node that matters."""
    if scene.detail == "full":
        lines = scene.legend(place.width - SIDE, state)
        lit = (number for number, line in enumerate(lines) if any(one in LIT for *_, one in line))
        return lines[min(next(lit, 0), len(lines) - place.foot) + row]
    id = state.selected.id if state.selected else state.active
    return [] if id is None else scene.about(id, state)
