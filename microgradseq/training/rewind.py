"""Going back: a run continues from a checkpoint as if what came after had never been."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

from microgradseq.training.checkpoint import load_checkpoint
from microgradseq.training.errors import DiskError, RunError
from microgradseq.training.files import replace_file
from microgradseq.training.run_folder import RunFolder

CHECKPOINTS = ("latest", "best")
PATIENCE = 5.0
"""Seconds that a trainer that was ended is given to be gone."""
_POLL = 0.02


def rewind(folder: RunFolder, which: str) -> int:
    """Let the next resume begin at a checkpoint.

    Arguments:
        folder: of the run; a trainer at work there is ended without saving.
        which: "latest" or "best".
    Returns:
        The step at which the run goes on.
    """
    path = folder.best if which == "best" else folder.latest
    if which not in CHECKPOINTS or not path.exists():
        raise RunError(f"{folder.path} has no {which} checkpoint to go back to")
    # a damaged checkpoint must not cost the other one
    step = int(load_checkpoint(path).rest["progress"]["step"])
    _end_trainer(folder)
    if which == "best":
        _copy(path, folder.latest)
    return step


def _end_trainer(folder: RunFolder) -> None:
    process = folder.trainer()
    if process:
        try:
            # its last step would be saved as the latest checkpoint if it were asked to stop
            os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        except ProcessLookupError:
            return
        except OSError as error:
            raise RunError(f"process {process} cannot be ended: {error.strerror}") from error
    end = time.monotonic() + PATIENCE
    while folder.trainer() is not None:
        if time.monotonic() > end:
            raise RunError(f"{folder.path} is still being trained by process {process}")
        time.sleep(_POLL)


def _copy(source: Path, target: Path) -> None:
    try:
        with source.open("rb") as old, replace_file(target) as new:
            shutil.copyfileobj(old, new)
    except OSError as error:
        raise DiskError(f"{target} cannot be written: {error.strerror or error}") from error
