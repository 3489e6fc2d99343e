"""Command lines to choose from, each with what it does."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from textual.content import Content
from textual.style import Style
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from microgradseq_tui.messages import CopyText

MARKED = "option-list--option-highlighted"


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command line and what it does.

    Arguments:
        text: as it is typed.
        words: what comes of it.
    """

    text: str
    words: str


class CommandList(OptionList):
    """Command lines; Enter, or a click, copies the marked one.

    Arguments:
        commands: what to choose from.
    """

    def __init__(self, commands: Iterable[CommandLine] = ()) -> None:
        super().__init__(markup=False)
        self.commands: list[CommandLine] = []
        self.show(commands)

    def show(self, commands: Iterable[CommandLine]) -> None:
        """Offer these command lines; the mark stays on its line where that is still there.

        Arguments:
            commands: what to choose from.
        """
        marked = self.marked()
        self.commands = list(commands)
        self.clear_options()
        self.add_options(map(_option, self.commands))
        if self.commands:
            known = marked in self.commands
            self.highlighted = self.commands.index(marked) if known and marked else 0

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        style = super().get_visual_style(*component_classes, partial=partial)
        if self.app.no_color and MARKED in component_classes:
            # Textual passes on every attribute of a stylesheet but this one
            return style + Style(reverse=True, underline=False)
        return style

    def action_page_up(self) -> None:
        # a list without room for a line has no pages to turn, and Textual trips over that
        with suppress(KeyError):
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        with suppress(KeyError):
            super().action_page_down()  # type: ignore[no-untyped-call]

    def marked(self) -> CommandLine | None:
        """The marked command line; None where there is none."""
        if self.highlighted is None or self.highlighted >= len(self.commands):
            return None
        return self.commands[self.highlighted]

    def copy(self) -> None:
        """Hand the marked command line to the clipboard."""
        marked = self.marked()
        if marked is not None:
            self.post_message(CopyText(marked.text))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.copy()


def _option(command: CommandLine) -> Option:
    return Option(Content.assemble((command.text, "bold"), "\n", (f"  {command.words}", "$muted")))
