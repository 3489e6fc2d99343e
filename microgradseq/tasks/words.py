"""Tagging words: a tag for each, from what stands before it and after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy

from microgradseq.cells import cell_width
from microgradseq.context import no_grad
from microgradseq.data.padded import IGNORED
from microgradseq.data.source import load
from microgradseq.data.symbols import split
from microgradseq.data.vocabulary import Vocabulary
from microgradseq.tasks.labelled import (
    Examples,
    LabelledTask,
    Part,
    described,
    label_list,
    split_places,
    symbols_within,
)
from microgradseq.tasks.models import SequenceModel
from microgradseq.tasks.settings import Settings
from microgradseq.tasks.task import Metrics, SampleRequest


class WordTask(LabelledTask):
    """Sentences of words, each with a tag.

    Arguments:
        settings, model, examples: as for LabelledTask.
        vocabulary: of the words; index 0 is a word never seen.
        tags: by index.
    """

    shape = "aligned many to many"
    aligned = True
    takes = "a sentence"
    shows_example = True
    model: SequenceModel
    defaults: ClassVar[Mapping[str, Any]] = {
        "cell": "gru",
        "hidden": 64,
        "embedding": 32,
        "bidirectional": True,
        "dropout": 0.2,
        "batch": 32,
        "epochs": 6,
        "lr": 0.004,
    }

    def __init__(
        self,
        settings: Settings,
        vocabulary: Vocabulary,
        tags: list[str],
        examples: Examples | None = None,
    ) -> None:
        super().__init__(settings, SequenceModel(settings, len(vocabulary), len(tags)), examples)
        self.vocabulary, self.tags = vocabulary, tags

    @classmethod
    def prepare(cls, settings: Settings, source: str | None = None) -> Self:
        """Read the sentences and make the model; words are learnt from the training part only."""
        assert cls.reads is not None
        assert cls.corpus is not None
        sentences, title = load(source, cls.reads, cls.corpus, settings.seed)
        kept = symbols_within([len(each) for each in sentences], settings.max_tokens)
        first, second = split_places(kept, settings)
        words = [word for place in first for word, _ in sentences[place]]
        vocabulary = Vocabulary.of(words, "words", settings.minimum_count)
        tags = sorted({tag for sentence in sentences[:kept] for _, tag in sentence})

        def part(places: list[int]) -> Part:
            chosen = [sentences[place] for place in places]
            inputs = [vocabulary.encode([word for word, _ in sentence]) for sentence in chosen]
            return Part(inputs, [[tags.index(tag) for _, tag in sentence] for sentence in chosen])

        return cls(settings, vocabulary, tags, Examples.of(part, first, second, title))

    @classmethod
    def restore(cls, settings: Settings, description: Mapping[str, Any]) -> Self:
        """The same task without its sentences."""
        vocabulary = Vocabulary.from_dict(described(description, "vocabulary"))
        return cls(settings, vocabulary, label_list(described(description, "tags")))

    def description(self) -> dict[str, Any]:
        """The vocabulary and the tags."""
        return {"vocabulary": self.vocabulary.as_dict(), "tags": self.tags}

    def tagged(self, words: Sequence[str]) -> list[str]:
        """The tags of a sentence.

        Arguments:
            words: at least one; words never seen count as unknown.
        """
        self.model.eval()
        indices = self.vocabulary.encode(words).astype("int64")[:, None]
        with no_grad():
            scores, _ = self.model(indices)
        return [self.tags[int(index)] for index in scores.plain()[:, 0].argmax(-1)]

    def sample(self, request: SampleRequest, random: numpy.random.Generator) -> str:
        """A sentence with its tags below: the prefix, or one of the validation part."""
        if request.prefix.strip():
            words = [str(word) for word in split(request.prefix, "words")]
        elif self._examples is not None:
            part = self.part("validation")
            indices = part.inputs[int(random.integers(len(part.inputs)))]
            words = [str(self.vocabulary.symbol(int(index))) for index in indices]
        else:
            return "give a sentence as the prefix, and its words are tagged"
        return aligned(words, self.tagged(words))

    def word_by_word(self) -> list[list[str]]:
        """The validation part tagged by each word's most frequent tag: what context must beat."""
        seen: dict[int, Counter[int]] = {}
        training = self.part("training")
        for words, tags in zip(training.inputs, training.targets, strict=True):
            for word, tag in zip(words.tolist(), tags, strict=True):
                seen.setdefault(word, Counter())[tag] += 1
        overall = sum(seen.values(), Counter())
        usual = overall.most_common(1)[0][0]
        best = {word: counts.most_common(1)[0][0] for word, counts in seen.items()}
        return [
            [self.tags[best.get(word, usual)] for word in words.tolist()]
            for words in self.part("validation").inputs
        ]

    def ambiguous(self) -> set[int]:
        """The words that have more than one tag in the training part."""
        training, seen = self.part("training"), dict[int, int]()
        found = set()
        for words, tags in zip(training.inputs, training.targets, strict=True):
            for word, tag in zip(words.tolist(), tags, strict=True):
                if seen.setdefault(word, tag) != tag:
                    found.add(word)
        return found

    def in_words(self, batches: list[Any], wanted: list[Any]) -> list[list[str]]:
        """Tags of each sentence from indices of each batch, without padding.

        Arguments:
            batches: indices (T, B) of tags.
            wanted: targets of the same shapes; −100 marks padding.
        """
        return [
            [self.tags[int(tag)] for tag in column[mask]]
            for found, targets in zip(batches, wanted, strict=True)
            for column, mask in zip(found.T, (targets != IGNORED).T, strict=True)
        ]

    def measure(self, said: list[Any], wanted: list[Any], split: str) -> Metrics:
        """The share of right tags; a subclass may measure more."""
        right = total = 0
        for found, targets in zip(said, wanted, strict=True):
            counted = targets != IGNORED
            right += int((found == targets)[counted].sum())
            total += int(counted.sum())
        return {"accuracy": right / total}


def aligned(words: Sequence[str], tags: Sequence[str]) -> str:
    """Words, and each one's tag below it.

    Arguments:
        words, tags: as many of both.

    >>> print(aligned(["the", "light"], ["DET", "NOUN"]))
    the light
    DET NOUN
    """
    widths = [max(cell_width(word), cell_width(tag)) for word, tag in zip(words, tags, strict=True)]
    rows = []
    for row in (words, tags):
        cells = (
            text + " " * (width - cell_width(text)) for text, width in zip(row, widths, strict=True)
        )
        rows.append(" ".join(cells).rstrip())
    return "\n".join(rows)
