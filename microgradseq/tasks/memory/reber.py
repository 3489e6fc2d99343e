"""The embedded Reber grammar of Hochreiter and Schmidhuber: the end depends on the beginning."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy

from microgradseq.backend import Array
from microgradseq.data.batch import Batch
from microgradseq.data.padded import IGNORED, padded
from microgradseq.tasks.memory.base import MemoryTask, Random
from microgradseq.tasks.task import Baseline, Metrics

SYMBOLS = "BTPSXVE"
_NUMBERS = {symbol: number for number, symbol in enumerate(SYMBOLS)}
_GRAMMAR: Mapping[int, Mapping[str, int]] = {
    0: {"B": 1},
    1: {"T": 2, "P": 3},
    2: {"S": 2, "X": 4},
    3: {"T": 3, "V": 5},
    4: {"X": 3, "S": 6},
    5: {"P": 4, "V": 6},
    6: {"E": 7},
}
"""From each state by each symbol to the next state; 7 is the end."""
_END = 7
_INNER = slice(2, -2)
SOLVED = 0.999
"""Of all answers; forgetting the beginning costs some 8% of them."""


class ReberTask(MemoryTask):
    """B, then T or P, a word of Reber's grammar, the same T or P again, and E.

    At each step the symbols that may follow are to be told: an answer is right if those symbols,
    one or two, have the highest scores. The second T or P has to be remembered through the whole
    inner word; a model that forgets it errs there, once in each sequence. So the task is solved
    when 99.9% of the answers are right. T is the longest sequence.
    """

    kind = "reber"
    title = "reber: what the embedded Reber grammar allows next"
    inputs, outputs = len(SYMBOLS), len(SYMBOLS)
    shortest = 12
    defaults: ClassVar[Mapping[str, Any]] = {**MemoryTask.defaults, "unroll": 30}

    def draw(self, random: Random, count: int) -> Batch:
        """Symbols (T, B), and the symbol after each."""
        words = [numbers_of(self._word(random)) for _ in range(count)]
        inputs = padded([word[:-1] for word in words], 0)
        targets = padded([word[1:] for word in words], IGNORED)
        return Batch(inputs, targets, lengths=numpy.array([len(word) - 1 for word in words]))

    def _word(self, random: Random) -> str:
        inner = _walk(random)
        while len(inner) + 4 > self.settings.unroll + 1:
            inner = _walk(random)
        choice = "TP"[random.integers(2)]
        return f"B{choice}{inner}{choice}E"

    def right(self, scores: Array, batch: Batch) -> Array:
        """Where the symbols that may follow have the highest scores."""
        order = numpy.argsort(-scores, axis=-1, kind="stable")
        found = []
        for row, word in enumerate(_words(batch)):
            for step, allowed in enumerate(legal(word)[1:]):
                best = order[step, row, : len(allowed)]
                found.append({SYMBOLS[each] for each in best} == set(allowed))
        return numpy.array(found)

    def is_solved(self, metrics: Metrics) -> bool:
        """Whether hardly anything is wrong."""
        return metrics["accuracy"] >= SOLVED

    def baselines(self) -> Sequence[Baseline]:
        """The grammar known, and the first choice forgotten; over what is evaluated."""
        words = [
            word for batch in self.batches("validation").epoch_once() for word in _words(batch)
        ]
        steps = sum(len(word) - 1 for word in words)
        open_choices = sum(len(allowed) - 1 for word in words for allowed in legal(word))
        nats = (open_choices + len(words)) * math.log(2) / steps
        return (
            Baseline(
                "without the first choice", {"loss": nats, "accuracy": 1 - len(words) / steps}
            ),
        )

    def symbol(self, number: int) -> str:
        """Its letter."""
        return SYMBOLS[number]


def legal(word: str) -> list[str]:
    """The symbols that could have stood at each place of an embedded word.

    Arguments:
        word: from B to E.

    >>> legal("BTBTXSETE")
    ['B', 'TP', 'B', 'TP', 'SX', 'XS', 'E', 'T', 'E']
    """
    allowed, state = ["B", "TP"], 0
    for symbol in word[_INNER]:
        allowed.append("".join(_GRAMMAR[state]))
        state = _GRAMMAR[state][symbol]
    return [*allowed, word[1], "E"]


def numbers_of(word: str) -> Array:
    """The numbers of symbols.

    Arguments:
        word: any of SYMBOLS.

    >>> numbers_of("BE")
    array([0, 6])
    """
    return numpy.array([_NUMBERS[symbol] for symbol in word])


def _walk(random: Random) -> str:
    """A word of the inner grammar; each way out of a state is equally likely."""
    word, state = "", 0
    while state != _END:
        symbols = "".join(_GRAMMAR[state])
        symbol = symbols[random.integers(len(symbols))]
        word, state = word + symbol, _GRAMMAR[state][symbol]
    return word


def _words(batch: Batch) -> list[str]:
    lengths: Any = batch.lengths
    rows = zip(batch.inputs.T, batch.targets.T, lengths, strict=True)
    return [
        "".join(SYMBOLS[each] for each in (*read[:length], told[length - 1]))
        for read, told, length in rows
    ]
