"""The run folders that lie here, as a table shows them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from microgradseq.errors import UserError
from microgradseq.numbers import readable

if TYPE_CHECKING:
    from microgradseq.training.run_folder import RunFolder

DAMAGED = "damaged"
_PLAIN = re.compile(r"[\w.+][\w.+-]*")


class Row(NamedTuple):
    """One run.

    Arguments:
        name: of its folder.
        status: as the folder tells it; DAMAGED where it cannot be read.
        task, cell: what was trained.
        steps, loss: the last numbers of its log.
    """

    name: str
    status: str
    task: str = ""
    cell: str = ""
    steps: str = ""
    loss: str = ""


def rows_in(most: int | None = None) -> list[Row]:
    """The runs of the usual folder, the newest first; a damaged one is told of, not refused.

    Arguments:
        most: so many at most; None for all.
    """
    from microgradseq.training.run_folder import runs_in  # noqa: PLC0415 - slow to import

    return [_row(run) for run in runs_in()[:most]]


def place() -> Path:
    """The usual folder of runs, in full."""
    from microgradseq.training.run_folder import RUNS  # noqa: PLC0415 - slow to import

    return RUNS.absolute()


def command_for(command: str, *names: str) -> str:
    """A command line about runs.

    Arguments:
        command: what to do, such as "runs show".
        names: of the runs.

    >>> command_for("runs show", "my run")
    "microgradseq runs show 'my run'"
    """
    return " ".join(["microgradseq", command, *map(_as_word, names)])


def _as_word(name: str) -> str:
    """Letters of any script need no quotes."""
    return name if _PLAIN.fullmatch(name) else shlex.quote(name)


def _row(run: RunFolder) -> Row:
    from microgradseq.training.summary import last_numbers  # noqa: PLC0415 - slow to import

    try:
        record = run.read()
        status = run.status()
    except (UserError, OSError):
        return Row(run.name, DAMAGED)
    numbers = last_numbers(run.events)
    return Row(
        run.name,
        status,
        str(record["task"]),
        str(record["settings"].get("cell", "")),
        "" if numbers.step is None else f"{numbers.step:,}",
        "" if numbers.loss is None else readable(numbers.loss),
    )
