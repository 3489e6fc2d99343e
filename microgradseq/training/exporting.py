"""A run for other tools: all steps as CSV, weights for PyTorch, or a folder for TensorBoard."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from microgradseq.training.checkpoint import load_checkpoint
from microgradseq.training.errors import DiskError, RunError
from microgradseq.training.event_log import all_events
from microgradseq.training.events import KINDS
from microgradseq.training.files import replace_file
from microgradseq.training.run_folder import RunFolder
from microgradseq.training.safetensors import save_arrays

SUFFIXES = {"csv": ".csv", "torch": ".safetensors", "tensorboard": ".tensorboard"}
"""How the name of a file, or of a folder, of each format usually ends."""


def export_run(folder: RunFolder, kind: str, output: Path, best: bool = False) -> None:
    """Write a run in another format.

    Arguments:
        folder: of the run.
        kind: one of SUFFIXES.
        output: the file, or for tensorboard the folder.
        best: the best weights instead of the latest (torch).
    """
    _WRITERS[kind](folder, output, best)


def kind_of(output: Path) -> str:
    """The format that a file's name asks for; RunError where it asks for none.

    Arguments:
        output: as a person typed it.

    >>> kind_of(Path("story.csv"))
    'csv'
    """
    for kind, suffix in SUFFIXES.items():
        if output.suffix.lower() == suffix:
            return kind
    raise RunError(
        f'"{output}" must end in .csv (all steps), .safetensors (weights for PyTorch) or '
        ".tensorboard (a folder of events)"
    )


def steps_as_csv(folder: RunFolder) -> str:
    """All step events as CSV, with the validation loss where there is one.

    Arguments:
        folder: of the run.
    """
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
    return text.getvalue()


def _write_csv(folder: RunFolder, output: Path, best: bool) -> None:
    text = steps_as_csv(folder)
    if output.exists() and not output.is_file():
        # a device such as /dev/stdout is written to, never replaced
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise DiskError(f"cannot write {output}: {error.strerror or error}") from error
        return
    with replace_file(output) as file:
        file.write(text.encode())


def _write_torch(folder: RunFolder, output: Path, best: bool) -> None:
    path = folder.best if best else folder.latest
    if not path.exists():
        raise RunError(f"{folder.path} has no {'best' if best else 'latest'} checkpoint yet")
    # "format": "pt" is what PyTorch's own loaders look for
    save_arrays(output, load_checkpoint(path).model, {"format": "pt"})


def _write_tensorboard(folder: RunFolder, output: Path, best: bool) -> None:
    try:
        from tensorboard.summary import Writer  # type: ignore[import-not-found] # noqa: PLC0415
    except ImportError:
        raise RunError(
            "this format needs TensorBoard: pip install 'microgradseq[tensorboard]'"
        ) from None
    writer = Writer(str(output))
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


_WRITERS: Mapping[str, Callable[[RunFolder, Path, bool], None]] = {
    "csv": _write_csv,
    "torch": _write_torch,
    "tensorboard": _write_tensorboard,
}
