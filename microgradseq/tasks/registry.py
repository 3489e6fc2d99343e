"""All tasks by name; the file of a task is read only when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from microgradseq.data.errors import SettingError
from microgradseq.data.nearest import there_is_no
from microgradseq.tasks.settings import Settings
from microgradseq.tasks.task import Task

_PLACES: Mapping[str, str] = {
    "language": "language",
    "digits": "digits",
    "tagging": "tagging",
    "entities": "entities",
    "sentiment": "sentiment",
    "translation": "translation",
    "generation": "generation",
    "forecasting": "forecasting",
    "adding": "memory.adding",
    "copy": "memory.copy",
    "latch": "memory.latch",
    "parity": "memory.parity",
    "echo": "memory.echo",
    "anbn": "memory.anbn",
    "reber": "memory.reber",
    "selective-copy": "memory.selective_copy",
}
"""The file of each task, below this folder. Of tasks that read alike, the usual one comes first."""


class _Tasks(Mapping[str, type[Task]]):
    """The tasks by name, each imported when it is looked up."""

    def __getitem__(self, name: str) -> type[Task]:
        module = import_module(f"microgradseq.tasks.{_PLACES[name]}")
        found: type[Task] = next(each for each in vars(module).values() if _is_kind(each, name))
        return found

    def __contains__(self, name: object) -> bool:
        return name in _PLACES

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


def _is_kind(found: Any, name: str) -> bool:
    return isinstance(found, type) and issubclass(found, Task) and vars(found).get("kind") == name


TASKS: Mapping[str, type[Task]] = _Tasks()
"""Every task by its name, in the order in which a list shows them."""


def task(name: str) -> type[Task]:
    """The task of a name; SettingError with the nearest names if there is none.

    Arguments:
        name: its kind.

    >>> task("language").metric
    'perplexity'
    >>> task("laguage")
    Traceback (most recent call last):
        ...
    microgradseq.data.errors.SettingError: there is no task 'laguage'; did you mean language?
    """
    if name not in TASKS:
        raise SettingError(there_is_no("task", name, TASKS))
    return TASKS[name]


def settings_for(kind: str, **changes: Any) -> Settings:
    """The settings of a task: its own defaults, then the changes.

    Arguments:
        kind: the task's name.
        changes: settings by name.

    >>> settings_for("language", hidden=7).hidden
    7
    """
    return Settings().replaced(**{**task(kind).defaults, **changes})
