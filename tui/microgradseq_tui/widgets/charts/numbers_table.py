"""Exact numbers in rows and columns: only the rows in view are made, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from microgradseq.cells import cell_width
from microgradseq_tui.themes import style_in

if TYPE_CHECKING:
    from microgradseq.charts.number_table import NumberTable

_SAMPLES = 100
_BETWEEN = 2
_KEPT_STRIPS = 400


class NumbersTable(ScrollView, can_focus=False):
    """A table that scrolls under its header; the first column stays where it is.

    Arguments:
        numbers: what to show.
        name, id, classes: as for any widget.
    """

    DEFAULT_CSS = "NumbersTable { width: 1fr; height: 1fr; overflow-x: auto; overflow-y: auto; }"
    numbers: reactive[NumberTable | None] = reactive(None, init=False, always_update=True)
    """What is shown."""

    def __init__(
        self,
        numbers: NumberTable,
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._widths: list[int] = []
        self._kept: dict[tuple[int, int, int], Strip] = {}
        self.numbers = numbers

    def watch_numbers(self, numbers: NumberTable) -> None:
        """Measure some of the rows."""
        self._widths = [cell_width(name) for name in numbers.header]
        for place in range(0, len(numbers), max(len(numbers) // _SAMPLES, 1)):
            self._widen(numbers.row(place))
        self._measured()

    def _widen(self, row: Sequence[str]) -> bool:
        """Make room for a row; whether more was needed."""
        widths = [max(old, cell_width(cell)) for old, cell in zip(self._widths, row, strict=True)]
        changed = widths != self._widths
        self._widths = widths
        return changed

    def _measured(self) -> None:
        rows = len(self.numbers) if self.numbers is not None else 0
        self.virtual_size = Size(sum(self._widths) + _BETWEEN * len(self._widths) + 1, rows + 1)
        self._kept.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Look all colours up again."""
        super().notify_style_update()
        self._kept.clear()

    def on_mount(self) -> None:
        """Take new colours when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._recolour())

    def _recolour(self) -> None:
        self.notify_style_update()
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the table."""
        if self.numbers is not None:
            first = self.scroll_offset.y
            last = min(first + self.size.height, len(self.numbers))
            # a row wider than those measured before makes its column wider
            changes = [self._widen(self.numbers.row(place)) for place in range(first, last)]
            if any(changes):
                self.call_after_refresh(self._measured)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line of the table."""
        width = self.scrollable_content_region.width
        place = y - 1 + self.scroll_offset.y if y else -1
        if self.numbers is None or place >= len(self.numbers):
            return Strip.blank(width, self.rich_style)
        key = place, self.scroll_offset.x, width
        if key not in self._kept:
            if len(self._kept) >= _KEPT_STRIPS:
                self._kept.clear()
            cells = self.numbers.header if place < 0 else self.numbers.row(place)
            self._kept[key] = self._line([*cells], place < 0, width)
        return self._kept[key]

    def _line(self, cells: list[str], heading: bool, width: int) -> Strip:
        muted = self.rich_style + style_in(self.app, "muted")
        style = muted if heading else self.rich_style
        texts = [
            " " * (wide - cell_width(cell)) + cell
            for wide, cell in zip(self._widths, cells, strict=True)
        ]
        between = " " * _BETWEEN
        first = Strip([Segment(f" {texts[0]}", muted)])
        rest = Strip([Segment(f"{between}{text}", style) for text in texts[1:]])
        room = max(width - first.cell_length, 0)
        offset = self.scroll_offset.x
        # a number that is cut must not pass for a whole one
        before = "…" if offset > 0 and room > 0 else ""
        after = "…" if offset + room < rest.cell_length and room > len(before) else ""
        shown = rest.crop(offset + len(before), offset + room - len(after))
        ends = [Strip([Segment(mark, muted)] if mark else []) for mark in (before, after)]
        line = Strip.join([first, ends[0], shown, ends[1]])
        return line.adjust_cell_length(width, self.rich_style)
