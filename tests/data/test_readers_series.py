"""CSV: headers, columns by name and number, and cells that are no numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from microgradseq.data.errors import DataError
from microgradseq.data.readers import read_series

TABLE = "Month,Visitors,Sales\n2024-01,10,1.5\n2024-02,20,-2e3\n"

Write = Callable[[str | bytes], Path]


@pytest.fixture
def file(tmp_path: Path) -> Write:
    def write(content: str | bytes) -> Path:
        place = tmp_path / "data.csv"
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        return place

    return write


@pytest.mark.parametrize(
    ("column", "numbers"),
    [
        (None, [1.5, -2000.0]),
        ("Sales", [1.5, -2000.0]),
        ("Visitors", [10.0, 20.0]),
        (2, [10.0, 20.0]),
        ("3", [1.5, -2000.0]),
    ],
)
def test_a_column_by_name_or_number(
    file: Write, column: str | int | None, numbers: list[float]
) -> None:
    series = read_series(file(TABLE), column)
    assert series.dtype == "float64"
    assert series.tolist() == numbers


@pytest.mark.parametrize(
    "content",
    [
        "1\n2\n3\n",
        "1\n\n2\n3",
        "value\r\n1\r\n2\r\n3\r\n",
        b"\xef\xbb\xbfvalue\n1\n2\n3\n",
        "day;value\nMon;1\nTue;2\nWed;3\n",
        "Mon\t1\nTue\t2\nWed\t3\n",
        '"the day, as a word","the\nvalue"\nMon,"1"\nTue, 2 \nWed,3\n',
        "value,note\n1,rain\n2,\n3,sun\n",
    ],
)
def test_the_ways_to_write_a_series(file: Write, content: str | bytes) -> None:
    assert read_series(file(content)).tolist() == [1.0, 2.0, 3.0]


def test_a_header_may_hold_a_number_if_its_column_is_asked_for_by_name(file: Write) -> None:
    path = file("low,2024\n7,8\n")
    assert read_series(path, "low").tolist() == [7.0]
    assert read_series(path, "2").tolist() == [2024.0, 8.0]


@pytest.mark.parametrize(
    ("content", "column", "words"),
    [
        (TABLE + "2024-03,many,3\n", 2, "line 4: column 'Visitors' should be a number, but is 'ma"),
        (TABLE + "2024-03,,3\n", 2, "line 4: column 'Visitors' is empty; fill the gap"),
        (TABLE + "2024-03\n", 2, "line 4: column 'Visitors' is empty; fill the gap"),
        (TABLE + "2024-03,nan,3\n", 2, "'Visitors' should be a finite number, but is nan"),
        (TABLE + "2024-03,1_000,3\n", 2, "'Visitors' should be a number, but is '1_000'"),
        (TABLE, "Sails", "there is no column 'Sails'; did you mean 'Sales'?"),
        (TABLE, "zzz", "there is no column 'zzz'; there are Month, Visitors, Sales"),
        (TABLE, 4, "there is no column '4'; there are Month, Visitors, Sales"),
        (TABLE, 0, "there is no column '0'; there are"),
        (
            "1,2\n3,4\n",
            "a",
            "there is no column 'a'; there is no header, and columns are counted",
        ),
        ("1,2\n3,x\n", 2, "line 2: column 2 should be a number, but is 'x'"),
        ("a,b\nx,y\n", "b", "line 2: column 'b' should be a number, but is 'y'"),
        ("a,b\nx,y\n", None, "no column begins with a number; there are a, b"),
        ("a,b\n", None, "there is no row of numbers in it"),
        ("\n \n", None, "there is nothing in it but blank lines"),
        ('a\n"1\n2\n', None, "this is no CSV"),
    ],
)
def test_what_cannot_be_read_is_named(
    file: Write, content: str, column: str | int | None, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        read_series(file(content), column)
    assert words in str(caught.value)
    assert "data.csv" in str(caught.value)
    assert "\n" not in str(caught.value)
