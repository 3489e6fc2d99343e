"""Labs: the classic systems to come, and the commands that show some of them today."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import BindingType

from microgradseq_tui.actions import bindings_of
from microgradseq_tui.screens.preview import PreviewScreen
from microgradseq_tui.widgets.shell.command_list import CommandLine


class LabsScreen(PreviewScreen):
    """The classic systems of the field."""

    PLACE = "labs"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("labs")]
    AHEAD = (
        "concat: one matrix product instead of two",
        "sine: forecasts, one step and many",
        "markov: n-grams, forwards and backwards",
        "hopfield: patterns recalled as energy falls",
        "ctrnn: networks in continuous time",
        "jordan: feedback from the output",
        "rtrl: gradients without going back",
        "truncation: what is lost, and what is won",
        "compressor: history passed on as surprise",
        "shapes: one or many in, one or many out",
        "bidirectional: when the answer lies ahead",
        "gates: GRU and LSTM with gates held still",
        "remedies: against vanishing and exploding",
        "digits: read row by row",
    )

    def commands(self) -> Iterator[CommandLine]:
        yield CommandLine("microgradseq flow", "which gradients vanish, and which survive")
        yield CommandLine(
            "microgradseq train --preset sine", "a noisy sine, foretold from 4 values"
        )
        yield CommandLine("microgradseq train digits", "an LSTM reads digits row by row")
        yield CommandLine("microgradseq train sentiment", "many words in, one label out")
        yield CommandLine("microgradseq train tagging", "a tag for every word")
        yield CommandLine("microgradseq train translation", "dates rewritten, with attention")
        yield CommandLine("microgradseq train adding", "a sum to be kept in mind over many steps")
