"""`microgradseq runs export`: a run for other tools."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from microgradseq_cli.errors import BadInput
from microgradseq_cli.output import write_whole
from microgradseq_cli.runs import runs_dir_option

if TYPE_CHECKING:
    from microgradseq.training.run_folder import RunFolder


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
    from microgradseq.training.run_folder import find_run  # noqa: PLC0415 - slow to import

    if best and kind != "torch":
        raise BadInput("--best is about weights: use it with --format torch")
    folder = find_run(run, runs_dir)
    _WRITERS[kind](folder, output, best)
    click.echo(f"Wrote {output}.", err=True)


def _write_csv(folder: RunFolder, output: str, best: bool) -> None:
    from microgradseq.training.event_log import all_events  # noqa: PLC0415
    from microgradseq.training.events import KINDS  # noqa: PLC0415

    names = list(KINDS["step"].fields)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*names, "validation_loss"])
    validated: dict[int, Any] = {}
    steps = []
    for event in all_events(folder.events):
        if event["event"] == "step":
            steps.append(event)
        elif event["event"] == "validation":
            validated[event["step"]] = event["loss"]
    for event in steps:
        row = [event.get(name) for name in names]
        writer.writerow([*row, validated.get(event["step"])])
    write_whole(output, text.getvalue())


def _write_torch(folder: RunFolder, output: str, best: bool) -> None:
    from microgradseq.training.checkpoint import load_checkpoint  # noqa: PLC0415
    from microgradseq.training.errors import RunError  # noqa: PLC0415
    from microgradseq.training.safetensors import save_arrays  # noqa: PLC0415

    path = folder.best if best else folder.latest
    if not path.exists():
        raise RunError(f"{folder.path} has no {'best' if best else 'latest'} checkpoint yet")
    # "format": "pt" is what PyTorch's own loaders look for
    save_arrays(Path(output), load_checkpoint(path).model, {"format": "pt"})


def _write_tensorboard(folder: RunFolder, output: str, best: bool) -> None:
    try:
        from tensorboard.summary import Writer  # type: ignore[import-not-found] # noqa: PLC0415
    except ImportError:
        raise BadInput(
            "this format needs TensorBoard: pip install 'microgradseq[tensorboard]'"
        ) from None
    from microgradseq.training.event_log import all_events  # noqa: PLC0415

    writer = Writer(output)
    for event in all_events(folder.events):
        scalars: dict[str, Any] = {}
        if event["event"] == "step":
            scalars = {name: event.get(name) for name in ("loss", "gradient_norm", "lr")}
        elif event["event"] == "validation":
            scalars = {f"validation/{k}": v for k, v in event["metrics"].items()}
            scalars["validation/loss"] = event["loss"]
        for name, number in scalars.items():
            if number is not None:
                writer.add_scalar(name, number, event["step"])
    writer.close()


_WRITERS: Mapping[str, Callable[[RunFolder, str, bool], None]] = {
    "csv": _write_csv,
    "torch": _write_torch,
    "tensorboard": _write_tensorboard,
}
