"""Which of the theme's colours each part of a graph takes."""

from __future__ import annotations

from typing import get_args

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from microgradseq.graph.canvas import Role
from microgradseq.graph.scene_marks import Mark
from microgradseq.graph.scene_overlay import Span
from microgradseq_tui import themes

_OF_ROLE: dict[Role, themes.Role] = {
    "name": "name",
    "value": "value",
    "gradient": "gradient",
    "derivative": "derivative",
    "badge": "tied",
    "constant": "muted",
    "box": "muted",
    "edge": "muted",
    "arrow": "muted",
}
_OF_MARK: dict[Mark, themes.Role] = {
    "reached": "gradient",
    "walked": "gradient",
    "nan": "negative",
    "tied": "tied",
    "helper": "name",
    "selected": "value",
    "active": "active",
}
_TINTED: dict[Mark, float] = {"tied": 0.25, "selected": 0.3, "active": 0.3}
_NUMBERS: tuple[Role, ...] = ("value", "gradient", "derivative")
_STANDS_OUT = Style(bold=True)


class Palette:
    """The styles of a graph, looked up once for a theme.

    Arguments:
        widget: the widget that shows the graph.
        tangent: whether totals are tangents, which have a colour of their own.
    """

    def __init__(self, widget: Widget, tangent: bool) -> None:
        self._widget = widget
        self._totals: themes.Role = "positive" if tangent else "gradient"
        self.plain = widget.rich_style
        roles: list[Role] = [*_OF_ROLE, "symbol", "space"]
        self._styles = {
            (role, mark): self.plain + self._style(role, mark)
            for role in roles
            for mark in get_args(Mark)
        }

    def strip(self, spans: list[Span], width: int, before: int = 0) -> Strip:
        """A line of the screen.

        Arguments:
            spans: texts with their roles and marks.
            width: the cells of the line; what is left over is blank.
            before: blank cells in front.
        """
        segments = [Segment(" " * before, self.plain)] if before else []
        segments += [Segment(text, self._styles[role, mark]) for text, role, mark in spans if text]
        return Strip(segments).adjust_cell_length(width, self.plain)

    def _style(self, role: Role, mark: Mark) -> Style:
        """A number keeps its colour whatever its box is marked with; all else takes the mark's."""
        part = self._totals if role == "gradient" else _OF_ROLE.get(role)
        own = themes.style_in(self._widget.app, part) if part else Style.null()
        if not mark:
            return own
        marked = self._marked(mark)
        if part == "muted":
            return marked
        return marked + own if role in _NUMBERS else own + marked

    def _marked(self, mark: Mark) -> Style:
        """Where there are colours, a mark's ground is tinted rather than reversed."""
        app = self._widget.app
        role = self._totals if mark in ("reached", "walked") else _OF_MARK[mark]
        style = themes.style_in(app, role)
        if mark not in _TINTED:
            return style
        if app.no_color or style.color is None:
            return style + _STANDS_OUT
        ground = self._widget.background_colors[1]
        tint = ground.blend(Color.from_rich_color(style.color), _TINTED[mark])
        return _STANDS_OUT + Style(color=style.color, bgcolor=tint.rich_color)
