"""How a scene marks what is active, selected or wrong: by a word for the colour and by a glyph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from microgradseq.graph.wires import ALONG, DOWN, LEFT, RIGHT, UP, UPRIGHT

Mark = Literal["", "reached", "walked", "nan", "tied", "helper", "selected", "active"]
"""Why a cell stands out; the later in the list, the stronger."""

BACKWARD_ARROW = "◂"
NAN_GLYPH = "✗"
LIT_MARK = "◈"
Glyphs = Mapping[tuple[int, int], str]
"""What is drawn in a cell, by the directions that stand out and all directions there."""
_CROSS = ALONG | UPRIGHT
_MASKS = (
    *(ALONG, UPRIGHT, RIGHT | DOWN, LEFT | DOWN, RIGHT | UP, LEFT | UP),
    *(UPRIGHT | RIGHT, UPRIGHT | LEFT, ALONG | DOWN, ALONG | UP, _CROSS),
)
# What stands out, and all there is, in the order of the glyphs that join heavy and light lines.
_JOINTS = (
    *((own, ALONG | DOWN) for own in (ALONG, RIGHT | DOWN, LEFT | DOWN)),
    *((own, ALONG | UP) for own in (ALONG, RIGHT | UP, LEFT | UP)),
    *((own, UPRIGHT | RIGHT) for own in (UPRIGHT, RIGHT | UP, RIGHT | DOWN)),
    *((own, UPRIGHT | LEFT) for own in (UPRIGHT, LEFT | UP, LEFT | DOWN)),
    *((own, _CROSS) for own in _MASKS[:-1]),
)


def _wires(glyphs: str, joints: str) -> Glyphs:
    drawn = {(mask, mask): glyph for mask, glyph in zip(_MASKS, glyphs, strict=True)}
    return drawn | dict(zip(_JOINTS, joints, strict=True))


WALKED_WIRES = _wires("━┃┏┓┗┛┣┫┳┻╋", "┯┲┱┷┺┹┠┡┢┨┩┪┿╂╆╅╄╃╊╉╈╇")
# Double and light lines join only in some shapes; in the others the light branch is left out.
ACTIVE_WIRES = _wires("═║╔╗╚╝╠╣╦╩╬", "╤╔╗╧╚╝╟╚╔╢╝╗╪╫╔╗╚╝╠╣╦╩")
ACTIVE_FRAME = dict(zip("┌┐└┘─│├╭╮╰╯┏┓┗┛━┃┠", "╔╗╚╝═║╟╔╗╚╝╔╗╚╝═║╟", strict=True))


def wire_glyph(glyphs: Glyphs, own: int, whole: int) -> str:
    """The glyph for a cell of a line that stands out.

    Arguments:
        glyphs: `WALKED_WIRES` or `ACTIVE_WIRES`.
        own: the directions of what stands out.
        whole: all directions of the same net, some of which may belong to other edges.

    >>> wire_glyph(WALKED_WIRES, ALONG, ALONG), wire_glyph(WALKED_WIRES, ALONG, ALONG | UP)
    ('━', '┷')
    """
    return glyphs.get((own, whole)) or glyphs[own, own]


def brackets(marks: Iterable[Mark]) -> tuple[str, str]:
    """The glyphs to the left and right of a name that is active, selected or not a number.

    Arguments:
        marks: all that is to be said of the node.
    Returns:
        Both glyphs; empty where there is nothing to say at that side.

    >>> brackets(["selected"]), brackets(["active"]), brackets(["active", "selected"])
    (('[', ']'), ('»', '«'), ('»', ']'))
    """
    said = set(marks)
    left = "»" if "active" in said else "[" if "selected" in said else ""
    right = "]" if "selected" in said else "«" if "active" in said else ""
    return left, right or (NAN_GLYPH if "nan" in said else "")
