"""Reading whole texts into memory, and cleaning them."""

from __future__ import annotations

from pathlib import Path

from microgradseq.data.cleaning import cleaned
from microgradseq.data.text_blocks import joined_blocks, text_blocks, texts_of_folder


def read_text(path: str | Path) -> str:
    r"""A text file as one string.

    Arguments:
        path: a UTF-8 file. A byte-order mark is dropped; CRLF and CR become LF.
    Returns:
        Its text; DataError if it is missing, empty, binary or not UTF-8.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.txt")
    ...     _ = path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\n")
    ...     read_text(path)
    'one\ntwo\n'
    """
    return "".join(text_blocks(path))


def read_texts(folder: str | Path) -> str:
    """The text files of a folder (*.txt) as one string, by name, a blank line between them.

    Arguments:
        folder: where they lie.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in "ba":
    ...         _ = Path(folder, f"{name}.txt").write_text(name, encoding="utf-8")
    ...     print(read_texts(folder))
    a
    <BLANKLINE>
    b
    """
    return "".join(joined_blocks(texts_of_folder(folder)))


def clean(text: str, how: str, blank_between_lines: bool = False) -> str:
    r"""A text cleaned; see `cleaning.cleaned` for the ways.

    Arguments:
        text: any text.
        how: "none", "lower" or "d2l".
        blank_between_lines: for "d2l", whether a blank stands where two lines meet.

    >>> clean("The Time Machine,\nby H. G. Wells [1898]\n", "d2l")
    'the time machineby h g wells'
    """
    return "".join(cleaned([text], how, blank_between_lines))
