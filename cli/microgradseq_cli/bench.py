"""`microgradseq bench`: training steps beside those of the libraries that are installed."""

from __future__ import annotations

import json
import os
from dataclasses import asdict

import click

CELLS = ("rnn", "gru", "lstm")


@click.command(epilog="Example: microgradseq bench --cells lstm --hidden 256")
@click.option(
    "--cells",
    multiple=True,
    type=click.Choice(CELLS),
    help="A cell; repeat it for several. All three if left out.",
)
@click.option(
    "--hidden",
    multiple=True,
    type=click.IntRange(1, 4096),
    help="A size; repeat it for several. 64 and 256 if left out.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=min(2, os.cpu_count() or 1),
    show_default=True,
    help="For each library.",
)
@click.option(
    "--rounds", type=click.IntRange(1), default=6, show_default=True, help="Of five steps each."
)
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
def bench(
    cells: tuple[str, ...], hidden: tuple[int, ...], threads: int, rounds: int, as_json: bool
) -> None:
    """Measure training steps beside PyTorch and JAX, where they are installed.

    Milliseconds of a whole step (35 time steps, batch 32, 28 symbols), median and minimum; the
    ratio is our speed to that of the fastest other library. A busy machine measures nonsense.
    """
    from microgradseq.speed.contenders import installed  # noqa: PLC0415 - slow to import
    from microgradseq.speed.race import race, table  # noqa: PLC0415

    names = ", ".join(installed())
    click.echo(f"measuring {names} with {threads} thread(s) each …", err=True)
    rows = race(cells or CELLS, hidden or (64, 256), threads, rounds)
    if as_json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
        return
    for line in table(rows):
        print(line, flush=True)
