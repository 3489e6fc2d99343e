"""Sentiment: whether a review is kind, from its words in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy

from microgradseq.context import no_grad
from microgradseq.data.errors import DataError
from microgradseq.data.symbols import split
from microgradseq.data.vocabulary import Vocabulary
from microgradseq.tasks.labelled import (
    Examples,
    LabelledTask,
    described,
    label_list,
    majority,
)
from microgradseq.tasks.labelled_texts import read_labelled_texts
from microgradseq.tasks.metrics import accuracy
from microgradseq.tasks.models import Classifier
from microgradseq.tasks.sampling import chances
from microgradseq.tasks.settings import Settings
from microgradseq.tasks.task import Baseline, Metrics, SampleRequest


class SentimentTask(LabelledTask):
    """A label for a whole text, read word by word.

    Arguments:
        settings, examples: as for LabelledTask.
        vocabulary: of the words; index 0 is a word never seen.
        labels: by index.
    """

    kind = "sentiment"
    title = "sentiment: a label for a text"
    shape = "many to one"
    reads = "labelled"
    corpus = "reviews"
    takes = "a text"
    shows_example = True
    model: Classifier
    defaults: ClassVar[Mapping[str, Any]] = {
        "cell": "lstm",
        "hidden": 64,
        "embedding": 32,
        "dropout": 0.2,
        "batch": 32,
        "epochs": 8,
        "lr": 0.004,
        "symbols": "words",
    }

    def __init__(
        self,
        settings: Settings,
        vocabulary: Vocabulary,
        labels: list[str],
        examples: Examples | None = None,
    ) -> None:
        super().__init__(settings, Classifier(settings, len(vocabulary), len(labels)), examples)
        self.vocabulary, self.labels = vocabulary, labels

    @classmethod
    def prepare(cls, settings: Settings, source: str | None = None) -> Self:
        """Read the texts and make the model; words are learnt from the training part only."""
        found = read_labelled_texts(settings, source, cls.corpus)
        if len(found.labels) < 2:
            raise DataError(
                f"all texts have the label {found.labels[0]!r}: there is nothing to learn"
            )
        examples = found.examples(lambda text, label: (text, label))
        return cls(settings, found.vocabulary, found.labels, examples)

    @classmethod
    def restore(cls, settings: Settings, description: Mapping[str, Any]) -> Self:
        """The same task without its texts."""
        vocabulary = Vocabulary.from_dict(described(description, "vocabulary"))
        return cls(settings, vocabulary, label_list(described(description, "labels")))

    def description(self) -> dict[str, Any]:
        """The vocabulary and the labels."""
        return {"vocabulary": self.vocabulary.as_dict(), "labels": self.labels}

    def measure(self, said: list[Any], wanted: list[Any], split: str) -> Metrics:
        """The share of right labels."""
        return {"accuracy": accuracy(numpy.concatenate(said), numpy.concatenate(wanted))}

    def baselines(self) -> Sequence[Baseline]:
        """Always the most frequent label."""
        share = majority(self.part("training").targets, self.part("validation").targets)
        return [Baseline("the most frequent label", {"accuracy": share})]

    def chances_by_step(self, symbols: Sequence[Any]) -> Any:
        """What the model thinks after each symbol.

        Arguments:
            symbols: at least one.
        Returns:
            Chances (T, labels).
        """
        self.model.eval()
        indices = self.vocabulary.encode(symbols).astype("int64")[:, None]
        with no_grad():
            rows = [self.model(indices[: end + 1])[0].plain()[0] for end in range(len(indices))]
        return numpy.array([chances(row) for row in rows])

    def sample(self, request: SampleRequest, random: numpy.random.Generator) -> str:
        """A text with its label, and what the model thought after each word."""
        if request.prefix.strip():
            symbols = list(split(request.prefix, self.settings.symbols))
        elif self._examples is not None:
            part = self.part("validation")
            indices = part.inputs[int(random.integers(len(part.inputs)))]
            symbols = [self.vocabulary.symbol(int(index)) for index in indices]
        else:
            return "give a text as the prefix, and it is labelled"
        found = self.chances_by_step(symbols)
        best = int(found[-1].argmax())
        lines = [f"{self.labels[best]} ({found[-1][best]:.0%})"]
        lines += [
            f"  {row[best]:>4.0%} {'█' * round(row[best] * 20):20} {symbol}"
            for symbol, row in zip(symbols, found, strict=True)
        ]
        return "\n".join(lines)
