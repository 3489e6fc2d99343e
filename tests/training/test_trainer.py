"""The trainer: what it writes, how it is steered, stopped, and brought back."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest

from microgradseq.training.checkpoint import load_checkpoint
from microgradseq.training.errors import BusyError, DiskError
from microgradseq.training.events import Event
from microgradseq.training.trainer import Trainer
from tests.training.toy import PER_EPOCH, ToyTask, told, toy_trainer


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the trainer may catch it."""


def kill_at(trainer: Trainer, step: int, kind: str) -> None:
    """Have the trainer die as it writes an event, what it has not flushed lost with it."""

    def observe(event: Event) -> None:
        if event["event"] == kind and event["step"] >= step:
            trainer.log._waiting.clear()
            raise Killed

    trainer.observer = observe


def weights(path: Path, which: str = "latest") -> dict[str, Any]:
    return load_checkpoint(path / f"{which}.safetensors").model


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(
        (array == other[name]).all() for name, array in one.items()
    )


def resume(path: Path, **changes: Any) -> Event:
    checkpoint = load_checkpoint(path / "latest.safetensors")
    return toy_trainer(path, **changes).run(checkpoint)


def test_a_run_tells_everything_and_learns(tmp_path: Path) -> None:
    end = toy_trainer(tmp_path / "a", epochs=40).run()
    events = told(tmp_path / "a")
    assert (end["status"], end["step"]) == ("finished", 240)
    kinds = [event["event"] for event in events]
    assert kinds[0] == "start"
    assert kinds[-1] == "end"
    assert kinds.count("step") == 240
    assert set(kinds) == {"start", "step", "validation", "sample", "flow", "checkpoint", "end"}
    validations = [event for event in events if event["event"] == "validation"]
    assert validations[-1]["loss"] < validations[0]["loss"] / 2
    # the last step is measured once, and an epoch's last step belongs to it
    assert [event["step"] for event in validations] == list(range(5, 241, 5))
    assert [event["epoch"] for event in validations[4:7]] == [4, 4, 5]
    draws = {event["text"].split()[0] for event in events if event["event"] == "sample"}
    assert len(draws) > 1, "each sample is drawn anew"
    steps = [event for event in events if event["event"] == "step"]
    assert [step["epoch"] for step in steps[:7]] == [0] * PER_EPOCH + [1]
    assert steps[-1]["tokens"] == 240 * 12
    assert steps[0]["perplexity"] == pytest.approx(numpy.exp(steps[0]["loss"]))
    record = json.loads((tmp_path / "a" / "run.json").read_text())
    assert record["status"] == "finished"
    flow = next(event for event in events if event["event"] == "flow")
    assert len(flow["gradient_norms"]) == 4
    assert set(flow["gates"]) == {"reset", "update", "candidate"}


def test_the_best_checkpoint_is_that_of_the_lowest_validation_loss(tmp_path: Path) -> None:
    # a rate so high that the loss goes up and down
    trainer = toy_trainer(tmp_path / "a", epochs=10, lr=2.0)
    trainer.run()
    validations = [event for event in told(tmp_path / "a") if event["event"] == "validation"]
    losses = [event["loss"] for event in validations]
    assert [event["best"] for event in validations] == [
        loss == min(losses[: place + 1]) for place, loss in enumerate(losses)
    ]
    assert not all(event["best"] for event in validations)
    best = load_checkpoint(trainer.folder.best)
    lowest = validations[losses.index(min(losses))]
    assert best.rest["progress"]["step"] == lowest["step"]


@pytest.mark.parametrize("kind", ["step", "validation", "sample", "checkpoint"])
@pytest.mark.parametrize("step", [3, 10, 17])
def test_a_killed_run_goes_on_to_the_same_bits(tmp_path: Path, kind: str, step: int) -> None:
    toy_trainer(tmp_path / "whole").run()
    trainer = toy_trainer(tmp_path / "killed")
    kill_at(trainer, step, kind)
    with pytest.raises(Killed):
        trainer.run()
    resume(tmp_path / "killed")
    assert told(tmp_path / "killed") == told(tmp_path / "whole")
    for which in ("latest", "best"):
        assert same(weights(tmp_path / "killed", which), weights(tmp_path / "whole", which))


@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": "sgd", "momentum": 0.9, "schedule": "cosine"},
        {"optimizer": "adagrad", "schedule": "plateau", "early_stop": 3},
        {"optimizer": "rmsprop", "schedule": "exponential", "clip": 0.0},
        {"optimizer": "adamw", "schedule": "warm-up", "dtype": "float64"},
        {"schedule": "step", "clip_by": "value"},
    ],
)
def test_every_optimizer_and_schedule_resumes_exactly(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    toy_trainer(tmp_path / "whole", **changes).run()
    trainer = toy_trainer(tmp_path / "killed", **changes)
    kill_at(trainer, 15, "step")
    with pytest.raises(Killed):
        trainer.run()
    resume(tmp_path / "killed", **changes)
    assert told(tmp_path / "killed") == told(tmp_path / "whole")
    assert same(weights(tmp_path / "killed"), weights(tmp_path / "whole"))


def test_a_stopped_run_goes_on_as_if_it_never_stopped(tmp_path: Path) -> None:
    toy_trainer(tmp_path / "whole").run()
    trainer = toy_trainer(tmp_path / "stopped")
    trainer.observer = at_step(10, lambda: os.kill(os.getpid(), signal.SIGINT))
    end = trainer.run()
    assert end["status"] == "stopped"
    assert "SIGINT" in end["reason"]
    assert told(tmp_path / "stopped")[-1]["event"] == "end"
    resume(tmp_path / "stopped")
    assert told(tmp_path / "stopped") == told(tmp_path / "whole")


def test_a_clip_that_was_set_by_hand_outlives_a_resume(tmp_path: Path) -> None:
    trainer = toy_trainer(tmp_path / "a")

    def act() -> None:
        trainer.folder.send("clip", value=0.125)
        trainer.folder.send("stop")

    trainer.observer = at_step(5, act)
    trainer.run()
    resumed = toy_trainer(tmp_path / "a")
    resumed.run(load_checkpoint(resumed.folder.latest))
    assert resumed.clip == 0.125


def at_step(step: int, act: Callable[[], Any]) -> Callable[[Event], None]:
    """Do something once, as the event of a step comes."""
    done: list[bool] = []

    def observe(event: Event) -> None:
        if event["event"] == "step" and event["step"] == step and not done:
            done.append(True)
            act()

    return observe


def test_commands_are_obeyed_within_a_step_and_answered(tmp_path: Path) -> None:
    trainer = toy_trainer(tmp_path / "a")

    def command() -> None:
        trainer.folder.send("lr", value=0.5)
        trainer.folder.send("clip", value=0.25)
        trainer.folder.send("sample", prefix="hello", temperature=0.5)
        with trainer.folder.control.open("a") as file:
            file.write('{"command": "dance"}\n')
        trainer.folder.send("checkpoint")

    trainer.observer = at_step(8, command)
    trainer.run()
    events = told(tmp_path / "a")
    answers = [event for event in events if event["event"] == "control"]
    assert [answer["command"] for answer in answers] == [
        "lr",
        "clip",
        "sample",
        "dance",
        "checkpoint",
    ]
    assert [answer["accepted"] for answer in answers] == [True, True, True, False, True]
    assert {answer["step"] for answer in answers} == {8}
    rates = [event["lr"] for event in events if event["event"] == "step"]
    assert rates[7:9] == [0.05, 0.5]
    asked = [event for event in events if event["event"] == "sample" and event["asked"]]
    assert asked[0]["text"].endswith("hello")
    assert trainer.clip == 0.25


def test_pause_step_resume_and_stop(tmp_path: Path) -> None:
    trainer = toy_trainer(tmp_path / "a", epochs=1000)
    trainer.observer = at_step(5, lambda: trainer.folder.send("pause"))
    ends: list[Event] = []
    thread = threading.Thread(target=lambda: ends.append(trainer.run()), daemon=True)
    thread.start()
    wait_for(lambda: trainer.folder.status() == "paused")
    assert trainer.paused
    assert trainer.progress.step == 5
    trainer.folder.send("step")
    wait_for(lambda: trainer.progress.step == 6)
    time.sleep(0.15)
    assert trainer.progress.step == 6
    trainer.folder.send("resume")
    wait_for(lambda: trainer.progress.step > 8)
    trainer.folder.send("stop")
    thread.join(10)
    assert ends[0]["status"] == "stopped"
    assert trainer.folder.status() == "stopped"


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_second_trainer_is_refused(tmp_path: Path) -> None:
    trainer = toy_trainer(tmp_path / "a")
    with trainer.folder.lock(), pytest.raises(BusyError):
        toy_trainer(tmp_path / "a").run()


def spoiled(trainer: Trainer, steps: set[int]) -> None:
    """Make the weights overflow in the forward pass of some steps."""
    loss = trainer.task.loss

    def spoil(batch: Any, state: Any = None) -> Any:
        if trainer.progress.step + 1 in steps and trainer.task.model.training:
            trainer.task.model.head.weight.overwrite(numpy.full((5, 6), numpy.inf, dtype="float32"))
        return loss(batch, state)

    trainer.task.loss = spoil  # type: ignore[method-assign]


def test_a_loss_that_is_not_finite_goes_back_and_halves_the_rate(tmp_path: Path) -> None:
    trainer = toy_trainer(tmp_path / "a")
    spoiled(trainer, {6, 10})
    end = trainer.run()
    assert end["status"] == "finished"
    events = told(tmp_path / "a")
    warnings = [event["text"] for event in events if event["event"] == "warning"]
    assert len(warnings) == 2
    assert "head.weight are not finite" in warnings[0]
    assert "The weights of step 5 are back" in warnings[0]
    rates = [event["lr"] for event in events if event["event"] == "step"]
    assert (rates[5], rates[6], rates[10]) == (0.05, 0.025, 0.0125)
    bad = [event for event in events if event["event"] == "step"][5]
    assert (bad["loss"], bad["gradient_norm"]) == (None, None)


def test_two_failures_after_one_checkpoint_halve_the_rate_twice(tmp_path: Path) -> None:
    trainer = toy_trainer(tmp_path / "a")
    spoiled(trainer, {6, 7})
    trainer.run()
    rates = [event["lr"] for event in told(tmp_path / "a") if event["event"] == "step"]
    assert rates[5:8] == [0.05, 0.025, 0.0125]


def test_after_going_back_no_state_is_carried_on(tmp_path: Path) -> None:
    trainer = toy_trainer(tmp_path / "a")
    loss = trainer.task.loss
    seen: dict[int, bool] = {}

    def watched(batch: Any, state: Any = None) -> Any:
        if trainer.task.model.training:
            seen.setdefault(trainer.progress.step + 1, state is None)
        return loss(batch, state)

    trainer.task.loss = watched  # type: ignore[method-assign]
    spoiled(trainer, {9})
    trainer.run()
    assert [seen[step] for step in (8, 9, 10, 11)] == [False, False, True, False]


def test_the_fourth_time_fails(tmp_path: Path) -> None:
    trainer = toy_trainer(tmp_path / "a")
    spoiled(trainer, {3, 5, 7, 9})
    end = trainer.run()
    assert end["status"] == "failed"
    assert "not finite for the 4th time, at step 9" in end["reason"]
    assert trainer.folder.status() == "failed"
    assert numpy.isfinite(weights(tmp_path / "a")["head.weight"]).all()


def test_the_first_bad_node_is_named_with_its_time_step(tmp_path: Path) -> None:
    trainer = toy_trainer(tmp_path / "a")
    loss = trainer.task.loss

    def diverge(batch: Any, state: Any = None) -> Any:
        if trainer.progress.step in (5, 6) and state is not None:
            state = numpy.full_like(state, 3e38)
        return loss(batch, state)

    trainer.task.loss = diverge  # type: ignore[method-assign]
    trainer.run()
    warning = next(e["text"] for e in told(tmp_path / "a") if e["event"] == "warning")
    assert "t=0" in warning


def test_early_stopping_counts_validations(tmp_path: Path) -> None:
    trainer = toy_trainer(tmp_path / "a", epochs=1000, early_stop=2, lr=1e-9, validate_every=2)
    trainer.task.evaluate = lambda split="validation": {"loss": 1.0}  # type: ignore[method-assign]
    end = trainer.run()
    assert (end["status"], end["step"]) == ("finished", 6)
    assert end["reason"] == "no more progress"


def test_a_better_validation_makes_early_stopping_count_anew(tmp_path: Path) -> None:
    losses = iter([3.0, 4.0, 2.0, 4.0, 1.0, 1.0, 1.0])
    trainer = toy_trainer(tmp_path / "a", epochs=1000, early_stop=2, validate_every=2)
    trainer.task.evaluate = lambda split="validation": {"loss": next(losses)}  # type: ignore[method-assign]
    # as good as the best is not better
    assert trainer.run()["step"] == 14
    assert (trainer.progress.best_loss, trainer.progress.best_step) == (1.0, 10)


def test_a_plateau_lowers_the_rate_by_validations_not_by_steps(tmp_path: Path) -> None:
    trainer = toy_trainer(tmp_path / "a", schedule="plateau", validate_every=2, lr=0.04)
    trainer.task.evaluate = lambda split="validation": {"loss": 1.0}  # type: ignore[method-assign]
    trainer.run()
    rates = [event["lr"] for event in told(tmp_path / "a") if event["event"] == "step"]
    # the first validation is the best; after it three bring nothing
    assert (rates[7], rates[8], rates[13], rates[14]) == (0.04, 0.02, 0.02, 0.01)


def test_the_state_is_carried_over_until_a_batch_begins_afresh(tmp_path: Path) -> None:
    trainer = toy_trainer(tmp_path / "a")
    loss = trainer.task.loss
    seen: list[tuple[bool, bool]] = []

    def watched(batch: Any, state: Any = None) -> Any:
        if trainer.task.model.training:
            seen.append((batch.fresh, state is None))
        return loss(batch, state)

    trainer.task.loss = watched  # type: ignore[method-assign]
    trainer.run()
    assert [fresh for fresh, _ in seen] == [step % PER_EPOCH == 0 for step in range(len(seen))]
    assert all(fresh == empty for fresh, empty in seen)


def test_a_full_disk_is_reported_and_the_last_checkpoint_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = toy_trainer(tmp_path / "a")
    real = os.fsync

    def full(number: int) -> None:
        if trainer.progress.step >= 8:
            raise OSError(28, "No space left on device")
        real(number)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match="No space left on device"):
        trainer.run()
    monkeypatch.undo()
    assert load_checkpoint(tmp_path / "a" / "latest.safetensors").rest["progress"]["step"] == 5
    assert trainer.folder.trainer() is None
    resume(tmp_path / "a")
    toy_trainer(tmp_path / "whole").run()
    assert told(tmp_path / "a") == told(tmp_path / "whole")


def test_the_toy_task_is_one(tmp_path: Path) -> None:
    task = ToyTask.restore(toy_trainer(tmp_path / "a").settings, {})
    assert task.kind == "toy"
