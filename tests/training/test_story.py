"""What is gathered from a training's events, and going back in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from microgradseq.tasks.registry import settings_for
from microgradseq.training.event_log import EventWriter
from microgradseq.training.events import Event, without_clocks
from microgradseq.training.follow import Follower
from microgradseq.training.rewind import rewind
from microgradseq.training.run_folder import RunFolder
from microgradseq.training.start import new_run, resumed_run
from microgradseq.training.story import Story, changed_words


def told(kind: str, step: int, **content: Any) -> Event:
    return {"event": kind, "step": step, **content, "elapsed": step / 10}


def step(number: int, loss: float | None = 1.0) -> Event:
    rest = {"epoch": 0, "tokens": 10 * number, "loss": loss, "perplexity": 2.0}
    return told("step", number, **rest, gradient_norm=1.0, lr=0.1, tokens_per_second=100.0)


EVENTS = [
    told("start", 0, parameters=9, steps_per_epoch=5, steps=20, time=1.0),
    step(1),
    step(2, None),
    told("control", 2, command="lr", value=0.5, accepted=True),
    told("control", 2, command="lr", value=-1, accepted=False, reason="above 0"),
    told("flow", 2, gradient_norms=[0.1, None], verdict="", gates={"f": {"low": 0.1, "high": 0.2}})
    | {"state": 0.3},
    told("sample", 2, text="the cat", prefix="", temperature=1.0, asked=False),
    step(4, 0.5),
]


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "story")
    baselines = [{"name": "uniform", "metrics": {"loss": 3.0}}, {"name": "odd", "metrics": {}}]
    record = {"task": "language", "settings": {}, "description": {}, "baselines": baselines}
    folder.create({**record, "status": "finished"})
    write(folder, EVENTS)
    return folder


def write(folder: RunFolder, events: list[Event]) -> None:
    log = EventWriter(folder.events)
    for event in events:
        log.write(event)
    log.close()


def facts(story: Story) -> list[Any]:
    return [
        story.planned,
        story.seconds_left(),
        story.marks,
        story.notes,
        story.gates(),
        story.activity(),
        story.baselines(),
        [sample["text"] for sample in story.samples],
    ]


def test_read_at_once_or_bit_by_bit_is_the_same(run: RunFolder) -> None:
    at_once, by_bits = Story(Follower(run)), Story(Follower(run))
    columns = at_once.read_all()
    by_bits.read()
    assert facts(at_once) == facts(by_bits)
    for name, numbers in by_bits.fresh.items():
        assert columns[name].tolist() == pytest.approx(numbers, nan_ok=True)
    assert facts(by_bits)[:3] == [20, pytest.approx(1.6), [(2, "lr 0.5")]]
    assert by_bits.notes[1].words == "lr -1 refused: above 0"
    assert by_bits.baselines() == {"uniform": 3.0}


def test_an_end_is_known_however_the_log_is_read(run: RunFolder) -> None:
    end = {"status": "stopped", "reason": "stopped by a viewer", "loss": None, "best_loss": None}
    write(run, [told("end", 4, **end)])
    at_once, by_bits = Story(Follower(run)), Story(Follower(run))
    at_once.read_all()
    by_bits.read()
    assert at_once.end == by_bits.end != {}
    assert at_once.notes[-1].words == "stopped by a viewer"


def test_the_heat_map_has_a_row_for_each_report(run: RunFolder) -> None:
    story = Story(Follower(run))
    story.read()
    found = story.flow_map()
    assert found is not None
    assert found.values.shape == (1, 2)
    assert found.row_names == ["step 2"]


def test_a_log_that_was_cut_begins_anew(run: RunFolder) -> None:
    story = Story(Follower(run))
    story.read_all()
    assert story.read() is False
    run.events.write_bytes(b"")
    write(run, EVENTS[:2])
    assert story.read() is True
    assert story.marks == []
    assert story.fresh["step"] == [1.0]


def test_what_changed_adds_up_to_both_texts() -> None:
    before, after = "the cat sat; 猫在家", "the old cat ran; 狗在家"
    parts = changed_words(before, after)
    assert "".join(text for sign, text in parts if sign != "+") == before
    assert "".join(text for sign, text in parts if sign != "-") == after
    assert ("+", "狗") in parts


def test_back_to_the_best_checkpoint_and_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    settings = settings_for(
        "adding", hidden=4, batch=8, unroll=6, max_steps=30, validate_every=10, lr=0.01
    )
    trainer = new_run("adding", settings, name="sums", runs=tmp_path)
    trainer.run()
    folder = trainer.folder
    whole = [without_clocks(event) for event in folder.follow().new()]
    best = max(event["step"] for event in whole if event["event"] == "checkpoint" and event["best"])
    assert rewind(folder, "best") == best
    again, checkpoint = resumed_run(folder)
    assert checkpoint.rest["progress"]["step"] == best
    again.run(checkpoint)
    assert [without_clocks(event) for event in folder.follow().new()] == whole
