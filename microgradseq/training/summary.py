"""The end of a run's story, without reading all of it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from microgradseq.charts.columns import Series
from microgradseq.numbers import for_json
from microgradseq.tasks.task import Baseline
from microgradseq.training.curves import Curves
from microgradseq.training.events import event_in

TAIL = 1 << 18
"""Bytes at the end of a log; a validation that lies further back is not in the summary."""
CALM = 50
"""A curve is smoothed over this part of its points."""


@dataclass(slots=True)
class LastNumbers:
    """What a log says at its end; None where it says nothing.

    Arguments:
        step, elapsed: of the last event.
        loss: of the last validation, else of the last step.
        best_loss: the lowest validation loss, where the end event tells it.
    """

    step: int | None = None
    elapsed: float | None = None
    loss: float | None = None
    best_loss: float | None = None


def last_numbers(path: Path) -> LastNumbers:
    """Read the last lines of a log.

    Arguments:
        path: events.jsonl; it need not be there.
    """
    found = LastNumbers()
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL))
            lines = file.read().splitlines()
    except OSError:
        return found
    step_loss = None
    for line in lines if size <= TAIL else lines[1:]:
        event = event_in(line)
        if event is None:
            continue
        found.step, found.elapsed = event.get("step"), event.get("elapsed")
        if event["event"] == "step":
            step_loss = event["loss"]
        elif event["event"] == "validation":
            found.loss = event["loss"]
            if event["best"]:
                found.best_loss = event["loss"]
        elif event["event"] == "end":
            found.best_loss = event["best_loss"]
    if found.loss is None:
        found.loss = step_loss
    return found


def loss_series(curves: Curves, name: str = "loss") -> Series:
    """A run's loss as a curve to be drawn.

    Arguments:
        curves: of the run.
        name: for the legend.
    """
    smoothing = max(1, len(curves.step) // CALM)
    return Series(name, curves.step.astype("float64"), curves.loss, smoothing)


def told_baselines(baselines: Iterable[Baseline]) -> list[dict[str, Any]]:
    """Baselines as JSON can hold them.

    Arguments:
        baselines: of a task.

    >>> told_baselines([Baseline("uniform", {"perplexity": 28.0})])
    [{'name': 'uniform', 'metrics': {'perplexity': 28.0}}]
    """
    return [
        {
            "name": baseline.name,
            "metrics": {name: for_json(value) for name, value in baseline.metrics.items()},
        }
        for baseline in baselines
    ]
