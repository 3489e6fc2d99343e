"""`microgradseq bench`: training steps beside those of the libraries that are installed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from microgradseq.numbers import plural
from microgradseq_cli.errors import BadInput, names_in
from microgradseq_cli.progress import Tell, progress

if TYPE_CHECKING:
    from microgradseq.speed.race import Row

CELLS = ("rnn", "gru", "lstm")
LARGEST = 4096


@click.command(epilog="Example: microgradseq bench --cells lstm --hidden 256")
@click.option(
    "--cells",
    default=",".join(CELLS),
    show_default=True,
    metavar="NAMES",
    help="Which cells, with commas between.",
)
@click.option(
    "--hidden",
    default="64,256",
    show_default=True,
    metavar="SIZES",
    help="Units of each cell, with commas between sizes.",
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
def bench(cells: str, hidden: str, threads: int, rounds: int, as_json: bool) -> None:
    """Measure training steps beside PyTorch and JAX, where they are installed.

    Milliseconds of a whole step (35 time steps, batch 32, 28 symbols), median and minimum; the
    ratio is our speed to that of the fastest other library, and peak our share of the fastest that
    this machine can multiply. A busy machine measures nonsense.
    """
    from microgradseq.speed.contenders import installed  # noqa: PLC0415 - slow to import
    from microgradseq.speed.race import table  # noqa: PLC0415

    measured, sizes = names_in("cells", cells, CELLS), _sizes(hidden)
    names = installed()
    click.echo(f"measuring {', '.join(names)} with {plural(threads, 'thread')} each …", err=True)
    if len(names) == 1:
        click.echo("no ratio: neither PyTorch nor JAX is installed", err=True)
    rows = _measured(measured, sizes, threads, rounds)
    if as_json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
        return
    for line in table(rows):
        print(line, flush=True)


def _sizes(hidden: str) -> list[int]:
    try:
        sizes = [int(part) for part in hidden.split(",") if part.strip()]
    except ValueError:
        sizes = []
    if not sizes or not all(1 <= size <= LARGEST for size in sizes):
        raise BadInput(
            f"--hidden must be whole numbers from 1 to {LARGEST:,} with commas between, "
            f"not {hidden!r}"
        )
    return list(dict.fromkeys(sizes))


def _measured(
    cells: Sequence[str], sizes: Sequence[int], threads: int, rounds: int
) -> Iterator[Row]:
    """Rows as they come, with a bar while one is measured."""
    from microgradseq.speed.race import race  # noqa: PLC0415

    for cell in cells:
        for size in sizes:
            with progress("bench") as tell:
                found = list(race([cell], [size], threads, rounds, tell=_named(tell, cell, size)))
            yield from found


def _named(tell: Tell, cell: str, size: int) -> Tell:
    return lambda share, words: tell(share, f"{cell} with {size} units: {words}")
