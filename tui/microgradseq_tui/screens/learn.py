"""Learn: the examples, as command lines of the stepper."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import ClassVar

from textual.binding import BindingType

from microgradseq_tui.actions import bindings_of
from microgradseq_tui.screens.preview import PreviewScreen
from microgradseq_tui.widgets.shell.command_list import CommandLine, CommandList


class LearnScreen(PreviewScreen):
    """The examples, the one that was asked for first."""

    PLACE = "learn"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("learn")]
    AHEAD = (
        "the graph, and each step of its derivative",
        "paths and their products",
        "networks unrolled over a word",
        "lessons beside the graph",
    )

    @classmethod
    def takes_target(cls) -> bool:
        return True

    def commands(self) -> Iterator[CommandLine]:
        from microgradseq.lessons.examples import EXAMPLES  # noqa: PLC0415 - slow to import

        if self.target is not None and self.target not in EXAMPLES:
            yield CommandLine(f"microgradseq step {shlex.quote(self.target)}", "what you asked for")
        names = sorted(EXAMPLES, key=lambda name: name != self.target)
        for name in names:
            yield CommandLine(f"microgradseq step {name}", EXAMPLES[name].title)

    def action_walk(self) -> None:
        """Step through the marked example."""
        from microgradseq.lessons.examples import EXAMPLES  # noqa: PLC0415 - slow to import
        from microgradseq_tui.screens.walk import WalkScreen  # noqa: PLC0415

        marked = self.query_one(CommandList).marked()
        name = "" if marked is None else marked.text.rpartition(" ")[2]
        if name in EXAMPLES:
            self.app.push_screen(WalkScreen(name))
