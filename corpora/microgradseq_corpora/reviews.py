"""Short reviews whose verdict hangs on negation and contrast, not on single words."""

from __future__ import annotations

import numpy
from numpy.random import Generator

from microgradseq_corpora.drawing import chance, how_many, pick

USUAL_COUNT = 3_000
POSITIVE, NEGATIVE = "positive", "negative"
THINGS = (
    *("acting", "camera work", "dialogue", "ending", "film", "first half", "humour", "music"),
    *("pace", "plot", "second half", "story", "whole thing"),
)
PRAISE = (
    *("brilliant", "charming", "clever", "convincing", "delightful", "funny", "gripping"),
    *("moving", "original", "thrilling", "touching", "wonderful"),
)
BLAME = (
    *("awful", "boring", "clumsy", "confusing", "dull", "forgettable", "lazy", "painful"),
    *("pointless", "shallow", "tedious", "wooden"),
)
DEGREES = ("", "", "", "really ", "quite ", "simply ", "truly ")
# Each of them turns the word after it round.
REVERSALS = ("not at all ", "not exactly ", "hardly ", "never ", "anything but ", "far from ")
PRAISING_ENDS = (
    *("I would see it again", "I smiled all the way home", "I was sorry when it ended"),
    *("nobody in the room looked at a watch", "I have told everyone to go"),
)
BLAMING_ENDS = (
    *("I want my evening back", "I was glad when it ended", "half the room left early"),
    *("I looked at my watch a lot", "I have told everyone to stay away"),
)
NEGATED = 0.45


def reviews(seed: int, count: int | None = None) -> list[tuple[str, str]]:
    """Reviews of films and what they say in the end: "positive" or "negative".

    "not at all dull" is praise. In "although the music was lovely , the plot was dull" the main
    clause decides, wherever it stands. Praise and blame are words of both labels, so that counting
    words does not get far.

    Arguments:
        seed: the same seed gives the same reviews.
        count: how many; 3,000 if None.
    Returns:
        Pairs of (review, label), half of them of either label on average.

    >>> for review, label in reviews(0, 3):
    ...     print(label, "|", review)
    negative | the film was not exactly thrilling , even though the ending was really moving .
    negative | I was ready for something gripping , but the ending was anything but delightful .
    positive | the plot was not at all tedious and nobody in the room looked at a watch .
    """
    random = numpy.random.default_rng(seed)
    return [_review(random) for _ in range(how_many(count, USUAL_COUNT))]


def _review(random: Generator) -> tuple[str, str]:
    good = chance(random, 0.5)
    shape = pick(random, (_plain, _plain, _contrast, _contrast, _expectation, _agreement))
    return shape(random, good) + " .", POSITIVE if good else NEGATIVE


def _plain(random: Generator, good: bool) -> str:
    return _clause(random, pick(random, THINGS), good)


def _contrast(random: Generator, good: bool) -> str:
    thing, another = random.choice(len(THINGS), 2, replace=False)
    main = _clause(random, THINGS[thing], good)
    other = _clause(random, THINGS[another], not good)
    return pick(
        random,
        (
            f"although {other} , {main}",
            f"{main} , although {other}",
            f"{other} , but {main}",
            f"even though {other} , {main}",
            f"{main} , even though {other}",
        ),
    )


def _expectation(random: Generator, good: bool) -> str:
    expected = pick(random, BLAME if good else PRAISE)
    feared = pick(random, ("I expected", "friends had promised", "I was ready for"))
    return f"{feared} something {expected} , but {_plain(random, good)}"


def _agreement(random: Generator, good: bool) -> str:
    end = pick(random, PRAISING_ENDS if good else BLAMING_ENDS)
    return f"{_plain(random, good)} and {end}"


def _clause(random: Generator, thing: str, good: bool) -> str:
    if chance(random, NEGATED):
        return f"the {thing} was {pick(random, REVERSALS)}{pick(random, BLAME if good else PRAISE)}"
    return f"the {thing} was {pick(random, DEGREES)}{pick(random, PRAISE if good else BLAME)}"
