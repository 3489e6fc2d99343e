"""Translation: one sequence in, another one out, each of its own length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy

from microgradseq import nn
from microgradseq.backend import move
from microgradseq.context import no_grad
from microgradseq.data.batch import Batch
from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.padded import IGNORED
from microgradseq.data.source import load
from microgradseq.data.symbols import split
from microgradseq.data.vocabulary import Vocabulary
from microgradseq.nn.encoder_decoder import EncoderDecoder
from microgradseq.tasks.labelled import (
    Examples,
    LabelledTask,
    Part,
    described,
    split_places,
    symbols_within,
)
from microgradseq.tasks.metrics import bleu
from microgradseq.tasks.settings import Settings
from microgradseq.tasks.task import Baseline, Loss, Metrics, SampleRequest

START, END = "<start>", "<end>"
CELLS = ("rnn", "gru", "lstm")
DECODED = 500
"""So many validation pairs are written out; the loss is over all."""
LONGEST_ANSWER = 2.0
"""An answer is cut off at so many times the longest one that was trained on."""


class TranslationTask(LabelledTask):
    """Pairs of texts: an encoder reads one, a decoder with attention writes the other.

    Arguments:
        settings, examples: as for LabelledTask.
        source, target: vocabularies.
        longest: symbols of the longest target.
    """

    kind = "translation"
    title = "translation: one sequence in, another one out"
    shape = "many to many"
    metric = "bleu"
    reads = "pairs"
    corpus = "dates"
    takes = "a text"
    shows_example = True
    model: EncoderDecoder
    defaults: ClassVar[Mapping[str, Any]] = {
        "cell": "gru",
        "hidden": 64,
        "embedding": 32,
        "batch": 64,
        "epochs": 8,
        "lr": 0.005,
    }

    def __init__(
        self,
        settings: Settings,
        source: Vocabulary,
        target: Vocabulary,
        longest: int,
        examples: Examples | None = None,
    ) -> None:
        super().__init__(settings, _model(settings, source, target), examples)
        self.source, self.target, self.longest = source, target, longest

    @classmethod
    def prepare(cls, settings: Settings, source: str | None = None) -> Self:
        """Read the pairs and make the model; symbols are learnt from the training part only."""
        pairs, title = load(source, "pairs", cls.corpus, settings.seed)
        unit = settings.symbols
        texts = [(list(split(one, unit)), list(split(two, unit))) for one, two in pairs]
        kept = symbols_within([len(one) + len(two) for one, two in texts], settings.max_tokens)
        first, second = split_places(kept, settings)

        def vocabulary(side: int, specials: tuple[str, ...]) -> Vocabulary:
            symbols = [symbol for place in first for symbol in texts[place][side]]
            return Vocabulary.of(symbols, unit, settings.minimum_count, specials=specials)

        ours, theirs = vocabulary(0, ()), vocabulary(1, (START, END))
        end = theirs.index(END)

        def part(places: list[int]) -> Part:
            inputs = [ours.encode(texts[place][0]) for place in places]
            targets = [[*theirs.encode(texts[place][1]).tolist(), end] for place in places]
            return Part(inputs, targets)

        examples = Examples.of(part, first, second, title)
        longest = max(map(len, examples.training.targets))
        return cls(settings, ours, theirs, longest, examples)

    @classmethod
    def restore(cls, settings: Settings, description: Mapping[str, Any]) -> Self:
        """The same task without its pairs."""
        source = Vocabulary.from_dict(described(description, "source"))
        target = Vocabulary.from_dict(described(description, "target"))
        longest = described(description, "longest")
        if type(longest) is not int or longest < 1:
            raise DataError("a saved translation needs the length of its longest target")
        if START not in target or END not in target:
            raise DataError("a saved translation needs marks for the start and the end")
        return cls(settings, source, target, longest)

    def description(self) -> dict[str, Any]:
        """Both vocabularies, and how long answers are."""
        return {
            "source": self.source.as_dict(),
            "target": self.target.as_dict(),
            "longest": self.longest,
        }

    def loss(self, batch: Batch, state: Any = None) -> Loss:
        """What the model makes of a batch, each symbol foretold from those before it."""
        # padding is fed as the end; what the decoder says after the end does not count
        fed = numpy.where(batch.targets == IGNORED, self.target.index(END), batch.targets)
        scores, _ = self.model(batch.inputs, fed, batch.lengths)
        return Loss(self.loss_of(scores, batch), int((batch.targets != IGNORED).sum()))

    def evaluate(self, split: str = "validation") -> Metrics:
        """The loss over all pairs; BLEU and the share of exact answers over the first 500."""
        self.model.eval()
        total, count = 0.0, 0
        with no_grad():
            for batch in self._in_order(split):
                found = self.loss(batch)
                total += float(found.mean.item()) * found.count
                count += found.count
        part = self.part(split)
        wanted = [[int(one) for one in target[:-1]] for target in part.targets[:DECODED]]
        said = self.answers(part.inputs[:DECODED])
        exact = sum(one == two for one, two in zip(said, wanted, strict=True)) / len(wanted)
        return {"loss": total / count, "bleu": bleu(said, wanted), "exact": exact}

    def measure(self, said: list[Any], wanted: list[Any], split: str) -> Metrics:
        """Not needed: answers have lengths of their own, see `evaluate`."""
        return {}

    def baselines(self) -> Sequence[Baseline]:
        """Always the first answer of the training part."""
        part = self.part("validation")
        wanted = [list(target[:-1]) for target in part.targets[:DECODED]]
        constant = list(self.part("training").targets[0][:-1])
        score = bleu([constant] * len(wanted), wanted)
        return [Baseline("always the same answer", {"bleu": score, "exact": 0.0})]

    def answers(self, inputs: Sequence[Any]) -> list[list[int]]:
        """What the model writes, each symbol the likeliest.

        Arguments:
            inputs: indices of each source.
        Returns:
            Indices of each answer, without the end.
        """
        self.model.eval()
        end, limit = self.target.index(END), round(self.longest * LONGEST_ANSWER)
        found: list[list[int]] = []
        for start in range(0, len(inputs), 128):
            chosen = [numpy.asarray(each, "int64") for each in inputs[start : start + 128]]
            lengths = numpy.array([len(each) for each in chosen])
            source = numpy.zeros((lengths.max(), len(chosen)), "int64")
            for place, each in enumerate(chosen):
                source[: len(each), place] = each
            device = self.settings.device
            for answer in self.model.greedy(move(source, device), lengths, limit):
                tokens = [int(token) for token in answer.tokens]
                found.append(tokens[: tokens.index(end)] if end in tokens else tokens)
        return found

    def attention(self, text: str) -> tuple[list[str], list[str], Any]:
        """Where the decoder looks as it writes.

        Arguments:
            text: a source.
        Returns:
            The symbols read, the symbols written, and the weights (written, read).
        """
        indices = self._read(text)
        (answer,) = self.answers([indices])
        fed = numpy.array([*answer, self.target.index(END)])[:, None]
        with no_grad():
            _, weights = self.model(indices[:, None], fed)
        symbols = [str(self.source.symbol(int(index))) for index in indices]
        written = [str(self.target.symbol(index)) for index in answer]
        return symbols, [*written, END], move(weights.plain(), "cpu")[:, 0]

    def sample(self, request: SampleRequest, random: numpy.random.Generator) -> str:
        """A source and its translation: the prefix, or one of the validation part."""
        if request.prefix.strip():
            indices = self._read(request.prefix)
        elif self._examples is not None:
            part = self.part("validation")
            indices = part.inputs[int(random.integers(len(part.inputs)))]
        else:
            return "give a text as the prefix, and it is translated"
        (answer,) = self.answers([indices])
        return f"{self.source.decode(indices)} → {self.target.decode(answer)}"

    def _read(self, text: str) -> Any:
        strange = self.source.unknown_in(text)
        if strange and self.settings.symbols == "characters":
            raise DataError(
                f"the model has never seen {', '.join(map(repr, strange))}: "
                "leave it out of the text"
            )
        return self.source.encode(text).astype("int64")


def _model(settings: Settings, source: Vocabulary, target: Vocabulary) -> EncoderDecoder:
    if settings.cell not in CELLS:
        raise SettingError(f"translation knows the cells {', '.join(CELLS)}, not {settings.cell}")
    if settings.bidirectional:
        raise SettingError("the decoder writes from left to right: leave --bidirectional out")
    return nn.EncoderDecoder(
        len(source),
        len(target),
        settings.hidden,
        start=target.index(START),
        end=target.index(END),
        cell=settings.cell,
        num_layers=settings.layers,
        embedding_size=settings.embedding or None,
        dropout=settings.dropout,
        dtype=settings.dtype,
        device=settings.device,
    )
