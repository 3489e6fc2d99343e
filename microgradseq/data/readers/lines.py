"""Lines of a text file with their numbers, as every format with one thing a line needs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from microgradseq.data.errors import DataError
from microgradseq.data.texts import read_text

Line = tuple[int, str]
"""A line's number, counted from 1, and its text without the line break."""


def numbered_lines(path: str | Path) -> list[Line]:
    r"""The lines of a text file. Only a line break ends one: not a form feed, not U+2028.

    Arguments:
        path: a file of UTF-8 text.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.txt")
    ...     _ = path.write_bytes(b"one\r\ntwo\n")
    ...     numbered_lines(path)
    [(1, 'one'), (2, 'two')]
    """
    return list(enumerate(read_text(path).removesuffix("\n").split("\n"), 1))


def blocks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines in groups, as blank lines part them.

    Arguments:
        lines: from `numbered_lines`.

    >>> list(blocks([(1, "a"), (2, "b"), (3, ""), (4, " "), (5, "c")]))
    [[(1, 'a'), (2, 'b')], [(5, 'c')]]
    """
    block: list[Line] = []
    for number, text in lines:
        if text.strip():
            block.append((number, text))
        elif block:
            yield block
            block = []
    if block:
        yield block


def bad_line(path: str | Path, number: int, problem: str) -> DataError:
    """The error for one line of a file.

    Arguments:
        path: the file.
        number: the line, counted from 1.
        problem: what is wrong with it, and what to do.
    Returns:
        An error to raise.

    >>> str(bad_line("dates.tsv", 3, "the label is empty"))
    'dates.tsv, line 3: the label is empty'
    """
    return DataError(f"{path}, line {number:,}: {problem}")
