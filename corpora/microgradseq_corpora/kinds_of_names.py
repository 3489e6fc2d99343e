"""Made-up names that sound like what they name."""

from __future__ import annotations

from typing import NamedTuple

import numpy
from numpy.random import Generator

from microgradseq_corpora.drawing import chance, how_many, pick

USUAL_COUNT = 3_000


class Sound(NamedTuple):
    """What the names of one kind are put together from.

    Arguments:
        starts: consonants that begin a syllable.
        vowels: what follows them.
        links: consonants that may end a syllable within the name.
        ends: how the name ends, from its last consonant on.

    >>> Sound(("l",), ("a",), ("n",), ("ra",)).vowels
    ('a',)
    """

    starts: tuple[str, ...]
    vowels: tuple[str, ...]
    links: tuple[str, ...]
    ends: tuple[str, ...]


SOUNDS = {
    "cheese": Sound(
        ("b", "br", "c", "ch", "f", "m", "p", "r", "t", "v"),
        ("a", "e", "o", "ou", "u"),
        ("r", "l", "m", "n"),
        ("bert", "chon", "let", "mont", "nolle", "rette", "sot", "vaux"),
    ),
    "mountain": Sound(
        ("b", "d", "dr", "g", "gr", "h", "k", "kr", "st", "t"),
        ("a", "o", "u"),
        ("g", "k", "rk", "nd", "ld", "r"),
        ("berg", "dorn", "gard", "horn", "kamm", "rok", "stok", "tind"),
    ),
    "river": Sound(
        ("l", "m", "n", "r", "s", "v", "w", "y"),
        ("a", "e", "i", "ia", "o", "ue"),
        ("l", "n", "s"),
        ("lawen", "lia", "mere", "nessa", "nuel", "rena", "ria", "wey"),
    ),
    "robot": Sound(
        ("b", "d", "k", "p", "t", "v", "z"),
        ("e", "i", "o"),
        ("b", "k", "p", "t", "x"),
        ("bot", "dax", "kit-2", "mek", "pod-7", "tron", "vex", "zip-9"),
    ),
    "star": Sound(
        ("al", "d", "m", "n", "r", "s", "sh", "z"),
        ("a", "e", "i", "u"),
        ("d", "kh", "l", "m", "z"),
        ("bar", "dah", "hab", "kab", "lgol", "mak", "rai", "zeth"),
    ),
}


def names_by_kind(seed: int, count: int | None = None) -> list[tuple[str, str]]:
    """Names of cheeses, mountains, rivers, robots and stars that do not exist.

    Arguments:
        seed: the same seed gives the same names.
        count: how many; 3,000 if None.
    Returns:
        Pairs of (name, label); all labels as often as each other.

    >>> for name, label in names_by_kind(0, 5):
    ...     print(label, name)
    river Liawey
    star Rirerai
    robot Bibodax
    cheese Talet
    mountain Barkberg
    """
    random = numpy.random.default_rng(seed)
    kinds = sorted(SOUNDS)
    order = random.permutation(how_many(count, USUAL_COUNT)) % len(kinds)
    return [(_name(random, SOUNDS[kinds[kind]]), kinds[kind]) for kind in order]


def _name(random: Generator, sound: Sound) -> str:
    syllables = int(random.integers(1, 3))
    name = "".join(_syllable(random, sound) for _ in range(syllables))
    return (name + pick(random, sound.ends)).capitalize()


def _syllable(random: Generator, sound: Sound) -> str:
    link = pick(random, sound.links) if chance(random, 0.35) else ""
    return pick(random, sound.starts) + pick(random, sound.vowels) + link
