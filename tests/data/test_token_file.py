"""Encoded texts: the same however they are read, kept, and encoded anew when they must be."""

from __future__ import annotations

import errno
import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgradseq.data import encoding, token_file
from microgradseq.data.encoding import Recipe, count_symbols, encoded
from microgradseq.data.errors import DataError
from microgradseq.data.symbols import UNITS
from microgradseq.data.text_blocks import text_blocks
from microgradseq.data.texts import clean, read_text
from microgradseq.data.token_file import Tokens
from microgradseq.data.token_store import write_tokens
from microgradseq.data.vocabulary import Vocabulary

TEXT = "The cat, the hat;\nça va 你好\r\n" * 3


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_bytes(TEXT.encode())
    return path


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def kept(cache: Path) -> list[Path]:
    return sorted(cache.iterdir())


def read(file: Path, cache: Path, **how: Any) -> Tokens:
    return token_file.token_file(file, cache=cache, **how)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("cleaning", ["none", "lower", "d2l"])
@pytest.mark.parametrize("block", [1, 7, 1 << 20])
def test_a_file_is_encoded_as_a_text_is(
    file: Path, cache: Path, unit: str, cleaning: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoding, "BLOCK", block)
    monkeypatch.setattr(token_file, "joined_blocks", lambda files: text_blocks(files[0], block))
    tokens = read(file, cache, unit=unit, clean=cleaning)
    text = clean(read_text(file), cleaning, blank_between_lines=unit == "words")
    vocabulary = Vocabulary.of(text, unit)
    assert tokens.vocabulary == vocabulary
    numpy.testing.assert_array_equal(tokens.indices, vocabulary.encode(text))
    assert tokens.indices.dtype == numpy.uint8
    assert tokens.characters == len(text)
    in_memory = encoded(read_text(file), unit, cleaning)
    numpy.testing.assert_array_equal(in_memory.indices, tokens.indices)
    assert in_memory[1:] == tokens[1:]


def test_a_second_start_reads_what_the_first_kept(
    file: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read(file, cache)
    [place] = kept(cache)
    monkeypatch.setattr(token_file, "write_tokens", None)
    second = read(file, cache)
    numpy.testing.assert_array_equal(second.indices, first.indices)
    assert second[1:] == first[1:]
    assert not second.indices.flags.writeable
    assert place.suffix == ".tokens"


def test_other_settings_are_kept_beside(file: Path, cache: Path) -> None:
    read(file, cache)
    read(file, cache, clean="lower")
    read(file, cache, minimum_count=4)
    own = read(file, cache, vocabulary=Vocabulary("the "))
    assert len(kept(cache)) == 4
    assert own.vocabulary.decode(own.indices[:5]) == "<unk>he <unk>"


def test_a_changed_text_is_encoded_anew_and_the_old_one_removed(file: Path, cache: Path) -> None:
    read(file, cache)
    read(file, cache, clean="lower")
    old = kept(cache)
    file.write_text("another text", encoding="utf-8")
    tokens = read(file, cache)
    assert tokens.vocabulary.decode(tokens.indices) == "another text"
    [new] = kept(cache)
    assert new not in old


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[:40],
        lambda content: b"",
        lambda content: b"another program's file, long enough to look like one of ours" * 9,
        lambda content: content[:16] + content[17:],
        lambda content: content.replace(b'"unit": "char', b'"unit": "rune'),
        lambda content: content.replace(b'"characters": ', b'"charakters": '),
    ],
)
def test_a_torn_or_foreign_file_is_written_anew(file: Path, cache: Path, damage: Any) -> None:
    whole = read(file, cache)
    expected = whole.indices.copy()
    [place] = kept(cache)
    good = place.read_bytes()
    assert damage(good) != good
    place.unlink()
    place.write_bytes(damage(good))
    again = read(file, cache)
    numpy.testing.assert_array_equal(again.indices, expected)
    assert place.read_bytes() == good


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EIO, "cannot be kept in .* MICROGRADSEQ_CACHE")],
)
def test_a_full_disk(
    file: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(DataError, match=words):
        read(file, cache)
    assert kept(cache) == []


def test_a_cache_that_cannot_be_made(file: Path) -> None:
    with pytest.raises(DataError, match="cannot be kept in"):
        read(file, file / "cache")


def test_a_text_that_changes_meanwhile(
    file: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_late(*given: Any) -> None:
        write_tokens(*given)
        with file.open("a", encoding="utf-8") as more:
            more.write("more")

    monkeypatch.setattr(token_file, "write_tokens", write_late)
    with pytest.raises(DataError, match="changed while it was read"):
        read(file, cache)
    assert kept(cache) == []


def test_small_texts_stay_out_of_the_users_cache(
    file: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICROGRADSEQ_CACHE", str(cache))
    token_file.token_file(file)
    assert not cache.exists()
    monkeypatch.setattr(token_file, "SMALL", 3)
    token_file.token_file(file)
    assert len(kept(cache / "tokens")) == 1


def test_a_folder_is_one_text(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in "ba":
        (folder / f"{name}.txt").write_text(name * 2, encoding="utf-8")
    tokens = read(folder, cache)
    assert tokens.vocabulary.decode(tokens.indices) == "aa\n\nbb"
    assert tokens.characters == 6


@pytest.mark.parametrize("keep", [True, False])
def test_nothing_left_after_cleaning(file: Path, cache: Path, keep: bool) -> None:
    file.write_text("123 456\n", encoding="utf-8")
    with pytest.raises(DataError, match=r'nothing is left of the text .* the way "d2l"'):
        token_file.token_file(file, clean="d2l", cache=cache if keep else None)


def test_a_missing_file(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read(tmp_path / "none.txt", cache)


@given(st.lists(st.text(alphabet="a\0\x7fé汉😀\n", max_size=9), max_size=6))
def test_characters_are_counted_as_a_dictionary_counts(blocks: list[str]) -> None:
    assert count_symbols(blocks, "characters") == Counter("".join(blocks))


def test_a_recipe_with_a_vocabulary_takes_its_unit() -> None:
    vocabulary = Vocabulary.of("one two", "words")
    tokens = Recipe(vocabulary=vocabulary).read(lambda: ["two one", " three"])
    assert tokens.indices.tolist() == [2, 1, 0]
