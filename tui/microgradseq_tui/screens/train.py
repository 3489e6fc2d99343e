"""Train: the presets and tasks that can be trained, as command lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import BindingType

from microgradseq_tui.actions import bindings_of
from microgradseq_tui.screens.preview import PreviewScreen
from microgradseq_tui.widgets.shell.command_list import CommandLine


class TrainScreen(PreviewScreen):
    """What can be trained."""

    PLACE = "train"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("train")]
    AHEAD = (
        "a form for task, cell and settings, or a preset",
        "start, pause, one step, resume, stop",
        "loss and perplexity as curves while they grow",
        "newest samples beside older ones",
        "the gradient's norm by time step",
        "learning rate and clipping, changed live",
    )

    def commands(self) -> Iterator[CommandLine]:
        from microgradseq.training.presets import PRESETS  # noqa: PLC0415 - slow to import

        yield CommandLine("microgradseq train", "a small LSTM learns a story in about a minute")
        yield CommandLine("microgradseq train FILE", "a network that writes like a text of yours")
        for preset in PRESETS.values():
            yield CommandLine(f"microgradseq train --preset {preset.name}", preset.words)
        yield CommandLine("microgradseq train --resume RUN", "go on where a run was stopped")
