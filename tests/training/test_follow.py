"""Following a run's folder, whatever becomes of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from microgradseq.training.events import Event, line_of
from microgradseq.training.follow import GONE, REWOUND, UNREADABLE, WAITING, Follower
from microgradseq.training.run_folder import RunFolder


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "故事")
    folder.create({"task": "language", "settings": {}, "description": {}, "status": "running"})
    return folder


def step(number: int) -> Event:
    rest = {"epoch": 0, "tokens": 9, "loss": 1 / number, "gradient_norm": 1.0, "lr": 0.1}
    return {"event": "step", "step": number, **rest, "tokens_per_second": 5.0, "elapsed": 0.1}


def write(run: RunFolder, *numbers: int, mode: str = "ab") -> None:
    with run.events.open(mode) as file:
        file.write(b"".join(line_of(step(number)) for number in numbers))


def steps(events: list[Event]) -> list[object]:
    return [event.get("step", event["event"]) for event in events]


def test_each_event_comes_once(run: RunFolder) -> None:
    follower = Follower(run)
    assert follower.read() == []
    write(run, 1, 2)
    assert steps(follower.read()) == [1, 2]
    assert follower.read() == []
    write(run, 3)
    assert steps(follower.read()) == [3]


def test_a_torn_line_waits_for_its_rest(run: RunFolder) -> None:
    follower, line = Follower(run), line_of(step(7))
    run.events.write_bytes(line[:20])
    assert follower.read() == []
    run.events.write_bytes(line)
    assert steps(follower.read()) == [7]


def test_a_log_that_was_cut_is_told_of(run: RunFolder) -> None:
    follower = Follower(run)
    write(run, 1, 2, 3)
    follower.read()
    write(run, 1, mode="wb")
    assert steps(follower.read()) == [REWOUND, 1]


def test_a_log_that_was_cut_and_has_grown_past_the_place_is_told_of(run: RunFolder) -> None:
    follower = Follower(run)
    write(run, 1, 2, 3)
    follower.read()
    write(run, 1, 5, 6, 7, 8, mode="wb")
    assert steps(follower.read()) == [REWOUND, 1, 5, 6, 7, 8]


def test_columns_first_and_then_what_is_new(run: RunFolder) -> None:
    write(run, *range(1, 101))
    follower = Follower(run)
    curves = follower.whole()
    assert curves is not None
    assert curves.step.tolist() == list(range(1, 101))
    assert follower.read() == []
    write(run, 101)
    assert steps(follower.read()) == [101]


def test_a_trainer_that_died_is_told_of(run: RunFolder) -> None:
    follower = Follower(run)
    with run.lock():
        follower.read()
        assert follower.status == "running"
        assert follower.alive
    follower.read()
    assert follower.status == "interrupted"
    assert not follower.alive


def test_a_folder_that_comes_and_goes(tmp_path: Path, run: RunFolder) -> None:
    shutil.move(run.path, tmp_path / "aside")
    follower = Follower(run)
    follower.read()
    assert follower.status == WAITING
    shutil.move(tmp_path / "aside", run.path)
    follower.read()
    assert follower.status == "interrupted"
    shutil.rmtree(run.path)
    assert follower.read() == []
    assert follower.status == GONE
    assert "not there any more" in follower.problem


def test_a_damaged_record_is_told_of_and_a_mended_one_read(run: RunFolder) -> None:
    good = run.record.read_bytes()
    follower = Follower(run)
    run.record.write_text("{", encoding="utf-8")
    assert follower.read() == []
    assert follower.status == UNREADABLE
    assert "run.json" in follower.problem
    run.record.write_bytes(good)
    follower.read()
    assert (follower.status, follower.problem) == ("interrupted", "")


def test_a_log_that_is_a_folder_is_told_of(run: RunFolder) -> None:
    run.events.mkdir()
    follower = Follower(run)
    assert follower.whole() is None
    assert follower.read() == []
    assert follower.status == UNREADABLE


def test_a_log_that_vanished_is_void(run: RunFolder) -> None:
    follower = Follower(run)
    write(run, 1, 2)
    follower.read()
    os.remove(run.events)
    assert steps(follower.read()) == [REWOUND]
    write(run, 1)
    assert steps(follower.read()) == [1]


@pytest.mark.parametrize(
    ("status", "alive"),
    [("running", True), ("paused", True), ("finished", False), ("stopped", False)],
)
def test_more_may_come_of_a_run_that_is_not_over(run: RunFolder, status: str, alive: bool) -> None:
    with run.lock():
        run.update(status=status)
        follower = Follower(run)
        assert follower.alive, "waiting"
        follower.read()
        assert (follower.status, follower.alive) == (status, alive)
