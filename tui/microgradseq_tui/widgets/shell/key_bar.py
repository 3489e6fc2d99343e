"""The line at the bottom: what can be done now, and by which key."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.widgets import Input

from microgradseq_tui.actions import key_words
from microgradseq_tui.widgets.shell.line import Line, Piece, width_of

ALWAYS = ("close", "leave", "show_help", "quit")
"""Actions that stay at the end of the line when there is no room for all."""
ARROWS = "←→↑↓"
"""Keys that are written as one character, but type none."""


class KeyBar(Line):
    """The keys that do something now: those of the screen, then those of the app."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "key-bar--key",
        "key-bar--label",
        "key-bar--off",
    }

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._look_again)

    def _look_again(self, _: Screen[object]) -> None:
        self.refresh()

    def pieces(self, width: int) -> list[Piece]:
        shown = self._shown()
        kept = [shown.pop(name) for name in ALWAYS if name in shown]
        room = width - width_of([piece for active in kept for piece in _words(active)])
        line: list[Piece] = []
        for active in shown.values():
            words = _words(active)
            if width_of(line) + width_of(words) > room:
                break
            line += words
        for active in kept:
            words = _words(active)
            if width_of(line) + width_of(words) <= width:
                line += words
        return line

    def _shown(self) -> dict[str, ActiveBinding]:
        """One binding for each action that the line shows, by the action's name."""
        found: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if not binding.show or not binding.key_display:
                continue
            if self._typed(binding.key_display):
                # what stands for a character is typed into the field: another key does it there
                words = key_words(binding.key)
                if self._typed(words):
                    continue
                binding = replace(binding, key_display=words)
            found.setdefault(binding.action, active._replace(binding=binding))
        return found

    def _typed(self, words: str) -> bool:
        """Whether a key, as it is written for people, goes into the field that has the focus."""
        field = self.screen.focused
        return len(words) == 1 and words not in ARROWS and isinstance(field, Input)


def _words(active: ActiveBinding) -> list[Piece]:
    binding = active.binding
    if not active.enabled:
        return [Piece(f" {binding.key_display} {binding.description} ", "key-bar--off")]
    return [
        Piece(f" {binding.key_display}", "key-bar--key", binding.key),
        Piece(f" {binding.description} ", "key-bar--label", binding.key),
    ]
