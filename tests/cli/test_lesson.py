"""`microgradseq lesson`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from microgradseq.cells import cell_width
from microgradseq.lessons.lesson import LESSONS

if TYPE_CHECKING:
    from tests.conftest import Command


def test_every_lesson_has_a_line(command: Command) -> None:
    code, out, err = command("lesson")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == list(LESSONS)
    listed = json.loads(command("lesson", "--json").out)
    assert [one["name"] for one in listed] == list(LESSONS)


def test_a_lesson_is_printed_with_its_pictures(command: Command) -> None:
    code, out, err = command("lesson", "chain-rule")
    assert (code, err) == (0, "")
    assert "z = {" not in out
    assert "10. Along the second way another 24 arrives" in out
    # the chain, the branches, and the branches with another number
    assert out.count("log") >= 1
    assert sum("∂ 1 " in line for line in out.splitlines()) >= 3


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_lesson_is_no_wider_than_the_terminal(
    command: Command, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    words = [line for line in command("lesson", "graph").out.splitlines() if line[:1].isascii()]
    widest = max(map(cell_width, words))
    assert min(columns, 78) - 12 < widest <= min(columns, 78)


def test_json_holds_texts_and_answers(command: Command) -> None:
    told = json.loads(command("lesson", "rnn", "--json").out)
    assert len(told["paragraphs"]) == told["length"]
    eighth = told["paragraphs"][7]
    assert eighth["lesson"] == "lesson rnn 8"
    assert eighth["shows"].startswith("bptt")
    assert abs(eighth["answer"] - 0.5494) < 1e-3


def test_an_unknown_lesson_is_one_line(command: Command) -> None:
    code, out, err = command("lesson", "cooking")
    assert (code, out) == (2, "")
    assert err.startswith("Error: there is no lesson 'cooking'; known: graph, ")


def test_the_lessons_speak_chinese(command: Command) -> None:
    code, out, err = command("lesson", "--language", "zh")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["graph", "8", "min", "什么是计算图"]
    told = command("lesson", "gates", "--language", "zh").out
    assert "遗忘门 f = 0.7211" in told
    assert max(cell_width(line) for line in told.splitlines() if "。" in line) <= 78
    assert (
        json.loads(command("lesson", "rnn", "--language", "zh", "--json").out)["language"] == "zh"
    )
    assert command("lesson", "--language", "fr").code == 2
