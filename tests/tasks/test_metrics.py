"""Measures against hand calculation and a published example."""

from __future__ import annotations

import math

import numpy
import pytest

from microgradseq.data.padded import IGNORED
from microgradseq.tasks.metrics import accuracy, bits, bleu, entity_f1, perplexity, spans


def test_accuracy_leaves_padding_out() -> None:
    said = numpy.array([[1, 2], [3, 4]])
    assert accuracy(said, numpy.array([[1, 0], [IGNORED, 4]])) == pytest.approx(2 / 3)
    assert math.isnan(accuracy(said, numpy.full((2, 2), IGNORED)))


def test_perplexity_and_bits() -> None:
    assert perplexity(0.0) == 1.0
    assert perplexity(1000.0) == math.inf
    assert bits(math.log(8)) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("O O", []),
        ("B-A I-A I-A", [(0, 3, "A")]),
        ("B-A B-A", [(0, 1, "A"), (1, 2, "A")]),
        ("B-A I-B", [(0, 1, "A"), (1, 2, "B")]),
        ("I-A O I-A", [(0, 1, "A"), (2, 3, "A")]),
        ("I-A B-A", [(0, 1, "A"), (1, 2, "A")]),
    ],
)
def test_spans_are_read_as_the_conll_scorer_reads_them(tags: str, found: object) -> None:
    assert spans(tags.split()) == found


def test_f1_counts_whole_entities() -> None:
    said = [["B-PER", "I-PER", "O", "B-LOC"], ["B-ORG", "O"]]
    wanted = [["B-PER", "I-PER", "O", "B-ORG"], ["B-ORG", "I-ORG"]]
    found = entity_f1(said, wanted)
    assert found == {"f1": 1 / 3, "precision": 1 / 3, "recall": 1 / 3}
    assert entity_f1([["O"]], [["O"]])["f1"] == 0.0


def test_bleu_clips_repeated_words() -> None:
    # Papineni and others: "the" seven times matches "the cat is on the mat" twice only
    said, wanted = (
        ["the", "the", "the", "the", "the", "the", "the"],
        ["the", "cat", "is", "on", "the", "mat"],
    )
    assert bleu([said], [wanted]) == 0.0
    long = [["the", "cat", "is", "on", "the", "mat", "today"]]
    precisions = [6 / 7, 5 / 6, 4 / 5, 3 / 4]
    assert bleu(long, [wanted]) == pytest.approx(math.prod(precisions) ** 0.25)


def test_bleu_punishes_brevity_over_the_whole_corpus() -> None:
    wanted = [list("abcdefgh"), list("abcdefgh")]
    said = [list("abcdefgh"), list("abcdef")]
    assert bleu(said, wanted) == pytest.approx(math.exp(1 - 16 / 14))
    assert bleu(said, said) == 1.0
    assert bleu([list("abc")], [list("abc")]) == 0.0
