"""Selective copying: symbols are to be repeated that came at unforeseeable places among blanks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy

from microgradseq.data.batch import Batch
from microgradseq.data.padded import IGNORED
from microgradseq.tasks.memory.base import MemoryTask, Random
from microgradseq.tasks.task import Baseline

ALPHABET, REMEMBERED = 8, 4
BLANK, GO = 0, ALPHABET + 1


class SelectiveCopyTask(MemoryTask):
    """Four of eight symbols stand somewhere among T steps of blanks; then they are asked for.

    Only these four answers count, in their order. Without memory they cost ln 8 nats each.
    """

    kind = "selective-copy"
    title = "selective copy: the symbols that stood among blanks"
    inputs, outputs = ALPHABET + 2, ALPHABET + 1
    shortest = REMEMBERED
    defaults: ClassVar[Mapping[str, Any]] = {
        **MemoryTask.defaults,
        "cell": "gru",
        "unroll": 20,
        "epochs": 40,
    }

    def draw(self, random: Random, count: int) -> Batch:
        """Symbols (T + 4, B), and what is to be said."""
        steps = self.settings.unroll
        everywhere = numpy.tile(numpy.arange(steps), (count, 1))
        places = numpy.sort(random.permuted(everywhere, axis=1)[:, :REMEMBERED]).T
        symbols = random.integers(1, ALPHABET + 1, (REMEMBERED, count))
        inputs = numpy.full((steps + REMEMBERED, count), BLANK)
        inputs[places, numpy.arange(count)] = symbols
        inputs[steps:] = GO
        targets = numpy.full_like(inputs, IGNORED)
        targets[steps:] = symbols
        return Batch(inputs, targets)

    def baselines(self) -> Sequence[Baseline]:
        """A guess."""
        return (Baseline("a guess", {"loss": math.log(ALPHABET), "accuracy": 1 / ALPHABET}),)

    def symbol(self, number: int) -> str:
        """A letter, "." for a blank, "!" for the sign."""
        return ".abcdefgh!"[number]
