"""A heat map on the screen."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.color import Color
from textual.geometry import Size
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from microgradseq.cells import cell_width
from microgradseq.charts.heat_map import INFINITE, LEVELS, HeatMap, Piece, Shade
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.themes import Role, style_in

if TYPE_CHECKING:
    from microgradseq.charts.export import Exports

PACE = 0.5
"""Seconds between two redraws, where a map changes often by itself."""
_FAINTEST = 0.12
Look = Literal["ground", "name", "muted"] | tuple[Shade, Shade | None]
"""What a style is for: the ground, a role, or a cell by its shade and that of its lower half."""
_BOLD, _MARKED = Style(bold=True), Style(reverse=True)


class HeatMapView(Widget, can_focus=True):
    """A heat map as wide as its place, with its names and the ends of its scale.

    Arguments:
        heat_map: what to show; nothing yet where left out.
        title: stands above the table of its numbers and in its files; that of the map if left out.
        role: the colour of numbers above 0.
        negative: the colour of numbers below 0.
        pace: least seconds between two redraws; 0 where each follows a key.
        name, id, classes: as for any widget.
    """

    PLACE: ClassVar[str] = "heat_map"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("heat_map")]

    def __init__(
        self,
        heat_map: HeatMap | None = None,
        *,
        title: str = "",
        role: Role = "gradient",
        negative: Role = "value",
        pace: float = PACE,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.heat_map = heat_map
        self._title = title
        self._role, self._negative, self._pace = role, negative, pace
        self._marked: int | None = None
        self._lines: tuple[object, list[list[Piece]]] = (None, [])
        self._styles: dict[Look, Style] = {}
        self._drawn_at = -PACE
        self._waiting: Timer | None = None

    def show(self, heat_map: HeatMap, marked: int | None = None) -> None:
        """Show a map.

        Arguments:
            heat_map: what to show.
            marked: a column whose name stands out.
        """
        taller = self.heat_map is None or len(heat_map.row_names) != len(self.heat_map.row_names)
        self.heat_map, self._marked = heat_map, marked
        self._draw_soon(taller)

    def _draw_soon(self, taller: bool) -> None:
        if self._waiting is not None:
            return
        rest = self._drawn_at + self._pace - monotonic()
        if rest <= 0 or taller or not self.is_mounted:
            self._draw(taller)
        else:
            self._waiting = self.set_timer(rest, self._draw)

    def _draw(self, taller: bool = False) -> None:
        self._waiting, self._drawn_at = None, monotonic()
        self.refresh(layout=taller)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """All rows, with what stands around them."""
        return 1 if self.heat_map is None else len(self.heat_map.lines(max(width, 8)))

    # ---- its numbers

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is not there yet has no numbers."""
        return self.heat_map is not None

    def action_show_numbers(self) -> None:
        """Show the exact numbers."""
        from microgradseq.charts.number_table import HeatMapNumbers  # noqa: PLC0415
        from microgradseq_tui.screens.numbers import NumbersScreen, Sheet  # noqa: PLC0415

        if self.heat_map is not None:
            exports = self._exports(self.heat_map)
            sheet = Sheet(exports.title, HeatMapNumbers(self.heat_map), exports)
            self.app.push_screen(NumbersScreen(sheet))

    def action_export(self) -> None:
        """Ask for a file's name and write the map to it."""
        from microgradseq_tui.screens.export import ExportScreen  # noqa: PLC0415

        if self.heat_map is not None:
            self.app.push_screen(ExportScreen(self._exports(self.heat_map)))

    def _exports(self, heat_map: HeatMap) -> Exports:
        from microgradseq.charts.export import heat_map_exports  # noqa: PLC0415

        title = self._title or heat_map.title or "The numbers of this heat map"
        return heat_map_exports(replace(heat_map, title=title))

    def on_focus(self) -> None:
        """Let its names stand out, or no longer."""
        self.refresh()

    on_blur = on_focus

    # ---- how it is drawn

    def notify_style_update(self) -> None:
        """Look all colours up again."""
        super().notify_style_update()
        self._styles.clear()

    def on_mount(self) -> None:
        """Take new colours when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._recolour())

    def _recolour(self) -> None:
        self.notify_style_update()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the map."""
        width, height = self.content_size
        ground = self._look("ground")
        if self.heat_map is None or width < 1:
            return Strip.blank(self.size.width, ground)
        key = self.heat_map, width, height
        if self._lines[0] != key:
            self._lines = key, self.heat_map.lines(max(width, 8), height)
        lines = self._lines[1]
        if y >= len(lines):
            return Strip.blank(width, ground)
        titled = y == 0 and bool(self.heat_map.title)
        segments = [self._segment(piece, titled) for piece in lines[y]]
        return Strip(segments).adjust_cell_length(width, ground)

    def _segment(self, piece: Piece, titled: bool) -> Segment:
        shade, under = piece.shade, piece.under
        if shade is None:
            style = self._look("name" if titled else "muted")
            if self.has_focus:
                style = style + _BOLD
            if piece.column is not None and piece.column == self._marked:
                style = style + _MARKED + _BOLD
            return Segment(piece.text, style)
        if self.app.no_color:
            return Segment(piece.text, self._look("ground"))
        if under is not None:
            return Segment("▀" * cell_width(piece.text), self._look((shade, under)))
        if shade.level is None:
            return Segment(piece.text, self._look("muted"))
        # the ground tells the level; the glyph only what a ground cannot
        glyph = "-" if shade.negative else shade.glyph if shade.glyph == INFINITE else " "
        return Segment(glyph * cell_width(piece.text), self._look((shade, None)))

    def _look(self, part: Look) -> Style:
        """A style, worked out once for a theme."""
        if part not in self._styles:
            self._styles[part] = self._worked_out(part)
        return self._styles[part]

    def _worked_out(self, part: Look) -> Style:
        if part == "ground":
            return self.rich_style
        if isinstance(part, str):
            return self.rich_style + style_in(self.app, part)
        shade, under = part
        ground = self._colour(under or shade)
        text = self._colour(shade) if under else ground.get_contrast_text()
        return self.rich_style + Style(color=text.rich_color, bgcolor=ground.rich_color)

    def _colour(self, shade: Shade) -> Color:
        ground = self.background_colors[1]
        found = style_in(self.app, self._negative if shade.negative else self._role).color
        if shade.level is None or found is None:
            return ground
        share = _FAINTEST + (1 - _FAINTEST) * shade.level / (LEVELS - 1)
        return ground.blend(Color.from_rich_color(found), share)
