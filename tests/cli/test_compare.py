"""`microgradseq compare`: networks trained side by side, each by a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from microgradseq.training.run_folder import RunFolder

if TYPE_CHECKING:
    from tests.conftest import Command

SMALL = ["--networks", "rnn, gru", "--all", "hidden=4 unroll=6 batch=4"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("order", [[], ["--together"]], ids=["one after another", "together"])
def test_networks_are_trained_and_laid_side_by_side(
    command: Command, here: Path, order: list[str]
) -> None:
    code, out, err = command("compare", "adding", *SMALL, "--max-steps", "20", "--json", *order)
    assert code == 0
    content = json.loads(out)
    assert content["runs"] == ["adding-rnn", "adding-gru"]
    assert content["settings"] == {"cell": ["rnn", "gru"]}
    assert [result["steps"] for result in content["results"]] == [20, 20]
    assert "rnn, gru, 20 steps each" in err
    # the same numbers as a run on its own: together or not, each starts from the seed
    words = "adding --cell gru --hidden 4 --unroll 6 --batch 4 --max-steps 20 --epochs 9"
    alone = command("train", *words.split(), "--name", "alone", "--quiet", "--json")
    assert json.loads(alone.out)["loss"] == content["results"][1]["loss"]


def test_a_table_for_people(command: Command, here: Path) -> None:
    code, out, err = command("compare", "--on", "echo", *SMALL, "--max-steps", "5", "--quiet")
    assert code == 0
    assert err == ""
    assert "● rnn" in out
    assert "parameters" in out
    assert command("compare", "list").out.startswith("adding")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["addin"], "did you mean adding?"),
        (["--networks", "rnn"], "2 to 4 networks can be compared, not 1"),
        (["--all", "hidden=0"], "hidden must be at least 1"),
        (["--on", "nowhere.txt"], "there is no file 'nowhere.txt'"),
    ],
)
def test_bad_input(command: Command, here: Path, arguments: list[str], words: str) -> None:
    code, out, err = command("compare", *arguments)
    assert code == 2
    assert out == ""
    assert words in err
    assert not (here / "runs").exists()


def test_a_trainer_that_fails_is_told_of(command: Command, here: Path) -> None:
    (here / "empty.txt").write_text("")
    code, _, err = command("compare", "--on", "empty.txt", "--max-steps", "5")
    assert code == 1
    assert "empty.txt" in err


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_an_interrupt_stops_all_and_keeps_them(here: Path) -> None:
    words = [sys.executable, "-m", "microgradseq_cli", "compare", "adding", *SMALL, "--together"]
    with subprocess.Popen([*words, "--max-steps", "1000000"], stderr=subprocess.PIPE) as process:
        runs = [RunFolder(here / "runs" / f"adding-{cell}") for cell in ("rnn", "gru")]
        deadline = time.monotonic() + 20
        while not all(run.latest.exists() for run in runs) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"what was trained so far is kept" in err
    assert [run.status() for run in runs] == ["stopped", "stopped"]
