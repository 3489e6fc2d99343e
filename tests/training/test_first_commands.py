"""Commands that come before a trainer's first look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from microgradseq.training.checkpoint import load_checkpoint
from microgradseq.training.snapshot import restore
from tests.training.toy import toy_trainer


def test_a_stop_is_obeyed_as_soon_as_the_folder_is_there(tmp_path: Path) -> None:
    trainer = toy_trainer(tmp_path / "a")
    trainer.folder.send("stop")
    end = trainer.run()
    assert (end["status"], end["step"]) == ("stopped", 0)


def test_a_stop_is_obeyed_while_a_run_that_goes_on_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = toy_trainer(tmp_path / "a")
    first.folder.send("stop")
    first.run()
    resumed = toy_trainer(tmp_path / "a")

    def restore_slowly(*arguments: Any) -> None:
        assert resumed.folder.trainer() is not None
        resumed.folder.send("stop")
        restore(*arguments)

    monkeypatch.setattr("microgradseq.training.trainer.restore", restore_slowly)
    assert resumed.run(load_checkpoint(resumed.folder.latest))["status"] == "stopped"


def test_what_an_earlier_trainer_was_told_does_not_count(tmp_path: Path) -> None:
    first = toy_trainer(tmp_path / "a", epochs=1)
    first.run()
    first.folder.send("stop")
    resumed = toy_trainer(tmp_path / "a", epochs=2)
    assert resumed.run(load_checkpoint(resumed.folder.latest))["status"] == "finished"
