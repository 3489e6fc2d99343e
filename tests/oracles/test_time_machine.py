"""The Time Machine: the counts that Dive into Deep Learning publishes for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from microgradseq.data.token_file import token_file

FOLDER = Path(os.environ.get("MICROGRADSEQ_DATA", "no such folder"))
BOOK = FOLDER / "timemachine.txt"
pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(
        not BOOK.exists(), reason="MICROGRADSEQ_DATA names no folder with timemachine.txt"
    ),
]


@pytest.mark.parametrize("kept", [True, False])
def test_characters(kept: bool, tmp_path: Path) -> None:
    indices, vocabulary, characters = token_file(
        BOOK, clean="d2l", cache=tmp_path if kept else None
    )
    assert (len(indices), characters, len(vocabulary)) == (170_580, 170_580, 28)
    assert vocabulary.symbols[:5] == ("<unk>", " ", "e", "t", "a")
    start = "the time machine by h g wellsithe time traveller for so it will be convenient"
    assert vocabulary.decode(indices[: len(start)]) == start


def test_words() -> None:
    indices, vocabulary, _ = token_file(BOOK, unit="words", clean="d2l")
    assert (len(indices), len(vocabulary)) == (32_775, 4_580)
    assert vocabulary.symbols[:5] == ("<unk>", "the", "i", "and", "of")
