"""Writing and reading events.jsonl: a writer that never tears, a reader that follows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from microgradseq.training.errors import DiskError, RunError
from microgradseq.training.events import Event, event_in, line_of

FLUSH_EVERY = 0.05
"""Seconds: how long a viewer may wait for a line."""


class EventWriter:
    """Appends events to a log; whole lines only.

    Arguments:
        path: events.jsonl, made if it is not there.
        keep: how many bytes of an old log stay; the rest, written after the checkpoint that a run
            goes on from, is taken back. None keeps all.
    """

    def __init__(self, path: Path, keep: int | None = None) -> None:
        self.path = path
        try:
            self._file = path.open("r+b" if path.exists() else "w+b", buffering=0)
            size = self._file.seek(0, os.SEEK_END)
            self._file.truncate(size if keep is None else min(keep, size))
            self._end = self._file.seek(0, os.SEEK_END)
        except OSError as error:
            raise DiskError(f"{path} cannot be written: {error.strerror or error}") from error
        self._waiting: list[bytes] = []
        self._flushed = time.monotonic()

    def write(self, event: Event) -> None:
        """Append an event; it reaches the file within a twentieth of a second of training."""
        self._waiting.append(line_of(event))
        if time.monotonic() - self._flushed >= FLUSH_EVERY:
            self.flush()

    def flush(self) -> None:
        """Hand over what waits to the system."""
        if self._waiting:
            lines = b"".join(self._waiting)
            self._waiting.clear()
            try:
                written = self._file.write(lines) or 0
                if written < len(lines):
                    raise OSError(28, "no space left")
            except OSError as error:
                self._take_back()
                raise self._unwritable(error) from error
            self._end += len(lines)
        self._flushed = time.monotonic()

    def _unwritable(self, error: OSError) -> DiskError:
        return DiskError(
            f"{self.path} cannot be written ({error.strerror or error}); the last checkpoint is "
            "untouched"
        )

    def _take_back(self) -> None:
        # half a line would only confuse readers
        self._file.truncate(self._end)
        self._file.seek(self._end)

    def position(self) -> int:
        """How many bytes the log has, everything flushed and safely on disk."""
        self.flush()
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._unwritable(error) from error
        return self._end

    def close(self) -> None:
        """Flush and close."""
        try:
            self.flush()
        finally:
            self._file.close()


class EventReader:
    """Follows a log that may still grow: each call gives what is new.

    Arguments:
        path: events.jsonl; it need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0

    def new(self, most: int = 1 << 22) -> list[Event]:
        """The events since the last call, at most so many bytes of them; a torn line waits.

        Arguments:
            most: bytes to read.
        """
        try:
            with self.path.open("rb") as file:
                if file.seek(0, os.SEEK_END) < self.offset:
                    # a resumed trainer took back what came after its checkpoint
                    self.offset = 0
                    return [{"event": "rewound"}]
                file.seek(self.offset)
                block = file.read(most)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RunError(f"{self.path} cannot be read: {error.strerror or error}") from error
        whole = block.rfind(b"\n") + 1
        self.offset += whole
        found = (event_in(line) for line in block[:whole].splitlines())
        return [event for event in found if event is not None]


def all_events(path: Path) -> Iterator[Event]:
    """Every event of a log; torn and foreign lines are passed over.

    Arguments:
        path: events.jsonl.
    """
    reader = EventReader(path)
    while events := reader.new():
        yield from events
