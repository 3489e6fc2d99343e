"""A mode that is still to come: what it will show, and what does the same work today."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from microgradseq_tui.screens.frame import ModeScreen
from microgradseq_tui.widgets.shell.command_list import CommandLine, CommandList


class PreviewScreen(ModeScreen):
    """A screen with command lines to copy, and beside them what the mode will show."""

    TODAY: ClassVar[str] = "Today, from the command line"
    AHEAD: ClassVar[tuple[str, ...]]
    """What the mode will show, one thing a line."""
    SHORT_AHEAD: ClassVar[str] = "In this screen, later"

    def commands(self) -> Iterable[CommandLine]:
        """The command lines that do today what the mode will do."""
        raise NotImplementedError

    def body(self) -> ComposeResult:
        yield Static(self.title_words, classes="heading", markup=False)
        with Horizontal(classes="columns"):
            with VerticalScroll(classes="main", can_focus=False):
                yield Static(self.TODAY, classes="subheading", markup=False)
                yield CommandList()
            with VerticalScroll(classes="side"):
                yield Static(self.SHORT_AHEAD, classes="subheading", markup=False)
                for words in self.AHEAD:
                    yield Static(f"· {words}", classes="item", markup=False)

    def on_mount(self) -> None:
        # what the list needs can take a moment to import: the screen is painted first
        self.call_after_refresh(self.fill)

    def fill(self) -> None:
        """Put the command lines into their list."""
        commands = self.query_one(CommandList)
        commands.show(self.commands())
        commands.focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "copy_command":
            lists = self.query(CommandList)
            return True if lists and lists.first().marked() else None
        return True

    def action_copy_command(self) -> None:
        """Copy the marked command line."""
        self.query_one(CommandList).copy()
