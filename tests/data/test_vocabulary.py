"""Vocabularies: order, unknown symbols, saving."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.symbols import UNITS
from microgradseq.data.vocabulary import Vocabulary

TEXT = "abracadabra, 汉字 abba"


def test_frequent_symbols_come_first_and_equals_by_code_point() -> None:
    counts = Counter(TEXT)
    expected = sorted(counts, key=lambda symbol: (-counts[symbol], ord(symbol)))
    assert Vocabulary.of(TEXT).symbols == ("<unk>", *expected)


def test_code_point_order() -> None:
    assert Vocabulary.of("cab汉A", order="code point").symbols == ("<unk>", *"Aabc汉")


def test_rare_symbols_become_unknown() -> None:
    vocabulary = Vocabulary.of(TEXT, minimum_count=2)
    assert vocabulary.unknown_in(TEXT) == ["c", "d", ",", "汉", "字"]
    assert vocabulary.decode(vocabulary.encode("cab")) == "<unk>ab"


def test_a_vocabulary_without_a_known_symbol_is_refused() -> None:
    with pytest.raises(SettingError, match=r"no symbol occurs 1,000 times"):
        Vocabulary.of(TEXT, minimum_count=1000)
    assert Vocabulary.of("", minimum_count=1000).symbols == ("<unk>",)


def test_specials_stand_behind_the_unknown_symbol() -> None:
    vocabulary = Vocabulary.of(["to", "be", "<end>"], "words", specials=["<start>", "<end>"])
    assert vocabulary.symbols == ("<unk>", "<start>", "<end>", "be", "to")
    numpy.testing.assert_array_equal(vocabulary.encode(["<start>", "be", "?"]), [1, 3, 0])


@pytest.mark.parametrize(
    ("count", "kind"),
    [(255, "uint8"), (256, "uint16"), (65535, "uint16"), (65536, "int32")],
)
def test_the_smallest_type_that_holds_all_indices(count: int, kind: str) -> None:
    vocabulary = Vocabulary(map(str, range(count)), unit="words")
    indices = vocabulary.encode([str(count - 1)])
    assert (indices.dtype.name, indices[0]) == (kind, count)


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["characters", "graphemes"]))
def test_what_is_known_comes_back(text: str, other: str, unit: str) -> None:
    vocabulary = Vocabulary.of(text, unit)
    assert vocabulary.decode(vocabulary.encode(text)) == text
    indices = vocabulary.encode(other)
    assert bool((indices == 0).any()) == bool(vocabulary.unknown_in(other))


@given(st.text(alphabet="ab\x00\x7f\x80é汉😀\U0010ffff", max_size=40), st.text(max_size=20))
def test_tables_find_what_a_dictionary_finds(text: str, known: str) -> None:
    vocabulary = Vocabulary.of(known)
    places = {symbol: place for place, symbol in enumerate(vocabulary.symbols)}
    expected = [places.get(symbol, 0) for symbol in text]
    numpy.testing.assert_array_equal(vocabulary.encode(text), expected)


def test_any_text_has_bytes() -> None:
    vocabulary = Vocabulary.of("", "bytes")
    assert (len(vocabulary), vocabulary.unknown, vocabulary.unknown_in("é")) == (256, None, [])
    indices = vocabulary.encode("é!")
    assert indices.dtype == numpy.uint8
    assert (indices.tolist(), vocabulary.decode(indices)) == ([0xC3, 0xA9, 0x21], "é!")


def test_bytes_with_symbols_of_a_task() -> None:
    vocabulary = Vocabulary.of("", "bytes", specials=["!", "<end>"])
    assert vocabulary.encode("!").tolist() == [0x21 + 2]
    assert vocabulary.encode(["<end>", 0x21]).tolist() == [1, 0x21 + 2]


@pytest.mark.parametrize("unit", ["characters", "words"])
def test_without_an_unknown_symbol_others_are_refused(unit: str) -> None:
    vocabulary = Vocabulary("ab", unit, unknown=None)
    assert vocabulary.encode(["b", "a"]).tolist() == [1, 0]
    with pytest.raises(DataError, match="'c' is not in the vocabulary"):
        vocabulary.encode("a c" if unit == "words" else "ac")
    with pytest.raises(DataError, match="'c' is not in the vocabulary"):
        vocabulary.index("c")


def test_halves_of_surrogate_pairs_are_unknown_symbols() -> None:
    assert Vocabulary("ab").encode("a\ud800").tolist() == [1, 0]


@pytest.mark.parametrize("unit", UNITS)
def test_a_saved_vocabulary_is_the_same(unit: str) -> None:
    vocabulary = Vocabulary.of(TEXT, unit, specials=["<end>"])
    saved = json.loads(json.dumps(vocabulary.as_dict()))
    again = Vocabulary.from_dict(saved)
    assert again == vocabulary
    assert hash(again) == hash(vocabulary)
    assert again != Vocabulary("ab", unit)


@pytest.mark.parametrize(
    ("saved", "problem"),
    [
        ([], "needs a list of symbols"),
        ({"unit": "words"}, "needs a list of symbols"),
        ({"unit": "runes", "symbols": []}, "unit 'runes'"),
        ({"unit": "words", "symbols": ["a"], "unknown": "?"}, "no place for its unknown symbol"),
        ({"unit": "words", "symbols": ["a", 7]}, "symbol 1 .* is 7, not text"),
        ({"unit": "bytes", "symbols": [256]}, "symbol 0 .* is 256"),
        ({"unit": "bytes", "symbols": [True]}, "symbol 0 .* is True"),
        ({"unit": "words", "symbols": ["a", "a"]}, "'a' is in it twice"),
    ],
)
def test_a_damaged_vocabulary_is_refused(saved: Any, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        Vocabulary.from_dict(saved)


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(SettingError, match='not "alphabet"'):
        Vocabulary.of("a", order="alphabet")
    with pytest.raises(SettingError, match='not "runes"'):
        Vocabulary("a", unit="runes")
    with pytest.raises(DataError, match="there is no symbol 3"):
        Vocabulary("ab").decode([3])
