"""From what a user names, a corpus or a file, to data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from microgradseq.data.corpora import corpora, corpus, known_corpus
from microgradseq.data.corpus import Corpus
from microgradseq.data.errors import DataError
from microgradseq.data.nearest import nearest


def load(
    source: str | None, kind: str, default: str, seed: int = 0, count: int | None = None
) -> tuple[Any, str]:
    """The data that a corpus or a file holds, and a title for them.

    A source is a file if it names a folder, has a suffix or exists; otherwise it is a corpus.

    Arguments:
        source: the name of a corpus, or a path; None for the default.
        kind: one of `corpus.KINDS`; a corpus of another kind is an error.
        default: the name of a corpus.
        seed, count: handed to a corpus: what it is drawn from, and how much. Files ignore them.
    Returns:
        What `Corpus` promises for that kind, and the title of the corpus or the name of the file.

    >>> load(None, "series", "sine", count=3)[1]
    'Noisy sine'
    """
    if source is not None and is_file(source):
        from microgradseq.data.readers import read_file  # noqa: PLC0415 - corpora need no readers

        return read_file(source, kind), Path(source).resolve().name
    found = corpus(default) if source is None else _corpus_named(source)
    if found.kind != kind:
        raise DataError(
            f"the corpus {found.name!r} is of kind {found.kind!r}, but {kind!r} is needed; "
            f"of that kind there are {', '.join(_names_of(kind))}"
        )
    return found.read(seed, count), found.title


def is_file(source: str) -> bool:
    """Whether a source means a file or a folder, and not a corpus by its name.

    Arguments:
        source: what a user wrote.

    >>> is_file("dates.tsv"), is_file("folder/dates"), is_file("dates")
    (True, True, False)
    """
    if not source:
        return False
    path = Path(source)
    return path.name != source or path.suffix != "" or path.exists()


def _corpus_named(name: str) -> Corpus:
    known = known_corpus(name)
    if known is not None:
        return known
    found = corpora()
    here = [entry.name for entry in Path().iterdir() if not entry.name.startswith(".")]
    near_corpora, near_files = nearest(name, found), nearest(name, here)
    hints = [f"the corpus {near!r}" for near in near_corpora]
    hints += [f"the file {near!r}" for near in near_files]
    hint = f"did you mean {' or '.join(hints)}?" if hints else f"corpora: {', '.join(found)}"
    raise DataError(f"there is no corpus and no file {name!r}; {hint}")


def _names_of(kind: str) -> list[str]:
    return [name for name, one in corpora().items() if one.kind == kind]
