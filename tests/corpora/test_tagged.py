"""Tagged sentences: what comes before does not tell, the whole sentence does."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from microgradseq_corpora import tagged
from microgradseq_corpora.tagged import TURNCOATS, tagged_sentences

SENTENCES = tagged_sentences(1, 12_000)
WORDS = sum(map(len, SENTENCES))

# Within a class, words are drawn alike whatever the sentence is, so the class is all they tell.
CLASSES = {
    word: name
    for name in ("TURNCOATS", "DOERS", "NOUNS", "ADJECTIVES", "DETERMINERS", "PLACES")
    for word in getattr(tagged, name)
}
CLASSES |= dict.fromkeys(tagged.HAPPENINGS, "HAPPENINGS") | dict.fromkeys(tagged.ADVERBS, "ADVERBS")
CLASSES |= {noun + "s": "PLURALS" for noun in tagged.NOUNS} | {".": "."}


def classes(sentence: tagged.Words) -> tuple[str, ...]:
    return tuple(CLASSES.get(word, word) for word, _ in sentence)


@pytest.fixture(scope="module")
def by_prefix() -> dict[tuple[str, ...], Counter[str]]:
    """How often each tag follows each beginning of a sentence."""
    counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for sentence in SENTENCES:
        known = classes(sentence)
        for place, (_, tag) in enumerate(sentence):
            counts[known[: place + 1]][tag] += 1
    return counts


def test_whoever_reads_from_left_to_right_cannot_know(
    by_prefix: dict[tuple[str, ...], Counter[str]],
) -> None:
    # The best any such tagger can do is the most frequent tag after every beginning. Rare
    # beginnings were counted too seldom to be fair, which only raises this bound.
    best = sum(max(tags.values()) for tags in by_prefix.values()) / WORDS
    assert 0.90 < best < 0.95


def test_the_share_of_words_that_hang_on_what_follows(
    by_prefix: dict[tuple[str, ...], Counter[str]],
) -> None:
    undecided = sum(tags.total() for tags in by_prefix.values() if len(tags) > 1) / WORDS
    assert undecided == pytest.approx(0.15, abs=0.01)
    turncoats = sum(word in TURNCOATS for sentence in SENTENCES for word, _ in sentence) / WORDS
    assert turncoats == pytest.approx(0.24, abs=0.01)


def test_the_whole_sentence_decides_every_tag() -> None:
    tags: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for sentence in SENTENCES:
        tags[classes(sentence)].add(tuple(tag for _, tag in sentence))
    assert len(tags) > 300
    assert {known: found for known, found in tags.items() if len(found) > 1} == {}


@pytest.mark.parametrize("word", TURNCOATS)
def test_every_turncoat_is_noun_verb_and_adjective(word: str) -> None:
    found = Counter(tag for sentence in SENTENCES for one, tag in sentence if one == word)
    assert found.keys() == {"NOUN", "VERB", "ADJ"}
    assert min(found.values()) > 0.15 * found.total()
