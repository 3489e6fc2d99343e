"""Texts as people's files hold them, and how they are cleaned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgradseq.data.cleaning import cleaned
from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.text_blocks import text_blocks
from microgradseq.data.texts import clean, read_text, read_texts

BLOCK_SIZES = (1, 2, 3, 5, 64)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "text.txt"


def in_pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def clean_line_by_line(text: str) -> list[str]:
    """The book's cleaning, as its words describe it."""
    return [re.sub("[^A-Za-z]+", " ", line).strip().lower() for line in text.split("\n")]


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_a_mark_and_all_line_breaks_are_understood_wherever_blocks_meet(
    file: Path, size: int
) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + "a\r\nb\rc\nø\r\r\n汉😀\r".encode())
    assert "".join(text_blocks(file, size)) == "a\nb\nc\nø\n\n汉😀\n"


def test_a_mark_inside_the_text_is_a_character(file: Path) -> None:
    file.write_text("a\ufeffb", encoding="utf-8")
    assert read_text(file) == "a\ufeffb"


@pytest.mark.parametrize("size", BLOCK_SIZES)
@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"ab\ncd\xff", "byte 5 (line 2) is 0xff"),
        (b"a\r\rb\r\n\x80", "byte 6 (line 4) is 0x80"),
        (b"\xef\xbb\xbf\n\xc3(", "byte 4 (line 2) is 0xc3"),
        ("é\n汉".encode()[:-1], "byte 3 (line 2) is 0xe6"),
        (b"\r\xff", "byte 1 (line 2) is 0xff"),
    ],
)
def test_invalid_utf8_names_its_place(file: Path, size: int, content: bytes, place: str) -> None:
    file.write_bytes(content)
    with pytest.raises(DataError, match=re.escape(f"{file} is not UTF-8 text: {place}")):
        list(text_blocks(file, size))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"GIF89a\x00\x01", "is a binary file, not text: byte 6 is zero"),
        ("text".encode("utf-16"), "byte 3 is zero"),
        ("文字".encode("utf-16"), "is UTF-16 text: save it as UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(file: Path, content: bytes, problem: str) -> None:
    file.write_bytes(content)
    with pytest.raises(DataError, match=problem) as refused:
        read_text(file)
    assert "\n" not in str(refused.value)


def test_a_wrong_name_gets_suggestions(file: Path) -> None:
    file.write_text("a", encoding="utf-8")
    with pytest.raises(DataError, match=r"txet\.txt does not exist; did you mean text\.txt\?"):
        read_text(file.with_name("txet.txt"))
    with pytest.raises(DataError, match="a part of its path is a file"):
        read_text(file / "inside.txt")


def test_a_folder_is_no_file(file: Path) -> None:
    file.write_text("a", encoding="utf-8")
    with pytest.raises(DataError, match=r"is a folder, not a text file: .* such as text\.txt"):
        read_text(file.parent)


def test_a_file_that_may_not_be_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(DataError, match="may not be read: change its permissions"):
        read_text(file)


def test_a_folder_of_texts_is_read_by_name(tmp_path: Path) -> None:
    for name, text in {"b.txt": "two", "a.TXT": "one\n", "c.md": "no", ".d.txt": "no"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "e.txt").mkdir()
    assert read_texts(tmp_path) == "one\n\n\ntwo"


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no file in it that ends in \.txt"):
        read_texts(tmp_path)


TEXTS = st.text(alphabet="aZé汉Σσ \t\n\v7,\u2028", max_size=60)


@given(TEXTS)
def test_cleaning_as_the_book_does(text: str) -> None:
    lines = clean_line_by_line(text)
    assert clean(text, "d2l") == "".join(lines)
    words = clean(text, "d2l", blank_between_lines=True)
    assert words == " ".join(line for line in lines if line)


@given(TEXTS, st.integers(1, 9), st.sampled_from(["none", "lower", "d2l"]), st.booleans())
def test_where_a_text_is_cut_makes_no_difference(
    text: str, size: int, how: str, blank: bool
) -> None:
    # A blank in each piece: only longer runs without one may be cut within a word.
    pieces = [piece + " " for piece in in_pieces(text, size)]
    assert "".join(cleaned(pieces, how, blank)) == clean("".join(pieces), how, blank)


def test_a_sigma_at_the_end_of_a_word_is_found_across_pieces() -> None:
    assert "".join(cleaned(["Α ΟΔΟ", "Σ Σ"], "lower")) == "α οδος σ"


def test_an_unknown_cleaning_is_refused() -> None:
    with pytest.raises(SettingError, match='one of none, lower, d2l, not "upper"'):
        clean("a", "upper")
