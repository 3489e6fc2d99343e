"""The index: every corpus of this package, and what it is good for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgradseq.data.corpus import Corpus
from microgradseq_corpora.brackets import brackets
from microgradseq_corpora.dates import dates
from microgradseq_corpora.dna import dna
from microgradseq_corpora.entities import named_entities
from microgradseq_corpora.kinds_of_names import names_by_kind
from microgradseq_corpora.mackey_glass import mackey_glass
from microgradseq_corpora.reviews import reviews
from microgradseq_corpora.sine import sine
from microgradseq_corpora.stories import story
from microgradseq_corpora.strokes import strokes
from microgradseq_corpora.tagged import tagged_sentences
from microgradseq_corpora.tunes import tunes

LICENCE = "MIT"


def _written(
    name: str, title: str, language: str, good_for: str, size: str, *former: str
) -> Corpus:
    file_name = name.replace("-", "_") + ".txt"

    def read(seed: int, count: int | None) -> str:
        return story(file_name, count)

    return Corpus(name, title, language, "text", LICENCE, good_for, size, read, former=former)


def _drawn(
    name: str,
    title: str,
    language: str,
    kind: str,
    good_for: str,
    size: str,
    read: Callable[[int, int | None], Any],
) -> Corpus:
    return Corpus(name, title, language, kind, LICENCE, good_for, size, read, generated=True)


CORPORA: tuple[Corpus, ...] = (
    _written(
        "story",
        "The Sorry Hand",
        "English",
        "Language models that write English prose, letter by letter.",
        "72 kB",
        "the-sorry-hand",
    ),
    _written(
        "si-jin-jiu-liang",
        "四斤九两",
        "Chinese",
        "Language models with many symbols, each of them rare.",
        "30 kB",
    ),
    _drawn(
        "dna",
        "DNA with planted motifs",
        "nucleotides",
        "text",
        "Finding words that return, a little changed, in letters of pure chance.",
        "2,000 lines",
        dna,
    ),
    _drawn(
        "tunes",
        "Tunes in ABC notation",
        "ABC notation",
        "text",
        "Language models that keep a metre, repeat a phrase and come home to the tonic.",
        "400 tunes",
        tunes,
    ),
    _drawn(
        "brackets",
        "Balanced brackets",
        "brackets",
        "text",
        "Seeing whether a network keeps a stack: what closes is what was opened last.",
        "4,000 lines",
        brackets,
    ),
    _drawn(
        "tagged-sentences",
        "Sentences with parts of speech",
        "English",
        "tagged",
        "Tagging that needs the words to come: one direction is not enough.",
        "4,000 sentences",
        tagged_sentences,
    ),
    _drawn(
        "named-entities",
        "Sentences with names",
        "English",
        "entities",
        "Finding people, places and organisations by their surroundings.",
        "3,000 sentences",
        named_entities,
    ),
    _drawn(
        "reviews",
        "Short reviews of films",
        "English",
        "labelled",
        "Sentiment that hangs on negation and contrast instead of single words.",
        "3,000 reviews",
        reviews,
    ),
    _drawn(
        "dates",
        "Dates in words and in ISO 8601",
        "English, ISO 8601",
        "pairs",
        "Translation with an encoder, a decoder and attention.",
        "6,000 pairs",
        dates,
    ),
    _drawn(
        "names-by-kind",
        "Made-up names by kind",
        "made-up words",
        "labelled",
        "Writing a name for a label, and guessing the label of a name.",
        "3,000 names",
        names_by_kind,
    ),
    _drawn(
        "strokes",
        "Digits drawn by an unsteady hand",
        "digits",
        "digits",
        "Reading images row by row and saying which digit they show.",
        "5,000 images",
        strokes,
    ),
    _drawn(
        "sine",
        "Noisy sine",
        "numbers",
        "series",
        "Forecasting, as the sequence chapter of Dive into Deep Learning begins it.",
        "1,000 points",
        sine,
    ),
    _drawn(
        "mackey-glass",
        "Mackey–Glass series",
        "numbers",
        "series",
        "Forecasting chaos: near steps are easy, and far ones cannot be known.",
        "2,000 points",
        mackey_glass,
    ),
)
"""Every corpus of this package, in the order in which a list shows them."""
