"""A run is a folder: the one place where a trainer and its viewers meet.

runs/NAME/
  run.json              settings, corpus, versions, status, process id
  events.jsonl          one event a line
  control.jsonl         commands that viewers append
  latest.safetensors    the newest checkpoint; best.safetensors the best one
  lock                  held by the trainer at work
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from microgradseq.data.nearest import did_you_mean
from microgradseq.training.control import send
from microgradseq.training.curves import Curves
from microgradseq.training.errors import DiskError, RunError
from microgradseq.training.event_log import EventReader
from microgradseq.training.files import read_json, write_json
from microgradseq.training.lock import Lock, holder

RUNS = Path("runs")
LIVE = frozenset({"running", "paused"})
ENDED = frozenset({"finished", "stopped", "failed"})
_NAME = re.compile(r"[^\W_][\w.+-]*")
LONGEST_NAME = 100
_REQUIRED = {"task": str, "settings": dict, "description": dict, "status": str}


class RunFolder:
    """One run's folder, by path.

    Arguments:
        path: the folder; it need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record = path / "run.json"
        self.events = path / "events.jsonl"
        self.control = path / "control.jsonl"
        self.latest = path / "latest.safetensors"
        self.best = path / "best.safetensors"

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.resolve().name

    def create(self, record: Mapping[str, Any]) -> None:
        """Make the folder for a new run.

        Arguments:
            record: what run.json holds.
        """
        if self.record.exists():
            raise RunError(
                f"{self.path} holds a run already; choose another --name, or continue it with "
                f"--resume {self.path}"
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DiskError(f"{self.path} cannot be made: {error.strerror or error}") from error
        write_json(self.record, record)

    def read(self) -> dict[str, Any]:
        """What run.json holds, checked for what every reader needs."""
        if not self.record.exists():
            raise RunError(f"{self.path} is not a run: it has no run.json")
        record = read_json(self.record)
        for name, kind in _REQUIRED.items():
            if not isinstance(record.get(name), kind):
                raise RunError(f"{self.record} is damaged: {name} is missing or of a wrong type")
        return record

    def update(self, **changes: Any) -> None:
        """Change some entries of run.json, whole or not at all."""
        write_json(self.record, {**self.read(), **changes})

    def lock(self) -> Lock:
        """The lock that a trainer holds."""
        return Lock(self.path / "lock")

    def trainer(self) -> int | None:
        """The process that trains here now; None if none does."""
        return holder(self.path / "lock")

    def status(self) -> str:
        """One of LIVE or ENDED, or "interrupted": the trainer died without a word."""
        status = str(self.read()["status"])
        if status not in ENDED and self.trainer() is None:
            return "interrupted"
        return status

    def send(self, command: str, **extras: Any) -> None:
        """Give the trainer a command; see control.CONTROLS."""
        send(self.control, command, **extras)

    def follow(self) -> EventReader:
        """A reader that gives the events from the first on, and then what is new."""
        return EventReader(self.events)

    def curves(self) -> Curves:
        """All numbers of the log as columns."""
        return Curves(self.events)

    def require_idle(self, fate: str) -> None:
        """Refuse while a trainer is at work here.

        Arguments:
            fate: what was to happen to the run, such as "be removed".
        """
        process = self.trainer()
        if process is not None:
            raise RunError(
                f"{self.path} cannot {fate}: it is being trained by process {process}; "
                "stop it first"
            )

    def rename(self, name: str) -> RunFolder:
        """Give the run another name, unless a trainer is at work there.

        Arguments:
            name: of the folder; refused if it is taken or no folder could be called so.
        Returns:
            The run under its new name.
        """
        self.require_idle("be renamed")
        place = self.path.with_name(checked_name(name))
        if place.exists():
            raise RunError(f"{place} is there already; choose another name")
        try:
            return RunFolder(self.path.rename(place))
        except OSError as error:
            raise DiskError(f"{self.path} cannot be renamed: {error.strerror or error}") from error

    def remove(self) -> None:
        """Delete the folder, unless a trainer is at work there."""
        self.read()
        self.require_idle("be removed")
        try:
            shutil.rmtree(self.path)
        except OSError as error:
            raise DiskError(f"{self.path} cannot be removed: {error.strerror or error}") from error


def runs_in(folder: Path = RUNS) -> list[RunFolder]:
    """All runs in a folder, the newest first.

    Arguments:
        folder: where they lie; none are found if it is not there.
    """
    found = [RunFolder(record.parent) for record in folder.glob("*/run.json")]
    return sorted(found, key=lambda run: (-_changed(run), run.name))


def _changed(run: RunFolder) -> float:
    try:
        return run.record.stat().st_mtime
    except OSError:
        return 0.0


def find_run(name: str, folder: Path = RUNS) -> RunFolder:
    """A run by its path or by its name in a folder.

    Arguments:
        name: as a person types it.
        folder: where runs lie.
    """
    for path in (Path(name), folder / name):
        if (path / "run.json").is_file():
            return RunFolder(path)
    known = [run.name for run in runs_in(folder)]
    further = "microgradseq runs list shows them" if known else "microgradseq train makes one"
    hint = did_you_mean(name, known) or further
    raise RunError(f"there is no run {name!r} in {folder}; {hint}")


def checked_name(name: str) -> str:
    """A name that can be a folder's on any system; RunError otherwise.

    >>> checked_name("lstm-2")
    'lstm-2'
    """
    if len(name) > LONGEST_NAME:
        raise RunError(f"a run's name may have {LONGEST_NAME} characters, not {len(name):,}")
    if not _NAME.fullmatch(name) or name.endswith("."):
        raise RunError(
            f'"{name}" cannot name a run: letters, digits, "-", "_", "+" and "." only, a letter or '
            "digit first"
        )
    return name


def free_name(wish: str, folder: Path = RUNS) -> str:
    """The name itself, or with the first number behind it that is not taken.

    Arguments:
        wish: such as "story-lstm".
        folder: where runs lie.

    >>> free_name("story-lstm", Path("nowhere"))
    'story-lstm'
    """
    if not (folder / wish).exists():
        return wish
    number = 2
    while (folder / f"{wish}-{number}").exists():
        number += 1
    return f"{wish}-{number}"
