"""Schmidhuber's neural history compressor: a level passes on only what it did not expect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy
from numpy.typing import NDArray

from microgradseq import nn, optim
from microgradseq.charts.columns import Series
from microgradseq.data.padded import IGNORED
from microgradseq.labs.figures import Chart, Figure, Text
from microgradseq.labs.lab import Frame, Lab
from microgradseq.labs.parameter import Parameter, Settings
from microgradseq.numbers import readable
from microgradseq.randomness import manual_seed

Indices = NDArray[numpy.int64]
Floats = NDArray[numpy.float64]

FIRST, LAST = ("a", "x"), ("A", "X")
"""What a sequence may begin with, and what it then ends with."""
CLIP = 1.0
SHOWN_EVERY = 10
AVERAGED = 20
SHOWN_STEPS = 60


class Predictor:
    """An RNN that foretells the next symbol of sequences.

    Arguments:
        symbols: how many there are.
        hidden: units.
        rate: of Adam.
    """

    def __init__(self, symbols: int, hidden: int, rate: float) -> None:
        self.layer = nn.RNN(symbols, hidden)
        self.output = nn.Linear(hidden, symbols)
        self._parameters = [*self.layer.parameters(), *self.output.parameters()]
        self._optimizer = optim.Adam(self._parameters, lr=rate)

    def learn(self, sequences: Indices, lengths: Indices | None = None) -> Floats:
        """One update on some sequences.

        Arguments:
            sequences: (T, B).
            lengths: how many symbols of each are real, (B,), at least 2; None for all.
        Returns:
            What it said before the update: probabilities of each next symbol, (T − 1, B, V).
        """
        read, answers = sequences[:-1], sequences[1:]
        if lengths is not None:
            beyond = numpy.arange(len(answers))[:, None] >= lengths - 1
            answers = numpy.where(beyond, IGNORED, answers)
        hidden, _ = self.layer(read, lengths=None if lengths is None else lengths - 1)
        scores = self.output(hidden)
        loss = nn.functional.cross_entropy(
            scores.reshape(-1, scores.shape[-1]), answers.reshape(-1)
        )
        self._optimizer.zero_grad()
        loss.backward()
        optim.clip_grad_norm_(self._parameters, CLIP)
        self._optimizer.step()
        said: Floats = nn.functional.softmax(scores.detach()).plain().astype("float64")
        return said


def sequences_of(lag: int, count: int, random: numpy.random.Generator) -> Indices:
    """Sequences a 1 2 3 … A, or x 1 2 3 … X: the end depends on the beginning alone.

    Arguments:
        lag: how many symbols stand between, always the same ones.
        count: B.
        random: what decides between a and x.
    Returns:
        (lag + 2, B); 0 and 1 begin, lag + 2 and lag + 3 end.

    >>> sequences_of(3, 2, numpy.random.default_rng(1)).T.tolist()
    [[0, 2, 3, 4, 5], [1, 2, 3, 4, 6]]
    """
    first = random.integers(0, 2, (1, count))
    between = numpy.repeat(numpy.arange(2, lag + 2)[:, None], count, axis=1)
    return numpy.concatenate([first, between, first + lag + 2])


def unexpected(sequences: Indices, said: Floats, threshold: float) -> NDArray[numpy.bool_]:
    """Which symbols a level passes on: those to which it gave too little probability.

    Arguments:
        sequences: (T, B).
        said: probabilities of each next symbol, (T − 1, B, V).
        threshold: from which probability on a symbol is as expected.
    Returns:
        (T, B); the first symbol is never expected.
    """
    given = numpy.take_along_axis(said, sequences[1:, :, None], axis=2)[..., 0]
    return numpy.concatenate([numpy.ones((1, sequences.shape[1]), bool), given < threshold])


def compressed(sequences: Indices, passed: NDArray[numpy.bool_]) -> tuple[Indices, Indices]:
    """What the upper level sees: the symbols that were passed on, closed up.

    Arguments:
        sequences, passed: (T, B).
    Returns:
        (longest, B), padded at the end, and the lengths (B,), at least 2 where padding counts.

    >>> compressed(numpy.array([[5], [6], [7]]), numpy.array([[True], [False], [True]]))[0].tolist()
    [[5], [7]]
    """
    lengths = passed.sum(axis=0)
    # what was passed on comes first, in its old order
    order = numpy.argsort(~passed, axis=0, kind="stable")[: max(2, lengths.max())]
    closed = numpy.take_along_axis(sequences, order, axis=0)
    return closed, numpy.maximum(lengths, 2)


class Race:
    """A flat network and one of two levels, learning the same sequences.

    Arguments:
        settings: lag, hidden, rate, batch, threshold and seed are read.
    """

    def __init__(self, settings: Settings) -> None:
        manual_seed(settings.seed)
        self.settings = settings
        self._random = numpy.random.default_rng(settings.seed)
        symbols = settings.lag + 4
        make = [Predictor(symbols, settings.hidden, settings.lr) for _ in range(3)]
        self.flat, self.lower, self.upper = make

    def update(self) -> dict[str, Any]:
        """One update of all three.

        Returns:
            "flat" and "two_levels", shares of right ends; "passed", symbols handed up for each
            sequence; "example" and "example_passed", the first sequence and what was handed up.
        """
        asked = self.settings
        sequences = sequences_of(asked.lag, asked.batch, self._random)
        ends = sequences[-1]
        flat = self.flat.learn(sequences)[-1].argmax(axis=-1) == ends
        said = self.lower.learn(sequences)
        passed = unexpected(sequences, said, asked.threshold)
        closed, lengths = compressed(sequences, passed)
        above = self.upper.learn(closed, lengths)
        told = above[lengths - 2, numpy.arange(asked.batch)].argmax(axis=-1)
        # an end that the lower level expected was foretold by the lower level
        by_lower = said[-1].argmax(axis=-1)
        right = numpy.where(passed[-1], told, by_lower) == ends
        return {
            "flat": float(flat.mean()),
            "two_levels": float(right.mean()),
            "passed": float(passed.sum(axis=0).mean()),
            "example": sequences[:, 0],
            "example_passed": passed[:, 0],
        }


def simulate(settings: Settings) -> Iterator[Frame]:
    """Both networks learn, some updates a frame."""
    race = Race(settings)
    told: list[dict[str, Any]] = []
    for update in range(1, settings.max_steps + 1):
        told.append(race.update())
        if update % SHOWN_EVERY == 0 or update == settings.max_steps:
            numbers = _numbers(told)
            words = (
                f"update {update}: {readable(numbers['passed'])} of {settings.lag + 2} symbols "
                f"are passed on"
            )
            yield Frame(words, _figures(told, settings), numbers, update / settings.max_steps)


def _numbers(told: list[dict[str, Any]]) -> dict[str, Any]:
    last = told[-AVERAGED:]
    numbers: dict[str, Any] = {
        f"{name}_accuracy": float(numpy.mean([each[name] for each in last]))
        for name in ("flat", "two_levels")
    }
    solved = [place for place, each in enumerate(told, start=1) if each["two_levels"] == 1.0]
    numbers["passed"] = told[-1]["passed"]
    numbers["first_solved"] = solved[0] if solved else -1
    return numbers


def _figures(told: list[dict[str, Any]], settings: Settings) -> tuple[Figure, ...]:
    updates = numpy.arange(1.0, len(told) + 1)
    right = tuple(
        Series(title, updates, numpy.array([each[name] for each in told]), AVERAGED)
        for title, name in (("one flat network", "flat"), ("two levels", "two_levels"))
    )
    passed = Series("passed on", updates, numpy.array([each["passed"] for each in told]))
    last = told[-1]
    lines = [
        _spelled(last["example"], numpy.ones(len(last["example"]), bool), settings.lag),
        _spelled(last["example"], last["example_passed"], settings.lag),
    ]
    guess = (("a guess", 0.5),)
    return (
        Chart("Share of right ends", right, x_name="update", baselines=guess),
        Chart("Symbols that the lower level passes on", (passed,), x_name="update", log=True),
        Text(
            "A sequence, and what of it reaches the upper level",
            f"below  {lines[0]}\nabove  {lines[1]}",
        ),
    )


def _spelled(sequence: Indices, shown: NDArray[numpy.bool_], lag: int) -> str:
    letters = []
    for symbol, is_shown in zip(sequence.tolist(), shown.tolist(), strict=True):
        name = f"{(symbol - 1) % 10}"
        if symbol < len(FIRST):
            name = FIRST[symbol]
        elif symbol >= lag + 2:
            name = LAST[symbol - lag - 2]
        letters.append(name if is_shown else "·")
    if len(letters) > SHOWN_STEPS:
        letters[SHOWN_STEPS // 2 : -SHOWN_STEPS // 2] = "…"
    return "".join(letters)


LAB = Lab(
    "compressor",
    "The neural history compressor",
    (
        "What can be foretold need not be remembered. In Schmidhuber's history compressor the "
        "lower network foretells the next symbol, and only the symbols that surprise it are passed "
        "on to the upper one. Nothing is lost, since the rest could be computed again, and the "
        "upper level sees a short sequence where the lower one saw a long one.",
        "Here a sequence begins with a or x, goes on with always the same symbols, and ends with A "
        "or X to match. A flat network has to carry one bit over the whole lag, and its gradient "
        "dies on the way: it keeps guessing. The lower level soon expects everything in between, "
        "so that the upper level sees the first symbol and the last one side by side, and learns "
        "in a few updates what belongs together.",
    ),
    "passed on:  x_t  where  p_lower(x_t | x_1 … x_{t−1}) < threshold",
    (
        Parameter("lag", "symbols between the beginning and the end", 40, low=1, high=500),
        Parameter("threshold", "probability from which on a symbol is expected", 0.9, 0.01, 1.0),
        Parameter("hidden", "units of each network", 16, low=2, high=256),
        Parameter("batch", "sequences an update", 32, low=1, high=256),
        Parameter("max_steps", "how long to learn", 300, low=10, high=20_000),
        Parameter("lr", "learning rate of Adam", 0.01, low=1e-6, high=1.0),
        Parameter("seed", "seed of weights and sequences", 0, low=0, high=2**31),
    ),
    simulate,
)
