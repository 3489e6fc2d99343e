"""Parity: whether the ones so far are odd, told at every step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from microgradseq.data.batch import Batch
from microgradseq.tasks.memory.base import MemoryTask, Random
from microgradseq.tasks.task import Baseline


class ParityTask(MemoryTask):
    """T random bits go by; the answer at each step is 1 if there were an odd number of ones.

    Without memory, half of all answers are right.
    """

    kind = "parity"
    title = "parity: whether the ones so far are odd"
    inputs, outputs = 2, 2
    defaults: ClassVar[Mapping[str, Any]] = {**MemoryTask.defaults, "unroll": 20}

    def draw(self, random: Random, count: int) -> Batch:
        """Bits (T, B), and the parity of those so far (T, B)."""
        bits = random.integers(0, 2, (self.settings.unroll, count))
        return Batch(bits, bits.cumsum(axis=0) % 2)

    def baselines(self) -> Sequence[Baseline]:
        """Without memory the first answer is known, for there the bit itself is the parity."""
        steps = self.settings.unroll
        known = 1 / steps
        metrics = {"loss": (1 - known) * math.log(2), "accuracy": known + (1 - known) / 2}
        return (Baseline("without memory", metrics),)
