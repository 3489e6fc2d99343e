"""A list with a mark that is seen without colours too."""

from __future__ import annotations

from contextlib import suppress

from textual.style import Style
from textual.widgets import OptionList

SIDEWAYS = ("scroll_left", "scroll_right")
MARKED = "option-list--option-highlighted"


class MarkedList(OptionList):
    """Textual's list, with what it lacks in terminals without colours or without room."""

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        style = super().get_visual_style(*component_classes, partial=partial)
        if self.app.no_color and MARKED in component_classes:
            # Textual passes on every attribute of a stylesheet but this one
            return style + Style(reverse=self.has_focus, underline=not self.has_focus)
        return style

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # no list is wider than its place: ← and → are left to the screen, and told of there
        return action not in SIDEWAYS and super().check_action(action, parameters)

    def action_page_up(self) -> None:
        # a list without room for a line has no pages to turn, and Textual trips over that
        with suppress(KeyError):
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        with suppress(KeyError):
            super().action_page_down()  # type: ignore[no-untyped-call]
