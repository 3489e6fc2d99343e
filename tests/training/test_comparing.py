"""Comparisons: what a person typed, the command line that trains it, and runs side by side."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy
import pytest

from microgradseq.errors import UserError
from microgradseq.tasks.choice import choose_task
from microgradseq.tasks.registry import settings_for
from microgradseq.tasks.settings import OPTIONS
from microgradseq.training.comparing import (
    COMPARISONS,
    changed,
    networks_in,
    networks_text,
    settings_in,
    settings_text,
)
from microgradseq.training.contestant import Contestant
from microgradseq.training.curves import Curves
from microgradseq.training.event_log import EventWriter
from microgradseq.training.run_folder import RunFolder
from microgradseq.training.side_by_side import (
    flow_map,
    labels_of,
    reported_steps,
    result_rows,
    same_data,
    setting_rows,
)
from microgradseq.training.start import new_run
from microgradseq_cli.train import train

ADDING = COMPARISONS["adding"]


@pytest.mark.parametrize("name", COMPARISONS)
def test_ready_comparisons_survive_being_typed(name: str) -> None:
    comparison = COMPARISONS[name]
    comparison.check()
    again = changed(
        comparison,
        networks=networks_text(comparison.networks),
        shared=settings_text(comparison.shared),
        steps=comparison.steps,
        seed=comparison.seed,
    )
    assert again == comparison


@pytest.mark.parametrize("name", COMPARISONS)
def test_the_command_line_trains_what_the_comparison_says(name: str) -> None:
    comparison = COMPARISONS[name]
    for label in comparison.networks:
        arguments = comparison.arguments(label, "a-run")
        context = train.make_context("train", list(arguments))
        given = {key: value for key, value in context.params.items() if value is not None}
        assert given["target"] == comparison.target
        assert given["name"] == "a-run"
        kind, _ = choose_task(comparison.target)
        said = {key: value for key, value in given.items() if key in OPTIONS}
        assert settings_for(kind, **said) == comparison.settings(label)
        assert comparison.settings(label).cell == label


def test_networks_as_typed() -> None:
    found = networks_in("lstm lr=0.01, lstm lr=0.001 , gru bidirectional=yes")
    assert found == {
        "lstm-lr0.01": {"cell": "lstm", "lr": 0.01},
        "lstm-lr0.001": {"cell": "lstm", "lr": 0.001},
        "gru-bidirectionalyes": {"cell": "gru", "bidirectional": True},
    }
    assert settings_in("") == {}


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"networks": "rnn"}, "2 to 4 networks"),
        ({"networks": "rnn, gru, lstm, jordan, ctrnn"}, "2 to 4 networks"),
        ({"networks": "rnn, rnn"}, "stands there twice"),
        ({"networks": "rnn, grru"}, '"grru" is no cell'),
        ({"networks": "rnn, gru hiden=4"}, "did you mean hidden"),
        ({"networks": "rnn, gru hidden=four"}, "hidden must be a whole number"),
        ({"shared": "lr=0"}, "lr must be above 0"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"target": "nowhere.txt"}, "there is no file"),
        ({"target": "addding"}, "did you mean adding"),
    ],
)
def test_what_cannot_be_trained_is_refused(texts: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        changed(ADDING, **texts)


def test_names_of_runs_are_free_and_alike(tmp_path: Path) -> None:
    (tmp_path / "adding-gru").mkdir()
    assert set(ADDING.run_names(tmp_path).values()) == {
        "adding-rnn-2",
        "adding-gru-2",
        "adding-lstm-2",
    }


def test_labels() -> None:
    assert labels_of(["a-lstm-1", "a-lstm-2"]) == ["1", "2"]
    assert labels_of(["story", "story-2"]) == ["story", "story-2"]
    assert labels_of(["时间-rnn", "时间-gru"]) == ["rnn", "gru"]


def trained(folder: Path, cell: str) -> Contestant:
    small = changed(ADDING, networks="rnn, gru", shared="hidden=4 unroll=6 batch=4", steps=20)
    trainer = new_run("adding", small.settings(cell), name=f"x-{cell}", runs=folder)
    trainer.run()
    return Contestant(trainer.folder, cell)


def test_real_runs_side_by_side(tmp_path: Path) -> None:
    contestants = [trained(tmp_path, cell) for cell in ("rnn", "gru")]
    assert [each.status for each in contestants] == ["waiting", "waiting"]
    assert all(each.look() for each in contestants)
    assert not any(each.look() for each in contestants)
    assert setting_rows(contestants) == [("cell", ["rnn", "gru"])]
    assert same_data([each.record for each in contestants])
    rows = dict(result_rows(contestants))
    assert rows["status"] == ["finished", "finished"]
    assert rows["steps"] == ["20", "20"]
    # parameters by hand: gates × (inputs + hidden + two biases) × hidden, and the answer's layer
    assert rows["parameters"] == [str(4 * (2 + 4 + 2) + 5), str(3 * 4 * (2 + 4 + 2) + 5)]
    assert reported_steps(contestants) == list(range(2, 21, 2))
    found = flow_map(contestants, 13)
    assert found is not None
    assert found.values.shape == (2, 6)
    events = map(json.loads, contestants[1].folder.events.read_text().splitlines())
    flows = {event["step"]: event for event in events if event["event"] == "flow"}
    assert found.values[1].tolist() == flows[12]["gradient_norms"]
    assert contestants[0].baselines() == {"always 1": pytest.approx(1 / 6)}


def test_a_growing_log_is_followed(tmp_path: Path) -> None:
    contestant = Contestant(RunFolder(tmp_path / "a"), "a")
    assert not contestant.look()
    record = {"task": "adding", "settings": {}, "description": {}, "status": "finished"}
    contestant.folder.create(record)
    log = EventWriter(contestant.folder.events)
    for step in range(1, 6):
        loss = math.nan if step == 4 else float(step)
        log.write(
            {
                "event": "step",
                "step": step,
                "epoch": 0,
                "tokens": step,
                "loss": loss,
                "gradient_norm": 1.0,
                "lr": 0.1,
                "tokens_per_second": 1.0,
                "elapsed": step,
            }
        )
        log.flush()
        assert contestant.look()
        curve, whole = contestant.curve(), Curves(contestant.folder.events)
        numpy.testing.assert_array_equal(curve.x, whole.step)
        numpy.testing.assert_array_equal(curve.y, whole.loss)
    log.close()
    # a trainer that goes on takes back what came after its checkpoint
    content = contestant.folder.events.read_bytes().splitlines(keepends=True)
    contestant.folder.events.write_bytes(b"".join(content[:2]))
    contestant.look()
    assert contestant.curve().x.tolist() == [1.0, 2.0]
    assert contestant.step == 2
    contestant.folder.record.unlink()
    assert contestant.look()
    assert contestant.status == "gone"


def test_results_are_written_as_numbers_are_everywhere(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "a")
    run.create({"task": "adding", "settings": {}, "description": {}, "status": "finished"})
    step = {"event": "step", "step": 1200, "elapsed": 75.0, "tokens": 1282065}
    run.events.write_text(json.dumps(step) + "\n")
    contestant = Contestant(run, "a")
    contestant.look()
    rows = dict(result_rows([contestant]))
    assert rows["steps"] == ["1,200"]
    assert rows["tokens/s"] == ["17,094"]
    assert rows["time"] == ["1 min 15 s"]


def test_a_log_that_others_wrote_is_read_event_by_event(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "a")
    run.create({"task": "adding", "settings": {}, "description": {}, "status": "finished"})
    step = {"event": "step", "step": 3, "elapsed": 1.0, "tokens": 32, "loss": 0.5, "lr": 0.1}
    lines = [json.dumps(step), "{torn", json.dumps(step).replace(" ", "") + "extra"]
    lines.append('{"event":"step","step":4,"loss":0.25,"elapsed":2,"x":"a rather long field"}')
    run.events.write_text("\n".join(lines) + "\n")
    contestant = Contestant(run, "a")
    contestant.look()
    assert contestant.curve().x.tolist() == [3.0, 4.0]
    assert contestant.curve().y.tolist() == [0.5, 0.25]
