"""The command palette: Textual's own, able to take keys faster than it can close."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette


class Palette(CommandPalette):
    """Looks for an action by its name."""

    def __init__(self) -> None:
        super().__init__(placeholder="Find a command")

    def dismiss(self, result: Any = None) -> AwaitComplete:
        # A second Enter that waited in its queue would take the screen below from the stack.
        return super().dismiss(result) if self.is_current else AwaitComplete.nothing()  # type: ignore[no-untyped-call]

    def _action_command_list(self, action: str) -> None:
        # A list without room for a line has no pages to turn, and Textual trips over that.
        with suppress(KeyError):
            super()._action_command_list(action)
