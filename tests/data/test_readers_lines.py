"""CoNLL-U, entities in columns, and tab-separated lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from microgradseq.data.errors import DataError
from microgradseq.data.readers import (
    read_entities,
    read_file,
    read_labelled,
    read_pairs,
    read_tagged,
)

TREEBANK = """\
# sent_id = 1
# text = vámonos al mar
1-2\tvámonos\t_\t_\t_\t_\t_\t_\t_\t_
1\tvamos\tir\tVERB\t_\t_\t0\troot\t_\t_
2\tnos\tnosotros\tPRON\t_\t_\t1\tobj\t_\t_
3-4\tal\t_\t_\t_\t_\t_\t_\t_\t_
3\ta\ta\tADP\t_\t_\t5\tcase\t_\t_
4\tel\tel\tDET\t_\t_\t5\tdet\t_\t_
5\tmar\tmar\tNOUN\t_\t_\t1\tobl\t_\t_
5.1\tfue\tir\tVERB\t_\t_\t_\t_\t_\t_


# newpar
1\tNew York\tNew York\tPROPN\t_\t_\t0\troot\t_\t_
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes) -> Path:
        place = tmp_path / "data.txt"
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        return place

    return write


Write = Callable[[str | bytes], Path]


@pytest.mark.parametrize("change", [str.encode, lambda text: text.replace("\n", "\r\n").encode()])
def test_a_treebank(file: Write, change: Callable[[str], bytes]) -> None:
    assert read_tagged(file(change(TREEBANK))) == [
        [("vamos", "VERB"), ("nos", "PRON"), ("a", "ADP"), ("el", "DET"), ("mar", "NOUN")],
        [("New York", "PROPN")],
    ]


def test_a_treebank_with_a_byte_order_mark_and_no_last_line_break(file: Write) -> None:
    content = "\ufeff# text = a\n1\ta\ta\tDET\n2\tb\u2028c\tb\tNOUN"
    assert read_tagged(file(content)) == [[("a", "DET"), ("b\u2028c", "NOUN")]]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("3\tal", "line 4: the part of speech is missing: it is the 4th column, and this line has"),
        ("3 al al ADP", "line 4: the first column should be the word's number, but is '3 al al AD"),
        ("\tal\tal\tADP", "line 4: the first column should be the word's number, but is ''"),
        ("3\t\tal\tADP", "line 4: the word (2nd column) is empty"),
        ("3\tal\tal\t_\t_", "line 4: the word 'al' has no part of speech (4th column)"),
        ("3\tal\tal\t", "line 4: the word 'al' has no part of speech (4th column)"),
    ],
)
def test_a_bad_line_of_a_treebank(file: Write, line: str, words: str) -> None:
    content = "# text = al\n1\ta\ta\tADP\n2\tel\tel\tDET\n" + line + "\n"
    with pytest.raises(DataError) as caught:
        read_tagged(file(content))
    assert words in str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_entities(file: Write) -> None:
    content = "-DOCSTART- -X- -X- O\n\nAda NNP I-NP B-PERSON\nLovelace NNP I-NP I-PERSON\n\n# O\n"
    assert read_entities(file(content)) == [
        [("Ada", "B-PERSON"), ("Lovelace", "I-PERSON")],
        [("#", "O")],
    ]
    assert read_entities(file("New York\tB-PLACE\r\n")) == [[("New York", "B-PLACE")]]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Oslo", "line 2: the word 'Oslo' has no tag (last column)"),
        ("Oslo PLACE", "line 2: 'PLACE' is no tag; tags are O, B-KIND and I-KIND"),
        ("Oslo B-", "line 2: 'B-' is no tag"),
        ("\tO", "line 2: the word (first column) is empty"),
    ],
)
def test_a_bad_line_of_entities(file: Write, line: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        read_entities(file(f"in O\n{line}\n"))
    assert words in str(caught.value)


def test_pairs(file: Write) -> None:
    content = b'\xef\xbb\xbfGo.\tVa !\r\n\r\n"Hi"\tl\'ami\tCC-BY 2.0 (someone)\r\n x\ty \n'
    assert read_pairs(file(content)) == [
        ("Go.", "Va !"),
        ('"Hi"', "l'ami"),
        (" x", "y "),
    ]


def test_labelled(file: Write) -> None:
    assert read_labelled(file('not "bad"\tgood \ndull\t bad')) == [
        ('not "bad"', "good"),
        ("dull", "bad"),
    ]


@pytest.mark.parametrize(
    ("read", "line", "words"),
    [
        (
            read_pairs,
            "Go. Va !",
            "line 2: expected a text, a tab and its translation, found no",
        ),
        (read_pairs, "a\tb\tc\td", "line 2: expected a text, a tab and its translation, found 3"),
        (read_pairs, "\tVa !", "line 2: the text is empty"),
        (read_pairs, "Go.\t ", "line 2: the translation is empty"),
        (read_labelled, "a\tb\tc", "line 2: expected a text, a tab and its label, found 2 tabs"),
        (read_labelled, "a\t", "line 2: the label is empty"),
    ],
)
def test_a_bad_line_of_a_table(
    file: Write, read: Callable[[Path], Any], line: str, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(file(f"one\ttwo\n{line}\n"))
    assert words in str(caught.value)


@pytest.mark.parametrize("read", [read_tagged, read_entities, read_pairs, read_labelled])
def test_nothing_but_blank_lines(file: Write, read: Callable[[Path], Any]) -> None:
    with pytest.raises(DataError, match=r"data\.txt: there is no (sentence|line)"):
        read(file("\n \n\n"))


def test_every_kind_has_its_reader(file: Write, tmp_path: Path) -> None:
    assert read_file(file("in\tO\n"), "entities") == [[("in", "O")]]
    assert read_file(file("in\tO\n"), "labelled") == [("in", "O")]
    assert read_file(file("in\tO\n"), "text") == "in\tO\n"
    assert "in\tO" in read_file(tmp_path, "text")
    assert read_file(file("1\n2\n"), "series").tolist() == [1.0, 2.0]
    with pytest.raises(DataError, match=r"no kind of data 'digit'; did you mean digits"):
        read_file(tmp_path, "digit")
