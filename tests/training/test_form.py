"""The form of a training: what it asks, what it refuses, and the command line it stands for."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from microgradseq.tasks.settings import OPTIONS
from microgradseq.training.form import COMMON, TrainingForm
from microgradseq.training.presets import PRESETS
from microgradseq_cli.train import train


def test_every_setting_has_a_line_and_the_usual_ones_come_first() -> None:
    names = [each.name for each in TrainingForm().fields()]
    assert names[: len(COMMON)] == list(COMMON)
    assert set(OPTIONS) < set(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("hidden", "many", "whole number"),
        ("hidden", "0", "at least 1"),
        ("lr", "-1", "above 0"),
        ("cell", "gro", "one of"),
        ("task", "laguage", "did you mean language?"),
        ("preset", "d2l-gro", "did you mean d2l-gru"),
        ("source", "stroy", "did you mean story"),
        ("source", "nowhere/book.txt", "no file"),
        ("source", "sine", "of the kind series"),
        ("name", "a/b", "cannot name a run"),
    ],
)
def test_what_cannot_be_is_refused_in_words(name: str, text: str, words: str) -> None:
    form = TrainingForm().filled(name, text)
    problem = form.problem(name)
    assert problem is not None
    assert words in problem
    assert form.problems()[name] == problem


def test_a_task_that_makes_its_own_data_takes_no_source() -> None:
    form = TrainingForm().filled("task", "adding").filled("source", "story")
    assert "makes its own data" in (form.problem("source") or "")


def test_a_name_that_is_taken_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("runs/taken").mkdir(parents=True)
    assert "already" in (TrainingForm().filled("name", "taken").problem("name") or "")
    assert TrainingForm().filled("name", "free").problems() == {}


def test_what_was_put_back_is_not_said() -> None:
    form = TrainingForm().filled("hidden", "9")
    usual = TrainingForm().text("hidden")
    assert form.filled("hidden", usual).texts == {}


def test_another_task_has_other_defaults() -> None:
    form = TrainingForm().filled("task", "adding")
    assert form.text("lr") != TrainingForm().text("lr") or form.text("unroll") != "35"
    assert form.arguments("sums") == ["adding", "--name", "sums"]


def test_the_former_name_of_a_corpus_is_taken() -> None:
    assert TrainingForm().filled("source", "the-sorry-hand").problem("source") is None


def test_a_preset_fills_the_form() -> None:
    form = TrainingForm().filled("hidden", "9").filled("preset", "d2l-gru")
    assert form.text("hidden") == "256"
    assert form.text("cell") == "gru"
    assert form.text("source") == PRESETS["d2l-gru"].source
    words = form.filled("hidden", "32").filled("source", "story").arguments("small")
    assert words == [
        *("--preset", "d2l-gru", "--corpus", "story", "--name", "small"),
        *("--hidden", "32"),
    ]


def test_a_flag_is_written_as_the_command_line_takes_it() -> None:
    form = TrainingForm().filled("task", "copy").filled("bidirectional", "yes")
    assert form.arguments("both")[-1] == "--bidirectional"


def test_a_free_name_is_made_up(tmp_path: Path) -> None:
    form = TrainingForm().filled("source", "story").filled("cell", "gru")
    assert form.run_name(tmp_path) == "story-gru"
    (tmp_path / "story-gru").mkdir()
    assert form.run_name(tmp_path) == "story-gru-2"


def test_the_command_line_does_what_the_form_says(tmp_path: Path) -> None:
    form = TrainingForm().filled("task", "adding").filled("hidden", "4").filled("max_steps", "3")
    form = form.filled("unroll", "5").filled("cell", "gru")
    words = form.arguments("sums", tmp_path)
    result = CliRunner().invoke(train, [*words, "--quiet"], standalone_mode=False)
    assert result.exception is None
    assert '"hidden": 4' in (tmp_path / "sums" / "run.json").read_text(encoding="utf-8")


def test_numbers_stand_in_the_form_as_a_person_types_them() -> None:
    form = TrainingForm()
    assert form.text("forget_bias") == "0"
    assert form.filled("preset", "d2l-rnn").text("lr") == "1"
    assert form.filled("clip", "1.0").problem("clip") is None
