"""Writing with a model in one's own hands: look at each symbol, take another one, go on."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Literal

import numpy

from microgradseq.backend import Array
from microgradseq.data.errors import DataError
from microgradseq.tasks.language import LanguageTask
from microgradseq.tasks.models import SequenceModel
from microgradseq.tasks.sampling import chances
from microgradseq.tasks.task import SampleRequest
from microgradseq.tasks.writer import Moment, Writer, shown

Origin = Literal["prefix", "drawn", "chosen"]
MOST = 20_000
"""Longer texts are not kept: each symbol keeps the state of the whole network."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A symbol that may stand at a place.

    Arguments:
        symbol: as it is shown to people.
        number: its index in the vocabulary.
        chance: at temperature 1.
    """

    symbol: str
    number: int
    chance: float


@dataclass(frozen=True, slots=True)
class Place:
    """One symbol of the text.

    Arguments:
        text: what it adds to the text; nothing for a byte that completes no character.
        number: its index in the vocabulary.
        origin: "prefix", "drawn" by the model, or "chosen" by a person.
        chance: what the model gave it at temperature 1; None for the first symbol of a prefix,
            before which the model had read nothing.
    """

    text: str
    number: int
    origin: Origin
    chance: float | None


@dataclass(frozen=True, slots=True)
class _Before:
    """How things stood before a symbol: the writer, and the source of the draws."""

    writer: Moment
    random: Any


class WritingSession:
    """A text in the making, every place of which can be looked at and changed.

    The same task, request and seed always give the same text, which is also what
    `task.sample` gives. A person's choice uses up one draw, as the model's own would: choosing what
    the model had drawn changes nothing of what follows.

    Arguments:
        task: with a trained model; one that reads backward writes from the end of the text.
        request: prefix, temperature, top_k and top_p are read. DataError names characters of the
            prefix that the model has never seen.
        seed: of the draws.

    >>> from microgradseq.data.vocabulary import Vocabulary
    >>> from microgradseq.tasks.settings import Settings
    >>> how, letters = Settings(cell="gru", hidden=5), Vocabulary("abc")
    >>> task = LanguageTask.restore(how, {"vocabulary": letters.as_dict()})
    >>> session = WritingSession(task, SampleRequest("ab"), seed=3)
    >>> session.write(4)
    4
    >>> session.choose(2, letters.index("c"))
    >>> session.text, session.places[2].origin
    ('abc', 'chosen')
    """

    def __init__(
        self, task: LanguageTask, request: SampleRequest | None = None, seed: int = 0
    ) -> None:
        self.task = task
        self.request = SampleRequest() if request is None else request
        self.seed = seed
        self.places: list[Place] = []
        self.prefix_length = 0
        self.hint: list[int] = []
        """What the model read before the text, so that it has a beginning."""
        self._writer: Writer
        self._random: numpy.random.Generator
        self._before: list[_Before] = []
        self._after: list[Any] = []
        self._begin()

    @property
    def text(self) -> str:
        """All of it, the prefix first; in reading order, also where it was written backward."""
        numbers = [place.number for place in self.places]
        return self.task.vocabulary.decode(numbers[::-1] if self.task.backward else numbers)

    @property
    def unit(self) -> str:
        """What a symbol is: "characters", "graphemes", "words" or "bytes"."""
        return self.task.vocabulary.unit

    @property
    def numbers(self) -> list[int]:
        """The index of every symbol, in the order in which they were written."""
        return [place.number for place in self.places]

    def write(self, count: int = 1) -> int:
        """Let the model write on.

        Arguments:
            count: symbols; fewer where the text would become longer than MOST.
        Returns:
            How many were written.
        """
        count = min(count, MOST - len(self.places))
        for _ in range(count):
            before = self._now()
            self._add(self._writer.draw(self.request, self._random), "drawn", before)
        return count

    def alternatives(self, place: int, count: int = 5) -> tuple[Alternative, ...]:
        """What could stand at a place, likeliest first.

        Arguments:
            place: 0 for the first symbol; the length of the text for what comes next.
            count: so many at most. The sign for unknown symbols is never among them.
        Returns:
            Nothing for the first symbol of a prefix, before which nothing was read.
        """
        found = self._chances(place)
        if found is None:
            return ()
        vocabulary = self.task.vocabulary
        never = None if vocabulary.unknown is None else vocabulary.index(vocabulary.unknown)
        best = numpy.argsort(-found, kind="stable")[: count + 1]
        return tuple(
            Alternative(
                shown(vocabulary.symbol(int(number)), vocabulary.unit),
                int(number),
                float(found[number]),
            )
            for number in best
            if number != never
        )[:count]

    def choose(self, place: int, number: int) -> None:
        """Put another symbol at a place; what came after it is dropped.

        Arguments:
            place: from the end of the prefix to the length of the text.
            number: of the symbol; DataError if there is none.
        """
        self.task.vocabulary.symbol(number)
        self.cut(place)
        before = self._now()
        # the draw that the model would have made is spent
        self._writer.draw(self.request, self._random)
        self._add(number, "chosen", before)

    def cut(self, length: int) -> None:
        """Drop the end of the text.

        Arguments:
            length: how many symbols stay; DataError if that would cut into the prefix.
        """
        if length < self.prefix_length:
            raise DataError("this place belongs to the prefix; give the text another prefix")
        if length >= len(self.places):
            return
        before = self._before[length]
        del self.places[length:], self._before[length:], self._after[length:]
        self._writer.return_to(before.writer, self.numbers)
        self._random.bit_generator.state = before.random

    def restart(
        self,
        request: SampleRequest | None = None,
        seed: int | None = None,
        task: LanguageTask | None = None,
    ) -> None:
        """Begin anew with what is given, and otherwise as before; the text is the prefix again.

        Arguments:
            request: see the class; nothing changes if it is refused.
            seed: of the draws.
            task: with another checkpoint's model.
        """
        session = WritingSession(
            self.task if task is None else task,
            self.request if request is None else request,
            self.seed if seed is None else seed,
        )
        self.__dict__.update(session.__dict__)

    def activity(self) -> Array:
        """The hidden units after each symbol, (symbols, layers, H).

        A model that has none, but a window, gives (symbols, 0, 0).
        """
        if not isinstance(self.task.model, SequenceModel) or not self.places:
            return numpy.zeros((len(self.places), 0, 0))
        return numpy.stack([self._writer.hidden(state) for state in self._after])

    def copy(self) -> WritingSession:
        """The text as it is now, to be looked at while this session goes on; it cannot write."""
        still = copy.copy(self)
        still.places, still._before = [*self.places], [*self._before]
        still._after = [*self._after]
        return still

    def _begin(self) -> None:
        self._writer, prefix = self.task.beginning(self.request.prefix)
        self.hint = [] if self._writer.state is None else [self._writer.last]
        self._random = numpy.random.default_rng(self.seed)
        for number in prefix:
            self._add(int(number), "prefix", self._now())
        self.prefix_length = len(self.places)

    def _now(self) -> _Before:
        return _Before(self._writer.moment(), self._random.bit_generator.state)

    def _add(self, number: int, origin: Origin, before: _Before) -> None:
        found = _chances_in(before.writer)
        chance = None if found is None else float(found[number])
        self._before.append(before)
        self.places.append(Place(self._writer.add(number), number, origin, chance))
        self._after.append(self._writer.state)

    def _chances(self, place: int) -> Array | None:
        at_end = place >= len(self.places)
        return _chances_in(self._writer.moment() if at_end else self._before[place].writer)


def _chances_in(moment: Moment) -> Array | None:
    """The chances of all symbols; None before anything was read."""
    return None if moment.state is None else chances(moment.scores)
