"""Characters, graphemes, words and bytes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgradseq.data.errors import SettingError
from microgradseq.data.symbols import UNITS, join, settled_pieces, split


@pytest.mark.parametrize(
    "parts",
    [
        ["e\u0301", "a"],
        ["👩‍🚀", "👨‍👩‍👧‍👦", "!"],
        ["🇫🇷", "🇩🇪", "🇯"],
        ["👍🏽", "👍"],
        ["❤️", "❤"],
        ["1️⃣", "1"],
        ["각", "\u1112\u1161\u11ab", "한\u11ab", "가\u11a8", "a"],
        ["न", "म", "स्", "ते"],
        ["🏴\U000e0067\U000e0062\U000e007f", "x"],
        ["\n", "\u0301", "a"],
        ["汉", "字"],
    ],
)
def test_graphemes(parts: list[str]) -> None:
    assert split("".join(parts), "graphemes") == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Well-known words, don't split.", ["Well-known", "words", ",", "don't", "split", "."]),
        ("3,500.25 or 1.", ["3,500.25", "or", "1", "."]),
        ("wait... no--yes", ["wait", "...", "no", "--", "yes"]),
        ("你好，世界", ["你", "好", "，", "世", "界"]),
        ("हिन्दी cafe\u0301", ["हिन्दी", "cafe\u0301"]),
        ("one  \n two", ["one", "\n", "two"]),
    ],
)
def test_words(text: str, parts: list[str]) -> None:
    assert split(text, "words") == parts


@pytest.mark.parametrize(
    "text",
    [
        'He said: "Wait (a bit)!" And left.',
        "It's 3.5 km; isn't it? Yes...",
        "'Oh,' said I,\n'no.'",
        "你好，世界。(再见)\nBye.",
        "An \"open quote\n\nends with 'its' paragraph.",
    ],
)
def test_words_are_set_as_they_are_usually_written(text: str) -> None:
    assert join(split(text, "words"), "words") == text


def test_letters_and_blanks_alone_are_split_at_blanks() -> None:
    text = "the time traveller for so it will be convenient"
    assert split(text, "words") == text.split()


@given(st.text(max_size=30))
def test_characters_graphemes_and_bytes_lose_nothing(text: str) -> None:
    for unit in ("characters", "graphemes", "bytes"):
        assert join(split(text, unit), unit) == text


PIECES = [
    "a",
    "é",
    "\u0301",
    "'",
    "-",
    ".",
    "7",
    " ",
    "\n",
    "汉",
    "🇫",
    "👩",
    "\u200d",
    "\u1100",
    "가",
]


@given(st.lists(st.sampled_from(PIECES), max_size=25), st.integers(1, 4), st.sampled_from(UNITS))
def test_where_a_text_is_cut_makes_no_difference(parts: list[str], size: int, unit: str) -> None:
    text = "".join(parts)
    blocks = [text[start : start + size] for start in range(0, len(text), size)]
    pieced = [symbol for piece in settled_pieces(blocks, unit) for symbol in piece]
    assert pieced == list(split(text, unit))


def test_graphemes_of_decomposed_and_composed_text_match() -> None:
    text = "Ångström façade Việt 한국어"
    decomposed = unicodedata.normalize("NFD", text)
    assert [unicodedata.normalize("NFC", str(one)) for one in split(decomposed, "graphemes")] == [
        *text
    ]


def test_broken_bytes_are_shown_as_such() -> None:
    assert join([0x61, 0xFF, "<end>"], "bytes") == "a\ufffd<end>"


@pytest.mark.parametrize("use", [split, join])
def test_an_unknown_unit_is_refused(use: object) -> None:
    assert callable(use)
    with pytest.raises(SettingError, match='not "syllables"'):
        use("a", "syllables")
