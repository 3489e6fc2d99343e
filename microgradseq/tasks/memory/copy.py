"""The copy problem: ten symbols are to be repeated after a long pause."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy

from microgradseq.backend import Array
from microgradseq.data.batch import Batch
from microgradseq.tasks.memory.base import MemoryTask, Random
from microgradseq.tasks.task import Baseline

ALPHABET, REMEMBERED = 8, 10
BLANK, GO = 0, ALPHABET + 1


class CopyTask(MemoryTask):
    """Ten of eight symbols, T − 1 blanks, a sign to begin, and then the ten symbols again.

    All T + 20 answers count in the loss, most of them blanks; accuracy counts the ten symbols
    only. Saying blank until the sign and then any symbol costs 10 · ln 8 / (T + 20) nats.
    """

    kind = "copy"
    title = "copy: ten symbols again, after a pause"
    inputs, outputs = ALPHABET + 2, ALPHABET + 1
    defaults: ClassVar[Mapping[str, Any]] = {
        **MemoryTask.defaults,
        "cell": "gru",
        "hidden": 128,
        "lr": 0.005,
        "unroll": 10,
        "epochs": 30,
    }

    def draw(self, random: Random, count: int) -> Batch:
        """Symbols (T + 20, B), and what is to be said."""
        steps = self.settings.unroll
        symbols = random.integers(1, ALPHABET + 1, (REMEMBERED, count))
        inputs = numpy.full((steps + 2 * REMEMBERED, count), BLANK)
        targets = inputs.copy()
        inputs[:REMEMBERED] = symbols
        inputs[steps + REMEMBERED - 1] = GO
        targets[-REMEMBERED:] = symbols
        return Batch(inputs, targets)

    def right(self, scores: Array, batch: Batch) -> Array:
        """Which of the ten symbols are right."""
        said = scores[-REMEMBERED:].argmax(axis=-1)
        return (said == batch.targets[-REMEMBERED:]).reshape(-1)

    def baselines(self) -> Sequence[Baseline]:
        """Forgetting the symbols, but not when they are asked for."""
        nats = REMEMBERED * math.log(ALPHABET) / (self.settings.unroll + 2 * REMEMBERED)
        return (Baseline("without memory", {"loss": nats, "accuracy": 1 / ALPHABET}),)

    def symbol(self, number: int) -> str:
        """A letter, "." for a blank, "!" for the sign."""
        return ".abcdefgh!"[number]
