"""Entities: which words name a person, a place or an organisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from microgradseq.tasks.metrics import entity_f1
from microgradseq.tasks.task import Baseline, Metrics
from microgradseq.tasks.words import WordTask


class EntitiesTask(WordTask):
    """Named entities in BIO tags; a name counts only when all of it is found."""

    kind = "entities"
    title = "entities: which words are names, and of what"
    reads = "entities"
    corpus = "named-entities"
    metric = "f1"

    def measure(self, said: list[Any], wanted: list[Any], split: str) -> Metrics:
        """F1, precision and recall of whole names, and the share of right tags."""
        found = entity_f1(self.in_words(said, wanted), self.in_words(wanted, wanted))
        return {**found, **super().measure(said, wanted, split)}

    def baselines(self) -> Sequence[Baseline]:
        """The most frequent tag of each word, whatever stands around it."""
        real = [[self.tags[tag] for tag in tags] for tags in self.part("validation").targets]
        return [Baseline("the usual tag of each word", entity_f1(self.word_by_word(), real))]
