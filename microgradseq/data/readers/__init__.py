"""Reading the files that people bring, one format a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from microgradseq.data.corpus import KINDS
from microgradseq.data.errors import DataError
from microgradseq.data.nearest import nearest
from microgradseq.data.readers.conll import read_entities
from microgradseq.data.readers.conllu import read_tagged
from microgradseq.data.readers.digits import read_digits
from microgradseq.data.readers.pairs import read_labelled, read_pairs
from microgradseq.data.readers.series import read_series
from microgradseq.data.texts import read_text, read_texts

__all__ = [
    "read_digits",
    "read_entities",
    "read_file",
    "read_labelled",
    "read_pairs",
    "read_series",
    "read_tagged",
]


def _read_text_or_folder(path: str | Path) -> str:
    return read_texts(path) if Path(path).is_dir() else read_text(path)


_READERS: dict[str, Callable[[str | Path], Any]] = {
    "text": _read_text_or_folder,
    "tagged": read_tagged,
    "entities": read_entities,
    "labelled": read_labelled,
    "pairs": read_pairs,
    "digits": read_digits,
    "series": read_series,
}


def read_file(path: str | Path, kind: str) -> Any:
    r"""Read a file in the format that its kind of data comes in.

    Arguments:
        path: a file; for "text" and "digits" also a folder.
        kind: one of `corpus.KINDS`.
    Returns:
        What `Corpus` promises for that kind.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "words.tsv")
    ...     _ = path.write_text("good morning\tbonjour\n", encoding="utf-8")
    ...     read_file(path, "pairs")
    [('good morning', 'bonjour')]
    """
    if kind not in _READERS:
        near = nearest(kind, KINDS) or KINDS
        raise DataError(f"there is no kind of data {kind!r}; did you mean {', '.join(near)}?")
    return _READERS[kind](path)
