"""Runs: the run folders that lie here, and what became of each."""

from __future__ import annotations

from typing import ClassVar, Literal

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import DataTable, Static

from microgradseq.cells import shorten
from microgradseq.numbers import plural
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.messages import CopyText
from microgradseq_tui.run_rows import Row, command_for, place, rows_in
from microgradseq_tui.screens.frame import ModeScreen

NUMBERS = ("steps", "loss")
WIDEST_NAME = 28
COMMANDS = ("runs show", "runs plot", "train --resume")


class RunsScreen(ModeScreen):
    """A table of run folders, with the command lines for the marked one below."""

    PLACE = "runs"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("runs")]

    def __init__(self, target: str | None = None) -> None:
        super().__init__(target)
        self._names: list[str] = []

    def body(self) -> ComposeResult:
        yield Static(self.title_words, classes="heading", markup=False)
        yield Static("", id="place", classes="subheading", markup=False)
        yield DataTable[Text](cursor_type="row", zebra_stripes=False)
        yield Static("", id="nothing", classes="item", markup=False)
        yield Static("", id="about", markup=False)

    def on_mount(self) -> None:
        table = self._table
        for column in Row._fields:
            table.add_column(Text(column, justify=_side(column)), key=column)
        # run folders take a moment to import and read: the screen is painted first
        self.call_after_refresh(self.action_look_again)

    def on_screen_resume(self) -> None:
        if self._table.columns:
            self.call_after_refresh(self.action_look_again)

    def action_look_again(self) -> None:
        """Read the run folders again; the mark stays on its run."""
        marked = self._marked()
        rows = rows_in()
        table = self._table
        table.clear()
        for row in rows:
            shown = row._replace(name=shorten(row.name, WIDEST_NAME))
            cells = zip(Row._fields, shown, strict=True)
            table.add_row(*(Text(text, justify=_side(column)) for column, text in cells))
        self._names = [row.name for row in rows]
        if marked in self._names:
            table.move_cursor(row=self._names.index(marked))
        table.display = bool(rows)
        self.query_one("#nothing").display = not rows
        self.query_one("#nothing", Static).update(
            "None yet. The command microgradseq train makes one in about a minute."
        )
        self.query_one("#place", Static).update(plural(len(rows), "run") + f" in {place()}")
        if rows:
            table.focus()
        self._tell()

    def on_data_table_row_highlighted(self) -> None:
        self._tell()

    def on_data_table_row_selected(self) -> None:
        self.action_copy_command()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "copy_command":
            return True if self.is_mounted and self._marked() else None
        return True

    def action_copy_command(self) -> None:
        """Copy the command line that shows the marked run."""
        marked = self._marked()
        if marked:
            self.post_message(CopyText(command_for("runs show", marked)))

    @property
    def _table(self) -> DataTable[Text]:
        return self.query_one(DataTable)

    def _marked(self) -> str | None:
        table = self._table
        if not table.is_valid_row_index(table.cursor_row):
            return None
        return self._names[table.cursor_row]

    def _tell(self) -> None:
        marked = self._marked()
        about = self.query_one("#about", Static)
        about.display = marked is not None
        if marked:
            about.update("\n".join(command_for(command, marked) for command in COMMANDS))
        self.refresh_bindings()


def _side(column: str) -> Literal["left", "right"]:
    return "right" if column in NUMBERS else "left"
