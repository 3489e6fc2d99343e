"""The table of runs: read once, cheap to look at again; removing with undo; renaming; glances."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from microgradseq.training.errors import RunError
from microgradseq.training.event_log import EventWriter
from microgradseq.training.run_folder import RunFolder
from microgradseq.training.run_table import CALM_LOOK, RunTable, matching, sorted_lines
from microgradseq.training.summary import TAIL, glance, last_numbers
from microgradseq.training.trash import TRASH, Trash, empty_trash


def make_run(
    folder: Path, name: str, losses: list[float], status: str = "finished", cell: str = "gru"
) -> RunFolder:
    run = RunFolder(folder / name)
    record = {"task": "language", "settings": {"cell": cell}, "description": {}}
    run.create({**record, "status": status})
    log = EventWriter(run.events)
    for step, loss in enumerate(losses, start=1):
        log.write({"event": "step", "step": step, "loss": loss, "perplexity": 2.0, "elapsed": 0.5})
    log.close()
    return run


def looked(folder: Path) -> RunTable:
    table = RunTable(folder)
    while not table.look():
        pass
    return table


def test_a_line_tells_what_the_folder_says(tmp_path: Path) -> None:
    make_run(tmp_path, "a", [3.0, 2.0, 1.0])
    make_run(tmp_path, "died", [], status="running")
    (tmp_path / "no-run").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{")
    lines = {line.name: line for line in looked(tmp_path).lines}
    assert sorted(lines) == ["a", "broken", "died"]
    line = lines["a"]
    assert (line.status, line.task, line.cell, line.steps) == ("finished", "language", "gru", 3)
    assert (line.loss, line.perplexity, line.seconds) == (1.0, 2.0, 0.5)
    assert line.losses[-1] == 1.0
    assert lines["died"].status == "interrupted"
    assert not lines["broken"].whole


def test_files_that_did_not_change_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path, "a", [3.0])
    make_run(tmp_path, "b", [3.0])
    table = looked(tmp_path)
    read: list[str] = []
    old = RunFolder.read

    def noted(run: RunFolder) -> dict[str, Any]:
        read.append(run.name)
        return old(run)

    monkeypatch.setattr(RunFolder, "read", noted)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 2 * CALM_LOOK)
    assert table.look()
    assert read == []
    monkeypatch.setattr(time, "monotonic", lambda: now + 4 * CALM_LOOK)
    log = EventWriter(run.events)
    log.write({"event": "step", "step": 2, "loss": 0.25, "elapsed": 1.0})
    log.close()
    assert table.look()
    assert read == ["a"]
    assert {line.name: line.loss for line in table.lines} == {"a": 0.25, "b": 3.0}


def test_a_running_one_is_looked_at_each_time(tmp_path: Path) -> None:
    run = make_run(tmp_path, "a", [3.0], status="running")
    with run.lock():
        table = looked(tmp_path)
        assert table.lines[0].status == "running"
        log = EventWriter(run.events)
        log.write({"event": "step", "step": 2, "loss": 0.5, "elapsed": 1.0})
        log.close()
        table.look()
        assert table.lines[0].loss == 0.5
    table.look()
    assert table.lines[0].status == "interrupted"


def test_a_look_keeps_to_its_time(tmp_path: Path) -> None:
    for number in range(30):
        make_run(tmp_path, f"run-{number}", [1.0])
    table = RunTable(tmp_path)
    assert not table.look(0.0)
    assert len(table.lines) == 1
    rounds = 1
    while not table.look(0.0):
        rounds += 1
    assert rounds == 29
    assert len(table.lines) == 30


def test_a_thousand_folders_are_cheap(tmp_path: Path) -> None:
    for number in range(1000):
        folder = tmp_path / f"run-{number}"
        folder.mkdir()
        (folder / "run.json").write_text(
            '{"task":"adding","settings":{},"description":{},"status":"finished"}'
        )
    table = RunTable(tmp_path)
    while not table.look(0.05):
        pass
    assert len(table.lines) == 1000
    began = time.process_time()
    assert table.look()
    assert time.process_time() - began < 0.1


def test_order_and_filter(tmp_path: Path) -> None:
    make_run(tmp_path, "b", [2.0], cell="lstm")
    make_run(tmp_path, "a", [3.0])
    make_run(tmp_path, "时间", [])
    lines = looked(tmp_path).lines
    assert [line.name for line in sorted_lines(lines, "loss")] == ["b", "a", "时间"]
    assert [line.name for line in sorted_lines(lines, "loss", reverse=True)] == ["a", "b", "时间"]
    assert [line.name for line in sorted_lines(lines, "cell")] == ["a", "时间", "b"]
    assert [line.name for line in matching(lines, "时")] == ["时间"]
    assert [line.name for line in matching(lines, "gru FINISHED")] == [
        line.name for line in lines if line.cell == "gru"
    ]


def test_the_last_validation_is_found_behind_many_steps(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventWriter(path)
    log.write(
        {"event": "validation", "step": 1, "loss": 0.5, "best": True, "metrics": {}, "elapsed": 1}
    )
    for step in range(2, 1000):
        log.write({"event": "step", "step": step, "loss": 9.0, "elapsed": 2.0})
    log.close()
    assert path.stat().st_size < TAIL
    numbers = last_numbers(path)
    assert (numbers.step, numbers.loss, numbers.best_loss) == (999, 0.5, 0.5)


def test_a_glance_reads_little(tmp_path: Path) -> None:
    run = make_run(tmp_path, "a", [float(loss) for loss in range(5000, 0, -1)])
    found = glance(run.events, 8)
    assert len(found) == 8
    assert found == sorted(found, reverse=True)
    assert found[-1] == 1.0


def test_a_glance_begins_with_the_first_loss(tmp_path: Path) -> None:
    # most runs fall within their first steps and waver afterwards
    losses = [3.0, *(0.6 + 0.01 * (step % 3) for step in range(400))]
    found = glance(make_run(tmp_path, "a", losses).events, 8)
    assert len(found) == 8
    assert found[0] == 3.0
    assert max(found[1:]) < 0.7


def test_removing_and_bringing_back(tmp_path: Path) -> None:
    run = make_run(tmp_path, "a", [1.0])
    make_run(tmp_path, "b", [1.0])
    trash = Trash(tmp_path)
    trash.put(run)
    assert {line.name for line in looked(tmp_path).lines} == {"b"}
    make_run(tmp_path, "a", [2.0])
    with pytest.raises(RunError, match="another run has that name"):
        trash.take_back()
    trash.put(RunFolder(tmp_path / "a"))
    assert trash.names == ["a", "a"]
    assert trash.take_back() == "a"
    assert last_numbers(tmp_path / "a" / "events.jsonl").loss == 2.0
    trash.empty()
    assert not (tmp_path / TRASH).exists()
    with pytest.raises(RunError, match="nothing was removed"):
        trash.take_back()


def test_the_trash_of_a_living_process_stays(tmp_path: Path) -> None:
    other, dead = tmp_path / TRASH / str(os.getppid()), tmp_path / TRASH / "999999999"
    for place in (other, dead):
        (place / "0-x").mkdir(parents=True)
    Trash(tmp_path).empty()
    assert other.exists()
    assert not dead.exists()
    assert empty_trash(tmp_path) == 1
    assert not (tmp_path / TRASH).exists()


def test_a_trash_that_was_emptied_is_told_of(tmp_path: Path) -> None:
    trash = Trash(tmp_path)
    trash.put(make_run(tmp_path, "a", [1.0]))
    empty_trash(tmp_path)
    with pytest.raises(RunError, match="emptied meanwhile"):
        trash.take_back()
    assert trash.names == []


def test_what_trains_is_neither_removed_nor_renamed(tmp_path: Path) -> None:
    run = make_run(tmp_path, "a", [1.0], status="running")
    with run.lock():
        for deed in (lambda: Trash(tmp_path).put(run), lambda: run.rename("b")):
            with pytest.raises(RunError, match="it is being trained by process"):
                deed()
    assert run.rename("b").name == "b"


@pytest.mark.parametrize("name", ["a/b", "..", "", " x", "-x", "b"])
def test_odd_or_taken_names_are_refused(tmp_path: Path, name: str) -> None:
    run = make_run(tmp_path, "a", [1.0])
    make_run(tmp_path, "b", [1.0])
    with pytest.raises(RunError):
        run.rename(name)
    assert (tmp_path / "a").is_dir()
    assert run.rename("时间机器-2").name == "时间机器-2"
