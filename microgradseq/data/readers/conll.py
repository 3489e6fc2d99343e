"""Named entities in columns, as the CoNLL shared tasks write them: word first, BIO tag last."""

from __future__ import annotations

from pathlib import Path

from microgradseq.data.errors import DataError
from microgradseq.data.readers.lines import Line, bad_line, blocks, numbered_lines

_DOCUMENT_MARK = "-DOCSTART-"


def read_entities(path: str | Path) -> list[list[tuple[str, str]]]:
    r"""Read words and BIO tags.

    Arguments:
        path: a file of UTF-8 text: a word and its tag a line, parted by a tab or blanks, a blank
            line after each sentence. Tags are O, B-KIND and I-KIND. Columns between the two and
            -DOCSTART- lines are left out.
    Returns:
        Sentences, each a list of (word, tag).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.conll")
    ...     _ = path.write_text("in O\nOslo B-PLACE\n\nAda B-PERSON\n", encoding="utf-8")
    ...     read_entities(path)
    [[('in', 'O'), ('Oslo', 'B-PLACE')], [('Ada', 'B-PERSON')]]
    """
    lines = numbered_lines(path)
    sentences = [
        [_word(path, line) for line in block]
        for block in blocks(line for line in lines if not line[1].startswith(_DOCUMENT_MARK))
    ]
    if not sentences:
        raise DataError(f"{path}: there is no sentence in it")
    return sentences


def _word(path: str | Path, line: Line) -> tuple[str, str]:
    number, text = line
    columns = text.split("\t") if "\t" in text else text.split()
    if len(columns) < 2:
        raise bad_line(path, number, f"the word {text.strip()!r:.40} has no tag (last column)")
    word, tag = columns[0].strip(), columns[-1].strip()
    if not word:
        raise bad_line(path, number, "the word (first column) is empty")
    if tag != "O" and not (tag.startswith(("B-", "I-")) and len(tag) > 2):
        raise bad_line(path, number, f"{tag!r:.40} is no tag; tags are O, B-KIND and I-KIND")
    return word, tag
