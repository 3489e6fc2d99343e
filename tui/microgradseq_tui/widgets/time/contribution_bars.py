"""One bar a time step: what it adds to a derivative, and what of it a cut loses."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from microgradseq.backend import Array
from microgradseq.cells import cell_width, shorten
from microgradseq.charts.heat_map import HeatMap
from microgradseq.charts.upright_bars import Part, upright_bars
from microgradseq.numbers import readable
from microgradseq_tui.themes import Role, style_in

_ROLES: dict[Part, Role] = {
    "kept": "gradient",
    "lost": "muted",
    "unknown": "muted",
    "cut": "negative",
}
_AROUND = 3
_ROOM_FOR_NUMBERS = 7


@dataclass(frozen=True, eq=False)
class Bars:
    """What the bars show.

    Arguments:
        title: stands above.
        norms: how long each time step's contribution is; NaN where the sweep has not been.
        kept, lost: what a cut leaves and takes of each.
        cut: the first time step that is still reached; 0 for no cut.
        time: the time step where the sweep is.
        beside: the heat map that stands below, whose columns the bars share.
    """

    title: str
    norms: Array
    kept: Array
    lost: Array
    cut: int
    time: int
    beside: HeatMap


class ContributionBars(Widget):
    """The title, the bars, their lengths where there is room, and the time steps below."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._bars: Bars | None = None
        self._lines: list[list[tuple[str, Role | None]]] = []

    def show(self, bars: Bars) -> None:
        """Show bars.

        Arguments:
            bars: what to show.
        """
        self._bars = bars
        self._draw()

    def on_mount(self) -> None:
        """Take new colours when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self.refresh())

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw()

    def _draw(self) -> None:
        width, height = self.content_size
        if self._bars is None or width < 1 or height < 1:
            return
        bars = self._bars
        gutter, wide = bars.beside.columns_at(max(width, 8))
        before: tuple[str, Role | None] = (" " * (gutter + 1), None)
        numbered = wide >= _ROOM_FOR_NUMBERS
        unknown = bars.norms != bars.norms
        kept = [
            float("nan") if hidden else float(number)
            for number, hidden in zip(bars.kept, unknown, strict=True)
        ]
        top = float((bars.kept + bars.lost).max())
        drawn = upright_bars(
            kept, bars.lost.tolist(), wide, max(1, height - _AROUND + (not numbered)), bars.cut, top
        )
        self._lines = [[(shorten(bars.title, width), "name")]]
        for line in drawn:
            self._lines.append([before, *((each.text, _ROLES.get(each.part)) for each in line)])
        if numbered:
            texts = [
                "" if hidden else readable(number, 2)
                for number, hidden in zip(bars.norms, unknown, strict=True)
            ]
            self._lines.append([before, *((_in_column(text, wide), "muted") for text in texts)])
        self._lines.append([(f"{'t':>{gutter}} ", "muted"), *_axis(len(kept), wide, bars.time)])
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line."""
        width, ground = self.content_size.width, self.rich_style
        if y >= len(self._lines):
            return Strip.blank(width, ground)
        styles: dict[Role | None, Style] = {None: ground}
        segments = []
        for text, role in self._lines[y]:
            if role not in styles and role is not None:
                styles[role] = ground + style_in(self.app, role)
            segments.append(Segment(text, styles[role]))
        return Strip(segments).adjust_cell_length(width, ground)


def _in_column(text: str, wide: int) -> str:
    kept = shorten(text, wide - 1)
    return " " + kept + " " * (wide - 1 - cell_width(kept))


def _axis(count: int, wide: int, marked: int) -> list[tuple[str, Role | None]]:
    """The numbers of the columns, one of them marked; where they would touch, every fifth."""
    start = min(1, wide - 1)
    stride = 1 if wide > len(str(count - 1)) else 5
    label, place = str(marked), marked * wide + start
    line = [" "] * (count * wide + len(label))
    for time in range(0, count, stride):
        clear = abs(time - marked) * wide > len(label) or time == marked
        if clear:
            line[time * wide + start : time * wide + start + len(str(time))] = str(time)
    text = "".join(line)
    after = place + len(label)
    return [(text[:place], "muted"), (label, "active"), (text[after:], "muted")]
