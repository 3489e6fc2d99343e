"""CoNLL-U, the format of Universal Dependencies: sentences with a part of speech for each word."""

from __future__ import annotations

import re
from pathlib import Path

from microgradseq.data.errors import DataError
from microgradseq.data.readers.lines import Line, bad_line, blocks, numbered_lines

_WORD = re.compile(r"[0-9]+")
# 3-4 is a contraction of two words that follow on lines of their own; 5.1 is a word nobody wrote.
_NO_WORD = re.compile(r"[0-9]+(-|\.)[0-9]+")


def read_tagged(path: str | Path) -> list[list[tuple[str, str]]]:
    r"""Read the words and the universal parts of speech of a CoNLL-U file.

    Comments, ranges such as 3-4 and empty nodes such as 5.1 are left out.

    Arguments:
        path: a file of UTF-8 text, columns parted by tabs, a blank line after each sentence.
    Returns:
        Sentences, each a list of (word, tag).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.conllu")
    ...     _ = path.write_text("# text = it rains\n1\tit\tit\tPRON\n2\train\train\tVERB\n")
    ...     read_tagged(path)
    [[('it', 'PRON'), ('rain', 'VERB')]]
    """
    sentences = []
    lines = numbered_lines(path)
    for block in blocks(line for line in lines if not line[1].startswith("#")):
        words = [pair for line in block if (pair := _word(path, line)) is not None]
        if words:
            sentences.append(words)
    if not sentences:
        raise DataError(f"{path}: there is no sentence in it")
    return sentences


def _word(path: str | Path, line: Line) -> tuple[str, str] | None:
    number, text = line
    columns = text.split("\t")
    identity = columns[0]
    if _NO_WORD.fullmatch(identity):
        return None
    if not _WORD.fullmatch(identity):
        raise bad_line(
            path, number, f"the first column should be the word's number, but is {identity!r:.40}"
        )
    if len(columns) < 4:
        raise bad_line(
            path,
            number,
            "the part of speech is missing: it is the 4th column, and this line has "
            f"{len(columns)}; columns are parted by tabs",
        )
    word, tag = columns[1], columns[3]
    if not word.strip():
        raise bad_line(path, number, "the word (2nd column) is empty")
    if not tag.strip() or tag == "_":
        raise bad_line(path, number, f"the word {word!r:.40} has no part of speech (4th column)")
    return word, tag
