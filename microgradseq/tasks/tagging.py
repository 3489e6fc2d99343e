"""Tagging: the part of speech of every word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from microgradseq.data.padded import IGNORED
from microgradseq.tasks.task import Baseline, Metrics
from microgradseq.tasks.words import WordTask


class TaggingTask(WordTask):
    """Parts of speech. Some words have several, and only what follows tells which."""

    kind = "tagging"
    title = "tagging: the part of speech of every word"
    reads = "tagged"
    corpus = "tagged-sentences"

    def measure(self, said: list[Any], wanted: list[Any], split: str) -> Metrics:
        """The share of right tags, over all words and over those with several tags."""
        metrics = super().measure(said, wanted, split)
        unsure = numpy.array(sorted(self.ambiguous()))
        right = total = 0
        for batch, found in zip(self._in_order(split), said, strict=True):
            counted = (batch.targets != IGNORED) & numpy.isin(batch.inputs, unsure)
            right += int((found == batch.targets)[counted].sum())
            total += int(counted.sum())
        return {**metrics, "accuracy_ambiguous": right / total} if total else metrics

    def baselines(self) -> Sequence[Baseline]:
        """The most frequent tag of each word, whatever stands around it."""
        pairs = [
            (self.tags[tag], mine)
            for tags, found in zip(
                self.part("validation").targets, self.word_by_word(), strict=True
            )
            for tag, mine in zip(tags, found, strict=True)
        ]
        share = sum(real == mine for real, mine in pairs) / len(pairs)
        return [Baseline("the usual tag of each word", {"accuracy": share})]
