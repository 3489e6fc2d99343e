"""How far a command has come: one bar for all that take long, on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

PATIENCE = 2.0
"""Seconds before a bar appears."""
WIDTH = 20

Tell = Callable[[float, str], None]
"""(share of the work that is done, what is being done) shows both."""


@contextmanager
def progress(name: str, quiet: bool = False) -> Iterator[Tell]:
    """A progress bar once the work takes long; where there is no terminal, nothing.

    Arguments:
        name: stands before the bar.
        quiet: show nothing.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda _share, _words: None
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (
        TextColumn(name, markup=False),
        BarColumn(WIDTH),
        TextColumn("{task.percentage:3.0f}%"),
        TextColumn("{task.description}", markup=False),
    )
    bar: Any = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=1.0)
    started = monotonic()

    def tell(share: float, words: str) -> None:
        if monotonic() - started > PATIENCE:
            bar.start()
            bar.update(task, completed=share, description=words)

    try:
        yield tell
    finally:
        bar.stop()
