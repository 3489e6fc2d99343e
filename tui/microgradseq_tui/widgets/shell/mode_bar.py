"""The line at the top: the modes, with the open one marked."""

from __future__ import annotations

from typing import ClassVar

from microgradseq_tui.modes import MODES
from microgradseq_tui.widgets.shell.line import Line, Piece, width_of

BRAND = " microgradseq  "


class ModeBar(Line):
    """The modes and their keys.

    Arguments:
        mode: the name of the open one.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "mode-bar--brand",
        "mode-bar--open",
        "mode-bar--other",
    }

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode

    def pieces(self, width: int) -> list[Piece]:
        brand = Piece(BRAND, "mode-bar--brand")
        full = [self._tab(name, titled=True) for name in MODES]
        short = [self._tab(name, titled=name == self.mode) for name in MODES]
        for attempt in ([brand, *full], full, short):
            if width_of(attempt) <= width:
                return attempt
        return short

    def _tab(self, name: str, titled: bool) -> Piece:
        key = str(list(MODES).index(name) + 1)
        opened = name == self.mode
        text = f" {key} {MODES[name].title} " if titled else f" {key}"
        return Piece(text, "mode-bar--open" if opened else "mode-bar--other", key)
