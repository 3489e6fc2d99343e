"""Sentences with names."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from microgradseq_corpora.entities import Words, named_entities

SENTENCES = named_entities(0)
Name = tuple[str, ...]


def names(sentence: Words) -> list[tuple[str, Name]]:
    """Kind and words of each name; fails where a tag continues what did not begin."""
    found: list[tuple[str, list[str]]] = []
    before = "O"
    for word, tag in sentence:
        mark, _, kind = tag.partition("-")
        if mark == "B":
            found.append((kind, [word]))
        elif mark == "I":
            assert before in {f"B-{kind}", f"I-{kind}"}
            found[-1][1].append(word)
        before = tag
    return [(kind, tuple(words)) for kind, words in found]


def test_tags_are_well_formed_and_all_of_them_occur() -> None:
    tags = Counter(tag for sentence in SENTENCES for _, tag in sentence)
    kinds = ("PER", "LOC", "ORG")
    assert tags.keys() == {"O", *(f"{mark}-{kind}" for mark in "BI" for kind in kinds)}
    assert {kind for sentence in SENTENCES for kind, _ in names(sentence)} == set(kinds)
    assert min(tags.values()) > 500


def test_looking_up_single_words_is_not_enough() -> None:
    tags: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence in SENTENCES:
        for word, tag in sentence:
            tags[word][tag] += 1
    words = sum(map(len, SENTENCES))
    assert sum(max(found.values()) for found in tags.values()) / words < 0.90


@pytest.mark.parametrize("word", ["Will", "Rose", "Mark", "Bath", "Reading", "Stone", "Winter"])
def test_words_that_are_names_are_also_no_names(word: str) -> None:
    tags = {tag for sentence in SENTENCES for one, tag in sentence if one == word}
    assert "O" in tags
    assert len(tags) >= 3


@pytest.mark.parametrize(("kind", "least"), [("PER", 0.5), ("LOC", 0.3), ("ORG", 0.2)])
def test_the_last_tenth_has_names_that_did_not_occur_before(kind: str, least: float) -> None:
    split = len(SENTENCES) * 9 // 10
    known = {name for sentence in SENTENCES[:split] for name in names(sentence)}
    tried = [
        (found, words)
        for sentence in SENTENCES[split:]
        for found, words in names(sentence)
        if found == kind and len(words) > 1
    ]
    assert len(tried) > 50
    assert sum(name not in known for name in tried) / len(tried) > least
