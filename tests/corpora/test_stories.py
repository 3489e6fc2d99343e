"""The texts that were written for the project."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest

from microgradseq.data.corpus import Corpus
from microgradseq_corpora import CORPORA

STORIES = [corpus for corpus in CORPORA if not corpus.generated]
LEAST_BYTES = {"English": 60_000, "Chinese": 20_000}
LONGEST_SAYING = 60
TEXTS = files("microgradseq_corpora").joinpath("texts")

each_story = pytest.mark.parametrize("corpus", STORIES, ids=lambda corpus: corpus.name)


def content(corpus: Corpus) -> bytes:
    return TEXTS.joinpath(corpus.name.replace("-", "_") + ".txt").read_bytes()


def test_every_text_is_in_the_index() -> None:
    names = {place.name for place in TEXTS.iterdir()}
    assert names == {corpus.name.replace("-", "_") + ".txt" for corpus in STORIES}
    assert {corpus.language for corpus in STORIES} == LEAST_BYTES.keys()


@each_story
def test_a_story_is_long_enough_and_as_long_as_the_index_says(corpus: Corpus) -> None:
    size = len(content(corpus))
    assert size >= LEAST_BYTES[corpus.language]
    number, unit = corpus.size.split()
    assert unit == "kB"
    assert int(number) == pytest.approx(size / 1000, rel=0.03)


@each_story
def test_a_story_is_plain_text_that_begins_with_its_title(corpus: Corpus) -> None:
    text = content(corpus).decode("utf-8")
    assert corpus.read(0, None) == text
    assert corpus.read(5, 7) == text[:7]
    assert text.splitlines()[0] == corpus.title
    assert text.endswith("\n")
    assert set("\r\t\0\ufeff\ufffd").isdisjoint(text)


@each_story
def test_no_paragraph_comes_twice(corpus: Corpus) -> None:
    paragraphs = Counter(corpus.read(0, None).strip().split("\n\n"))
    assert len(paragraphs) > 50
    twice = [one for one, times in paragraphs.items() if times > 1]
    # People in stories say a short thing again.
    assert [one for one in twice if len(one.encode()) > LONGEST_SAYING] == []
