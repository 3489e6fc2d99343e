"""Run folders and their lock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from microgradseq.training.errors import BusyError, RunError
from microgradseq.training.lock import Lock, holder
from microgradseq.training.run_folder import (
    RunFolder,
    checked_name,
    find_run,
    free_name,
    runs_in,
)

RECORD = {"task": "copy", "settings": {}, "description": {}, "status": "running"}
HOLD = """
import sys, time
from pathlib import Path
from microgradseq.training.lock import Lock
with Lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def made(path: Path, **changes: object) -> RunFolder:
    folder = RunFolder(path)
    folder.create({**RECORD, **changes})
    return folder


def holding(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize("locks", [True, False], ids=["flock", "process id alone"])
def test_the_second_trainer_is_refused_and_a_dead_ones_lock_is_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locks: bool
) -> None:
    if not locks:
        # some network file systems cannot lock: then only the process id tells
        monkeypatch.setattr("microgradseq.training.lock.fcntl", None)
    path = tmp_path / "lock"
    process = holding(path)
    try:
        assert holder(path) == process.pid
        with pytest.raises(BusyError, match=f"process {process.pid}"), Lock(path):
            pass
    finally:
        process.kill()
        process.communicate()
    assert holder(path) is None
    with Lock(path):
        assert holder(path) is not None
    assert holder(path) is None


def test_a_process_that_got_a_dead_ones_number_takes_its_lock_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("microgradseq.training.lock.fcntl", None)
    path = tmp_path / "lock"
    path.write_text(json.dumps({"process": os.getpid()}))
    assert holder(path) == os.getpid()
    with Lock(path):
        pass
    assert holder(path) is None


def test_one_process_locks_a_folder_once(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with Lock(path), pytest.raises(BusyError, match=f"process {os.getpid()}"), Lock(path):
        pass


def test_a_damaged_lock_file_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text('{"process": "x')
    assert holder(path) is None
    with Lock(path):
        pass


def test_a_run_whose_trainer_died_is_interrupted(tmp_path: Path) -> None:
    folder = made(tmp_path / "a")
    assert folder.status() == "interrupted"
    with folder.lock():
        assert folder.status() == "running"
        with pytest.raises(RunError, match="being trained by process"):
            folder.remove()
    folder.update(status="finished")
    assert folder.status() == "finished"
    folder.remove()
    assert not folder.path.exists()


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    made(tmp_path / "a")
    with pytest.raises(RunError, match="holds a run already"):
        made(tmp_path / "a")


def test_runs_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    made(tmp_path / "story-lstm")
    assert find_run("story-lstm", tmp_path).name == "story-lstm"
    assert find_run(str(tmp_path / "story-lstm"), tmp_path / "none").name == "story-lstm"
    with pytest.raises(RunError, match="did you mean story-lstm"):
        find_run("stroy-lstm", tmp_path)
    with pytest.raises(RunError, match="microgradseq train makes one"):
        find_run("a", tmp_path / "none")
    assert [run.name for run in runs_in(tmp_path)] == ["story-lstm"]


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"task": 3}', json.dumps({**RECORD, "settings": []}), "[" * 100_000, "\xff"],
)
def test_a_damaged_record_is_named(tmp_path: Path, content: str) -> None:
    folder = made(tmp_path / "a")
    folder.record.write_bytes(content.encode("latin-1"))
    with pytest.raises(RunError, match=r"run\.json is damaged"):
        folder.read()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "-a", "a b", "a.", "a\n"])
def test_names_that_no_folder_should_have_are_refused(name: str) -> None:
    with pytest.raises(RunError, match="cannot name a run"):
        checked_name(name)


def test_a_name_that_is_too_long_is_told_so() -> None:
    assert checked_name("x" * 100) == "x" * 100
    with pytest.raises(RunError, match="may have 100 characters, not 101"):
        checked_name("x" * 101)


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    made(tmp_path / "a")
    made(tmp_path / "a-2")
    assert free_name("a", tmp_path) == "a-3"
    assert free_name("b", tmp_path) == "b"
