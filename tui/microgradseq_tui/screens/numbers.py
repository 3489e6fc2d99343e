"""The exact numbers of a chart or a heat map, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from microgradseq.numbers import plural
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.screens.frame import PlaceScreen
from microgradseq_tui.widgets.charts.numbers_table import NumbersTable
from microgradseq_tui.widgets.shell.key_bar import KeyBar

if TYPE_CHECKING:
    from microgradseq.charts.export import Exports
    from microgradseq.charts.number_table import NumberTable

SIDEWAYS = 8
Way = Literal["up", "down", "left", "right", "page_up", "page_down", "home", "end"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The numbers of one chart.

    Arguments:
        title: of the chart.
        numbers: what to show.
        exports: how the chart is written to a file; None where it cannot be.
    """

    title: str
    numbers: NumberTable
    exports: Exports | None = None


class NumbersScreen(PlaceScreen):
    """A table of exact numbers above the screen that has the chart.

    Arguments:
        sheets: one for each chart of that screen, at least one.
    """

    PLACE = "numbers"
    CSS_PATH = "../styles/numbers.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("numbers")]

    def __init__(self, *sheets: Sheet) -> None:
        super().__init__()
        self._sheets = sheets
        self._place = 0

    def compose(self) -> ComposeResult:
        yield Static("", classes="heading", markup=False)
        yield Static("", id="count", markup=False)
        yield NumbersTable(self._sheet.numbers)
        yield KeyBar()

    def on_mount(self) -> None:
        self._tell()

    @property
    def _sheet(self) -> Sheet:
        return self._sheets[self._place]

    def _tell(self) -> None:
        """Say which chart the numbers are of, and how many rows there are."""
        several = f" ({self._place + 1} of {len(self._sheets)})" if len(self._sheets) > 1 else ""
        count = plural(len(self._sheet.numbers), "row")
        self.query_one(".heading", Static).update(f"{self._sheet.title}{several}")
        self.query_one("#count", Static).update(f"{count}, every number with all its digits.")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be written can be exported; only several charts have a next one."""
        if action == "turn":
            return len(self._sheets) > 1
        return action != "export" or self._sheet.exports is not None

    def action_turn(self, by: int) -> None:
        """Show the numbers of another chart; after the last come those of the first.

        Arguments:
            by: how many charts further on.
        """
        self._place = (self._place + by) % len(self._sheets)
        self._tell()
        table = self.query_one(NumbersTable)
        table.numbers = self._sheet.numbers
        table.scroll_home(animate=False)
        self.refresh_bindings()

    def action_close(self) -> None:
        """Go back, once even if the key was pressed twice."""
        if self.is_current:
            self.dismiss()

    def action_export(self) -> None:
        """Ask for a file's name and write the chart to it."""
        from microgradseq_tui.screens.export import ExportScreen  # noqa: PLC0415 - not at the start

        if self._sheet.exports is not None:
            self.app.push_screen(ExportScreen(self._sheet.exports, ".csv"))

    def action_scroll_table(self, way: Way) -> None:
        """Scroll the table.

        Arguments:
            way: where to.
        """
        table = self.query_one(NumbersTable)
        if way in ("left", "right"):
            table.scroll_relative(x=SIDEWAYS if way == "right" else -SIDEWAYS, animate=False)
        else:
            getattr(table, f"scroll_{way}")(animate=False)
