"""Reviews and names by kind."""

from __future__ import annotations

from collections import Counter

import numpy
import pytest

from microgradseq_corpora.kinds_of_names import SOUNDS, names_by_kind
from microgradseq_corpora.reviews import BLAME, PRAISE, REVERSALS, reviews

REVIEWS = reviews(0, 3_000)


def test_praise_and_blame_are_as_frequent_as_each_other() -> None:
    labels = Counter(label for _, label in REVIEWS)
    assert labels.keys() == {"positive", "negative"}
    assert abs(labels["positive"] - labels["negative"]) < 200


def side(clause: str) -> str:
    """What one clause says: its last word, turned round by what stands before it."""
    last = clause.rpartition(" ")[2]
    good = last in PRAISE
    assert good or last in BLAME
    reverse = any(f"was {reversal}" in clause for reversal in REVERSALS)
    return "positive" if good != reverse else "negative"


def main_clause(review: str) -> str:
    """The clause that decides, by the rules of English rather than those of the generator."""
    text = review.removesuffix(" .")
    if ", but " in text:
        return text.partition(", but ")[2]
    for concession in ("although", "even though"):
        if text.startswith(concession):
            return text.partition(" , ")[2]
        text = text.partition(f" , {concession} ")[0]
    return text.partition(" and ")[0]


def test_the_main_clause_decides() -> None:
    assert [side(main_clause(review)) for review, _ in REVIEWS] == [label for _, label in REVIEWS]


def test_counting_words_does_not_get_far() -> None:
    vocabulary = sorted({word for review, _ in REVIEWS for word in review.split()})
    place = {word: column for column, word in enumerate(vocabulary)}
    counts = numpy.zeros((len(REVIEWS), len(vocabulary) + 1))
    counts[:, -1] = 1
    for row, (review, _) in enumerate(REVIEWS):
        numpy.add.at(counts[row], [place[word] for word in review.split()], 1)
    truth = numpy.array([1.0 if label == "positive" else -1.0 for _, label in REVIEWS])
    half = len(REVIEWS) // 2
    weights = numpy.linalg.lstsq(counts[:half], truth[:half])[0]
    assert 0.5 < numpy.mean((counts[half:] @ weights > 0) == (truth[half:] > 0)) < 0.70


@pytest.mark.parametrize("count", [5, 23, 500])
def test_names_are_shared_out_evenly(count: int) -> None:
    labels = Counter(label for _, label in names_by_kind(0, count))
    assert labels.keys() == SOUNDS.keys()
    assert max(labels.values()) - min(labels.values()) <= 1


def test_a_name_tells_its_kind_and_most_names_are_new() -> None:
    kinds: dict[str, set[str]] = {}
    for name, label in names_by_kind(1, 3_000):
        kinds.setdefault(name, set()).add(label)
    assert all(len(found) == 1 for found in kinds.values())
    assert len(kinds) > 2_400
