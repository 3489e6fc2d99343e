"""Bringing one file of the web here: continued where it broke off, checked, then moved."""

from __future__ import annotations

import errno
import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from microgradseq.data.fetch_catalogue import RemoteFile
from microgradseq.data.fetch_errors import FetchError
from microgradseq.data.fetch_http import USUAL_PATIENCE, Patience, reason, request

Progress = Callable[[int, int | None], None]
"""Is told how many bytes are there, and how many there will be (None: not known)."""

MOST_BYTES = 64 << 20
"""How large a file may be whose size the catalogue does not know."""

RESUMABLE = "run the same command again to continue"
_PIECE = 1 << 16
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def download(
    remote: RemoteFile,
    place: Path,
    progress: Progress | None = None,
    patience: Patience = USUAL_PATIENCE,
) -> None:
    """Bring a file to its place. It appears there when it is whole and its checksum is right.

    What came before a download broke off stays in a file that ends in .part, and is continued.

    Arguments:
        remote: the file.
        place: where it goes; its folder is there.
        progress: is called after every piece.
        patience: how long to wait.
    """
    part = part_of(place)
    continued = part.exists()
    _transfer(remote, part, progress, patience)
    if continued and not remote.is_at(part):
        # The beginning may be of an older file: a second try tells.
        part.unlink()
        _transfer(remote, part, progress, patience)
    if not remote.is_at(part):
        part.unlink()
        raise FetchError(
            f"{remote.url}: what came has another {remote.algorithm} checksum than the "
            "file that was asked for; it was deleted"
        )
    part.replace(place)


def part_of(place: Path) -> Path:
    """Where the beginning of a file is kept.

    >>> part_of(Path("names.txt")).name
    'names.txt.part'
    """
    return place.with_name(place.name + ".part")


def disk_error(place: Path, error: OSError) -> FetchError:
    """The error for a file that cannot be written.

    Arguments:
        place: the file.
        error: what the system said.
    Returns:
        An error to raise.

    >>> str(disk_error(Path("a.zip"), OSError(errno.ENOSPC, "No space left on device")))
    'the disk is full: no room for a.zip; free some, then run the same command again to continue'
    """
    if error.errno in _FULL:
        return FetchError(f"the disk is full: no room for {place}; free some, then {RESUMABLE}")
    return FetchError(f"cannot write {place}: {error.strerror or error}")


def _transfer(
    remote: RemoteFile, part: Path, progress: Progress | None, patience: Patience
) -> None:
    """Fill a .part file as far as the server says it goes."""
    start = part.stat().st_size if part.exists() else 0
    if remote.size is not None and start >= remote.size:
        return
    with request(remote.url, start, patience) as answer:
        if answer.status == 416 and start:
            # There is nothing after what is here: the checksum tells whether that is all.
            return
        if answer.status == 416:
            raise FetchError(f"{remote.url} answered 416 {answer.reason}")
        begin = _beginning(answer)
        if begin in (0, start):
            _receive(remote, answer, part, begin, progress, patience)
            return
    if not start:
        raise FetchError(f"{remote.url} answers with a piece of the file that was not asked for")
    part.unlink()
    _transfer(remote, part, progress, patience)


def _beginning(answer: http.client.HTTPResponse) -> int | None:
    """The first byte that an answer holds; None where it does not say."""
    if answer.status == 200:
        return 0
    unit, _, span = (answer.headers["Content-Range"] or "").partition(" ")
    first = span.partition("-")[0]
    return int(first) if unit == "bytes" and first.isdecimal() else None


def _receive(
    remote: RemoteFile,
    answer: http.client.HTTPResponse,
    part: Path,
    begin: int,
    progress: Progress | None,
    patience: Patience,
) -> None:
    total = None if answer.length is None else begin + answer.length
    _require_size(remote, total)
    with _opened(part, "ab" if begin else "wb") as stream:
        done = _pump(remote, answer, stream, begin, total, progress, patience)
    if done > _most(remote):
        part.unlink()
        raise FetchError(f"{remote.url} sends more than {_most(remote):,} bytes; it was deleted")
    if total is not None and done < total:
        raise _broken(remote, done, total, "the connection ended")


@contextmanager
def _opened(part: Path, mode: Literal["ab", "wb"]) -> Iterator[BinaryIO]:
    """A file to write to; a disk that is full is told apart from a network that failed."""
    try:
        stream = part.open(mode)
    except OSError as error:
        raise disk_error(part, error) from None
    try:
        yield stream
    finally:
        try:
            stream.close()
        except OSError as error:
            raise disk_error(part, error) from None


def _pump(
    remote: RemoteFile,
    answer: http.client.HTTPResponse,
    stream: BinaryIO,
    begin: int,
    total: int | None,
    progress: Progress | None,
    patience: Patience,
) -> int:
    """Write piece after piece; the number of bytes in the file at the end."""
    done = mark = begin
    deadline = time.monotonic() + patience.window
    while piece := _next_piece(remote, answer, done, total):
        try:
            stream.write(piece)
        except OSError as error:
            raise disk_error(Path(stream.name), error) from None
        done += len(piece)
        if done > _most(remote):
            break
        if progress is not None:
            progress(done, total if remote.size is None else remote.size)
        if time.monotonic() > deadline:
            if done - mark < patience.least:
                raise _broken(remote, done, total, "the server is too slow")
            mark, deadline = done, time.monotonic() + patience.window
    return done


def _next_piece(
    remote: RemoteFile, answer: http.client.HTTPResponse, done: int, total: int | None
) -> bytes:
    try:
        return answer.read1(_PIECE)
    except (OSError, http.client.HTTPException) as error:
        raise _broken(remote, done, total, reason(error)) from None


def _most(remote: RemoteFile) -> int:
    return MOST_BYTES if remote.size is None else remote.size


def _require_size(remote: RemoteFile, total: int | None) -> None:
    if total is None:
        return
    if remote.size is not None and total != remote.size:
        raise FetchError(
            f"{remote.url} offers {total:,} bytes, but the file that was asked for has "
            f"{remote.size:,}; it is another file now"
        )
    if total > _most(remote):
        raise FetchError(
            f"{remote.url} offers {total:,} bytes, more than the {_most(remote):,} allowed"
        )


def _broken(remote: RemoteFile, done: int, total: int | None, why: str) -> FetchError:
    of = "" if total is None else f" of {total:,}"
    return FetchError(f"{remote.url}: {why} after {done:,}{of} bytes; {RESUMABLE}")
