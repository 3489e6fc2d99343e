"""A text with a cursor, coloured by one hidden unit, with lanes of numbers under every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from microgradseq_tui.themes import Role, style_in
from microgradseq_tui.widgets.play.rows import Glyph, Row, glyph_of, rows_of_text

BARS = " ▁▂▃▄▅▆▇█"
GUTTER = 8
"""Cells for the names of lanes."""
STRONG = 0.3
"""Activities from this size on are told without colours, too."""
_LEVELS = 8
_FAINTEST, _STRONGEST = 0.05, 0.75


@dataclass(frozen=True, eq=False)
class Page:
    """What a view shows.

    Arguments:
        symbols: what each adds to the text.
        roles: the role of each symbol's letters; None for ordinary text; nothing for all.
        activity: one number from −1 to 1 for each of the first symbols; nothing for no colours.
        lanes: a name, and a number from 0 to 1 for each of the first symbols.
    """

    symbols: Sequence[str] = ()
    roles: Sequence[Role | None] = ()
    activity: Sequence[float] | Any = ()
    lanes: Sequence[tuple[str, Any]] = field(default=())


class WrittenText(Widget):
    """A text of any length; only what is seen is drawn."""

    class Pointed(Message):
        """A symbol was clicked.

        Arguments:
            place: of the symbol; the length of the text for its end.
        """

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.page = Page()
        self.cursor = 0
        self._top = 0
        self._laid_for: tuple[int, bool] | None = None
        self._glyphs: list[Glyph] = []
        self._rows: list[Row] = [Row(0, 0)]
        self._styles: dict[object, Style] = {}

    def show(self, page: Page, cursor: int) -> None:
        """Show a text.

        Arguments:
            page: what to show.
            cursor: the place that is marked and kept in sight.
        """
        if page.symbols is not self.page.symbols:
            self._laid_for = None
        self.page, self.cursor = page, cursor
        self.refresh()

    def on_mount(self) -> None:
        """Take new colours when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._recolour())

    def _recolour(self) -> None:
        self._styles.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Look all colours up again."""
        super().notify_style_update()
        self._styles.clear()

    # --- layout -----------------------------------------------------------------------------

    @property
    def _gutter(self) -> int:
        return GUTTER if self.page.lanes else 0

    @property
    def _block(self) -> int:
        """Lines for each row of text."""
        return 1 + len(self.page.lanes)

    @property
    def rows_seen(self) -> int:
        """How many rows of text have room, at least one."""
        return max(self.size.height // self._block, 1)

    def _lay(self) -> None:
        width = max(self.size.width - self._gutter, 2)
        if self._laid_for != (width, bool(self._gutter)):
            self._laid_for = width, bool(self._gutter)
            self._glyphs = [glyph_of(symbol, width - 1) for symbol in self.page.symbols]
            self._rows = rows_of_text(self.page.symbols, self._glyphs, width)
        row = self.row_of(self.cursor)
        self._top = max(min(self._top, row), row - self.rows_seen + 1)
        self._top = max(min(self._top, len(self._rows) - self.rows_seen), 0)

    def row_of(self, place: int) -> int:
        """The row in which a place stands.

        Arguments:
            place: of a symbol, or the length of the text.
        """
        low, high = 0, len(self._rows) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._rows[middle].start <= place else (low, middle - 1)
        return low

    def place_rows_away(self, rows: int) -> int:
        """The place some rows below the cursor, or above it, in the same column.

        Arguments:
            rows: how many; below 0 for above.
        """
        here = self.row_of(self.cursor)
        there = self._rows[max(0, min(here + rows, len(self._rows) - 1))]
        column = self.cursor - self._rows[here].start
        last = there.end if there is self._rows[-1] else there.end - 1
        return min(there.start + column, max(last, there.start))

    # --- drawing ----------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One line: a row of text, or one lane of the row above it."""
        width, ground = self.size.width, self.rich_style
        self._lay()
        number, lane = divmod(y, self._block)
        number += self._top
        if number >= len(self._rows) or width < 2:
            return Strip.blank(width, ground)
        row = self._rows[number]
        segments = self._text(row) if lane == 0 else self._lane(row, *self.page.lanes[lane - 1])
        return Strip(segments).adjust_cell_length(width, ground)

    def _text(self, row: Row) -> list[Segment]:
        segments = [Segment(" " * self._gutter, self.rich_style)]
        for place in range(row.start, row.end):
            segments.append(Segment(self._glyphs[place].text, self._style(place)))
        at_end = self.cursor == len(self._glyphs) == row.end and row is self._rows[-1]
        if at_end:
            segments.append(Segment(" ", self.rich_style + Style(reverse=True)))
        return segments

    def _style(self, place: int) -> Style:
        page = self.page
        role = page.roles[place] if place < len(page.roles) else None
        level = 0
        if place < len(page.activity):
            number = float(page.activity[place])
            level = 0 if isnan(number) else round(max(-1.0, min(number, 1.0)) * _LEVELS)
        key = role, level, place == self.cursor
        if key not in self._styles:
            self._styles[key] = self._made(*key)
        return self._styles[key]

    def _made(self, role: Role | None, level: int, marked: bool) -> Style:
        style = self.rich_style
        if role is not None:
            style += style_in(self.app, role)
        if marked:
            # turned round, faint colours would hide the letter
            return style + Style(reverse=True, bold=True, underline=level < 0)
        return style + self._shade(level) if level else style

    def _shade(self, level: int) -> Style:
        share = abs(level) / _LEVELS
        told = share >= STRONG
        if self.app.no_color:
            return Style(underline=told and level < 0, bold=told and level > 0)
        ground = self.background_colors[1]
        found = style_in(self.app, "negative" if level < 0 else "positive").color
        if found is None:
            return Style(underline=level < 0)
        strength = _FAINTEST + (_STRONGEST - _FAINTEST) * share
        colour = ground.blend(Color.from_rich_color(found), strength)
        return Style(
            color=colour.get_contrast_text().rich_color,
            bgcolor=colour.rich_color,
            underline=told and level < 0,
        )

    def _lane(self, row: Row, name: str, numbers: Any) -> list[Segment]:
        muted = self.rich_style + style_in(self.app, "muted")
        role: Role = "gradient" if name == "kept" else "value"
        style = self.rich_style + style_in(self.app, role)
        segments = [Segment(name[: GUTTER - 1].ljust(GUTTER), muted)]
        glyphs = []
        for place in range(row.start, row.end):
            glyph = "·"
            if place < len(numbers) and not isnan(numbers[place]):
                share = max(0.0, min(float(numbers[place]), 1.0))
                glyph = BARS[round(share * (len(BARS) - 1))]
            glyphs.append(glyph * self._glyphs[place].width)
        return [*segments, Segment("".join(glyphs), style)]

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where it was clicked."""
        number = self._top + event.y // self._block
        if number >= len(self._rows):
            self.post_message(self.Pointed(len(self._glyphs)))
            return
        row, x = self._rows[number], event.x - self._gutter
        place = row.start
        while place < row.end and x >= self._glyphs[place].width:
            x -= self._glyphs[place].width
            place += 1
        is_last = number == len(self._rows) - 1
        self.post_message(
            self.Pointed(place if is_last else min(place, max(row.end - 1, row.start)))
        )
