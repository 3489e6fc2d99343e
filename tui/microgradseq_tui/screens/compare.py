"""Compare: how to train networks on the same data and lay them side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import BindingType

from microgradseq_tui.actions import bindings_of
from microgradseq_tui.run_rows import DAMAGED, command_for, rows_in
from microgradseq_tui.screens.preview import PreviewScreen
from microgradseq_tui.widgets.shell.command_list import CommandLine

CELLS = ("rnn", "gru", "lstm")
LATEST = 12
"""Runs that are looked at to find three that are whole."""


class CompareScreen(PreviewScreen):
    """Networks side by side."""

    PLACE = "compare"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("compare")]
    AHEAD = (
        "RNN, GRU and LSTM on the same data and seed",
        "their curves in one chart",
        "how far back each one's gradient reaches",
        "samples at the same step",
        "parameters, speed and final numbers",
    )

    def commands(self) -> Iterator[CommandLine]:
        whole = [row.name for row in rows_in(LATEST) if row.status != DAMAGED]
        if len(whole) > 1:
            newest = command_for("runs compare", *whole[: len(CELLS)])
            yield CommandLine(newest, "your newest runs side by side")
        for cell in CELLS:
            command = f"microgradseq train --cell {cell} --name story-{cell}"
            yield CommandLine(command, f"train a network of {cell.upper()} cells on the story")
        names = " ".join(f"story-{cell}" for cell in CELLS)
        yield CommandLine(f"microgradseq runs compare {names}", "settings, numbers and curves")
        yield CommandLine("microgradseq flow", "how gradients flow back through each cell")
