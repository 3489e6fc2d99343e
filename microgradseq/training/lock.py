"""One trainer a folder: a lock that dies with the process that holds it."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from microgradseq.training.errors import BusyError, DiskError

try:
    import fcntl
except ImportError:  # Windows has no fcntl; the process id in the file tells there
    fcntl = None  # type: ignore[assignment]


class Lock:
    """Held while a trainer works in a folder.

    Arguments:
        path: the lock file. It stays behind empty; a dead process's lock is simply free.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Lock(Path(folder) / "lock"):
    ...         holder(Path(folder) / "lock") == os.getpid()
    True
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        try:
            self._file = self.path.open("a+", encoding="utf-8")
        except OSError as error:
            raise DiskError(f"{self.path} cannot be written: {error.strerror or error}") from error
        other = _other_holder(self._file, shared=False)
        if other is not None:
            self._file.close()
            self._file = None
            who = f"process {other}" if other else "another process"
            raise BusyError(
                f"{self.path.parent} is being trained by {who}; stop that one first, "
                f"or train under another --name"
            )
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps({"process": os.getpid()}))
        self._file.flush()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.truncate(0)
            self._file.close()
            self._file = None


def _other_holder(file: IO[str], shared: bool) -> int | None:
    """The process that holds the lock, 0 if it is not known, None if this one could have it.

    Arguments:
        file: the lock file.
        shared: whether only to look; else the lock is taken where it is free.
    """
    if fcntl is not None:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return _process_in(file) or 0
        except OSError:
            # some network file systems cannot lock; there the process id has to do
            pass
        else:
            return None
    other = _process_in(file)
    if other is None or (other == os.getpid() and not shared):
        return None
    return other if is_alive(other) else None


def _process_in(file: IO[str]) -> int | None:
    file.seek(0)
    try:
        number = json.loads(file.read() or "{}").get("process")
    except (ValueError, AttributeError):
        return None
    return number if isinstance(number, int) and number > 0 else None


def holder(path: Path) -> int | None:
    """The process that trains in a folder now; None if none does.

    Arguments:
        path: the lock file.
    """
    try:
        with path.open("r+", encoding="utf-8") as file:
            return _other_holder(file, shared=True)
    except OSError:
        return None


def is_alive(process: int) -> bool:
    """Whether a process with this number is running.

    >>> is_alive(os.getpid())
    True
    """
    if os.name == "nt":
        # there, signal 0 would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
