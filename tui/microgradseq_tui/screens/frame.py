"""What every mode's screen shares: the line of modes above, the line of keys below."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import Screen

from microgradseq.errors import UserError
from microgradseq_tui.modes import MODES
from microgradseq_tui.widgets.shell.key_bar import KeyBar
from microgradseq_tui.widgets.shell.mode_bar import ModeBar


class PlaceScreen(Screen[None]):
    """A screen with keys of its own; PLACE is its name in PLACES."""

    PLACE: ClassVar[str]


class ModeScreen(PlaceScreen):
    """The screen of one mode; `body` gives what stands between the two lines.

    Arguments:
        target: what to show, as the command line gives it; None for the screen's own beginning.
    """

    def __init__(self, target: str | None = None) -> None:
        super().__init__()
        self.target = target
        if target is not None and not self.takes_target():
            raise UserError(f"the screen {self.PLACE} takes nothing behind its name yet")

    @classmethod
    def takes_target(cls) -> bool:
        """Whether the screen can be told what to show."""
        return False

    def compose(self) -> ComposeResult:
        yield ModeBar(self.PLACE)
        yield from self.body()
        yield KeyBar()

    def body(self) -> ComposeResult:
        """What stands between the line of modes and the line of keys."""
        raise NotImplementedError

    @property
    def title_words(self) -> str:
        """The mode's title and what it is for."""
        mode = MODES[self.PLACE]
        return f"{mode.title} — {mode.words}"
