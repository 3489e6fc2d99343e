"""Tunes in ABC notation: two parts of four phrases, which repeat and come home to the tonic."""

from __future__ import annotations

from typing import NamedTuple

import numpy
from numpy.random import Generator

from microgradseq_corpora.drawing import chance, how_many, pick

USUAL_COUNT = 400
# Letters of ABC notation from low to high; the key's sharps are understood.
PITCHES = ("C", "D", "E", "F", "G", "A", "B", "c", "d", "e", "f", "g", "a", "b")
TONICS = {"C": 0, "D": 1, "G": 4, "A": 5, "Em": 2, "Am": 5, "Bm": 6, "F": 3}
TITLE_STARTS = (
    *("The Blue", "The Crooked", "The Early", "The Laughing", "The Lost", "The Merry", "The Old"),
    *("The Rainy", "The Sleepy", "The Windy"),
)
TITLE_ENDS = (
    *("Bellows", "Bridge", "Button", "Ferry", "Goose", "Harbour", "Kettle", "Ladder", "Lantern"),
    *("Miller", "Morning", "Pedlar", "Ploughman", "Road"),
)
STEPS = (-2, -1, -1, -1, 0, 1, 1, 1, 2)
LEAPS = (-4, -3, 3, 4)
LEAPING = 0.1
OCTAVE = 7


class Metre(NamedTuple):
    """How a bar is divided.

    Arguments:
        name: as ABC writes it.
        beats: eighth notes in each group of a bar.
        rhythms: ways to fill a group, as note lengths.

    >>> Metre("2/4", (2, 2), ((2,), (1, 1))).name
    '2/4'
    """

    name: str
    beats: tuple[int, ...]
    rhythms: tuple[tuple[int, ...], ...]


METRES = (
    Metre("4/4", (4, 4), ((1, 1, 1, 1), (1, 1, 1, 1), (2, 1, 1), (2, 2), (3, 1), (1, 1, 2))),
    Metre("3/4", (2, 2, 2), ((2,), (1, 1), (1, 1))),
    Metre("6/8", (3, 3), ((1, 1, 1), (1, 1, 1), (2, 1), (2, 1), (3,))),
)


def tunes(seed: int, count: int | None = None) -> str:
    """Tunes in 4/4, 3/4 and 6/8, in eight keys, a blank line after each.

    A part is four phrases of two bars: question, answer, the same question, an answer that ends on
    the tonic. The second part borrows the first one's ending, as many dance tunes do. Every bar
    adds up to its metre.

    Arguments:
        seed: the same seed gives the same tunes.
        count: how many; 400 if None.

    >>> print(tunes(0, 1).strip())
    X:1
    T:The Sleepy Bridge
    M:6/8
    L:1/8
    K:Em
    |:e2f a2f|B2G AGC|e2f f3|e2c B3|
    e2f a2f|B2G AGC|e2B E3|E2F E3:|
    |:g3 a2g|a2g gba|g2f ecA|GBc B3|
    g3 a2g|a2g gba|e2B E3|E2F E3:|
    """
    random = numpy.random.default_rng(seed)
    return "".join(_tune(random, 1 + number) for number in range(how_many(count, USUAL_COUNT)))


def _tune(random: Generator, number: int) -> str:
    metre, key = pick(random, METRES), pick(random, sorted(TONICS))
    tonic = TONICS[key]
    start = tonic if tonic > 2 else tonic + OCTAVE
    home = _phrase(random, metre, start, tonic)
    parts = [
        _part(random, metre, beginning, tonic, home)
        for beginning in (start, min(start + 3, len(PITCHES) - 3))
    ]
    title = f"{pick(random, TITLE_STARTS)} {pick(random, TITLE_ENDS)}"
    return f"X:{number}\nT:{title}\nM:{metre.name}\nL:1/8\nK:{key}\n{''.join(parts)}\n"


def _part(random: Generator, metre: Metre, start: int, tonic: int, home: str) -> str:
    question = _phrase(random, metre, start, None)
    answer = _phrase(random, metre, start, (tonic + 4) % OCTAVE)
    return f"|:{question}|{answer}|\n{question}|{home}:|\n"


def _phrase(random: Generator, metre: Metre, start: int, goal: int | None) -> str:
    """Two bars that begin on a pitch and end, if there is a goal, with a long note on it."""
    line = _Line(random, start)
    opening = " ".join(line.group(pick(random, metre.rhythms)) for _ in metre.beats)
    if goal is None:
        closing = " ".join(line.group(pick(random, metre.rhythms)) for _ in metre.beats)
    else:
        line.goal = goal
        closing = line.group(pick(random, metre.rhythms)) + " " + line.end(sum(metre.beats[1:]))
    return f"{opening}|{closing}"


class _Line:
    """A melody that wanders, and heads for its goal once it has one."""

    def __init__(self, random: Generator, pitch: int) -> None:
        self.random, self.pitch = random, pitch
        self.goal: int | None = None

    def group(self, rhythm: tuple[int, ...]) -> str:
        return "".join(self._note(length) for length in rhythm)

    def end(self, length: int) -> str:
        self.pitch = self._nearest_goal()
        return self._written(length)

    def _note(self, length: int) -> str:
        written = self._written(length)
        self.pitch = self._next()
        return written

    def _written(self, length: int) -> str:
        return PITCHES[self.pitch] + (str(length) if length > 1 else "")

    def _next(self) -> int:
        """Mostly a step, seldom a leap, never out of the range."""
        if self.goal is not None:
            way = self._nearest_goal() - self.pitch
            step = max(-2, min(2, way)) or pick(self.random, (-1, 1))
        elif chance(self.random, LEAPING):
            step = pick(self.random, LEAPS)
        else:
            step = pick(self.random, STEPS)
        moved = self.pitch + step
        return moved if 0 <= moved < len(PITCHES) else self.pitch - step

    def _nearest_goal(self) -> int:
        """The pitch with the goal's letter, in the octave that is nearer."""
        assert self.goal is not None
        octaves = (self.goal, self.goal + OCTAVE)
        return min(octaves, key=lambda candidate: abs(candidate - self.pitch))
