"""A line of short texts, each of which can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from microgradseq.cells import cell_width


class Piece(NamedTuple):
    """A part of a line.

    Arguments:
        text: what stands there.
        look: the component class that says how.
        key: the key that a click on it stands for; "" for none.
    """

    text: str
    look: str
    key: str = ""


def width_of(pieces: Sequence[Piece]) -> int:
    """How many cells pieces take side by side.

    >>> width_of([Piece("汉字", ""), Piece("q", "")])
    5
    """
    return sum(cell_width(piece.text) for piece in pieces)


class Line(Widget):
    """One row; `pieces` says what stands in it at the width there is."""

    def pieces(self, width: int) -> list[Piece]:
        """What stands in the line, from the left.

        Arguments:
            width: the cells there are.
        """
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        ground = self.rich_style
        if y:
            return Strip.blank(self.size.width, ground)
        segments = [
            Segment(
                piece.text,
                ground + self.get_component_rich_style(piece.look, partial=True)
                if piece.look
                else ground,
            )
            for piece in self.pieces(self.size.width)
        ]
        return Strip(segments).adjust_cell_length(self.size.width, ground)

    def on_click(self, event: events.Click) -> None:
        end = 0
        for piece in self.pieces(self.size.width):
            end += cell_width(piece.text)
            if event.x < end:
                if piece.key:
                    event.stop()
                    self.app.simulate_key(piece.key)
                return
