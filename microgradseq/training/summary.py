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
from microgradseq.training.events import Event, event_in

TAIL = 1 << 18
"""Bytes at the end of a log; a validation that lies further back is not in the summary."""
BLOCK = 2048
"""Bytes that hold several step events."""
HEAD = 4 * BLOCK
"""Bytes at the beginning of a log that hold its first step."""
STEP_LINE = b'{"event":"step",'
"""How the line of a step event begins."""
CALM = 50
"""A curve is smoothed over this part of its points."""


@dataclass(slots=True)
class LastNumbers:
    """What a log says at its end; None where it says nothing.

    Arguments:
        step, elapsed: of the last event.
        loss: of the last validation, else of the last step.
        perplexity: as the loss, where the task has one.
        best_loss: the lowest validation loss, where the end event tells it.
    """

    step: int | None = None
    elapsed: float | None = None
    loss: float | None = None
    perplexity: float | None = None
    best_loss: float | None = None


def last_numbers(path: Path) -> LastNumbers:
    """Read the last lines of a log, from its end, and no more of them than needed.

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
    step: Event | None = None
    validation: Event | None = None
    ended = False
    for line in reversed(lines if size <= TAIL else lines[1:]):
        if step is not None and line.startswith(STEP_LINE):
            continue
        event = event_in(line)
        if event is None:
            continue
        if found.step is None:
            found.step, found.elapsed = event.get("step"), event.get("elapsed")
        if event["event"] == "step":
            step = event
        elif event["event"] == "validation":
            validation = validation or event
            if event["best"] and not ended:
                found.best_loss = event["loss"]
            if step is not None and (ended or event["best"]):
                break
        elif event["event"] == "end" and step is None and validation is None:
            found.best_loss, ended = event["best_loss"], True
    known = [event for event in (validation, step) if event and event["loss"] is not None]
    last = known[0] if known else {}
    found.loss = last.get("loss")
    found.perplexity = last.get("perplexity", last.get("metrics", {}).get("perplexity"))
    return found


def glance(path: Path, places: int) -> list[float]:
    """A run's first loss, and those at a few places of its log, without reading the others.

    Arguments:
        path: events.jsonl; it need not be there.
        places: how many, with the first.
    Returns:
        At most so many losses, oldest first; what was not finite is left out.

    >>> glance(Path("nowhere"), 8)
    []
    """
    found: dict[int, float] = {}
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            steps = [_first_step_in(file.read(HEAD))]
            for place in range(1, places):
                file.seek(max(0, size * place // (places - 1) - BLOCK))
                steps.append(_last_step_in(file.read(BLOCK)))
    except OSError:
        return []
    for step in steps:
        if step is not None and step["loss"] is not None:
            found[step["step"]] = step["loss"]
    return [found[step] for step in sorted(found)]


def _first_step_in(block: bytes) -> Event | None:
    """The first whole step event of a piece of a log."""
    begin = block.find(STEP_LINE)
    end = block.find(b"\n", begin)
    return event_in(block[begin:end]) if 0 <= begin < end else None


def _last_step_in(block: bytes) -> Event | None:
    """The last whole step event of a piece of a log."""
    begin = block.rfind(STEP_LINE, 0, block.rfind(b"\n"))
    return event_in(block[begin : block.index(b"\n", begin)]) if begin >= 0 else None


def loss_series(curves: Curves, name: str = "loss") -> Series:
    """A run's loss as a curve to be drawn.

    Arguments:
        curves: of the run.
        name: for the legend.
    """
    smoothing = smoothing_for(len(curves.step))
    return Series(name, curves.step.astype("float64"), curves.loss, smoothing)


def smoothing_for(points: int) -> int:
    """Over how many points a curve is averaged.

    Arguments:
        points: how many it has.

    >>> smoothing_for(10), smoothing_for(1000)
    (1, 20)
    """
    return max(1, points // CALM)


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
