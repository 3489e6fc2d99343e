"""`train`, `sample`, `evaluate` and `runs`, from a text to a picture; killed and brought back."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from microgradseq.tasks.settings import OPTIONS
from microgradseq.training.checkpoint import load_checkpoint
from microgradseq.training.event_log import all_events
from microgradseq.training.events import without_clocks
from tests.cli.conftest import TEXT

if TYPE_CHECKING:
    from tests.conftest import Command

SMALL = ["--hidden", "12", "--embedding", "0", "--batch", "4", "--unroll", "8", "--max-steps", "30"]
OFTEN = ["--validate-every", "10", "--sample-every", "15", "--checkpoint-every", "5"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "tide.txt").write_text(TEXT, encoding="utf-8")
    for cell in ("gru", "lstm"):
        arguments = ["train", "tide.txt", "--cell", cell, "--name", cell, "--quiet"]
        program = [sys.executable, "-m", "microgradseq_cli", *arguments, *SMALL, *OFTEN]
        environment = {**os.environ, "MICROGRADSEQ_CACHE": str(folder / "cache")}
        subprocess.run(program, cwd=folder, check=True, capture_output=True, env=environment)
    return folder


def test_a_text_is_trained_on(command: Command, here: Path) -> None:
    code, out, err = command("train", "tide.txt", *SMALL, *OFTEN)
    assert code == 0
    assert "runs/tide-lstm: finished after 30 steps" in out
    assert "perplexity of baselines: uniform" in out
    assert "step 10: loss" in err
    assert (here / "runs/tide-lstm/latest.safetensors").exists()


def test_json_and_quiet(command: Command, here: Path) -> None:
    code, out, err = command("train", "echo", "--json", "--quiet", "--max-steps", "3")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["task"], found["status"], found["steps"]) == ("echo", "finished", 3)


def test_a_device_that_is_not_there_is_one_line(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # None there is what makes an import fail, as where CuPy is not installed
    monkeypatch.setitem(sys.modules, "cupy", None)
    code, out, err = command("train", "adding", "--device", "cuda", "--max-steps", "1", "--quiet")
    assert (code, out) == (2, "")
    assert err.startswith('Error: device "cuda" needs CuPy')
    assert err.count("\n") == 1


def test_counts_are_written_alike_everywhere(command: Command, here: Path) -> None:
    (here / "long.txt").write_text("a b c d e f " * 1200, encoding="utf-8")
    words = ["long.txt", *SMALL, "--max-steps", "1", "--name", "long"]
    trained = command("train", *words)
    assert "tokens 1,439" in trained.out
    assert "tokens 1,439" in trained.err
    assert "tokens 1,439" in command("runs", "show", "long").out
    assert "tokens 1,439" in " ".join(command("evaluate", "long").out.split())


def test_data_that_has_changed_is_told_of(command: Command, here: Path) -> None:
    text = here / "text.txt"
    text.write_text("a b c d " * 300, encoding="utf-8")
    command("train", "text.txt", *SMALL, "--max-steps", "1", "--name", "changed", "--quiet")
    for content, words in [("w x y z " * 300, "another vocabulary"), ("d c b a " * 300, "changed")]:
        text.write_text(content, encoding="utf-8")
        code, out, err = command("evaluate", "changed")
        assert (code, out) == (2, "")
        assert words in err
        assert err.count("\n") == 1


@pytest.mark.parametrize(("target", "name"), [((), "story-lstm"), (("story",), "story-lstm")])
def test_the_story_has_one_name(
    command: Command, here: Path, target: tuple[str, ...], name: str
) -> None:
    command("train", *target, *SMALL, "--max-steps", "1", "--quiet")
    assert [path.name for path in (here / "runs").iterdir()] == [name]
    assert json.loads(command("runs", "show", name, "--json").out)["source"] == "story"


def test_every_setting_is_an_option_with_help(command: Command) -> None:
    out = command("train", "--help").out
    for name in OPTIONS:
        assert f"--{name.replace('_', '-')}" in out
    for heading in ("The model", "The data", "Training", "Reports", "Examples:"):
        assert heading in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["langage"], "did you mean language"),
        (["stroy"], "did you mean story"),
        (["none.txt"], "none.txt"),
        (["adding", "--hidden", "0"], "--hidden must be at least 1 and at most 65,536, not 0"),
        (["adding", "--lr", "nan"], "--lr must be above 0"),
        (["adding", "--lr", "-1"], "--lr must be above 0 and at most 1,000,000, not -1.0"),
        (["adding", "--max-steps", "-1"], "--max-steps must be at least 0, not -1"),
        (["adding", "--unroll", "many"], "--unroll must be a whole number, not 'many'"),
        (["adding", "--max-steps"], "--max-steps needs a value"),
        (["adding", "--cell", "grv"], "--cell must be one of rnn, relu-rnn, gru"),
        (["-tide.txt"], "-tide.txt begins like an option; for the file write ./-tide.txt"),
        (["language", "--bidirectional"], "cannot be bidirectional"),
        (["--preset", "d2l-gur"], "did you mean d2l-gru"),
        (["--resume", "nothing"], "no run 'nothing'"),
        (["adding", "--resume", "nothing"], "--resume needs nothing else"),
        (["adding", "--override"], "--override is for --resume"),
        (["adding", "--name", ""], "cannot name a run"),
        (["adding", "--name", "x" * 101], "may have 100 characters, not 101"),
        (["adding", "--name", "a\nb"], "cannot name a run"),
        (["adding", "--batch", "100000"], "at most 65,536, not 100000"),
        (["adding", "--name", "a/b"], "cannot name a run"),
        (["--task", "adding", "--corpus", "x", "y"], "give the data once"),
        (["adding", "--corpus", "sine"], "draws its own data"),
        (["empty.txt"], "empty"),
        (["binary.bin"], "binary.bin"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(
    command: Command, here: Path, arguments: list[str], words: str
) -> None:
    (here / "empty.txt").write_bytes(b"")
    (here / "binary.bin").write_bytes(bytes(range(256)) * 10)
    code, out, err = command("train", *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
    assert not (here / "runs").exists()


def test_a_taken_name_is_not_overwritten(command: Command, here: Path) -> None:
    arguments = ("train", "echo", "--name", "mine", "--max-steps", "2", "--quiet")
    assert command(*arguments).code == 0
    code, _, err = command(*arguments)
    assert code == 2
    assert "holds a run already" in err


def test_a_resume_with_other_settings_lists_them(command: Command, here: Path) -> None:
    command("train", "echo", "--name", "mine", "--max-steps", "4", "--quiet")
    code, _, err = command("train", "--resume", "mine", "--hidden", "7", "--max-steps", "6")
    assert code == 2
    assert "--hidden 64 -> 7" in err
    assert "--max-steps 4 -> 6" in err
    code, _, err = command("train", "--resume", "mine", "--max-steps", "6")
    assert code == 2
    assert "--override" in err
    code, out, _ = command("train", "--resume", "mine", "--max-steps", "6", "--override")
    assert code == 0
    assert "finished after 6 steps" in out


@pytest.mark.parametrize(("limit", "option"), [("4", "--max-steps"), ("1000000", "--epochs")])
def test_a_finished_run_says_how_to_go_on(
    command: Command, here: Path, limit: str, option: str
) -> None:
    (here / "tide.txt").write_text(TEXT[:400], encoding="utf-8")
    arguments = [*SMALL[:-2], "--epochs", "2", "--max-steps", limit]
    command("train", "tide.txt", "--name", "a", "--quiet", *arguments)
    steps = json.loads(command("runs", "show", "a", "--json").out)["steps"]
    before = (here / "runs/a/events.jsonl").read_bytes()
    assert command("train", "--resume", "a") == (
        0,
        f"runs/a is finished: all of its {steps} steps are done. "
        f"Go on with: microgradseq train --resume runs/a {option} N --override\n",
        "",
    )
    assert (here / "runs/a/events.jsonl").read_bytes() == before
    assert json.loads(command("train", "--resume", "a", "--json").out)["status"] == "finished"
    further = ("--resume", "a", option, str(steps + 1), "--override", "--quiet")
    assert f"finished after {steps} steps" not in command("train", *further).out


def test_a_changed_text_is_not_gone_on_with(command: Command, here: Path) -> None:
    command("train", "tide.txt", "--name", "a", "--quiet", *SMALL)
    (here / "tide.txt").write_text(TEXT + "and the moon rose.\n", encoding="utf-8")
    code, _, err = command("train", "--resume", "a")
    assert code == 2
    assert "the data" in err


def test_sampling_writes_the_same_for_the_same_seed(command: Command, trained: Path) -> None:
    arguments = ("sample", str(trained / "runs/gru"), "--prefix", "the ", "--length", "20")
    first = command(*arguments)
    assert first.code == 0
    assert first.out.startswith("the ")
    assert len(first.out) == 25
    assert command(*arguments).out == first.out
    assert command(*arguments, "--seed", "1").out != first.out
    assert command(*arguments, "--greedy").out == command(*arguments, "--top-k", "1").out
    assert command(*arguments, "--beam", "3", "--best").code == 0


def test_probabilities_show_five_choices(command: Command, trained: Path) -> None:
    run = str(trained / "runs/gru")
    out = command("sample", run, "--length", "3", "--probabilities").out
    assert [line.count("%") for line in out.splitlines()] == [5, 5, 5]
    found = json.loads(command("sample", run, "--length", "2", "--probabilities", "--json").out)
    chances = [each["chance"] for each in found["symbols"][0]["likely"]]
    assert chances == sorted(chances, reverse=True)


def test_a_strange_prefix_is_named(command: Command, trained: Path) -> None:
    code, out, err = command("sample", str(trained / "runs/gru"), "--prefix", "時")
    assert (code, out) == (2, "")
    assert "never seen '時'" in err


def test_evaluating(command: Command, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(trained)
    found = json.loads(command("evaluate", "gru", "--json").out)
    assert found["metrics"]["perplexity"] > 1
    assert found["baselines"][0]["name"] == "uniform"
    slow = json.loads(command("evaluate", "gru", "--slow", "--json").out)
    assert slow["baselines"][-1]["name"] == "window of 4 symbols"
    (trained / "other.txt").write_text("the ferry came.", encoding="utf-8")
    out = command("evaluate", "gru", "--text", "other.txt").out
    assert "bits_per_character" in out
    assert "tokens              14" in out


def test_runs_are_listed_shown_and_compared(
    command: Command, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(trained)
    listed = json.loads(command("runs", "list", "--json").out)
    assert {each["name"] for each in listed} == {"gru", "lstm"}
    assert "gru" in command("runs", "list").out
    shown = command("runs", "show", "gru").out
    assert "runs/gru: finished" in shown
    assert "sample at step 30:" in shown
    compared = json.loads(command("runs", "compare", "gru", "lstm", "--json").out)
    assert compared["settings"] == {"cell": ["gru", "lstm"]}
    assert compared["results"][1]["parameters"] > compared["results"][0]["parameters"]
    assert "● gru" in command("runs", "compare", "gru", "lstm").out
    assert command("runs", "compare", "gru").code == 2


def test_runs_are_plotted_and_exported(
    command: Command, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(trained)
    assert "● gru   ■ lstm" in command("runs", "plot", "gru", "lstm", "--log").out
    assert command("runs", "plot", "gru", "lstm", "-o", "loss.svg").code == 0
    assert ElementTree.parse("loss.svg").getroot().tag.endswith("svg")
    assert command("runs", "plot", "gru", "-o", "loss.gif").code == 2
    assert command("runs", "export", "gru", "--format", "csv", "-o", "gru.csv").code == 0
    rows = Path("gru.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 31
    assert rows[0].startswith("step,epoch,tokens,loss,perplexity")
    code = command("runs", "export", "gru", "--format", "torch", "-o", "gru.safetensors").code
    assert code == 0


def test_runs_are_removed_after_a_question(command: Command, trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained / "runs", tmp_path / "runs")
    run = str(tmp_path / "runs/gru")
    assert command("runs", "remove", run, "--yes").code == 0
    assert not Path(run).exists()
    assert command("runs", "remove", run, "--yes").code == 2


def test_a_question_that_nobody_answers_deletes_nothing(
    command: Command, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    code, out, err = command("runs", "remove", str(trained / "runs/gru"))
    assert (code, out) == (2, "")
    assert err.endswith("\nError: nobody answered; --yes deletes without asking\n")
    assert (trained / "runs/gru").exists()


def test_a_resumed_run_is_asked_for_more_than_it_has_done(
    command: Command, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(trained)
    before = Path("runs/gru/run.json").read_bytes()
    code, out, err = command("train", "--resume", "gru", "--max-steps", "3", "--override")
    assert (code, out) == (2, "")
    assert err.endswith("has done 30 steps already, and 3 are asked for: ask for more\n")
    assert Path("runs/gru/run.json").read_bytes() == before


def test_a_run_is_renamed(command: Command, trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained / "runs", tmp_path / "runs")
    place = str(tmp_path / "runs")
    assert command("runs", "rename", "gru", "海-2", "--runs-dir", place).code == 0
    assert command("runs", "show", "海-2", "--runs-dir", place, "--json").code == 0
    code, _, err = command("runs", "rename", "海-2", "lstm", "--runs-dir", place)
    assert code == 2
    assert "lstm is there already" in err
    assert command("runs", "rename", "海-2", "a/b", "--runs-dir", place).code == 2


@pytest.mark.parametrize("damage", ["cut", "noise", "empty", "gone"])
def test_a_damaged_checkpoint_is_one_line(
    command: Command, trained: Path, tmp_path: Path, damage: str
) -> None:
    shutil.copytree(trained / "runs/gru", tmp_path / "gru")
    path = tmp_path / "gru/latest.safetensors"
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        changed = {"cut": content[:-9], "noise": b"\xff" * 500, "empty": b""}[damage]
        path.write_bytes(changed)
    for arguments in (["sample"], ["evaluate"], ["train", "--resume"]):
        code, _, err = command(*arguments, str(tmp_path / "gru"))
        assert code == 2
        assert err.count("\n") == 1


def story_of(run: Path) -> list[dict[str, Any]]:
    return [without_clocks(event) for event in all_events(run / "events.jsonl")]


@pytest.mark.parametrize("task", [["tide.txt"], ["sentiment", "--max-tokens", "3000"], ["copy"]])
def test_sigkill_at_any_moment_ends_in_the_same_bits(here: Path, task: list[str]) -> None:
    program = [sys.executable, "-m", "microgradseq_cli", "train"]
    often = [*SMALL, *OFTEN, "--quiet", "--max-steps", "60", "--dropout", "0.2"]
    subprocess.run([*program, *task, *often, "--name", "whole"], check=True, capture_output=True)
    moments = random.Random(len(task[0]))
    for number in range(2):
        name = f"killed-{number}"
        process = subprocess.Popen(
            [*program, *task, *often, "--name", name],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        log = here / "runs" / name / "events.jsonl"
        wanted = moments.randrange(500, 4000)
        while process.poll() is None and not (log.exists() and log.stat().st_size > wanted):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        finished = subprocess.run([*program, "--resume", name, "--quiet"], check=False)
        assert finished.returncode == 0
        whole, killed = here / "runs/whole", here / "runs" / name
        assert story_of(killed) == story_of(whole)
        for which in ("latest", "best"):
            one = load_checkpoint(whole / f"{which}.safetensors").model
            other = load_checkpoint(killed / f"{which}.safetensors").model
            assert all((array == other[key]).all() for key, array in one.items())


def test_ctrl_c_saves_and_says_how_to_go_on(here: Path) -> None:
    program = [sys.executable, "-m", "microgradseq_cli", "train", "tide.txt"]
    process = subprocess.Popen(
        [*program, *SMALL, "--max-steps", "100000", "--epochs", "100000", "--name", "a"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    log = here / "runs/a/events.jsonl"
    while process.poll() is None and not (log.exists() and log.stat().st_size > 3000):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Go on with: microgradseq train --resume runs/a" in err
    assert "Traceback" not in err
    assert story_of(here / "runs/a")[-1]["status"] == "stopped"
