"""`microgradseq runs compare`: what differs between runs, in settings and in results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from microgradseq.numbers import readable
from microgradseq_cli.errors import BadInput
from microgradseq_cli.runs import runs_dir_option, summary_of, table

MOST_RUNS = 8


@click.command(epilog="Example: microgradseq runs compare story-rnn story-gru story-lstm")
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def compare(names: tuple[str, ...], runs_dir: Path, as_json: bool) -> None:
    """Compare runs side by side: settings that differ, final numbers, curves."""
    from microgradseq.training.run_folder import find_run  # noqa: PLC0415 - slow to import

    chosen = list(dict.fromkeys(names))
    if not 2 <= len(chosen) <= MOST_RUNS:
        raise BadInput(f"give 2 to {MOST_RUNS} different runs to compare, not {len(chosen)}")
    folders = [find_run(name, runs_dir) for name in chosen]
    records = [folder.read() for folder in folders]
    every = [
        {"task": record["task"], "source": record.get("source"), **record["settings"]}
        for record in records
    ]
    different = {
        name: [settings.get(name) for settings in every]
        for name in every[0]
        if any(settings.get(name) != every[0][name] for settings in every)
    }
    curves = [folder.curves() for folder in folders]
    finals = [
        _final(summary_of(folder), found) for folder, found in zip(folders, curves, strict=True)
    ]
    known_as = [folder.name for folder in folders]
    if as_json:
        content = {"runs": known_as, "settings": different, "results": finals}
        print(json.dumps(content, ensure_ascii=False, indent=2))
        return
    for line in _lines(known_as, different, finals, curves):
        print(line)


def _final(summary: dict[str, Any], curves: Any) -> dict[str, Any]:
    """What a run came to."""
    validations = curves.of_kind("validation")
    starts = curves.of_kind("start")
    elapsed = summary.get("elapsed") or 0.0
    tokens = int(curves.tokens[-1]) if len(curves.tokens) else 0
    return {
        "status": summary["status"],
        "parameters": starts[0]["parameters"] if starts else None,
        "steps": summary["steps"],
        "seconds": elapsed,
        "tokens_per_second": tokens / elapsed if elapsed else None,
        "loss": validations[-1]["loss"] if validations else summary["loss"],
        **(validations[-1]["metrics"] if validations else {}),
    }


def _lines(
    names: list[str], different: dict[str, list[Any]], finals: list[dict[str, Any]], curves: Any
) -> list[str]:
    from microgradseq.charts.chart import MARKERS, Look, draw_chart  # noqa: PLC0415
    from microgradseq.training.summary import loss_series  # noqa: PLC0415

    heads = [f"{MARKERS[place]} {name}" for place, name in enumerate(names)]
    rows = [(name, *map(_told, values)) for name, values in different.items()]
    lines = ["settings that differ"]
    lines += table(("", *heads), rows) if rows else ["  none"]
    keys = list(dict.fromkeys(key for final in finals for key in final))
    rows = [(key, *(_told(final.get(key)) for final in finals)) for key in keys]
    lines += ["", "results", *table(("", *heads), rows), "", "loss"]
    series = [loss_series(found, name) for found, name in zip(curves, names, strict=True)]
    lines.append(draw_chart(series, Look(79, 14, bands=False)).text())
    return lines


def _told(value: Any) -> str:
    if value is None:
        return "—"
    return readable(value) if isinstance(value, float) else str(value)
