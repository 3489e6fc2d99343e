"""A table of run folders that is cheap to look at again: files that did not change are not read."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from microgradseq.errors import UserError
from microgradseq.training.run_folder import ENDED, LIVE, RUNS, RunFolder
from microgradseq.training.summary import glance, last_numbers

DAMAGED = "damaged"
GLANCES = 8
"""At so many places of its log a run's loss is looked at for the small curve."""
CALM_LOOK = 5.0
"""Seconds between looks at runs that have ended: they rarely change."""


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the table.

    Arguments:
        name: of its folder.
        status: as the folder tells it, or "interrupted"; DAMAGED where it cannot be read; "" before
            it was looked at.
        task, cell: what was trained.
        steps, loss, perplexity, seconds: the last numbers of its log; None where it has none.
        losses: the loss at a few places, oldest first.
        changed: when its record was written last, in seconds since 1970.
    """

    name: str
    status: str = ""
    task: str = ""
    cell: str = ""
    steps: int | None = None
    loss: float | None = None
    perplexity: float | None = None
    seconds: float | None = None
    losses: tuple[float, ...] = ()
    changed: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether the run can be read."""
        return self.status != DAMAGED


COLUMNS = ("name", "task", "cell", "status", "steps", "loss", "perplexity", "seconds", "changed")
"""What the table can be sorted by."""


class _Seen(NamedTuple):
    """When and how large files were, and what was in them."""

    stamp: tuple[Any, ...]
    looked: float
    line: RunLine


class RunTable:
    """The runs of one folder.

    Arguments:
        folder: where they lie; it need not be there.

    >>> RunTable(Path("nowhere")).look()
    True
    """

    def __init__(self, folder: Path = RUNS) -> None:
        self.folder = folder
        self._seen: dict[str, _Seen] = {}
        self.version = 0
        """Rises whenever something in the table changed."""

    @property
    def lines(self) -> list[RunLine]:
        """What is known of each run so far, the newest first."""
        found = (seen.line for seen in self._seen.values() if seen.line.status)
        return sorted(found, key=lambda line: (-line.changed, line.name))

    def line(self, name: str) -> RunLine | None:
        """What is known of one run; None where there is none of that name.

        Arguments:
            name: of its folder.
        """
        seen = self._seen.get(name)
        return seen.line if seen is not None and seen.line.status else None

    def look(self, most: float = 1.0) -> bool:
        """Look at the folders again.

        Arguments:
            most: seconds to spend; what does not fit waits for the next call.
        Returns:
            Whether everything was looked at.
        """
        began = time.monotonic()
        names = self._names()
        self.version += names != set(self._seen)
        self._seen = {name: self._seen.get(name) or _unseen(name) for name in names}
        # whatever was looked at longest ago comes first, so that every run has its turn
        waiting = sorted(names, key=lambda name: self._seen[name].looked)
        for name in waiting:
            seen = self._seen[name]
            now = time.monotonic()
            if now - seen.looked < CALM_LOOK and seen.line.status not in LIVE:
                continue
            self._seen[name] = self._looked(name, seen, now)
            self.version += self._seen[name].line != seen.line
            if time.monotonic() - began >= most:
                return all(one.looked > -math.inf for one in self._seen.values())
        return True

    def hurry(self) -> None:
        """Look at every folder at the next look, however lately it was looked at."""
        self._seen = {name: seen._replace(looked=-math.inf) for name, seen in self._seen.items()}

    def forget(self) -> None:
        """Read every folder anew at the next look."""
        self._seen = {}

    def _names(self) -> set[str]:
        try:
            with os.scandir(self.folder) as entries:
                return {entry.name for entry in entries if not entry.name.startswith(".")}
        except OSError:
            return set()

    def _looked(self, name: str, seen: _Seen, now: float) -> _Seen:
        run = RunFolder(self.folder / name)
        stamp = _stamp(run)
        if stamp[0] is None:
            # a folder that holds no run
            return _Seen(stamp, now, RunLine(name))
        if stamp == seen.stamp and seen.line.status not in LIVE:
            return seen._replace(looked=now)
        if stamp == seen.stamp:
            # nothing was written, but the trainer may have died
            return _Seen(stamp, now, replace(seen.line, status=_status(run)))
        return _Seen(stamp, now, _line(run, stamp))


def _unseen(name: str) -> _Seen:
    return _Seen((), -math.inf, RunLine(name))


def _stamp(run: RunFolder) -> tuple[Any, ...]:
    """What tells whether a run's files changed."""
    found: list[Any] = []
    for path in (run.record, run.events):
        try:
            about = path.stat()
        except OSError:
            found.append(None)
        else:
            found += [about.st_mtime, about.st_size]
    return tuple(found)


def _status(run: RunFolder) -> str:
    try:
        return run.status()
    except (UserError, OSError):
        return DAMAGED


def _line(run: RunFolder, stamp: tuple[Any, ...]) -> RunLine:
    changed = stamp[0]
    name = run.path.name
    try:
        record = run.read()
    except (UserError, OSError):
        return RunLine(name, DAMAGED, changed=changed)
    status = str(record["status"])
    if status not in ENDED:
        status = _status(run)
    numbers = last_numbers(run.events)
    return RunLine(
        name,
        status,
        str(record["task"]),
        str(record["settings"].get("cell", "")),
        numbers.step,
        numbers.loss,
        numbers.perplexity,
        numbers.elapsed,
        tuple(glance(run.events, GLANCES)),
        changed,
    )


def sorted_lines(
    lines: Iterable[RunLine], column: str = "changed", reverse: bool = False
) -> list[RunLine]:
    """Runs in the order of a column; those that have nothing there come last either way.

    Arguments:
        lines: of a table.
        column: one of COLUMNS.
        reverse: largest first.

    >>> two = [RunLine("b", loss=1.0), RunLine("a", loss=2.0), RunLine("c")]
    >>> [line.name for line in sorted_lines(two, "loss")]
    ['b', 'a', 'c']
    >>> [line.name for line in sorted_lines(two, "loss", reverse=True)]
    ['a', 'b', 'c']
    """
    named = sorted(lines, key=lambda line: line.name)
    there = [line for line in named if getattr(line, column) not in (None, "")]
    rest = [line for line in named if getattr(line, column) in (None, "")]
    return sorted(there, key=lambda line: getattr(line, column), reverse=reverse) + rest


def matching(lines: Sequence[RunLine], words: str) -> list[RunLine]:
    """The runs whose name, task, cell or status holds every word.

    Arguments:
        lines: of a table.
        words: with blanks between; capital letters do not matter.

    >>> [line.name for line in matching([RunLine("a", cell="gru"), RunLine("b")], "GRU")]
    ['a']
    """
    wanted = words.casefold().split()

    def text(line: RunLine) -> str:
        return " ".join((line.name, line.task, line.cell, line.status)).casefold()

    return [line for line in lines if all(word in text(line) for word in wanted)]
