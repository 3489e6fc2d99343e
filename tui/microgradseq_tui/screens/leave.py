"""The question before the app is left while something trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from microgradseq.numbers import plural
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.run_rows import command_for
from microgradseq_tui.trainers import TrainerChild, stop_all
from microgradseq_tui.widgets.shell.key_bar import KeyBar


class LeaveScreen(ModalScreen[None]):
    """Ask whether trainings go on when the app is left.

    Arguments:
        children: what this app trains.
    """

    CSS_PATH = "../styles/leave.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("leave")]

    def __init__(self, children: Sequence[TrainerChild]) -> None:
        super().__init__()
        self._children = list(children)

    def compose(self) -> ComposeResult:
        names = [child.folder.name for child in self._children if child.folder is not None]
        count = len(self._children)
        with Vertical(id="panel"):
            yield Static(f"{plural(count, 'training')} under way", classes="heading", markup=False)
            yield Static("\n".join(names), id="names", markup=False)
            yield Static(
                "They can go on without the app: `microgradseq watch` shows them again.",
                id="words",
                markup=False,
            )
            yield KeyBar()

    def action_leave_going(self) -> None:
        """Leave; what trains goes on, and the terminal tells how to see it again."""
        folders = [child.folder for child in self._children if child.folder is not None]
        told = [f"{each.name} trains on: {command_for('watch', each.name)}" for each in folders]
        self.app.exit(message="\n".join(told) or None)

    def action_stop_all(self) -> None:
        """Let everything save and stop, then leave."""
        self.query_one("#words", Static).update("Saving …")
        self._stop()

    @work(exclusive=True)
    async def _stop(self) -> None:
        await stop_all(self._children)
        self.app.exit()

    def action_stay(self) -> None:
        """Stay, once even if the key was pressed twice."""
        if self.is_current:
            self.dismiss()
