"""Trainers as processes of their own: the app may go, and they go on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from microgradseq.errors import UserError

if TYPE_CHECKING:
    from microgradseq.training.run_folder import RunFolder

POLL = 0.05
"""Seconds between looks whether a trainer has ended."""
PATIENCE = 5.0
"""Seconds that a trainer is given to save and stop before it is asked more firmly."""
_WORDS = 1 << 14
"""Bytes of a trainer's last words that are read."""

_children: list[TrainerChild] = []


class TrainerChild:
    """A trainer that this app started.

    Arguments:
        arguments: what stands behind `microgradseq train`.
        process: the process.
        errors: where it writes its errors; a file, so that it can still write when the app is gone.
    """

    def __init__(
        self, arguments: Sequence[str], process: subprocess.Popen[bytes], errors: IO[bytes]
    ) -> None:
        self.arguments = list(arguments)
        self.folder = folder_in(arguments)
        self._process = process
        self._errors = errors
        weakref.finalize(self, errors.close)

    @property
    def code(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    async def wait(self) -> int:
        """Wait for its end.

        Returns:
            The exit code.
        """
        while (code := self.code) is None:
            await asyncio.sleep(POLL)
        return code

    def words(self) -> str:
        """Its last line of errors, without the word Error; "" where it wrote none."""
        try:
            size = self._errors.seek(0, os.SEEK_END)
            self._errors.seek(max(0, size - _WORDS))
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
        except (OSError, ValueError):
            return ""
        return lines[-1].removeprefix("Error: ") if lines else ""

    def kill(self) -> None:
        """End it at once; its last checkpoint stays."""
        self._process.kill()

    async def stop(self, patience: float = PATIENCE) -> int:
        """Let it save and end: by command, then by interrupt, at last by force.

        Arguments:
            patience: seconds it is given after each.
        Returns:
            The exit code.
        """
        if self.code is None and self.folder is not None and self.folder.trainer() is not None:
            try:
                self.folder.send("stop")
            except (UserError, OSError):
                self._interrupt()
        else:
            self._interrupt()
        for firmer in (self._interrupt, self.kill):
            try:
                return await asyncio.wait_for(self.wait(), patience)
            except TimeoutError:
                firmer()
        return await self.wait()

    def _interrupt(self) -> None:
        if self.code is None:
            self._process.send_signal(signal.SIGINT)


async def start_training(arguments: Sequence[str]) -> TrainerChild:
    """Start a trainer that outlives the app unless it is stopped.

    Arguments:
        arguments: what stands behind `microgradseq train`.
    """
    child = await asyncio.to_thread(_started, arguments)
    _children[:] = [*running(), child]
    return child


def _started(arguments: Sequence[str]) -> TrainerChild:
    errors = TemporaryFile()  # noqa: SIM115 - stays open as long as the child
    command = [sys.executable, "-m", "microgradseq_cli", "train", *arguments, "--quiet"]
    # asyncio's own processes are killed with its loop; these must be able to outlive the app
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,
    )
    return TrainerChild(arguments, process, errors)


def running() -> list[TrainerChild]:
    """The trainers that this app started and that still run."""
    return [child for child in _children if child.code is None]


async def stop_all(children: Sequence[TrainerChild]) -> None:
    """Let trainers save and end, all together.

    Arguments:
        children: of this app.
    """
    await asyncio.gather(*(child.stop() for child in children))


def folder_in(arguments: Sequence[str]) -> RunFolder | None:
    """The run folder that a trainer's arguments name; None where it makes up a name.

    Arguments:
        arguments: what stands behind `microgradseq train`.

    >>> folder_in(["adding", "--name", "sums", "--runs-dir", "mine"]).path.as_posix()
    'mine/sums'
    """
    from microgradseq.training.run_folder import RUNS, RunFolder  # noqa: PLC0415 - slow to import

    named = dict(pairwise(arguments))
    if "--resume" in named:
        return RunFolder(Path(named["--resume"]))
    if "--name" in named:
        return RunFolder(Path(named.get("--runs-dir", RUNS)) / named["--name"])
    return None
