"""`microgradseq watch`: the app attached to a run, or its story line by line."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from microgradseq.numbers import readable
from microgradseq_cli.runs import runs_dir_option
from microgradseq_cli.terminal import on_terminal

if TYPE_CHECKING:
    from microgradseq.training.run_folder import RunFolder

LOOK_EVERY = 0.2
"""Seconds between looks at the run folder."""
TELL_EVERY = 5.0
"""Seconds between lines about steps."""


@click.command(epilog="Example: microgradseq watch story-lstm")
@click.argument("run")
@runs_dir_option
@click.pass_context
def watch(context: click.Context, run: str, runs_dir: Path) -> None:
    """Watch a run, live or finished.

    On a terminal this opens the app. Elsewhere what happens is printed line by line until the
    training ends. The training does not notice either way.
    """
    from microgradseq.training.run_folder import find_run  # noqa: PLC0415 - slow to import

    folder = find_run(run, runs_dir)
    if on_terminal():
        from microgradseq_cli.tui import open_here  # noqa: PLC0415

        open_here(context, "train", str(folder.path))
    _print_story(folder)


def _print_story(folder: RunFolder) -> None:
    from microgradseq.training.follow import Follower  # noqa: PLC0415
    from microgradseq_cli.live import plain_line  # noqa: PLC0415

    follower, told = Follower(folder), float("-inf")
    while True:
        events = follower.read()
        last = next((each for each in reversed(events) if each["event"] == "step"), None)
        for event in events:
            line = plain_line(event)
            if line:
                print(line, flush=True)
        if last is not None and follower.alive and time.monotonic() - told > TELL_EVERY:
            told = time.monotonic()
            print(f"step {last['step']:,}: training loss {_told(last['loss'])}", flush=True)
        if not follower.alive:
            break
        time.sleep(LOOK_EVERY)
    print(follower.problem or f"{folder.path}: {follower.status}", flush=True)


def _told(loss: float | None) -> str:
    return "—" if loss is None else readable(loss)
