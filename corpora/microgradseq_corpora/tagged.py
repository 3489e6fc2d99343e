"""Sentences with parts of speech, in which what comes later decides what a word was."""

from __future__ import annotations

import numpy
from numpy.random import Generator

from microgradseq_corpora.drawing import chance, how_many, pick

Words = list[tuple[str, str]]

USUAL_COUNT = 4_000
# Each of them is a noun, a verb and an adjective, and is drawn alike for all three.
TURNCOATS = ("blank", "double", "fine", "level", "light", "model", "record", "spare", "square")
# Nouns and verbs, told apart by what stands before them.
DOERS = ("dance", "march", "rest", "run", "walk", "work")
NOUNS = (
    *("barn", "basket", "bottle", "bridge", "candle", "clock", "door", "garden", "hall", "kettle"),
    *("lamp", "mill", "mirror", "paper", "picture", "room", "stove", "table", "wagon", "window"),
)
ADJECTIVES = ("big", "broken", "green", "heavy", "little", "narrow", "new", "quiet", "red", "thin")
DETERMINERS = ("the", "the", "a", "this", "that", "no")
PLACES = ("behind", "beside", "by", "in", "near", "under")
HAPPENINGS = (
    *("burned", "cracked", "creaked", "fell", "leaned", "shone", "shook", "stood", "vanished"),
    *("waited", "collapsed", "lay"),
)
ADVERBS = ("again", "early", "late", "slowly", "suddenly", "today", "together", "twice")
PEOPLE = ("they", "we", "you", "people", "farmers", "sailors")
AMBIGUOUS_MODIFIER, PLAIN_MODIFIER, AMBIGUOUS_HEAD = 0.45, 0.15, 0.7


def tagged_sentences(seed: int, count: int | None = None) -> list[Words]:
    """Sentences whose words have universal parts of speech.

    Nine words, such as "light", are noun, verb or adjective, and mostly only what follows tells:
    "the light fell", "the light lamp fell", "light lamps .", "light lamps fell .". They are 24% of
    all words; 15% of all words cannot be known from what stands before them. The best that reading
    from left to right can do is 93% of all tags; who sees the whole sentence can know them all.

    Arguments:
        seed: the same seed gives the same sentences.
        count: how many sentences; 4,000 if None.
    Returns:
        Sentences, each a list of (word, tag).

    >>> for word, tag in tagged_sentences(0, 1)[0]:
    ...     print(word, tag)
    we PRON
    run VERB
    behind ADP
    no DET
    mirror NOUN
    . PUNCT
    """
    random = numpy.random.default_rng(seed)
    return [_sentence(random) for _ in range(how_many(count, USUAL_COUNT))]


def _sentence(random: Generator) -> Words:
    start = pick(random, (_statement, _statement, _statement, _request, _habit, _pastime))
    return [*start(random), (".", "PUNCT")]


def _statement(random: Generator) -> Words:
    """The light lamp in the hall shook; light lamps shook."""
    subject = _some(random) if chance(random, 0.7) else _one(random)
    return [*subject, *_maybe_place(random), *_what_happened(random)]


def _request(random: Generator) -> Words:
    """Light the lamp in the hall; light lamps."""
    verb = (pick(random, TURNCOATS), "VERB")
    return [verb, *_thing(random), *_maybe_place(random)]


def _habit(random: Generator) -> Words:
    """They light lamps."""
    verb = (pick(random, TURNCOATS), "VERB")
    return [_who(random), verb, *_thing(random), *_maybe_place(random)]


def _pastime(random: Generator) -> Words:
    """They run in the hall; the run shook the lamps no more."""
    word = pick(random, DOERS)
    if chance(random, 0.5):
        return [_who(random), (word, "VERB"), *_maybe_place(random), *_maybe_adverb(random)]
    return [_determiner(random), (word, "NOUN"), *_maybe_place(random), *_what_happened(random)]


def _thing(random: Generator) -> Words:
    return _some(random) if chance(random, 0.6) else _one(random)


def _one(random: Generator) -> Words:
    """One thing; its noun may be a word that is also an adjective."""
    noun = pick(random, TURNCOATS if chance(random, AMBIGUOUS_HEAD) else NOUNS)
    return [_determiner(random), *_modifiers(random), (noun, "NOUN")]


def _some(random: Generator) -> Words:
    """Several things, without an article, as at the beginning of "light lamps"."""
    return [*_modifiers(random), (pick(random, NOUNS) + "s", "NOUN")]


def _modifiers(random: Generator) -> Words:
    words: Words = []
    if chance(random, PLAIN_MODIFIER):
        words.append((pick(random, ADJECTIVES), "ADJ"))
    if chance(random, AMBIGUOUS_MODIFIER):
        words.append((pick(random, TURNCOATS), "ADJ"))
    return words


def _maybe_place(random: Generator) -> Words:
    if chance(random, 0.4):
        return [(pick(random, PLACES), "ADP"), *_one(random)]
    return []


def _what_happened(random: Generator) -> Words:
    return [(pick(random, HAPPENINGS), "VERB"), *_maybe_adverb(random)]


def _maybe_adverb(random: Generator) -> Words:
    return [(pick(random, ADVERBS), "ADV")] if chance(random, 0.3) else []


def _determiner(random: Generator) -> tuple[str, str]:
    return pick(random, DETERMINERS), "DET"


def _who(random: Generator) -> tuple[str, str]:
    word = pick(random, PEOPLE)
    return word, "PRON" if word in {"they", "we", "you"} else "NOUN"
