"""aⁿbⁿ, after Gers and Schmidhuber: as many b as there were a, which needs a counter."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy

from microgradseq.data.batch import Batch
from microgradseq.data.padded import IGNORED
from microgradseq.tasks.memory.base import MemoryTask, Random
from microgradseq.tasks.task import Baseline

A, B, END = range(3)


class CountingTask(MemoryTask):
    """n letters a and then n letters b, n from 1 to T/2; the next symbol is to be told.

    From the first b on everything is known: n − 1 more letters b, and the end. Only these answers
    count. Without a counter the best is to say b every time, which is wrong once in each sequence.
    """

    kind = "anbn"
    title = "anbn: as many b as there were a"
    inputs, outputs = 2, 3
    shortest = 2
    defaults: ClassVar[Mapping[str, Any]] = {**MemoryTask.defaults, "hidden": 32, "unroll": 32}

    def draw(self, random: Random, count: int) -> Batch:
        """Letters (2 n, B), and the letter that follows each b."""
        n = random.integers(1, self.settings.unroll // 2 + 1, count)
        steps = numpy.arange(2 * n.max())[:, None]
        inputs = numpy.where((steps >= n) & (steps < 2 * n), B, A)
        known = (steps >= n) & (steps < 2 * n)
        targets = numpy.where(known, numpy.where(steps == 2 * n - 1, END, B), IGNORED)
        return Batch(inputs, targets, lengths=2 * n)

    def baselines(self) -> Sequence[Baseline]:
        """Knowing only how often a b is the last one."""
        last = 2 / (self.settings.unroll // 2 + 1)
        others = 1 - last
        nats = -sum(share * math.log(share) for share in (last, others) if share > 0)
        metrics = {"loss": nats, "accuracy": max(last, others)}
        return (Baseline("without a counter", metrics),)

    def symbol(self, number: int) -> str:
        """A letter, or "." for the end."""
        return "ab."[number]
