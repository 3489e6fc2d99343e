"""One paragraph of a lesson: what it says, what the graph shows meanwhile, what it asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from microgradseq.lessons.predictions import judged, read_number
from microgradseq.lessons.quantities import fill, number_of
from microgradseq.lessons.shown import Shown, shown_time, shown_walk
from microgradseq.lessons.time_state import TimeState
from microgradseq.lessons.walk_share import Mode

NO_NUMBERS: Mapping[str, float] = MappingProxyType({})
CLOSE = 0.01
"""An answer may be wrong by this share: two digits are enough."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said about an answer.

    Arguments:
        right: whether it is right.
        words: a sentence or two.
    """

    right: bool
    words: str


@dataclass(frozen=True)
class Paragraph:
    """A few sentences, and the state of the graph that they speak of.

    Arguments:
        written: the text, with templates such as {value:e} where the engine fills in numbers.
        target: an example's name or formulas; "" where `time` says what is shown.
        at: numbers by name.
        edit: further numbers, changed for this paragraph alone.
        mode, wrt: of the walk; an empty wrt is the first leaf.
        step: how far the walk has come: its number from 0, or "last"; None before it starts.
        node: instead of a step, the node whose total has just become complete.
        fold: time, layer or gate, to show the graph folded.
        time: instead of a target, a line as `TimeState.share` writes it.
        sweep: the time step that the sweep back has just done; None before it starts.
        mark: a node that is pointed out.
        question: something to answer with a number; "" for none.
        answer: the quantity that is right, such as derivative:b.
    """

    written: str
    target: str = ""
    at: Mapping[str, float] = field(default_factory=lambda: NO_NUMBERS)
    edit: Mapping[str, float] = field(default_factory=lambda: NO_NUMBERS)
    mode: Mode = "reverse"
    wrt: str = ""
    step: int | str | None = None
    node: str = ""
    fold: str = ""
    time: str = ""
    sweep: int | None = None
    mark: str = ""
    question: str = ""
    answer: str = ""

    @cached_property
    def shown(self) -> Shown:
        """What the graph shows; ValueError where the state cannot be."""
        if self.time:
            shown = shown_time(TimeState.parse(self.time), self.sweep)
        else:
            at = {**self.at, **self.edit}
            shown = shown_walk(self.target, at, self.mode, self.wrt, self.step, self.node)
        return shown.marked(self.mark, self.fold)

    @cached_property
    def _before(self) -> Shown | None:
        """The same without the edit."""
        return shown_walk(self.target, self.at) if self.edit else None

    @property
    def text(self) -> str:
        """The text with its numbers."""
        return fill(self.written, self.shown, self._before)

    @property
    def asked(self) -> str:
        """The question with its numbers; "" for none."""
        return fill(self.question, self.shown, self._before)

    @property
    def solution(self) -> float:
        """The right answer, computed now."""
        return number_of(self.answer, self.shown, self._before)

    def check(self, text: str) -> Answer:
        """Judge an answer.

        Arguments:
            text: as it was typed: 0.5, -3, 1/4.
        """
        kind, _, name = self.answer.partition(":")
        if kind == "derivative" and "," not in name and self.shown.walk is not None:
            graph = self.shown.graph
            verdict = judged(graph, graph.find(name).id, text)
            return Answer(verdict.right, verdict.words)
        right = self.solution
        guess = read_number(text, right)
        if guess is None:
            return Answer(False, "That is not a number; type 0.5, -3 or 1/4.")
        if abs(guess - right) <= CLOSE * abs(right):
            return Answer(True, f"Right: {fill(f'{{{self.answer}}}', self.shown, self._before)}.")
        size = "too large" if guess > right else "too small"
        return Answer(False, f"Not yet: {text.strip()[:20]} is {size}. Look at the graph again.")
