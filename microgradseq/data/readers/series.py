"""Series of numbers in CSV files: one row a moment, one column a series."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy

from microgradseq.backend import Array
from microgradseq.data.errors import DataError
from microgradseq.data.nearest import nearest
from microgradseq.data.readers.lines import bad_line
from microgradseq.data.texts import read_text

_DELIMITERS = ",;\t"

Row = tuple[int, list[str]]
"""A line's number and its cells."""


def read_series(path: str | Path, column: str | int | None = None) -> Array:
    r"""Read one column of numbers.

    The first row is a header if no cell of it is a number, or if it names the column. Commas,
    semicolons or tabs part the cells, whichever the first row has most of.

    Arguments:
        path: a file of UTF-8 text.
        column: its name, or its number counted from 1; None for the last column that begins with
            a number, for that is where most files have what is measured.
    Returns:
        Numbers (N,), float64.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.csv")
    ...     _ = path.write_text("day,low,high\nMon,1,2.5\nTue,0,3\n", encoding="utf-8")
    ...     read_series(path), read_series(path, "low"), read_series(path, 2)
    (array([2.5, 3. ]), array([1., 0.]), array([1., 0.]))
    """
    rows = _rows(path)
    header = rows.pop(0)[1] if _is_header(rows[0][1], column) else None
    if not rows:
        raise DataError(f"{path}: there is no row of numbers in it")
    place = _place(path, column, header, rows[0][1])
    return numpy.array([_number(path, row, place, header) for row in rows])


def _rows(path: str | Path) -> list[Row]:
    text = read_text(path)
    first = text.lstrip("\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise bad_line(path, reader.line_num, f"this is no CSV: {error}") from None
    if not rows:
        raise DataError(f"{path}: there is nothing in it but blank lines")
    return rows


def _is_header(cells: list[str], column: str | int | None) -> bool:
    if any(map(_is_number, cells)):
        return column in cells and not _is_number(str(column))
    return True


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    # Python reads 1_000 as a number; in a file it is more likely a name.
    return "_" not in cell


def _place(
    path: str | Path, column: str | int | None, header: list[str] | None, first: Sequence[str]
) -> int:
    """Where the column stands in a row, counted from 0."""
    if column is None:
        numbers = [place for place, cell in enumerate(first) if _is_number(cell)]
        if not numbers:
            raise DataError(f"{path}: no column begins with a number; {_there_are(header, first)}")
        return numbers[-1]
    if isinstance(column, str) and header is not None and column in header:
        return header.index(column)
    width = len(header or first)
    if str(column).isdecimal() and 1 <= int(column) <= width:
        return int(column) - 1
    near = nearest(str(column), header or [])
    hint = f"did you mean {near[0]!r}?" if near else _there_are(header, first)
    raise DataError(f"{path}: there is no column {str(column)!r}; {hint}")


def _there_are(header: list[str] | None, first: Sequence[str]) -> str:
    if header is None:
        return f"there is no header, and columns are counted from 1 to {len(first)}"
    return f"there are {', '.join(header)}"


def _number(path: str | Path, row: Row, place: int, header: list[str] | None) -> float:
    line, cells = row
    name = repr(header[place]) if header else str(place + 1)
    if place >= len(cells) or not cells[place]:
        raise bad_line(path, line, f"column {name} is empty; fill the gap or leave out the line")
    cell = cells[place]
    if not _is_number(cell):
        raise bad_line(path, line, f"column {name} should be a number, but is {cell!r:.40}")
    number = float(cell)
    if not math.isfinite(number):
        raise bad_line(path, line, f"column {name} should be a finite number, but is {cell}")
    return number
