"""The table of runs. Only the rows in sight are drawn, so a thousand are as quick as ten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from microgradseq_tui.run_rows import MARK, Column, cell_of, columns_for, fitted
from microgradseq_tui.themes import Role, style_in

if TYPE_CHECKING:
    from microgradseq.training.run_table import RunLine

STATUS_ROLES: dict[str, Role] = {
    "running": "active",
    "finished": "positive",
    "failed": "negative",
    "interrupted": "negative",
    "damaged": "negative",
}
CURVES: tuple[Role, ...] = ("curve-0", "curve-1", "curve-2", "curve-3")
RISING, FALLING = "▴", "▾"
TITLES = 1
"""Rows that stay where they are when the others scroll."""


class RunsTable(ScrollView, can_focus=True):
    """Runs, one a row, and the keyboard's mark on one of them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"runs-table--title", "runs-table--marked"}

    class Marked(Message):
        """The keyboard's mark is on another run."""

    class Opened(Message):
        """The marked run was clicked again."""

    class Sorted(Message):
        """A title was clicked.

        Arguments:
            name: of the column.
        """

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[RunLine] = []
        self._chosen: dict[str, int] = {}
        self._sorting = ("", False)
        self._row = 0

    # --- what is shown ----------------------------------------------------------------------

    def show(
        self, lines: Sequence[RunLine], chosen: Mapping[str, int], sorting: tuple[str, bool]
    ) -> None:
        """Show runs; the keyboard's mark stays on its run.

        Arguments:
            lines: in their order.
            chosen: the runs that are chosen, and as which curve each will be drawn.
            sorting: the column that they are sorted by, and whether the largest come first.
        """
        marked = self.marked()
        self._lines, self._chosen, self._sorting = [*lines], dict(chosen), sorting
        names = self.names
        self._row = names.index(marked) if marked in names else min(self._row, len(names) - 1)
        self._row = max(self._row, 0)
        self.virtual_size = Size(self.size.width, len(names) + TITLES)
        self._keep_in_sight()
        self.refresh()

    @property
    def names(self) -> list[str]:
        """The names of the runs, from above."""
        return [line.name for line in self._lines]

    def marked(self) -> str | None:
        """The name of the run that the keyboard's mark is on."""
        return self._lines[self._row].name if self._row < len(self._lines) else None

    def mark(self, row: int) -> None:
        """Put the keyboard's mark on a row, or on the nearest that there is.

        Arguments:
            row: from 0.
        """
        row = max(min(row, len(self._lines) - 1), 0)
        if row != self._row:
            before, scrolled = self._row, self.scroll_offset
            self._row = row
            self._keep_in_sight()
            if scrolled == self.scroll_offset:
                self.refresh_line(before + TITLES)
                self.refresh_line(row + TITLES)
            else:
                self.refresh()
            self.post_message(self.Marked())

    def _keep_in_sight(self) -> None:
        # the row above it is asked for as well: the titles hide the first one
        region = Region(0, self._row, 1, 1 + TITLES)
        self.scroll_to_region(region, animate=False, force=True, immediate=True)

    # --- keys and mouse ---------------------------------------------------------------------

    def action_scroll_up(self) -> None:
        """Go to the run above."""
        self.mark(self._row - 1)

    def action_scroll_down(self) -> None:
        """Go to the run below."""
        self.mark(self._row + 1)

    def action_page_up(self) -> None:
        """Go up by a page."""
        self.mark(self._row - self._page)

    def action_page_down(self) -> None:
        """Go down by a page."""
        self.mark(self._row + self._page)

    def action_scroll_home(self) -> None:
        """Go to the first run."""
        self.mark(0)

    def action_scroll_end(self) -> None:
        """Go to the last run."""
        self.mark(len(self._lines) - 1)

    @property
    def _page(self) -> int:
        return max(self.scrollable_content_region.height - TITLES, 1)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < TITLES:
            self._click_title(offset.x)
            return
        row = offset.y - TITLES + self.scroll_offset.y
        if row == self._row:
            self.post_message(self.Opened())
        elif row < len(self._lines):
            self.mark(row)

    def _click_title(self, x: int) -> None:
        end = 0
        for column, width in self._columns():
            end += width + 1
            if x < end:
                if column.name:
                    self.post_message(self.Sorted(column.name))
                return

    # --- drawing ----------------------------------------------------------------------------

    def _columns(self) -> list[tuple[Column, int]]:
        return columns_for(self.scrollable_content_region.width)

    def render_line(self, y: int) -> Strip:
        ground = self.rich_style
        width = self.scrollable_content_region.width
        row = y - TITLES + self.scroll_offset.y
        if y < TITLES:
            found = self._titles(ground)
        elif row < len(self._lines):
            found = self._cells(self._lines[row], ground, row == self._row)
        else:
            found = []
        marked = y >= TITLES and row == self._row and bool(found)
        rest = ground + self._look("marked") if marked else ground
        return Strip(found).adjust_cell_length(width, rest)

    def _look(self, name: str) -> Style:
        return self.get_component_rich_style(f"runs-table--{name}", partial=True)

    def _titles(self, ground: Style) -> list[Segment]:
        style = ground + self._look("title")
        sorted_by, reverse = self._sorting
        found = []
        for column, width in self._columns():
            sign = f" {FALLING if reverse else RISING}" if column.name == sorted_by else ""
            title = column.title + sign if column.name else ""
            found.append(Segment(fitted(title, width, column.side) + " ", style))
        return found

    def _cells(self, line: RunLine, ground: Style, marked: bool) -> list[Segment]:
        found = []
        look = self._look("marked") if marked else Style.null()
        for column, width in self._columns():
            text, role = self._text(line, column)
            style = ground + style_in(self.app, role) if role else ground
            found.append(Segment(fitted(text, width, column.side) + " ", style + look))
        return found

    def _text(self, line: RunLine, column: Column) -> tuple[str, Role | None]:
        """What stands in a cell, and its role."""
        from microgradseq.charts.chart import MARKERS  # noqa: PLC0415 - slow to import

        if column is MARK:
            place = self._chosen.get(line.name)
            return ("", None) if place is None else (MARKERS[place], CURVES[place])
        if column.name == "status":
            return cell_of(line, column), STATUS_ROLES.get(line.status, "muted")
        return cell_of(line, column), "curve-0" if column.name == "losses" else None
