"""`microgradseq runs compare`: what differs between runs, in settings and in results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from microgradseq_cli.errors import BadInput
from microgradseq_cli.runs import runs_dir_option, table

if TYPE_CHECKING:
    from microgradseq.training.contestant import Contestant

MOST_RUNS = 8


@click.command(epilog="Example: microgradseq runs compare story-rnn story-gru story-lstm")
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def compare(names: tuple[str, ...], runs_dir: Path, as_json: bool) -> None:
    """Compare runs side by side: settings that differ, final numbers, curves."""
    from microgradseq.training.contestant import Contestant  # noqa: PLC0415 - slow to import
    from microgradseq.training.run_folder import find_run  # noqa: PLC0415

    chosen = list(dict.fromkeys(names))
    if not 2 <= len(chosen) <= MOST_RUNS:
        raise BadInput(f"give 2 to {MOST_RUNS} different runs to compare, not {len(chosen)}")
    folders = [find_run(name, runs_dir) for name in chosen]
    for folder in folders:
        folder.read()
    contestants = [Contestant(folder, folder.name) for folder in folders]
    for contestant in contestants:
        contestant.look()
    tell_comparison(contestants, as_json)


def tell_comparison(contestants: list[Contestant], as_json: bool) -> None:
    """Print what differs between runs, what each came to, and their curves.

    Arguments:
        contestants: that were looked at.
        as_json: as one object, without the curves.
    """
    from microgradseq.training.side_by_side import different_settings  # noqa: PLC0415

    if as_json:
        content = {
            "runs": [each.folder.name for each in contestants],
            "settings": different_settings([each.record for each in contestants]),
            "results": [each.final() for each in contestants],
        }
        print(json.dumps(content, ensure_ascii=False, indent=2))
        return
    for line in _lines(contestants):
        print(line)


def _lines(contestants: list[Contestant]) -> list[str]:
    from microgradseq.charts.chart import Look, draw_chart  # noqa: PLC0415
    from microgradseq.training.side_by_side import (  # noqa: PLC0415
        marked_labels,
        result_rows,
        setting_rows,
    )

    heads = ("", *marked_labels(contestants))
    settings, results = setting_rows(contestants), result_rows(contestants)
    lines = ["settings that differ"]
    lines += table(heads, [(name, *texts) for name, texts in settings]) if settings else ["  none"]
    lines += ["", "results", *table(heads, [(name, *texts) for name, texts in results])]
    series = [each.curve() for each in contestants]
    return [*lines, "", "loss", draw_chart(series, Look(79, 14, bands=False)).text()]
