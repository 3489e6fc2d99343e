"""Letting one process at a time do something."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from microgradseq.data.fetch_errors import FetchError


@contextmanager
def alone(place: Path, doing: str) -> Iterator[None]:
    """Hold a lock; the system lets go of it even when the process is killed.

    Arguments:
        place: the lock's file, which stays.
        doing: what is done meanwhile, for the error of whoever comes second.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with alone(Path(folder, "lock"), "counting"), alone(Path(folder, "lock"), "counting"):
    ...         pass
    Traceback (most recent call last):
    ...
    microgradseq.data.fetch_errors.FetchError: another process is counting; wait until it is done
    """
    try:
        stream = place.open("ab")
    except OSError as error:
        raise FetchError(f"cannot write {place}: {error.strerror or error}") from None
    with stream:
        try:
            _lock(stream)
        except OSError:
            raise FetchError(f"another process is {doing}; wait until it is done") from None
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(stream: IO[bytes]) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(stream: IO[bytes]) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
