"""How a run's writing matured: samples it wrote while it learned, and checkpoints to write from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from microgradseq.training.run_folder import RunFolder

Kind = Literal["sample", "best", "latest"]


@dataclass(frozen=True, slots=True)
class Stage:
    """A moment of a run from which something can be read.

    Arguments:
        kind: a "sample" that was recorded, or a checkpoint that can write: "best" or "latest".
        step: steps done then; None where the log does not say.
        text: the recorded sample; "" for a checkpoint.
        loss: the last validation loss up to then, if there was one.
    """

    kind: Kind
    step: int | None
    text: str = ""
    loss: float | None = None

    @property
    def can_write(self) -> bool:
        """Whether there are weights, so that the text can go on."""
        return self.kind != "sample"


def stages_of(folder: RunFolder) -> tuple[Stage, ...]:
    """All stages of a run, in the order in which they came.

    Arguments:
        folder: of the run.
    Returns:
        Samples that nobody asked a beginning for, and the checkpoints that are there; of what came
        at the same step, the sample first and the latest checkpoint last.

    >>> from pathlib import Path
    >>> stages_of(RunFolder(Path("nowhere")))
    ()
    """
    samples: list[Stage] = []
    steps: dict[str, int] = {}
    losses: list[tuple[int, float]] = []
    for event in folder.curves().others:
        step = event.get("step")
        if not isinstance(step, int):
            continue
        if event["event"] == "sample" and not event.get("prefix"):
            samples.append(Stage("sample", step, str(event.get("text", ""))))
        elif event["event"] == "checkpoint":
            steps["latest"] = step
            if event.get("best"):
                steps["best"] = step
        elif event["event"] == "end" and event.get("status") in ("finished", "stopped"):
            # a trainer that ends in order saves once more, without saying so
            steps["latest"] = step
        elif event["event"] == "validation" and isinstance(event.get("loss"), float):
            losses.append((step, event["loss"]))
    found = [*samples, *_checkpoints(folder, steps)]
    last = float("inf")
    found.sort(key=lambda stage: (last if stage.step is None else stage.step, _ORDER[stage.kind]))
    return tuple(_with_loss(stage, losses) for stage in found)


_ORDER: dict[Any, int] = {"sample": 0, "best": 1, "latest": 2}


def _checkpoints(folder: RunFolder, steps: dict[str, int]) -> list[Stage]:
    found = []
    if folder.best.exists():
        found.append(Stage("best", steps.get("best")))
    if folder.latest.exists():
        found.append(Stage("latest", steps.get("latest")))
    return found


def _with_loss(stage: Stage, losses: list[tuple[int, float]]) -> Stage:
    known = [loss for step, loss in losses if stage.step is None or step <= stage.step]
    return Stage(stage.kind, stage.step, stage.text, known[-1] if known else None)
