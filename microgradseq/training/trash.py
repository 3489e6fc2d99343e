"""Runs that were removed, until they are brought back or gone for good.

A removed run is moved to runs/.trash/PROCESS/NAME: beside the runs, so that moving it is quick and
whole, and under the process that did it, so that two apps never empty each other's trash.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from microgradseq.training.errors import DiskError, RunError
from microgradseq.training.lock import is_alive
from microgradseq.training.run_folder import RUNS, RunFolder

TRASH = ".trash"


class Trash:
    """What this process removed from a folder of runs, the last one on top.

    Arguments:
        folder: where runs lie.

    >>> Trash(Path("nowhere")).names
    []
    """

    def __init__(self, folder: Path = RUNS) -> None:
        self.folder = folder
        self._place = folder / TRASH / str(os.getpid())
        self._taken: list[tuple[str, Path]] = []

    @property
    def names(self) -> list[str]:
        """The names of the runs that can be brought back, oldest first."""
        return [name for name, _ in self._taken]

    def put(self, run: RunFolder) -> None:
        """Remove a run, so that it can be brought back; refused while a trainer is at work there.

        Arguments:
            run: in the folder.
        """
        run.require_idle("be removed")
        place = self._place / f"{len(self._taken)}-{run.path.name}"
        try:
            self._place.mkdir(parents=True, exist_ok=True)
            run.path.rename(place)
        except OSError as error:
            raise DiskError(f"{run.path} cannot be removed: {error.strerror or error}") from error
        self._taken.append((run.path.name, place))

    def take_back(self) -> str:
        """Bring back the run that was removed last.

        Returns:
            Its name.
        """
        if not self._taken:
            raise RunError("nothing was removed that could be brought back")
        name, place = self._taken[-1]
        if (self.folder / name).exists():
            raise RunError(f"{name} cannot come back: another run has that name now; rename it")
        try:
            place.rename(self.folder / name)
        except FileNotFoundError:
            self._taken.pop()
            raise RunError(f"{name} is gone: the trash was emptied meanwhile") from None
        except OSError as error:
            raise DiskError(f"{name} cannot come back: {error.strerror or error}") from error
        self._taken.pop()
        return name

    def empty(self) -> None:
        """Delete for good what this process removed, and what dead processes left behind."""
        self._taken.clear()
        empty_trash(self.folder, own=True)


def empty_trash(folder: Path = RUNS, own: bool = False) -> int:
    """Delete removed runs for good.

    Arguments:
        folder: where runs lie.
        own: only those of this process and of processes that are dead.
    Returns:
        How many processes' trash was emptied.

    >>> empty_trash(Path("nowhere"))
    0
    """
    found = [
        place
        for place in sorted((folder / TRASH).glob("*"))
        if not (own and _of_another(place.name))
    ]
    for place in found:
        shutil.rmtree(place, ignore_errors=True)
    if found:
        _remove_if_empty(folder / TRASH)
    return len(found)


def _of_another(process: str) -> bool:
    alive = process.isascii() and process.isdecimal() and is_alive(int(process))
    return alive and int(process) != os.getpid()


def _remove_if_empty(place: Path) -> None:
    try:
        place.rmdir()
    except OSError:
        # another app has things in there
        return
