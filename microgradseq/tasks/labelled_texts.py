"""Texts with a label each, read and split for the tasks that learn from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from microgradseq.data.lookup import Indices
from microgradseq.data.source import load
from microgradseq.data.symbols import split
from microgradseq.data.vocabulary import Vocabulary
from microgradseq.tasks.labelled import Examples, Part, split_places, symbols_within
from microgradseq.tasks.settings import Settings


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Texts as indices, each with its label.

    Arguments:
        vocabulary: of the training part only.
        labels: in the order of their indices.
        texts: of all examples, with the indices of their labels.
        training, validation: places among the texts; the same where nothing is kept aside.
        title: of the data.
    """

    vocabulary: Vocabulary
    labels: list[str]
    texts: list[tuple[Indices, int]]
    training: list[int]
    validation: list[int]
    title: str

    def examples(self, pair: Callable[[Indices, int], tuple[Any, Any]]) -> Examples:
        """What a task learns from.

        Arguments:
            pair: (text, label) to the input and the target of an example.
        """

        def part(places: list[int]) -> Part:
            pairs = [pair(*self.texts[place]) for place in places]
            return Part([one for one, _ in pairs], [other for _, other in pairs])

        return Examples.of(part, self.training, self.validation, self.title)


def read_labelled_texts(settings: Settings, source: str | None, corpus: str) -> LabelledTexts:
    """Read labelled texts, as many as max_tokens allows.

    Arguments:
        settings: symbols, minimum_count, max_tokens, validation and seed are read.
        source: a corpus's name, or a file; None for the usual corpus.
        corpus: the usual one.

    >>> read_labelled_texts(Settings(symbols="words"), None, "reviews").labels
    ['negative', 'positive']
    """
    pairs, title = load(source, "labelled", corpus, settings.seed)
    texts = [list(split(text, settings.symbols)) for text, _ in pairs]
    kept = symbols_within([len(text) for text in texts], settings.max_tokens)
    first, second = split_places(kept, settings)
    symbols = [symbol for place in first for symbol in texts[place]]
    vocabulary = Vocabulary.of(symbols, settings.symbols, settings.minimum_count)
    labels = sorted({label for _, label in pairs[:kept]})
    encoded = [
        (vocabulary.encode(text), labels.index(label))
        for text, (_, label) in zip(texts[:kept], pairs[:kept], strict=True)
    ]
    return LabelledTexts(vocabulary, labels, encoded, first, second, title)
