"""Rows of short texts, each in the colour of a role."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from microgradseq.cells import cell_width, shorten
from microgradseq_tui.themes import Role, style_in


class Part(NamedTuple):
    """A stretch of a row.

    Arguments:
        text: what stands there.
        role: its colour; None for ordinary text.
    """

    text: str
    role: Role | None = None


class Panel(Widget):
    """A few rows of text; what is too wide is shortened."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: Sequence[Sequence[Part]] = ()

    def show(self, rows: Sequence[Sequence[Part]]) -> None:
        """Show rows.

        Arguments:
            rows: from the top; the first is the heading.
        """
        self._rows = rows
        self.refresh()

    def on_mount(self) -> None:
        """Take new colours when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self.refresh())

    def render_line(self, y: int) -> Strip:
        """One row."""
        width, ground = self.size.width, self.rich_style
        segments, room = [], width
        for part in self._rows[y] if y < len(self._rows) else ():
            if room < 1:
                break
            text = shorten(part.text, room)
            style = ground if part.role is None else ground + style_in(self.app, part.role)
            segments.append(Segment(text, style))
            room -= cell_width(text)
        return Strip(segments).adjust_cell_length(width, ground)
