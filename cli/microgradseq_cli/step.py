"""`microgradseq step`: a derivative, one step at a time."""

from __future__ import annotations

import json
import os
import sys

import click

from microgradseq_cli import keyboard
from microgradseq_cli.report import as_object, lines, summary
from microgradseq_cli.targets import load, target_arguments
from microgradseq_cli.walk import Walk, walk


@click.command(
    epilog='Example: microgradseq step "c=a+b; d=b+1; e=c*d" --at a=2 --at b=1 --paths b'
)
@target_arguments
@click.option(
    "--mode",
    type=click.Choice(["reverse", "forward"]),
    default="reverse",
    show_default=True,
    help="From the output back to every leaf, or from one leaf forward.",
)
@click.option("--wrt", metavar="NAME", help="The leaf to derive with respect to.")
@click.option("--paths", metavar="NAME", help="Also list the paths from this leaf to the output.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def step(
    target: str, at: tuple[str, ...], mode: str, wrt: str | None, paths: str | None, as_json: bool
) -> None:
    """Step through the derivatives of TARGET.

    TARGET is an example's name (see `microgradseq examples`) or formulas with ; between them.
    On a terminal, Enter or → takes a step, ← takes it back and q quits; elsewhere every step is
    printed.
    """
    taken = walk(load(target, at), mode, wrt, paths)
    if as_json:
        print(json.dumps(as_object(taken), ensure_ascii=False, allow_nan=False))
    elif _on_terminal():
        _interactive(taken)
    else:
        print("\n".join(lines(taken)))


def _on_terminal() -> bool:
    able = keyboard.AVAILABLE and os.environ.get("TERM") != "dumb"
    return able and sys.stdin.isatty() and sys.stdout.isatty()


def _interactive(taken: Walk) -> None:
    from microgradseq_cli.stepper import run  # noqa: PLC0415 - Rich is needed here only

    run(taken)
    # the picture is gone with its screen: what came out stays to be read
    print("\n".join(summary(taken)))
