"""Echo: each bit is to be repeated after a while."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy

from microgradseq.data.batch import Batch
from microgradseq.data.padded import IGNORED
from microgradseq.tasks.memory.base import MemoryTask, Random
from microgradseq.tasks.task import Baseline


class EchoTask(MemoryTask):
    """T random bits go by; the answer at each step is the bit of T/4 steps before.

    The first T/4 answers do not count. Without memory, half of the others are right.
    """

    kind = "echo"
    title = "echo: each bit again, a quarter of the sequence later"
    inputs, outputs = 2, 2
    shortest = 4
    defaults: ClassVar[Mapping[str, Any]] = {**MemoryTask.defaults, "unroll": 32, "epochs": 10}

    @property
    def lag(self) -> int:
        """After how many steps a bit is repeated."""
        return self.settings.unroll // 4

    def draw(self, random: Random, count: int) -> Batch:
        """Bits (T, B), and those of some steps before (T, B)."""
        bits = random.integers(0, 2, (self.settings.unroll, count))
        targets = numpy.full_like(bits, IGNORED)
        targets[self.lag :] = bits[: -self.lag]
        return Batch(bits, targets)

    def baselines(self) -> Sequence[Baseline]:
        """A guess."""
        return (Baseline("a guess", {"loss": math.log(2), "accuracy": 0.5}),)
