"""Generation: a label in, a text out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy

from microgradseq.context import no_grad
from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.nearest import nearest
from microgradseq.data.ngrams import unigram
from microgradseq.data.vocabulary import Vocabulary
from microgradseq.tasks.labelled import (
    Examples,
    LabelledTask,
    described,
    label_list,
)
from microgradseq.tasks.labelled_texts import read_labelled_texts
from microgradseq.tasks.metrics import perplexity
from microgradseq.tasks.models import SequenceModel, detached
from microgradseq.tasks.sampling import choose
from microgradseq.tasks.settings import Settings
from microgradseq.tasks.task import Baseline, Metrics, SampleRequest

SHOWN = 3
"""Texts for each label, in a sample without a label."""


class GenerationTask(LabelledTask):
    """The label is read like a first symbol; every symbol of the text, and its end, is foretold.

    Indices are those of the vocabulary, then the end, then the labels.

    Arguments:
        settings, examples: as for LabelledTask.
        vocabulary: of the texts' symbols.
        labels: in the order of their indices.
    """

    kind = "generation"
    title = "generation: a label in, a text out"
    shape = "one to many"
    aligned = True
    metric = "perplexity"
    higher_is_better = False
    reads = "labelled"
    corpus = "names-by-kind"
    takes = "a label"
    model: SequenceModel
    defaults: ClassVar[Mapping[str, Any]] = {
        "cell": "gru",
        "hidden": 96,
        "embedding": 24,
        "dropout": 0.2,
        "batch": 64,
        "epochs": 20,
        "lr": 0.005,
    }

    def __init__(
        self,
        settings: Settings,
        vocabulary: Vocabulary,
        labels: list[str],
        examples: Examples | None = None,
    ) -> None:
        if settings.bidirectional:
            raise SettingError(
                "a text is written from left to right: reading from the end would show the symbol "
                "that is to be foretold"
            )
        self.vocabulary, self.labels, self.end = vocabulary, labels, len(vocabulary)
        inputs = len(vocabulary) + 1 + len(labels)
        super().__init__(settings, SequenceModel(settings, inputs, len(vocabulary) + 1), examples)

    @classmethod
    def prepare(cls, settings: Settings, source: str | None = None) -> Self:
        """Read the labelled texts and make the model."""
        found = read_labelled_texts(settings, source, cls.corpus)
        end = len(found.vocabulary)
        examples = found.examples(
            lambda text, label: ([end + 1 + label, *text.tolist()], [*text.tolist(), end])
        )
        return cls(settings, found.vocabulary, found.labels, examples)

    @classmethod
    def restore(cls, settings: Settings, description: Mapping[str, Any]) -> Self:
        """The same task without its texts."""
        vocabulary = Vocabulary.from_dict(described(description, "vocabulary"))
        return cls(settings, vocabulary, label_list(described(description, "labels")))

    def description(self) -> dict[str, Any]:
        """The vocabulary and the labels."""
        return {"vocabulary": self.vocabulary.as_dict(), "labels": self.labels}

    def evaluate(self, split: str = "validation") -> Metrics:
        """Loss, and perplexity for each symbol, the end included."""
        loss = super().evaluate(split)["loss"]
        return {"loss": loss, "perplexity": perplexity(loss)}

    def measure(self, said: list[Any], wanted: list[Any], split: str) -> Metrics:
        """Nothing besides the loss."""
        return {}

    def baselines(self) -> Sequence[Baseline]:
        """All symbols equally likely, and each as likely as it is frequent."""
        size = self.end + 1

        def flat(split: str) -> Any:
            return numpy.concatenate([numpy.asarray(each) for each in self.part(split).targets])

        nats = unigram(flat("training"), flat("validation"), size)
        return [
            Baseline(name, {"loss": value, "perplexity": perplexity(value)})
            for name, value in (("uniform", math.log(size)), ("unigram", nats))
        ]

    def write(self, label: str, request: SampleRequest, random: numpy.random.Generator) -> str:
        """One text.

        Arguments:
            label: one of those trained on; DataError names them otherwise.
            request: length and how boldly to draw.
            random: where the draws come from.
        """
        if label not in self.labels:
            near = nearest(label, self.labels) or self.labels
            raise DataError(f"the model knows no label {label!r}; labels: {', '.join(near)}")
        self.model.eval()
        token, state = self.end + 1 + self.labels.index(label), None
        written: list[int] = []
        with no_grad():
            while len(written) < request.length:
                scores, after = self.model(numpy.array([[token]]), state)
                state = detached(after)
                # a copy, because the model's own numbers are not ours to change
                chances = numpy.array(scores.plain()[0, 0])
                if self.vocabulary.unknown is not None:
                    # the unknown symbol has a chance, but nobody wants to read it
                    chances[self.vocabulary.index(self.vocabulary.unknown)] = -numpy.inf
                token = choose(chances, request, random)
                if token == self.end:
                    break
                written.append(token)
        return self.vocabulary.decode(written)

    def sample(self, request: SampleRequest, random: numpy.random.Generator) -> str:
        """Texts of the label that the prefix names, or of every label."""
        wanted = request.prefix.strip()
        lines = []
        for label in [wanted] if wanted else self.labels:
            texts = [self.write(label, request, random) for _ in range(SHOWN)]
            lines.append(f"{label}: {', '.join(texts)}")
        return "\n".join(lines)
