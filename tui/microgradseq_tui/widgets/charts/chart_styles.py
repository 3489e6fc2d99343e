"""Which of the theme's colours each part of a chart takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from microgradseq_tui.themes import ROLES, style_in

if TYPE_CHECKING:
    from microgradseq.charts.field import Row

CURVE_ROLES = tuple(role for role in ROLES if role.startswith("curve-"))
_BEHIND = 0.42
_BOLD, _DIM = Style(bold=True), Style(dim=True)


class ChartStyles:
    """The styles of a chart, looked up once for a theme.

    Arguments:
        widget: what shows the chart.
    """

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._plain = widget.rich_style
        self._found: dict[tuple[int | None, str], Style] = {}

    def strip(self, row: Row, width: int) -> Strip:
        """A line of the screen.

        Arguments:
            row: of the chart.
            width: the cells of the line; what is left over is blank.
        """
        segments = [Segment(text, self._style(curve, part)) for text, curve, part in row]
        return Strip(segments).adjust_cell_length(width, self._plain)

    def _style(self, curve: int | None, part: str) -> Style:
        key = curve, part
        if key not in self._found:
            self._found[key] = self._plain + self._own(curve, part)
        return self._found[key]

    def _own(self, curve: int | None, part: str) -> Style:
        app = self._widget.app
        if part in ("crosshair", "label"):
            return Style.null()
        if curve is None or part == "baseline":
            return style_in(app, "muted")
        style = style_in(app, CURVE_ROLES[curve % len(CURVE_ROLES)])
        if part == "mark":
            return style + _BOLD
        if part != "band":
            return style
        if app.no_color or style.color is None:
            return _DIM
        ground = self._widget.background_colors[1]
        return Style(color=ground.blend(Color.from_rich_color(style.color), _BEHIND).rich_color)
