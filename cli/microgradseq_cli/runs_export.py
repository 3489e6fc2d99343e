"""`microgradseq runs export`: a run for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from microgradseq_cli.errors import BadInput
from microgradseq_cli.output import require_place
from microgradseq_cli.runs import runs_dir_option


@click.command(epilog="Example: microgradseq runs export story-lstm --format csv -o story.csv")
@click.argument("run")
@runs_dir_option
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "torch", "tensorboard"]),
    required=True,
    help="csv: all steps. torch: weights as a safetensors state dict that PyTorch loads. "
    "tensorboard: an event folder (extra tensorboard).",
)
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to write.")
@click.option("--best", is_flag=True, help="The best weights instead of the latest (torch).")
def export(run: str, runs_dir: Path, kind: str, output: str, best: bool) -> None:
    """Write a run in another format: csv, torch or tensorboard."""
    from microgradseq.training.exporting import export_run  # noqa: PLC0415 - slow to import
    from microgradseq.training.run_folder import find_run  # noqa: PLC0415

    if best and kind != "torch":
        raise BadInput("--best is about weights: use it with --format torch")
    folder = find_run(run, runs_dir)
    if kind != "tensorboard":
        require_place(output)
    export_run(folder, kind, Path(output), best)
    click.echo(f"Wrote {output}.", err=True)
