"""Tab-separated lines: a text and its translation, or a text and its label."""

from __future__ import annotations

from pathlib import Path

from microgradseq.data.errors import DataError
from microgradseq.data.readers.lines import bad_line, numbered_lines


def read_pairs(path: str | Path) -> list[tuple[str, str]]:
    r"""Read texts with their translations.

    Arguments:
        path: a file of UTF-8 text, on each line a text, a tab and its translation. A third column
            is left out: files of Tatoeba name the authors there. Quotes mean themselves, and
            blank lines are skipped.
    Returns:
        Pairs of (source, target).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.tsv")
    ...     _ = path.write_text('say "hi"\tdis "salut"\n', encoding="utf-8")
    ...     read_pairs(path)
    [('say "hi"', 'dis "salut"')]
    """
    return _read(path, ("text", "translation"), most_columns=3)


def read_labelled(path: str | Path) -> list[tuple[str, str]]:
    r"""Read texts with their labels.

    Arguments:
        path: a file of UTF-8 text, on each line a text, a tab and its label. Quotes mean
            themselves, and blank lines are skipped.
    Returns:
        Pairs of (text, label); blanks around a label are dropped.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.tsv")
    ...     _ = path.write_text("a fine film\tgood\n", encoding="utf-8")
    ...     read_labelled(path)
    [('a fine film', 'good')]
    """
    return [(text, label.strip()) for text, label in _read(path, ("text", "label"), most_columns=2)]


def _read(path: str | Path, names: tuple[str, str], most_columns: int) -> list[tuple[str, str]]:
    rows = []
    for number, line in numbered_lines(path):
        if not line.strip():
            continue
        columns = line.split("\t")
        if not 2 <= len(columns) <= most_columns:
            expected = f"a {names[0]}, a tab and its {names[1]}"
            tabs = len(columns) - 1
            found = "no tab" if tabs == 0 else f"{tabs} tabs"
            raise bad_line(path, number, f"expected {expected}, found {found}")
        for name, column in zip(names, columns, strict=False):
            if not column.strip():
                raise bad_line(path, number, f"the {name} is empty")
        rows.append((columns[0], columns[1]))
    if not rows:
        raise DataError(f"{path}: there is no line with a {names[0]} and its {names[1]}")
    return rows
