"""Play: what trained networks wrote, as command lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import BindingType

from microgradseq_tui.actions import bindings_of
from microgradseq_tui.run_rows import DAMAGED, command_for, rows_in
from microgradseq_tui.screens.preview import PreviewScreen
from microgradseq_tui.widgets.shell.command_list import CommandLine

NEWEST = 6


class PlayScreen(PreviewScreen):
    """What trained networks wrote."""

    PLACE = "play"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("play")]
    AHEAD = (
        "writing: beginning, temperature, seed",
        "the five likeliest next characters as bars",
        "text coloured by one hidden unit",
        "the gates under the text",
        "the same beginning, at every checkpoint",
    )

    def commands(self) -> Iterator[CommandLine]:
        whole = [row.name for row in rows_in(NEWEST) if row.status != DAMAGED]
        if not whole:
            yield CommandLine("microgradseq train", "there is no run yet: this makes one")
        for name in whole:
            yield CommandLine(command_for("runs show", name), "its numbers and what it wrote")
        yield CommandLine(
            "microgradseq train --sample-every 200", "see the text mature while a network learns"
        )
