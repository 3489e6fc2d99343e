"""A text file of any size, block by block: decoded, checked, with one kind of line break."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from microgradseq.data.errors import DataError
from microgradseq.data.nearest import did_you_mean

BLOCK = 1 << 20
"""How many bytes are read at a time: few enough to stay in a processor's cache."""
BETWEEN_FILES = "\n\n"
"""What stands between the texts of a folder: a blank line."""
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_blocks(path: str | Path, size: int = BLOCK) -> Iterator[str]:
    r"""The text of a UTF-8 file in pieces, joined as they come.

    A byte-order mark is dropped; CRLF and CR become LF, also where two blocks meet.

    Arguments:
        path: a file.
        size: bytes to read at a time.
    Returns:
        Pieces of text, none of them empty. DataError if there is no text at all, if it is not
        UTF-8, or if the file cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.txt")
    ...     _ = path.write_bytes("one\r\ntwø".encode())
    ...     "".join(text_blocks(path, size=1))
    'one\ntwø'
    """
    try:
        with open(path, "rb") as file:
            yield from _decoded(iter(lambda: file.read(size), b""), path)
    except OSError as problem:
        raise unreadable(path, problem) from None


def texts_of_folder(folder: str | Path) -> list[Path]:
    """The text files of a folder, by name: every *.txt, hidden ones and folders left out.

    Arguments:
        folder: where to look; its own folders are not searched.
    Returns:
        At least one file; DataError if there is none.

    >>> texts_of_folder("no such folder")
    Traceback (most recent call last):
        ...
    microgradseq.data.errors.DataError: no such folder does not exist
    """
    try:
        found = sorted(
            entry
            for entry in Path(folder).iterdir()
            if entry.suffix.lower() == ".txt" and not entry.name.startswith(".") and entry.is_file()
        )
    except OSError as problem:
        raise unreadable(folder, problem) from None
    if not found:
        raise DataError(f"{folder} holds no text: there is no file in it that ends in .txt")
    return found


def joined_blocks(paths: Iterable[str | Path]) -> Iterator[str]:
    """The texts of several files as one, a blank line between them.

    Arguments:
        paths: files of text.
    """
    for number, path in enumerate(paths):
        if number:
            yield BETWEEN_FILES
        yield from text_blocks(path)


def unreadable(path: str | Path, problem: OSError) -> DataError:
    """The error for a file that the system does not let us read, with what may have been meant.

    Arguments:
        path: the file.
        problem: what the system said.
    Returns:
        An error to raise.

    >>> str(unreadable("a.txt", PermissionError(13, "Permission denied")))
    'a.txt may not be read: change its permissions'
    """
    if isinstance(problem, FileNotFoundError):
        hint = did_you_mean(Path(path).name, _siblings(Path(path)))
        return DataError(f"{path} does not exist" + (hint and f"; {hint}"))
    if isinstance(problem, IsADirectoryError):
        names = [name for name in _siblings(Path(path) / "any") if name.endswith(".txt")]
        hint = f": name one of its files, such as {names[0]}" if names else ""
        return DataError(f"{path} is a folder, not a text file{hint}")
    if isinstance(problem, NotADirectoryError):
        return DataError(f"{path} does not exist: a part of its path is a file, not a folder")
    if isinstance(problem, PermissionError):
        return DataError(f"{path} may not be read: change its permissions")
    return DataError(f"{path} cannot be read: {problem.strerror or problem}")


def _siblings(path: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return []


def _decoded(blocks: Iterator[bytes], path: str | Path) -> Iterator[str]:
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder("utf-8-sig")(), translate=True
    )
    bytes_read, line, empty = 0, 1, True
    for block in _with_end(blocks):
        if b"\0" in block:
            place = bytes_read + block.index(b"\0")
            raise DataError(f"{path} is a binary file, not text: byte {place:,} is zero")
        bytes_read += len(block)
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as problem:
            held_back = "\r" if decoder.getstate()[1] & 1 else ""
            raise _not_utf8(path, problem, bytes_read, line, held_back) from None
        if text:
            line += text.count("\n")
            empty = False
            yield text
    if empty:
        raise DataError(f"{path} is empty: there is nothing to read in it")


def _with_end(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks, and an empty one that tells the decoder of the end."""
    yield from blocks
    yield b""


def _not_utf8(
    path: str | Path, problem: UnicodeDecodeError, bytes_read: int, line: int, held_back: str
) -> DataError:
    """The error with its place: what the decoder looked at ends where reading stopped."""
    before = bytes_read - len(problem.object)
    if before == 0 and problem.object.startswith(_UTF16_MARKS):
        return DataError(f"{path} is UTF-16 text: save it as UTF-8")
    good = held_back + problem.object[: problem.start].decode("utf-8", errors="replace")
    line += good.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    return DataError(
        f"{path} is not UTF-8 text: byte {before + problem.start:,} (line {line:,}) is "
        f"0x{problem.object[problem.start]:02x}, {problem.reason}; save it as UTF-8"
    )
