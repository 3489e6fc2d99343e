"""How a run is written in a table, and the command lines about it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from microgradseq.cells import cell_width, shorten
from microgradseq.numbers import duration, readable

if TYPE_CHECKING:
    from microgradseq.training.run_table import RunLine

DAMAGED = "damaged"
STATUS_SIGNS = {
    "running": "▸",
    "paused": "=",
    "finished": "✓",
    "stopped": "▪",
    "failed": "✗",
    "interrupted": "!",
    DAMAGED: "?",
}
_PLAIN = re.compile(r"[\w.+][\w.+-]*")
MINUTE, HOUR = 60, 3600
DIGITS = 3
BETWEEN = " · "
WIDE = 97
"""From so many cells on, the columns that can be spared are shown."""


class Column(NamedTuple):
    """A column of the table of runs.

    Arguments:
        name: the field of RunLine that it shows and is sorted by; "" for the marks.
        title: stands above it.
        width: cells; 0 for what the others leave.
        side: where its texts stand.
        spare: whether it is left out where there is little room.
    """

    name: str
    title: str
    width: int
    side: Literal["left", "right"] = "left"
    spare: bool = False


MARK = Column("", "", 1)
NAME = Column("name", "name", 0)
COLUMNS = (
    MARK,
    NAME,
    Column("task", "task", 11, spare=True),
    Column("cell", "cell", 8),
    Column("status", "status", 13),
    Column("steps", "steps", 9, "right"),
    Column("loss", "loss", 8, "right"),
    Column("perplexity", "perplexity", 10, "right", spare=True),
    Column("seconds", "time", 7, "right"),
    Column("losses", "curve", 8),
)


def columns_for(width: int) -> list[tuple[Column, int]]:
    """The columns that there is room for, with the cells of each; one more stands between them.

    Arguments:
        width: cells there are.

    >>> [column.title for column, _ in columns_for(77)]
    ['', 'name', 'cell', 'status', 'steps', 'loss', 'time', 'curve']
    >>> sum(cells + 1 for _, cells in columns_for(77))
    77
    """
    shown = [column for column in COLUMNS if width >= WIDE or not column.spare]
    room = width - sum(column.width + 1 for column in shown)
    return [(column, column.width or max(room, 8)) for column in shown]


def cell_of(line: RunLine, column: Column) -> str:
    """What stands in a column for a run.

    Arguments:
        line: of the table.
        column: any but the marks.
    """
    if column.name == "losses":
        from microgradseq.charts.sparkline import sparkline  # noqa: PLC0415 - not at the start

        return sparkline(line.losses)
    value = getattr(line, column.name)
    if value is None:
        return ""
    if column.name == "status":
        return f"{STATUS_SIGNS.get(value, ' ')} {value}"
    if column.name == "seconds":
        return clock(value)
    if column.name == "steps":
        return f"{value:,}"
    return value if isinstance(value, str) else readable(value, DIGITS)


def fitted(text: str, width: int, side: str) -> str:
    """A text in exactly so many cells.

    Arguments:
        text: any; cut where it is too wide.
        width: cells.
        side: "left" or "right".

    >>> fitted("时间机器", 6, "left"), fitted("1.5", 5, "right")
    ('时间… ', '  1.5')
    """
    text = shorten(text, width)
    blanks = " " * (width - cell_width(text))
    return blanks + text if side == "right" else text + blanks


def clock(seconds: float) -> str:
    """A time in few characters.

    >>> clock(4.2), clock(75), clock(7500)
    ('4.2 s', '1:15', '2:05:00')
    """
    if seconds < MINUTE:
        return duration(seconds)
    whole = round(seconds)
    minutes = f"{whole % HOUR // MINUTE}:{whole % MINUTE:02}"
    return minutes if whole < HOUR else f"{whole // HOUR}:{minutes:0>5}"


def story_of(line: RunLine) -> str:
    """A run in one line of words.

    Arguments:
        line: of the table.
    """
    return BETWEEN.join(parts_of(line))


def parts_of(line: RunLine) -> list[str]:
    """What `story_of` tells, each by itself.

    Arguments:
        line: of the table.
    """
    told = [line.task, line.cell, line.status]
    if line.steps is not None:
        told.append(f"{line.steps:,} steps")
    if line.loss is not None:
        told.append(f"loss {readable(line.loss)}")
    if line.perplexity is not None:
        told.append(f"perplexity {readable(line.perplexity)}")
    if line.seconds is not None:
        told.append(duration(line.seconds))
    return [*filter(None, told)]


def rows_in(most: int | None = None) -> list[RunLine]:
    """The runs of the usual folder, the newest first; a damaged one is told of, not refused.

    Arguments:
        most: so many at most; None for all.
    """
    from microgradseq.training.run_table import RunTable  # noqa: PLC0415 - slow to import

    table = RunTable()
    table.look()
    return table.lines[:most]


def place() -> Path:
    """The usual folder of runs, in full."""
    from microgradseq.training.run_folder import RUNS  # noqa: PLC0415 - slow to import

    return RUNS.absolute()


def names_in(target: str) -> list[str]:
    """The runs that a target names, blanks between them, quoted as in a command line.

    Arguments:
        target: such as "story-rnn 'my run'".

    >>> names_in("story-rnn 'my run'")
    ['story-rnn', 'my run']
    """
    try:
        return shlex.split(target)
    except ValueError:
        # a quotation mark that is never closed belongs to the name
        return target.split()


def as_target(names: Iterable[str]) -> str:
    """Runs as `names_in` reads them.

    >>> as_target(["时间机器", "my run"])
    "时间机器 'my run'"
    """
    return " ".join(map(_as_word, names))


def command_for(command: str, *names: str) -> str:
    """A command line about runs.

    Arguments:
        command: what to do, such as "runs show".
        names: of the runs.

    >>> command_for("runs show", "my run")
    "microgradseq runs show 'my run'"
    """
    return " ".join(["microgradseq", command, as_target(names)])


def _as_word(name: str) -> str:
    """Letters of any script need no quotes."""
    return name if _PLAIN.fullmatch(name) else shlex.quote(name)
