"""`sample` of tasks that answer: a prefix, or an example of their data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Command


@pytest.mark.parametrize(
    ("task", "prefix"),
    [("sentiment", "not bad"), ("tagging", "the dog runs"), ("translation", "march 3 2021")],
)
def test_a_task_that_answers_answers_an_example_of_its_data(
    command: Command, here: Path, task: str, prefix: str
) -> None:
    few = ("--max-steps", "2", "--max-tokens", "4000", "--hidden", "8")
    command("train", task, "--name", "a", "--quiet", *few)
    code, out, err = command("sample", "a")
    assert (code, "as the prefix" in out) == (0, False)
    assert out.strip()
    assert err.startswith("An example of the validation data; --prefix takes a ")
    assert err.count("\n") == 1
    assert command("sample", "a", "--seed", "1").out != out
    code, out, err = command("sample", "a", "--prefix", prefix)
    assert (code, err) == (0, "")
    assert prefix.rsplit(maxsplit=1)[-1] in out


def test_an_example_of_data_that_are_gone_says_what_to_do(command: Command, here: Path) -> None:
    (here / "kinds.tsv").write_text("good\tkind\nbad\tunkind\n" * 5, encoding="utf-8")
    few = ("--max-steps", "1", "--hidden", "4", "--name", "a", "--quiet")
    command("train", "--task", "sentiment", "kinds.tsv", *few)
    (here / "kinds.tsv").unlink()
    code, out, err = command("sample", "a")
    assert (code, out) == (2, "")
    assert "kinds.tsv" in err
    assert err.endswith("; --prefix takes a text of your own\n")
    assert command("sample", "a", "--prefix", "good").code == 0


@pytest.mark.parametrize("task", ["adding", "digits"])
def test_a_task_that_reads_no_text_refuses_a_prefix(
    command: Command, here: Path, task: str
) -> None:
    few = ("--max-steps", "1", "--hidden", "4", "--max-tokens", "2800")
    command("train", task, "--name", "a", "--quiet", *few)
    code, out, err = command("sample", "a", "--prefix", "x")
    assert (code, out) == (2, "")
    assert err == f"Error: this run's task, {task}, reads no --prefix: leave it out\n"
    code, out, err = command("sample", "a")
    assert code == 0
    assert "evaluate the run" not in out
    assert err == ("An example of the validation data.\n" if task == "digits" else "")


def test_a_search_that_would_take_minutes_is_refused(command: Command, here: Path) -> None:
    code, out, err = command("sample", "a", "--beam", "100000")
    assert (code, out) == (2, "")
    assert err == "Error: --beam must be at least 0 and at most 100, not 100000\n"
