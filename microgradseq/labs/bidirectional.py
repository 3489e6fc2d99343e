"""Reading both ways: where it is needed, and why such a layer cannot foretell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy
from numpy.typing import NDArray

from microgradseq import nn, optim
from microgradseq.charts.columns import Series
from microgradseq.context import no_grad
from microgradseq.labs.figures import Chart, Figure, Table, Text
from microgradseq.labs.lab import Frame, Lab
from microgradseq.labs.learning import learning
from microgradseq.labs.markov import Source
from microgradseq.labs.markov import check as check_text
from microgradseq.labs.parameter import Parameter, Settings
from microgradseq.numbers import readable
from microgradseq.randomness import manual_seed
from microgradseq.tasks.metrics import perplexity
from microgradseq.tasks.registry import settings_for, task
from microgradseq.tensor import Tensor

Indices = NDArray[numpy.int64]

BATCH = 32
RATE, CLIP = 0.005, 1.0
TAGGED_UPDATES = 150
HELD_OUT_WINDOWS = 256
SHOWN_EVERY = 10
PREFIX = "the "
WAYS = {"forward": "left to right only", "both": "both ways"}


class Reader:
    """A GRU that reads a text one way or both ways, with scores for a symbol at each step.

    Arguments:
        symbols: how many there are.
        hidden: units for each way.
        both: whether it reads from the end as well.
        seed: of its weights.
    """

    def __init__(self, symbols: int, hidden: int, both: bool, seed: int) -> None:
        manual_seed(seed)
        self.layer = nn.GRU(symbols, hidden, bidirectional=both)
        self.output = nn.Linear(hidden * (2 if both else 1), symbols)
        self._parameters = [*self.layer.parameters(), *self.output.parameters()]
        self._optimizer = optim.Adam(self._parameters, lr=RATE)

    def scores(self, read: Indices) -> Tensor:
        """Scores at every step.

        Arguments:
            read: (T, B).
        Returns:
            (T, B, V).
        """
        outputs, _ = self.layer(read)
        found: Tensor = self.output(outputs)
        return found

    def nats(self, read: Indices, answers: Indices, place: int | None = None) -> Tensor:
        """Mean nats of the answers.

        Arguments:
            read: (T, B).
            answers: (T, B), or (B,) at one place.
            place: the step that is asked; None for all.
        """
        scores = self.scores(read)
        asked = scores if place is None else scores[place]
        return nn.functional.cross_entropy(asked.reshape(-1, scores.shape[-1]), answers.reshape(-1))

    def update(self, read: Indices, answers: Indices, place: int | None = None) -> float:
        """One update; the nats before it.

        Arguments:
            read, answers, place: as for `nats`.
        """
        loss = self.nats(read, answers, place)
        self._optimizer.zero_grad()
        loss.backward()
        optim.clip_grad_norm_(self._parameters, CLIP)
        self._optimizer.step()
        return float(loss.item())


def windows(text: Indices, count: int, steps: int, random: numpy.random.Generator) -> Indices:
    """Stretches of a text, (steps, count), from anywhere in it.

    Arguments:
        text: (N,).
        count, steps: how many, how long.
        random: where they begin.
    """
    starts = random.integers(0, len(text) - steps + 1, count)
    found: Indices = text[starts + numpy.arange(steps)[:, None]]
    return found


class Pair:
    """The same question put to a reader of one way and to one of both ways.

    Arguments:
        source: the text.
        settings: steps, hidden and seed are read.
        blank: whether the middle symbol is hidden and asked for; else each next symbol is asked.
    """

    def __init__(self, source: Source, settings: Settings, blank: bool) -> None:
        self.blank = settings.steps // 2 if blank else None
        # a symbol of its own stands where the text is hidden
        self.hidden_symbol = source.symbols
        self._source, self._steps = source, settings.steps
        self._random = numpy.random.default_rng(settings.seed)
        held_out = numpy.random.default_rng(settings.seed + 1)
        self._held_out = self._asked(source.test, HELD_OUT_WINDOWS, held_out)
        self.readers = {
            way: Reader(source.symbols + 1, settings.hidden, way == "both", settings.seed)
            for way in WAYS
        }
        self.curves: dict[str, list[float]] = {way: [] for way in WAYS}

    def _asked(
        self, text: Indices, count: int, random: numpy.random.Generator
    ) -> tuple[Indices, Indices]:
        if self.blank is None:
            found = windows(text, count, self._steps + 1, random)
            return found[:-1], found[1:]
        found = windows(text, count, self._steps, random)
        read = found.copy()
        read[self.blank] = self.hidden_symbol
        return read, found[self.blank]

    def update(self) -> None:
        """One update of both readers, on the same stretches."""
        read, answers = self._asked(self._source.train, BATCH, self._random)
        for way, reader in self.readers.items():
            loss = reader.update(read, answers, self.blank)
            self.curves[way].append(perplexity(loss))

    def held_out(self) -> dict[str, float]:
        """The perplexity of each on text that was not learned from."""
        read, answers = self._held_out
        with no_grad():
            return {
                way: perplexity(float(reader.nats(read, answers, self.blank).item()))
                for way, reader in self.readers.items()
            }

    def written(self, way: str, length: int, seed: int) -> str:
        """A text drawn symbol by symbol: what comes next is not there to be read.

        Arguments:
            way: a key of WAYS.
            length: how many symbols.
            seed: of the draws.
        """
        random = numpy.random.default_rng(seed)
        vocabulary = self._source.vocabulary
        drawn = vocabulary.encode(PREFIX).tolist()
        for _ in range(length):
            with no_grad():
                last = self.readers[way].scores(numpy.array(drawn[-self._steps :])[:, None])[-1, 0]
            likely = numpy.exp(last.plain().astype("float64"))[: len(vocabulary)]
            drawn.append(int(random.choice(len(vocabulary), p=likely / likely.sum())))
        return vocabulary.decode(drawn).replace("\n", " ")


def simulate(settings: Settings) -> Iterator[Frame]:
    """A blank to be filled, words to be tagged, and a language model that cheats."""
    source = Source(settings.text)
    numbers: dict[str, Any] = {}
    figures: list[Figure] = []
    parts = (("blank", True, "Fill in the blank"), ("next", False, "The next symbol"))
    for place, (name, blank, title) in enumerate(parts):
        pair = Pair(source, settings, blank)
        for update in range(1, settings.max_steps + 1):
            pair.update()
            if update % SHOWN_EVERY == 0:
                told = ", ".join(
                    f"{words} {readable(pair.curves[way][-1])}" for way, words in WAYS.items()
                )
                progress = 0.45 * (place + update / settings.max_steps)
                shown = (_curves(title, pair), *figures)
                yield Frame(f"{title}: perplexity {told}", shown, dict(numbers), progress)
        numbers |= {f"{name}_{way}": value for way, value in pair.held_out().items()}
        figures.append(_curves(title, pair))
    for way in WAYS:
        numbers[f"written_{way}"] = pair.written(way, settings.length, settings.seed)
    for way in WAYS:
        numbers[f"tagging_{way}"] = _tagged(way, settings.seed)
    words = "both ways fill a gap better; asked for what comes next, they read it off"
    yield Frame(words, (_table(numbers), *figures, _texts(numbers)), numbers)


def _tagged(way: str, seed: int) -> float:
    """The share of right tags of words, some of which depend on what stands after them."""
    settings = settings_for("tagging", bidirectional=way == "both", seed=seed)
    made = task("tagging").prepare(settings)
    for _ in learning(made, TAGGED_UPDATES, settings.lr):
        pass
    return made.evaluate()["accuracy"]


def _curves(title: str, pair: Pair) -> Chart:
    updates = numpy.arange(1.0, len(pair.curves["both"]) + 1)
    return Chart(
        f"{title}: perplexity while learning",
        tuple(
            Series(words, updates, numpy.array(pair.curves[way]), SHOWN_EVERY)
            for way, words in WAYS.items()
        ),
        "update",
        "perplexity",
        log=True,
    )


def _table(numbers: dict[str, Any]) -> Table:
    rows = [
        ("the symbol in a blank, perplexity", *(numbers[f"blank_{way}"] for way in WAYS)),
        ("tags of words, right", *(f"{numbers[f'tagging_{way}']:.1%}" for way in WAYS)),
        ("the next symbol, perplexity", *(numbers[f"next_{way}"] for way in WAYS)),
    ]
    return Table("On text that was not learned from", ("what is asked", *WAYS.values()), rows)


def _texts(numbers: dict[str, Any]) -> Text:
    lines = [f"{words}: {numbers[f'written_{way}']}" for way, words in WAYS.items()]
    return Text("Texts drawn from both, when nothing stands to the right", "\n".join(lines))


LAB = Lab(
    "bidirectional",
    "Reading both ways",
    (
        "A bidirectional layer runs two networks over a sequence, one from each end, and puts "
        "their states side by side. Where all of the sequence is there before the answer is asked, "
        "that helps: a missing letter is easier to tell from both sides, and the part of speech of "
        "a word often shows only after it.",
        "Asked for the next symbol at each step, it has an easy way out. The network from the "
        "right has already read that symbol, so it only has to hand it over: the perplexity falls "
        "towards 1, far below what any honest model of the text reaches. Then let it write: there "
        "is nothing to the right to be read off, and what comes out is nonsense. A perplexity "
        "close to 1 is a reason to look for the answer among the inputs.",
    ),
    "h_t = [h→_t ; h←_t],   h→_t = f(x_t, h→_{t−1}),   h←_t = g(x_t, h←_{t+1})\n"
    "p(x_{t+1} | h_t) is no forecast: h←_t has read x_{t+1}",
    (
        Parameter("text", "a corpus or a text file; empty for The Sorry Hand", "", high=4096),
        Parameter("steps", "symbols of a stretch", 20, low=3, high=400),
        Parameter("hidden", "units for each way", 64, low=2, high=512),
        Parameter("max_steps", "how long to learn each question", 300, low=10, high=20_000),
        Parameter("length", "symbols to write", 60, low=1, high=1000),
        Parameter("seed", "seed of weights, stretches and draws", 0, low=0, high=2**31),
    ),
    simulate,
    check_text,
)
