"""`watch` without a terminal: what happens, line by line, until the end."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest

from microgradseq.training.event_log import EventWriter
from microgradseq.training.events import Event
from microgradseq.training.run_folder import RunFolder
from microgradseq_cli.main import run as command_line

END: Event = {"event": "end", "status": "finished", "reason": "all steps are done"}


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "故事")
    folder.create({"task": "language", "settings": {}, "description": {}, "status": "finished"})
    write(folder, {"event": "warning", "text": "batch 32 was too large"})
    return folder


def write(folder: RunFolder, *events: Mapping[str, Any]) -> None:
    log = EventWriter(folder.events)
    for event in events:
        log.write({**event, "step": 3, "elapsed": 0.5})
    log.close()


def test_a_finished_run_is_told_and_left(
    run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line(["watch", str(run.path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "note: batch 32 was too large",
        f"{run.path}: finished",
    ]


def test_a_run_that_is_not_there_is_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line(["watch", "nowhere", "--runs-dir", str(tmp_path)]) != 0
    assert "there is no run 'nowhere'" in capsys.readouterr().err


def test_a_live_run_is_told_to_its_end(run: RunFolder) -> None:
    command = [sys.executable, "-m", "microgradseq_cli", "watch", str(run.path)]
    run.update(status="running")
    with run.lock(), Popen(command, stdout=PIPE, text=True, encoding="utf-8") as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline() == "note: batch 32 was too large\n"
        step = {"event": "step", "epoch": 0, "tokens": 9, "loss": 1.25, "lr": 0.1}
        write(run, step)
        assert watching.stdout.readline() == "step 3: training loss 1.25\n"
        write(run, END)
        run.update(status="finished")
        assert watching.stdout.read() == f"{run.path}: finished\n"
        assert watching.wait() == 0
