"""The file that holds an encoded text: indices to be mapped into memory, and their vocabulary.

It is a mark, the indices, the vocabulary as JSON, both lengths, and a mark at the end by which a
file that was not written to its end is told.
"""

from __future__ import annotations

import errno
import json
import mmap
import os
import struct
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy

from microgradseq.data.encoding import Piece, Tokens
from microgradseq.data.errors import DataError
from microgradseq.data.lookup import index_type
from microgradseq.data.places import CACHE_VARIABLE
from microgradseq.data.vocabulary import Vocabulary

SUFFIX = ".tokens"
_START = b"mgseq tokens 1\r\n"
_LENGTHS = struct.Struct("<QQ")
_END = b"\nmgseq tokens end"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_tokens(place: Path, pieces: Iterable[Piece], vocabulary: Vocabulary) -> None:
    """Write a token file aside, and put it in its place when it is whole.

    Arguments:
        place: where it goes; its folder is made where it is missing.
        pieces: the text.
        vocabulary: what the indices stand for.
    Returns:
        Nothing; DataError where the disk is full or the folder may not be written.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=place.stem, suffix=".part", dir=place.parent)
    except OSError as problem:
        raise _unwritable(place, problem) from None
    aside = Path(name)
    try:
        with open(handle, "wb") as file:
            file.write(_START)
            symbols = characters = 0
            for piece in pieces:
                file.write(piece.indices.data)
                symbols += len(piece.indices)
                characters += piece.characters
            saved = {"characters": characters, "vocabulary": vocabulary.as_dict()}
            details = json.dumps(saved, ensure_ascii=True).encode("ascii")
            size = symbols * index_type(len(vocabulary)).itemsize
            file.write(details + _LENGTHS.pack(size, len(details)) + _END)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, place)
    except OSError as problem:
        raise _unwritable(place, problem) from None
    finally:
        aside.unlink(missing_ok=True)


def open_tokens(place: Path) -> Tokens | None:
    """A token file, mapped into memory.

    Arguments:
        place: where it should be.
    Returns:
        None if there is none, or if it is torn or another program's.

    >>> open_tokens(Path("no such file")) is None
    True
    """
    try:
        with open(place, "rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None
    tail = len(content) - _LENGTHS.size - len(_END)
    if tail < len(_START) or content[: len(_START)] != _START or content[-len(_END) :] != _END:
        return None
    size, details_size = _LENGTHS.unpack(content[tail : tail + _LENGTHS.size])
    if len(_START) + size + details_size != tail:
        return None
    try:
        details = json.loads(content[tail - details_size : tail])
        vocabulary = Vocabulary.from_dict(details["vocabulary"])
        characters = int(details["characters"])
    except (ValueError, KeyError, TypeError):
        return None
    kind = index_type(len(vocabulary))
    indices = numpy.frombuffer(content, kind, size // kind.itemsize, offset=len(_START))
    return Tokens(indices, vocabulary, characters)


def _unwritable(place: Path, problem: OSError) -> DataError:
    advice = f"name another folder in the environment variable {CACHE_VARIABLE}"
    if problem.errno in _FULL:
        return DataError(
            f"the disk is full: the encoded text does not fit in {place.parent}; "
            f"make room or {advice}"
        )
    reason = problem.strerror or problem
    return DataError(f"the encoded text cannot be kept in {place.parent} ({reason}); {advice}")
