"""The latch problem, after Bengio, Simard and Frasconi: a first bit is to be kept through noise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from microgradseq.backend import Array
from microgradseq.data.batch import Batch
from microgradseq.tasks.memory.base import MemoryTask, Random
from microgradseq.tasks.task import Baseline

NOISE = 0.2
"""The standard deviation of what comes after the first step."""


class LatchTask(MemoryTask):
    """A bit, −1 or 1, and T − 1 steps of noise; at the end the bit is asked for.

    Guessing costs ln 2 nats.
    """

    kind = "latch"
    title = "latch: the first bit, after much noise"
    shape = "many to one"
    inputs, outputs = 1, 2
    reads_symbols = False
    answers_at_end = True
    shortest = 2
    defaults: ClassVar[Mapping[str, Any]] = {
        **MemoryTask.defaults,
        "cell": "gru",
        "unroll": 20,
        "epochs": 6,
    }

    def draw(self, random: Random, count: int) -> Batch:
        """Numbers (T, B, 1), and the first of each sequence as 0 or 1, (B,)."""
        numbers = NOISE * random.standard_normal((self.settings.unroll, count, 1))
        bits = random.integers(0, 2, count)
        numbers[0, :, 0] = 2 * bits - 1
        return Batch(numbers, bits)

    def baselines(self) -> Sequence[Baseline]:
        """A guess."""
        return (Baseline("a guess", {"loss": math.log(2), "accuracy": 0.5}),)

    def shown(self, steps: Array) -> str:
        """The first number, and how much noise follows."""
        return f"{steps[0, 0]:+.0f}, then {len(steps) - 1} steps of noise"
