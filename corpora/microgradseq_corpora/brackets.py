"""Balanced brackets of several kinds: the plainest language that needs a stack."""

from __future__ import annotations

import numpy
from numpy.random import Generator

from microgradseq_corpora.drawing import chance, how_many, pick

USUAL_COUNT = 4_000
PAIRS = (("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"))
DEEPEST = 6
SHORTEST, LONGEST = 4, 20
OPENING = 0.55


def brackets(seed: int, count: int | None = None) -> str:
    """Lines of balanced brackets, 8 to 40 of them, nested at most six deep.

    Which bracket opens is chance. Which one closes never is: it must match the one that was
    opened last. How often a line opens where it may also close is 55%.

    Arguments:
        seed: the same seed gives the same text.
        count: how many lines; 4,000 if None.

    >>> print(brackets(0, 2).strip())
    {[()]}<{}>{}(<{}([()])()>)<>{<>([])}
    {}<{{}<>[][]<>{[<<>>]}}>
    """
    random = numpy.random.default_rng(seed)
    return "".join(_line(random) + "\n" for _ in range(how_many(count, USUAL_COUNT)))


def _line(random: Generator) -> str:
    length = 2 * int(random.integers(SHORTEST, LONGEST + 1))
    line: list[str] = []
    waiting: list[str] = []
    while len(line) < length:
        if _opens(random, len(waiting), length - len(line)):
            opening, closing = pick(random, PAIRS)
            waiting.append(closing)
            line.append(opening)
        else:
            line.append(waiting.pop())
    return "".join(line)


def _opens(random: Generator, depth: int, room: int) -> bool:
    if depth == 0:
        return True
    if depth in {DEEPEST, room}:
        return False
    return chance(random, OPENING)
