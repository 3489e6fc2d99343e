"""What the tests of Train look at: a run whose log was made up, dead or alive."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from microgradseq.training.event_log import EventWriter
from microgradseq.training.events import Event
from microgradseq.training.run_folder import RunFolder
from microgradseq_tui.app import MicrogradseqApp
from tests.tui.train_harness import screen_of


def told(kind: str, step: int, **content: Any) -> Event:
    return {"event": kind, "step": step, **content, "elapsed": step / 10}


def step_event(step: int) -> Event:
    loss = 1.0 + 3.0 / step
    rest = {"epoch": step // 40, "tokens": 32 * step, "loss": loss, "perplexity": 2.0}
    return told("step", step, **rest, gradient_norm=1.0, lr=0.01, tokens_per_second=320.0)


def story_events() -> list[Event]:
    events = [told("start", 0, parameters=9, steps_per_epoch=40, steps=200, time=1.0)]
    for step in range(1, 81):
        events.append(step_event(step))
        if step % 20 == 0:
            loss = 1.5 if step < 40 else 1.6 + step / 1000
            rest = {"epoch": 0, "split": "validation", "metrics": {}, "best": step == 20}
            events.append(told("validation", step, loss=loss, **rest))
            text = f"the {'cat' if step < 80 else 'hat'} sat, 猫坐在家里 {step}"
            events.append(told("sample", step, text=text, prefix="", temperature=1.0, asked=False))
            norms = [10.0 ** (place - 6) for place in range(7)]
            gates = {"input": {"low": 0.1, "high": 0.5}, "forget": {"low": 0.0, "high": 1.0}}
            flow = {"gradient_norms": norms, "verdict": "vanishing", "gates": gates}
            events.append(told("flow", step, **flow, state=step / 100))
    events.append(told("control", 50, command="lr", value=0.01, accepted=True))
    events.append(told("warning", 60, text="批次太大 batch 32 was too large"))
    return events


def write(run: RunFolder, events: list[Event], keep: int | None = None) -> None:
    log = EventWriter(run.events, keep)
    for event in events:
        log.write(event)
    log.close()


@pytest.fixture(name="run")
def made_up_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A run whose log was made up; nobody trains it."""
    monkeypatch.setattr(os, "getloadavg", lambda: (0.5, 0.5, 0.5))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    folder = RunFolder(tmp_path / "runs" / "故事-lstm")
    record: dict[str, Any] = {"task": "language", "settings": {"cell": "lstm"}, "description": {}}
    baselines = [{"name": "unigram", "metrics": {"loss": 2.5}}]
    folder.create({**record, "status": "running", "baselines": baselines})
    write(folder, story_events())
    return folder


@pytest.fixture(name="live")
def live_run(run: RunFolder) -> Iterator[RunFolder]:
    """The same run, as if a trainer were at work in it."""
    with ExitStack() as stack:
        stack.enter_context(run.lock())
        yield run


def look(app: MicrogradseqApp) -> None:
    """What the clock would do."""
    screen_of(app)._look()


def commands(run: RunFolder) -> list[dict[str, Any]]:
    if not run.control.exists():
        return []
    return [json.loads(line) for line in run.control.read_text("utf-8").splitlines()]
