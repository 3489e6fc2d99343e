"""The exact numbers of a chart or a heat map, as a table."""

from __future__ import annotations

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


class NumbersScreen(PlaceScreen):
    """A table of exact numbers above the screen that has the chart.

    Arguments:
        title: of the chart.
        numbers: what to show.
        exports: how the chart is written to a file; None where it cannot be.
    """

    PLACE = "numbers"
    CSS_PATH = "../styles/numbers.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("numbers")]

    def __init__(self, title: str, numbers: NumberTable, exports: Exports | None = None) -> None:
        super().__init__()
        self._heading = title
        self._numbers = numbers
        self._exports = exports

    def compose(self) -> ComposeResult:
        count = plural(len(self._numbers), "row")
        yield Static(self._heading, classes="heading", markup=False)
        yield Static(f"{count}, every number with all its digits.", id="count", markup=False)
        yield NumbersTable(self._numbers)
        yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be written can be exported."""
        return action != "export" or self._exports is not None

    def action_close(self) -> None:
        """Go back, once even if the key was pressed twice."""
        if self.is_current:
            self.dismiss()

    def action_export(self) -> None:
        """Ask for a file's name and write the chart to it."""
        from microgradseq_tui.screens.export import ExportScreen  # noqa: PLC0415 - not at the start

        if self._exports is not None:
            self.app.push_screen(ExportScreen(self._exports, ".csv"))

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
