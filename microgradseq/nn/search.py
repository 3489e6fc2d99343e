"""Finding a likely sequence: greedily, or with a beam of several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy

from microgradseq.backend import Array, move
from microgradseq.rules.rule import plain


class Stepper(Protocol):
    """A model that can be asked for one token after another, for many sequences at once."""

    def step(self, tokens: Array, state: Any) -> tuple[Any, Any, Any]:
        """Go on by one token.

        Arguments:
            tokens: the last token of each sequence, (N,).
            state: where they stand.
        Returns:
            The logarithms of the next tokens' chances (N, V), the new state, and the attention
            weights (N, S) or None.
        """

    def pick(self, state: Any, rows: Array) -> Any:
        """The state of some of the sequences, which may be named repeatedly."""


@dataclass(frozen=True)
class Hypothesis:
    """A sequence that was found.

    Arguments:
        tokens: without the start and the end.
        score: the logarithm of its chance, the end included if it was reached.
        ended: whether it ended by itself, not at the limit.
        weights: attention weights of each step, (steps, S); None without attention.
    """

    tokens: tuple[int, ...]
    score: float
    ended: bool
    weights: Array | None = None

    def normalised(self, power: float) -> float:
        """The score divided by a power of the number of steps, which makes up for length.

        >>> Hypothesis((3, 4), -6.0, ended=True).normalised(1.0)
        -2.0
        """
        steps = max(len(self.tokens) + self.ended, 1)
        return float(self.score / steps**power)


@dataclass(frozen=True)
class _Growing:
    tokens: tuple[int, ...]
    score: float
    weights: tuple[Array, ...]

    def grown(self, token: int, score: float, weights: Array | None) -> _Growing:
        kept = self.weights if weights is None else (*self.weights, weights)
        return _Growing((*self.tokens, token), score, kept)

    def stopped(self, end: int) -> Hypothesis:
        ended = self.tokens[-1:] == (end,)
        weights = numpy.stack(self.weights) if self.weights else None
        return Hypothesis(self.tokens[:-1] if ended else self.tokens, self.score, ended, weights)


def _on_host(array: Any) -> Any:
    return None if array is None else move(plain(array), "cpu")


def greedy_search(
    model: Stepper, state: Any, *, count: int, start: int, end: int, limit: int
) -> list[Hypothesis]:
    """Take the likeliest token at every step, for each sequence of a batch.

    Arguments:
        model: what is asked.
        state: where its sequences stand.
        count: how many there are.
        start, end: the tokens that begin and end a sequence.
        limit: the most steps.
    Returns:
        One hypothesis a sequence.
    """
    growing = [_Growing((), 0.0, ())] * count
    found: dict[int, Hypothesis] = {}
    alive, tokens = numpy.arange(count), numpy.full(count, start)
    for _ in range(limit):
        if not alive.size:
            break
        chances, state, weights = model.step(tokens, state)
        chances, weights = _on_host(chances), _on_host(weights)
        tokens = chances.argmax(axis=1)
        for row, (place, token) in enumerate(zip(alive.tolist(), tokens.tolist(), strict=True)):
            score = growing[place].score + float(chances[row, token])
            row_weights = None if weights is None else weights[row]
            growing[place] = growing[place].grown(token, score, row_weights)
            if token == end:
                found[place] = growing[place].stopped(end)
        rest = numpy.flatnonzero(tokens != end)
        if rest.size < alive.size:
            alive, tokens, state = alive[rest], tokens[rest], model.pick(state, rest)
    return [found.get(place) or growing[place].stopped(end) for place in range(count)]


def beam_search(
    model: Stepper,
    state: Any,
    *,
    start: int,
    end: int,
    width: int,
    limit: int,
    length_power: float = 0.0,
) -> list[Hypothesis]:
    """Keep the likeliest sequences at every step, not only the likeliest token.

    Arguments:
        model: what is asked.
        state: where its one sequence stands.
        start, end: the tokens that begin and end a sequence.
        width: how many sequences are kept; 1 is greedy.
        limit: the most steps.
        length_power: α: sequences are ranked by score/stepsᵅ. 0 favours short ones.
    Returns:
        Up to `width` hypotheses, best first; those that reached the end come before the others.
    """
    if width < 1:
        raise ValueError(f"width must be at least 1, not {width}")
    beam, found = [_Growing((), 0.0, ())], list[Hypothesis]()
    tokens = numpy.array([start])
    for _ in range(limit):
        chances, state, weights = model.step(tokens, state)
        rows, grown = _best(beam, _on_host(chances), _on_host(weights), width)
        found += [one.stopped(end) for one in grown if one.tokens[-1] == end]
        going = [place for place, one in enumerate(grown) if one.tokens[-1] != end]
        beam = [grown[place] for place in going]
        if not beam or _settled(beam, found, width, limit, length_power):
            break
        tokens = numpy.array([one.tokens[-1] for one in beam])
        state = model.pick(state, rows[going])
    ranked = sorted(found, key=lambda one: -one.normalised(length_power))
    unfinished = sorted(beam, key=lambda one: -one.score)
    return [*ranked, *(one.stopped(end) for one in unfinished)][:width]


def _best(
    beam: Sequence[_Growing], chances: Array, weights: Array | None, width: int
) -> tuple[Array, list[_Growing]]:
    """The likeliest continuations, and from which row of the beam each came."""
    scores = chances + numpy.array([one.score for one in beam])[:, None]
    order = numpy.argsort(-scores, axis=None, kind="stable")[:width]
    order = order[numpy.isfinite(scores.reshape(-1)[order])]
    rows, tokens = numpy.divmod(order, chances.shape[1])
    grown = [
        beam[row].grown(token, float(scores[row, token]), None if weights is None else weights[row])
        for row, token in zip(rows.tolist(), tokens.tolist(), strict=True)
    ]
    return rows, grown


def _settled(
    beam: Sequence[_Growing], found: Sequence[Hypothesis], width: int, limit: int, power: float
) -> bool:
    """Whether nothing that is still growing can come among the best found."""
    if len(found) < width:
        return False
    # a score can only fall; spread over the most steps there can be, it is as good as it gets
    hope = max(one.score for one in beam) / limit**power
    ranked = sorted((one.normalised(power) for one in found), reverse=True)
    return bool(ranked[width - 1] >= hope)
