"""Following a run as it grows: what is new in its log, and what has become of it."""

from __future__ import annotations

import os
from typing import Any

from microgradseq.errors import UserError
from microgradseq.training.curves import Curves
from microgradseq.training.event_log import EventReader
from microgradseq.training.events import Event
from microgradseq.training.run_folder import ENDED, LIVE, RunFolder

WAITING = "waiting"
"""The folder is not there yet: the trainer still reads its data."""
GONE = "gone"
"""The folder was there, and is not any more."""
UNREADABLE = "unreadable"
"""The folder is there, but not what it should hold; `problem` says why."""
REWOUND = "rewound"
"""An event of the reader's own: all that came before is void, the log follows anew."""
_TAIL = 128
"""Bytes before the place read to, by which a log is known again."""


class Follower:
    """Reads a run's folder again and again, each time only what is new.

    Arguments:
        folder: of the run; it need not be there yet.

    Nothing that happens to the folder is an error here: `status` and `problem` tell of it.

    >>> from pathlib import Path
    >>> follower = Follower(RunFolder(Path("nowhere")))
    >>> follower.read(), follower.status
    ([], 'waiting')
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.record: dict[str, Any] = {}
        self.status = WAITING
        self.problem = ""
        self._reader = EventReader(folder.events)
        self._tail = b""
        self._log_stamp: tuple[int, ...] | None = None
        self._record_stamp: tuple[int, ...] | None = None

    @property
    def alive(self) -> bool:
        """Whether more may come by itself."""
        return self.status == WAITING or self.status in LIVE

    def read(self) -> list[Event]:
        """What is new; where the log was cut or begun anew, a "rewound" event and then all of it.

        A torn last line waits for its rest.
        """
        self._look_at_record()
        if self.status in (WAITING, GONE):
            return []
        try:
            return self._new_events()
        except UserError as error:
            self.status, self.problem = UNREADABLE, str(error)
        except OSError as error:
            self.status, self.problem = UNREADABLE, f"{self.folder.events}: {error.strerror}"
        return []

    def whole(self) -> Curves | None:
        """All that the log holds as columns, quick even for a million steps; `read` goes on there.

        Returns:
            None where the log is not there, or other hands than the trainer's wrote in it; `read`
            then gives its events one by one.
        """
        self._look_at_record()
        try:
            curves = Curves(self.folder.events)
            if not curves.size or len(curves.step) != len(curves.loss):
                return None
            self._reader.offset = curves.size
            self._tail = self._bytes_before(curves.size)
        except (UserError, OSError, ValueError, IndexError):
            return None
        return curves

    def _look_at_record(self) -> None:
        stamp = _stamp(self.folder.record)
        if stamp is None:
            there = self.status != WAITING
            self.status = GONE if there else WAITING
            self.problem = f"{self.folder.path} is not there any more" if there else ""
            self._record_stamp = None
            return
        try:
            if stamp != self._record_stamp:
                self.record, self._record_stamp = self.folder.read(), stamp
            self.status = str(self.record["status"])
            if self.status not in ENDED and self.folder.trainer() is None:
                self.status = "interrupted"
            self.problem = ""
        except (UserError, OSError) as error:
            self._record_stamp = None
            self.status, self.problem = UNREADABLE, str(error)

    def _new_events(self) -> list[Event]:
        stamp = _stamp(self.folder.events)
        if stamp is None:
            # a log that was deleted is void; one that was never there has still to come
            gone = self._reader.offset > 0
            self._begin_anew()
            return [{"event": REWOUND}] if gone else []
        if stamp == self._log_stamp:
            return []
        found: list[Event] = []
        if self._bytes_before(self._reader.offset) != self._tail:
            self._begin_anew()
            found.append({"event": REWOUND})
        while events := self._reader.new():
            found += events
        self._tail = self._bytes_before(self._reader.offset)
        self._log_stamp = stamp
        return found

    def _begin_anew(self) -> None:
        self._reader.offset, self._tail, self._log_stamp = 0, b"", None

    def _bytes_before(self, offset: int) -> bytes:
        """By these a log that was cut and has grown again is told from one that only grew."""
        with self.folder.events.open("rb") as file:
            file.seek(max(0, offset - _TAIL))
            return file.read(min(offset, _TAIL))


def _stamp(path: os.PathLike[str]) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino
