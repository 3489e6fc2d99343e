"""How a run begins, goes on after a stop, or is opened to be looked at."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy

from microgradseq.numbers import plural
from microgradseq.randomness import manual_seed
from microgradseq.tasks.registry import task as task_named
from microgradseq.tasks.settings import SAFE_TO_CHANGE, Settings, option_of
from microgradseq.tasks.task import Task
from microgradseq.training.checkpoint import Checkpoint, load_checkpoint
from microgradseq.training.errors import RunError
from microgradseq.training.run_folder import RUNS, RunFolder, checked_name, free_name
from microgradseq.training.trainer import Observer, Trainer
from microgradseq.version import VERSION


def new_run(
    kind: str,
    settings: Settings,
    source: str | None = None,
    *,
    name: str | None = None,
    runs: Path = RUNS,
    observer: Observer | None = None,
) -> Trainer:
    """A trainer for a new run; nothing is written before the data and the model are there.

    Arguments:
        kind: a task's name.
        settings: all of them.
        source: a corpus's name or a file; None for the task's own corpus.
        name: of the folder; made up from task and cell if None.
        runs: where runs lie.
        observer: called with every event.
    """
    if source is not None and Path(source).is_fifo():
        raise RunError(f"{source} can be read once only; save the text in a file and train that")
    wish = f"{stem_of(source) or kind}-{settings.cell}"
    folder = RunFolder(runs / (free_name(wish, runs) if name is None else checked_name(name)))
    if folder.record.exists():
        raise RunError(
            f"{folder.path} holds a run already; choose another --name, or continue it with "
            f"--resume {folder.path}"
        )
    manual_seed(settings.seed)
    task = task_named(kind).prepare(settings, source)
    folder.create(
        {
            "format": 1,
            "task": kind,
            "source": None if source is None else str(source),
            "settings": task.settings.as_dict(),
            "description": task.description(),
            "data": task.fingerprint(),
            "versions": versions(),
            "created": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "status": "running",
            "process": os.getpid(),
        }
    )
    return Trainer(task, folder, observer)


def stem_of(source: str | None) -> str | None:
    """What a source adds to a run's name: only what a folder may be called.

    Arguments:
        source: a corpus's name or a file.

    >>> stem_of("books/my book.txt")
    'my-book'
    """
    if source is None:
        return None
    letters = [each if each.isalnum() or each in "-_" else "-" for each in Path(source).stem]
    return "".join(letters).strip("-_")[:60] or None


def versions() -> dict[str, str]:
    """What a run depends on besides its settings."""
    return {
        "microgradseq": VERSION,
        "python": platform.python_version(),
        "numpy": numpy.__version__,
    }


def resumed_run(
    folder: RunFolder,
    changes: Mapping[str, Any] | None = None,
    *,
    override: bool = False,
    observer: Observer | None = None,
) -> tuple[Trainer, Checkpoint]:
    """A trainer that goes on where a run's latest checkpoint was taken.

    Arguments:
        folder: of the run.
        changes: settings that are to be other than before, by name.
        override: whether they may; otherwise each difference is listed and refused.
        observer: called with every event.
    Returns:
        The trainer, and the checkpoint to give to its `run`.
    """
    record = folder.read()
    saved = settings_in(record)
    settings = saved.replaced(**(changes or {}))
    _require_allowed(saved, settings, override)
    checkpoint = load_checkpoint(folder.latest)
    _require_same_run(folder, record, checkpoint)
    manual_seed(settings.seed)
    task = task_named(record["task"]).prepare(settings, record.get("source"))
    require_same_data(folder, record, task)
    trainer = Trainer(task, folder, observer)
    if changes:
        _require_more(trainer, checkpoint)
    folder.update(settings=settings.as_dict(), process=os.getpid())
    return trainer, checkpoint


def _require_more(trainer: Trainer, checkpoint: Checkpoint) -> None:
    done, wanted = checkpoint.rest["progress"]["step"], trainer.plan.steps
    if done > wanted:
        raise RunError(
            f"{trainer.folder.path} has done {plural(done, 'step')} already, and {wanted:,} are "
            "asked for: ask for more"
        )


def settings_in(record: Mapping[str, Any]) -> Settings:
    """The settings that run.json holds.

    Arguments:
        record: what run.json holds.
    """
    return Settings().replaced(**record["settings"])


def _require_allowed(saved: Settings, wanted: Settings, override: bool) -> None:
    before, after = saved.as_dict(), wanted.as_dict()
    different = [name for name in before if before[name] != after[name]]
    told = ", ".join(f"{option_of(name)} {before[name]} -> {after[name]}" for name in different)
    unsafe = [name for name in different if name not in SAFE_TO_CHANGE]
    if unsafe:
        raise RunError(
            f"the run was begun with other settings ({told}); "
            f"{', '.join(map(option_of, unsafe))} cannot change in a resumed run: start a new one"
        )
    if different and not override:
        raise RunError(f"the run was begun with other settings ({told}); --override changes them")


def _require_same_run(folder: RunFolder, record: Mapping[str, Any], found: Checkpoint) -> None:
    if found.rest.get("task") != record["task"]:
        raise RunError(
            f"{folder.latest} is of the task {found.rest.get('task')}, the run of {record['task']}"
        )


def require_same_data(folder: RunFolder, record: Mapping[str, Any], task: Task) -> None:
    """Refuse data that is no longer what a run was begun with.

    Arguments:
        folder: of the run.
        record: what run.json holds.
        task: with the data as it is now.
    """
    if task.description() != record["description"]:
        raise RunError(
            f"the data gives another vocabulary than the one {folder.path} was begun with; "
            "bring back the data as it was"
        )
    if task.fingerprint() != record.get("data"):
        raise RunError(
            f"the data has changed since {folder.path} was begun; bring back the data as it was"
        )


def open_model(folder: RunFolder, which: str = "latest") -> Task:
    """A run's trained model, without its data, to sample from.

    Arguments:
        folder: of the run.
        which: "latest" or "best".
    """
    record = folder.read()
    task = task_named(record["task"]).restore(settings_in(record), record["description"])
    load_weights(task, folder, which)
    return task


def open_with_data(folder: RunFolder, which: str = "latest") -> Task:
    """A run's trained model with its data, to be measured on them.

    Arguments:
        folder: of the run.
        which: "latest" or "best".
    """
    record = folder.read()
    task = task_named(record["task"]).prepare(settings_in(record), record.get("source"))
    require_same_data(folder, record, task)
    load_weights(task, folder, which)
    return task


def load_weights(task: Task, folder: RunFolder, which: str = "latest") -> Checkpoint:
    """Give a task the weights of a run's checkpoint.

    Arguments:
        task: of the same kind and sizes.
        folder: of the run.
        which: "latest" or "best".
    """
    path = folder.best if which == "best" else folder.latest
    if not path.exists():
        raise RunError(f"{folder.path} has no {which} checkpoint yet")
    checkpoint = load_checkpoint(path)
    try:
        task.model.load_state_dict(checkpoint.model)
    except (KeyError, ValueError, TypeError) as error:
        raise RunError(f"{path} does not fit the run's settings: {error}") from error
    task.model.eval()
    return checkpoint
