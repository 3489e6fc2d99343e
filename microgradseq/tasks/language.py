"""Language: foretelling the next symbol of a text, and so writing text like it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy

from microgradseq import nn
from microgradseq.backend import move
from microgradseq.data.batch import Batch, Batches
from microgradseq.data.encoding import encoded
from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.lookup import AnyIndices, Indices
from microgradseq.data.ngrams import language_baselines
from microgradseq.data.texts import clean
from microgradseq.data.vocabulary import Vocabulary
from microgradseq.tasks.markov_window import WindowModel, markov_window_nats
from microgradseq.tasks.metrics import bits, perplexity
from microgradseq.tasks.models import SequenceModel, detached
from microgradseq.tasks.settings import WINDOW, Settings
from microgradseq.tasks.task import Baseline, Loss, Metrics, SampleRequest, Task
from microgradseq.tasks.text_loss import total_nats
from microgradseq.tasks.text_splits import TextSplits, read_splits
from microgradseq.tasks.writer import Writer
from microgradseq.tensor import Tensor

MOST_EVALUATED = 100_000
"""Of a longer split so many symbols are evaluated: enough for the second digit of a perplexity."""
MOST_COUNTED = 1_000_000
"""Of a longer text so many symbols are counted for baselines, which keeps their memory small."""
_OPENINGS = ("\n", 10, " ")
"""What may stand before the beginning of a text, best first; 10 is a line break among bytes."""


class LanguageTask(Task):
    """The next symbol of a text.

    Arguments:
        settings: all of them.
        model: indices (T, B) to scores (T, B, V) and a state.
        vocabulary: of the text's symbols.
        text: the text; None only to sample.
    """

    kind = "language"
    title = "language: the next symbol of a text"
    shape = "aligned many to many"
    metric = "perplexity"
    reads = "text"
    corpus = "story"
    takes = "the beginning of a text"
    defaults: ClassVar[Mapping[str, Any]] = {
        "cell": "lstm",
        "hidden": 256,
        "embedding": 32,
        "dropout": 0.2,
        "batch": 16,
        "unroll": 35,
        "lr": 0.006,
        "schedule": "cosine",
        "epochs": 13,
        "clip": 1.0,
    }

    model: SequenceModel | WindowModel

    def __init__(
        self,
        settings: Settings,
        model: SequenceModel | WindowModel,
        vocabulary: Vocabulary,
        text: TextSplits | None = None,
    ) -> None:
        super().__init__(settings, model)
        self.vocabulary = vocabulary
        self._text = text

    @classmethod
    def prepare(cls, settings: Settings, source: str | None = None) -> Self:
        """Read the text and make the model."""
        text = read_splits(settings, source, cls.corpus)
        return cls(settings, _model(settings, len(text.vocabulary)), text.vocabulary, text)

    @classmethod
    def restore(cls, settings: Settings, description: Mapping[str, Any]) -> Self:
        """The same task without its text."""
        vocabulary = Vocabulary.from_dict(description.get("vocabulary"))
        return cls(settings, _model(settings, len(vocabulary)), vocabulary)

    def description(self) -> dict[str, Any]:
        """The vocabulary."""
        return {"vocabulary": self.vocabulary.as_dict()}

    def fingerprint(self) -> dict[str, Any]:
        """Title, size and checksum of the text."""
        return self._data.fingerprint()

    def notes(self) -> Sequence[str]:
        """What had to shrink, and whether there is text to validate with."""
        return self._data.notes

    def batches(self, split: str = "training") -> Batches:
        """Windows of the text."""
        return self._data.batches(split, self.settings)

    def loss_of(self, scores: Tensor, batch: Batch) -> Tensor:
        """Mean nats for each symbol.

        Arguments:
            scores: (T, B, V).
            batch: whose targets are (T, B).
        """
        targets = move(batch.targets, self.settings.device).reshape(-1)
        return nn.functional.cross_entropy(scores.reshape(-1, scores.shape[-1]), targets)

    def loss(self, batch: Batch, state: Any = None) -> Loss:
        """What the model makes of a batch."""
        scores, after = self.model(batch.inputs, state)
        return Loss(self.loss_of(scores, batch), batch.targets.size, detached(after))

    def evaluate(self, split: str = "validation") -> Metrics:
        """Loss, perplexity and bits per symbol, over the first 100,000 symbols of a split."""
        part = self._data.training if split == "training" else self._data.validation
        return self._metrics(part[: MOST_EVALUATED + 1])

    def evaluate_text(self, text: str) -> Metrics:
        """The same over another text, and bits per character; `unknown` counts strange symbols.

        Arguments:
            text: it is cleaned and split as the training text was.
        """
        how = self.settings
        tokens = encoded(text, how.symbols, how.clean, vocabulary=self.vocabulary)
        indices = tokens.indices[::-1] if how.direction == "backward" else tokens.indices
        if len(indices) < 2:
            raise DataError("a text of one symbol cannot be evaluated: nothing is foretold in it")
        metrics = self._metrics(indices)
        unknown = self.vocabulary.unknown
        strange = 0 if unknown is None else int((indices == self.vocabulary.index(unknown)).sum())
        per_character = metrics["bits"] * metrics["tokens"] / tokens.characters
        return {**metrics, "bits_per_character": per_character, "unknown": float(strange)}

    def baselines(self, slow: bool = False) -> Sequence[Baseline]:
        """Uniform, unigram, and the best n-gram of up to five symbols.

        Arguments:
            slow: whether a network that sees the last four symbols only is trained as well, which
                takes some seconds.
        """
        train = self._data.training[:MOST_COUNTED]
        test = self._data.validation[: MOST_EVALUATED + 1]
        size = len(self.vocabulary)
        found = language_baselines(train, test, size)
        grams = [name for name in found if name.endswith("-gram")]
        named = {name: found[name] for name in ("uniform", "unigram", min(grams, key=found.get))}  # type: ignore[arg-type]
        if slow:
            named["window of 4 symbols"] = markov_window_nats(train, test, size)
        return [Baseline(name, _told(nats)) for name, nats in named.items()]

    def writer(self, prefix: str = "") -> Writer:
        """The model after it has read the beginning of a text, to write on.

        Arguments:
            prefix: of symbols that the training text had; DataError names others. A model that
                reads backward takes it for the end of the text.
        """
        writer, indices = self.beginning(prefix)
        writer.read(indices)
        return writer

    def beginning(self, prefix: str = "") -> tuple[Writer, Indices]:
        """A writer that has read nothing of the text yet, and what it is to read first.

        Arguments:
            prefix: as for `writer`.
        Returns:
            The writer, and the prefix as indices in the order in which the model reads them.
        """
        writer = Writer(self.model, self.vocabulary)
        indices = self._prefix(prefix)
        if not len(indices):
            writer.hint(_opening(self.vocabulary))
        return writer, indices[::-1] if self.backward else indices

    def stream(self, request: SampleRequest, random: numpy.random.Generator) -> Iterator[str]:
        """What is written after the prefix, piece by piece.

        Arguments:
            request: how.
            random: where the draws come from.
        Returns:
            Pieces that make up the text; text written backward comes in one piece at the end.
        """
        written = self.writer(request.prefix).write(request, random)
        if self.backward:
            yield self.vocabulary.decode([each.number for each in written][::-1])
        else:
            yield from (each.text for each in written)

    def sample(self, request: SampleRequest, random: numpy.random.Generator) -> str:
        """A text: the prefix, and what the model writes after it, or before it."""
        prefix = self._prefix(request.prefix)
        if self.backward:
            written = self.writer(request.prefix).write(request, random)
            numbers = [each.number for each in written][::-1]
            return self.vocabulary.decode([*numbers, *prefix])
        return self.vocabulary.decode(prefix) + "".join(self.stream(request, random))

    @property
    def backward(self) -> bool:
        """Whether the model reads and writes from the end of a text."""
        return self.settings.direction == "backward"

    @property
    def _data(self) -> TextSplits:
        if self._text is None:
            raise DataError("this task was restored without its text; it can only write")
        return self._text

    def _metrics(self, indices: AnyIndices) -> Metrics:
        self.model.eval()
        nats, count = total_nats(self.model, indices, self.settings.device)
        return {**_told(nats / count), "tokens": float(count)}

    def _prefix(self, text: str) -> Indices:
        unit = self.settings.symbols
        cleaned = clean(text, self.settings.clean, blank_between_lines=unit == "words")
        if text.strip() and not cleaned:
            raise DataError(
                f"nothing is left of the prefix after cleaning it the way {self.settings.clean!r}"
            )
        # cleaning takes blanks off the ends, but here more text follows
        if cleaned and text[-1].isspace() and not cleaned[-1].isspace() and unit != "words":
            cleaned += " "
        strange = self.vocabulary.unknown_in(cleaned)
        if strange:
            raise DataError(
                f"the model has never seen {', '.join(map(repr, strange))}: "
                "leave it out of the text"
            )
        return self.vocabulary.encode(cleaned)


def _model(settings: Settings, size: int) -> SequenceModel | WindowModel:
    if settings.bidirectional:
        raise SettingError(
            "a language model cannot be bidirectional: reading from the end it would see the "
            "symbol that it is to foretell"
        )
    kind = WindowModel if settings.cell == WINDOW else SequenceModel
    return kind(settings, size, size)


def _told(nats: float) -> Metrics:
    return {"loss": nats, "perplexity": perplexity(nats), "bits": bits(nats)}


def _opening(vocabulary: Vocabulary) -> int:
    """What is read before a text without a prefix: a line break, a blank, or what is frequent."""
    known = [symbol for symbol in _OPENINGS if symbol in vocabulary]
    return vocabulary.index(known[0]) if known else min(1, len(vocabulary) - 1)
