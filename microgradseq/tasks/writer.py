"""Writing text symbol by symbol with a trained model."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy

from microgradseq import nn
from microgradseq.backend import Array
from microgradseq.data.symbols import Symbol, join
from microgradseq.data.vocabulary import Vocabulary
from microgradseq.nn.search import beam_search
from microgradseq.tasks.sampling import chances, choose, log_chances
from microgradseq.tasks.stepping import Stepping, stepping
from microgradseq.tasks.task import SampleRequest

NO_END = -1
"""Stands for the symbol that ends a text, where there is none."""


class Written(NamedTuple):
    """A symbol that was written.

    Arguments:
        text: what it adds to the text; nothing for a byte that does not complete a character.
        number: its index.
        likely: symbols and their chances, likeliest first, if asked for.
    """

    text: str
    number: int
    likely: tuple[tuple[str, float], ...] = ()


class Moment(NamedTuple):
    """Where a writer was, to come back to.

    Arguments:
        state: of the model.
        scores: of what may come next.
        last: the symbol that was read last.
    """

    state: Any
    scores: Array
    last: int


class Writer:
    """A trained model in the middle of a text: it reads symbols, or writes them.

    Arguments:
        model: (indices (T, B), state) to scores (T, B, V) and a state. Its weights are copied.
        vocabulary: of the symbols.

    >>> from microgradseq.tasks.models import SequenceModel
    >>> from microgradseq.tasks.settings import Settings
    >>> model = SequenceModel(Settings(cell="gru", hidden=5), inputs=4, outputs=4)
    >>> writer = Writer(model, Vocabulary("abc"))
    >>> writer.read([1, 2])
    >>> len(writer.text(SampleRequest(length=9), numpy.random.default_rng(0)))
    9
    """

    def __init__(self, model: nn.Module, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._step = stepping(model)
        self._joiner = Joiner(vocabulary.unit)
        self.state: Any = None
        self.last = 0
        self.scores: Array = numpy.zeros(len(vocabulary))
        known = vocabulary.unknown is not None and len(vocabulary) > 1
        # the unknown symbol has a chance, but nobody wants to read it
        self._never = vocabulary.index(vocabulary.unknown) if known else None  # type: ignore[arg-type]

    def read(self, indices: Iterable[int]) -> None:
        """Read symbols, and remember them as the text so far.

        Arguments:
            indices: of the symbols.
        """
        for index in indices:
            self.add(int(index))

    def add(self, index: int) -> str:
        """Read one symbol as a part of the text.

        Arguments:
            index: of the symbol.
        Returns:
            What it adds to the text.
        """
        self._advance(index)
        return self._joiner.add(self.vocabulary.symbol(index))

    def hint(self, index: int) -> None:
        """Read a symbol that is no part of the text, such as the line break before it."""
        self._advance(index)

    def likely(self, count: int = 5) -> tuple[tuple[str, float], ...]:
        """What may come next: symbols and their chances at temperature 1, likeliest first.

        Arguments:
            count: how many.
        """
        found = chances(self.scores)
        best = numpy.argsort(-found, kind="stable")[:count]
        unit = self.vocabulary.unit
        return tuple((shown(self.vocabulary.symbol(int(i)), unit), float(found[i])) for i in best)

    def write(
        self, request: SampleRequest, random: numpy.random.Generator, likely: int = 0
    ) -> Iterator[Written]:
        """Write symbols one by one.

        Arguments:
            request: length, temperature, top_k, top_p and beam are read.
            random: where the draws come from.
            likely: how many of the likeliest symbols are told with each.
        """
        planned = iter(self._searched(request)) if request.beam else None
        for _ in range(request.length):
            told = self.likely(likely) if likely else ()
            index = self.draw(request, random) if planned is None else next(planned)
            yield Written(self.add(index), index, told)
        rest = self._joiner.end()
        if rest:
            yield Written(rest, self.last)

    def text(self, request: SampleRequest, random: numpy.random.Generator) -> str:
        """What `write` writes, in one piece."""
        return "".join(written.text for written in self.write(request, random))

    def draw(self, request: SampleRequest, random: numpy.random.Generator) -> int:
        """The index of a symbol that may come next; nothing is read.

        Arguments:
            request: temperature, top_k and top_p are read.
            random: where the draw comes from.
        """
        scores = self.scores.copy()
        if self._never is not None:
            scores[self._never] = -numpy.inf
        return choose(scores, request, random)

    def moment(self) -> Moment:
        """What to keep so that `return_to` can come back here."""
        return Moment(self.state, self.scores, self.last)

    def return_to(self, moment: Moment, text: Iterable[int]) -> None:
        """Go back to where the writer has been.

        Arguments:
            moment: what `moment` gave there.
            text: the indices of all symbols of the text up to there.
        """
        self.state, self.scores, self.last = moment
        self._joiner = Joiner(self.vocabulary.unit)
        for index in text:
            self._joiner.add(self.vocabulary.symbol(int(index)))

    def hidden(self, state: Any) -> Array:
        """The hidden units of every layer, (layers, H), on the host.

        Arguments:
            state: of this writer, at any moment after a symbol was read.
        """
        return self._step.hidden(state)

    def _advance(self, index: int) -> None:
        scores, self.state = self._step(index, self.state)
        self.scores = scores[0]
        self.last = index

    def _searched(self, request: SampleRequest) -> tuple[int, ...]:
        search = _Search(self._step, self._never, self.scores)
        found = beam_search(
            search,
            self.state,
            start=self.last,
            end=NO_END,
            width=request.beam,
            limit=request.length,
        )
        return found[0].tokens


class _Search:
    """A writer's model as the beam search asks it; the first step has been made already."""

    def __init__(self, step: Stepping, never: int | None, scores: Array) -> None:
        self._step, self._never = step, never
        self._first: Array | None = scores[None]

    def step(self, tokens: Array, state: Any) -> tuple[Array, Any, None]:
        """Go on by one symbol."""
        if self._first is None:
            scores, state = self._step(tokens, state)
        else:
            scores, self._first = self._first, None
        found = log_chances(scores)
        if self._never is not None:
            found[:, self._never] = -numpy.inf
        return found, state, None

    def pick(self, state: Any, rows: Array) -> Any:
        """The state of some of the texts."""
        return self._step.pick(state, rows)


def shown(symbol: Symbol, unit: str) -> str:
    r"""A single symbol for people: a byte that is no character alone as hexadecimal digits.

    Arguments:
        symbol: of the unit.
        unit: what symbols are.

    >>> shown(0x61, "bytes"), shown(0xE6, "bytes"), shown("é", "characters")
    ('a', '\\xe6', 'é')
    """
    return f"\\x{symbol:02x}" if isinstance(symbol, int) and symbol > 127 else join([symbol], unit)


class Joiner:
    """Puts symbols together to a text as they come.

    Arguments:
        unit: what symbols are.

    >>> joiner = Joiner("words")
    >>> [joiner.add(word) for word in ("Oh", ",", "dear")]
    ['Oh', ',', ' dear']
    """

    # Of so many words before it depends whether a blank stands before a word: a quotation mark
    # closes what another has opened.
    WORDS = 1000

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._words: list[Symbol] = []
        self._length = 0

    def add(self, symbol: Symbol) -> str:
        """What a symbol adds to the text.

        Arguments:
            symbol: the next one.
        """
        if self._unit == "bytes" and isinstance(symbol, int):
            return self._decoder.decode(bytes([symbol]))
        if self._unit != "words":
            return str(symbol)
        if len(self._words) >= self.WORDS:
            self._words = self._words[self.WORDS // 2 :]
            self._length = len(join(self._words, "words"))
        self._words.append(symbol)
        text = join(self._words, "words")
        added, self._length = text[self._length :], len(text)
        return added

    def end(self) -> str:
        """What is still to be said at the end: a sign for bytes that complete no character."""
        return self._decoder.decode(b"", final=True)
