"""The index: names, kinds, and what reading each corpus gives."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy
import pytest

from microgradseq.data.corpus import KINDS, Corpus
from microgradseq.data.digest import digest
from microgradseq.data.errors import DataError
from microgradseq.data.fetch import PUBLIC
from microgradseq_corpora import CORPORA

DOCUMENT = Path(__file__).parents[2] / "docs" / "corpora.md"
GENERATED = [corpus for corpus in CORPORA if corpus.generated]

# Pinned: another process, and another machine, must draw the same.
DIGESTS = {
    "brackets": "8edd44f904b2cd2c",
    "dates": "f8b2e80ecd773512",
    "dna": "c4c87722f2901d4f",
    "mackey-glass": "97a2cbb8b5d2ef22",
    "named-entities": "817185b65a2c6401",
    "names-by-kind": "c780079ab726c270",
    "reviews": "5c7ffbaa7bffa146",
    "sine": "1c2d33d320f9d845",
    "strokes": "7c0dfbb80d99b343",
    "tagged-sentences": "98157fcb33e11956",
    "tunes": "509f028b6205f0b7",
}


def fingerprint(data: Any) -> str:
    if isinstance(data, numpy.ndarray):
        return digest([data])
    if isinstance(data, tuple):
        return digest(data)
    return digest([repr(data)])


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_an_entry_says_what_a_reader_wants_to_know(corpus: Corpus) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", corpus.name)
    assert corpus.kind in KINDS
    assert corpus.good_for.endswith(".")
    assert re.match(r"[\d,]+ \w+$", corpus.size)
    assert corpus.licence == "MIT"


def test_names_are_unique_and_every_kind_has_a_corpus() -> None:
    assert len({corpus.name for corpus in CORPORA}) == len(CORPORA)
    assert {corpus.kind for corpus in CORPORA} == set(KINDS)


@pytest.mark.parametrize("corpus", [*CORPORA, *PUBLIC], ids=lambda corpus: corpus.name)
def test_the_document_has_its_row(corpus: Corpus) -> None:
    cells = (f"`{corpus.name}`", corpus.title, corpus.language, corpus.kind, corpus.licence)
    row = " | ".join((*cells, corpus.size, corpus.good_for))
    assert f"| {row} |" in DOCUMENT.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("corpus", GENERATED, ids=lambda corpus: corpus.name)
def test_the_same_seed_draws_the_same_everywhere(corpus: Corpus) -> None:
    assert fingerprint(corpus.read(0, 30))[:16] == DIGESTS[corpus.name]


@pytest.mark.parametrize("corpus", GENERATED, ids=lambda corpus: corpus.name)
def test_another_seed_draws_something_else(corpus: Corpus) -> None:
    assert fingerprint(corpus.read(0, 30)) != fingerprint(corpus.read(1, 30))


def how_many(corpus: Corpus, data: Any) -> int:
    if corpus.name == "tunes":
        return int(data.count("X:"))
    if corpus.kind == "text":
        return int(data.count("\n"))
    return len(data[1]) if corpus.kind == "digits" else len(data)


@pytest.mark.parametrize("corpus", GENERATED, ids=lambda corpus: corpus.name)
def test_the_count_is_kept_and_the_usual_one_is_the_size_of_the_entry(corpus: Corpus) -> None:
    assert how_many(corpus, corpus.read(3, 1)) == 1
    assert how_many(corpus, corpus.read(3, 17)) == 17
    usual = int(corpus.size.split()[0].replace(",", ""))
    assert how_many(corpus, corpus.read(3, None)) == usual


@pytest.mark.parametrize("corpus", GENERATED, ids=lambda corpus: corpus.name)
def test_fewer_than_one_is_refused(corpus: Corpus) -> None:
    with pytest.raises(DataError, match="cannot draw 0 examples; ask for 1 or more"):
        corpus.read(0, 0)
