"""The adding problem of Hochreiter and Schmidhuber: two marked numbers are to be added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy

from microgradseq import nn
from microgradseq.backend import Array, move
from microgradseq.data.batch import Batch
from microgradseq.numbers import readable
from microgradseq.tasks.memory.base import MemoryTask, Random
from microgradseq.tasks.task import Baseline, Metrics
from microgradseq.tensor import Tensor

NEAR = 0.04
"""How far off an answer may be and still count as right, as in the paper."""
SOLVED = 0.01
"""The squared error below which it counts as solved; always saying 1 gives 1/6."""


class AddingTask(MemoryTask):
    """T random numbers from 0 to 1 go by, one marked in each half; the answer is their sum.

    It is solved when the mean squared error is below 0.01. Accuracy is the share of answers less
    than 0.04 off. Always saying 1 costs the variance of the sum, 1/6.
    """

    kind = "adding"
    title = "adding: the sum of two marked numbers among many"
    shape = "many to one"
    metric = "loss"
    higher_is_better = False
    in_nats = False
    inputs, outputs = 2, 1
    reads_symbols = False
    answers_at_end = True
    shortest = 2
    defaults: ClassVar[Mapping[str, Any]] = {**MemoryTask.defaults, "cell": "gru", "unroll": 50}

    def draw(self, random: Random, count: int) -> Batch:
        """Numbers and marks (T, B, 2), and the sums (B,)."""
        steps, half = self.settings.unroll, self.settings.unroll // 2
        numbers = random.random((steps, count))
        marks = numpy.zeros((steps, count))
        everyone = numpy.arange(count)
        marks[random.integers(0, half, count), everyone] = 1
        marks[random.integers(half, steps, count), everyone] = 1
        return Batch(numpy.stack([numbers, marks], axis=2), (numbers * marks).sum(axis=0))

    def loss_of(self, scores: Tensor, batch: Batch) -> Tensor:
        """The mean squared error."""
        targets = move(batch.targets.astype(scores.dtype), self.settings.device)
        return nn.functional.mse_loss(scores.reshape(-1), targets)  # type: ignore[no-any-return]

    def right(self, scores: Array, batch: Batch) -> Array:
        """Which sums are less than 0.04 off."""
        return abs(scores.reshape(-1) - batch.targets) < NEAR

    def is_solved(self, metrics: Metrics) -> bool:
        """Whether the squared error is small enough."""
        return metrics["loss"] < SOLVED

    def baselines(self) -> Sequence[Baseline]:
        """Always saying 1: it is within 0.04 of the sum with the chance 0.04 · (2 − 0.04)."""
        return (Baseline("always 1", {"loss": 1 / 6, "accuracy": NEAR * (2 - NEAR)}),)

    def said(self, scores: Array) -> Array:
        """The sum that the model gives."""
        return scores.reshape(-1)

    def shown(self, steps: Array) -> str:
        """The two marked numbers, and where they stand."""
        places = numpy.flatnonzero(steps[:, 1])
        return " + ".join(f"{readable(steps[place, 0])} at step {place}" for place in places)

    def shown_answers(self, answers: Array) -> str:
        """The sum."""
        return readable(answers[0])
