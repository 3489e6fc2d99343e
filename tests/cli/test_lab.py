"""`microgradseq lab`: listed, run, written, refused."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from microgradseq.labs.lab import Frame, Settings
from microgradseq.labs.registry import LABS, SUMMARIES
from microgradseq_cli import progress

if TYPE_CHECKING:
    from tests.conftest import Command

QUICK = ("lab", "gates", "--steps", "3", "--hidden", "2")


def test_labs_are_listed(command: Command) -> None:
    code, out, err = command("lab")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == list(LABS)
    assert SUMMARIES["hopfield"] in out
    assert "Example: microgradseq lab hopfield" in command("lab", "--help").out


def test_a_lab_prints_its_formula_and_pictures(command: Command) -> None:
    code, out, err = command(*QUICK)
    assert (code, err) == (0, "")
    assert "c_t = f ⊙ c_{t−1}" in out
    assert "GRU z=0 r=1 is the plain RNN to" in out
    assert "The first unit over time" in out


def test_json_has_settings_and_numbers(command: Command) -> None:
    found = json.loads(command(*QUICK, "--json").out)
    assert found["lab"] == "gates"
    assert found["settings"] == {"hidden": 2, "steps": 3, "hold": 40.0, "seed": 0}
    assert found["numbers"]["rnn_difference"] < 1e-12


def test_quiet_prints_numbers_alone(command: Command) -> None:
    lines = command(*QUICK, "--quiet").out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["rnn_difference", "rnn_gradient_difference"]
    assert all(len(line.split()) == 2 for line in lines)


@pytest.mark.parametrize("suffix", [".svg", ".txt", ".json"])
def test_pictures_are_written(command: Command, tmp_path: Path, suffix: str) -> None:
    place = tmp_path / f"门{suffix}"
    code, out, err = command(*QUICK, "--quiet", "-o", str(place))
    assert (code, err) == (0, "")
    assert out
    text = place.read_text(encoding="utf-8")
    if suffix == ".svg":
        assert "Gates held still" in "".join(ElementTree.fromstring(text).itertext())
    elif suffix == ".json":
        assert json.loads(text)["lab"] == "gates"
    else:
        assert "microgradseq lab gates --hidden 2 --steps 3" in text
    assert list(tmp_path.iterdir()) == [place]


def test_a_picture_without_a_place_is_refused_before_the_run(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[object] = []
    monkeypatch.setattr(LABS["gates"].__class__, "simulate", ran.append, raising=False)
    place = tmp_path / "missing" / "gates.svg"
    code, out, err = command(*QUICK, "-o", str(place))
    assert (code, out, ran) == (1, "", [])
    assert err == f"Error: cannot write {place}: No such file or directory\n"


def test_a_picture_that_is_written_is_told_of(command: Command, tmp_path: Path) -> None:
    place = tmp_path / "gates.svg"
    assert command(*QUICK, "-o", str(place)).err == f"Wrote {place}.\n"


def test_help_leaves_symbols_as_they_are(command: Command) -> None:
    assert "τ, how many numbers" in command("lab", "sine", "--help").out
    assert "β of the softmax" in command("lab", "hopfield", "--help").out
    assert "[default: ]" not in command("lab", "markov", "--help").out


@pytest.mark.parametrize("name", LABS)
def test_help_tells_words_formula_options_and_an_example(command: Command, name: str) -> None:
    code, out, _ = command("lab", name, "--help")
    assert code == 0
    found = LABS[name]
    for line in found.formula.splitlines():
        assert line.strip() in out
    for parameter in found.parameters:
        assert f"{parameter.option} " in out
    assert f"Example: microgradseq lab {name} -o {name}.svg" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("hopfeild",), "there is no lab 'hopfeild'; did you mean hopfield?"),
        (("gates", "--steps", "many"), "--steps must be a whole number, not 'many'"),
        (("gates", "--steps", "1"), "--steps must be at least 2 and at most 100, not 1"),
        (("gates", "--stepz", "1"), "there is no option '--stepz'; did you mean --steps?"),
        (("gates", "extra"), "'extra' is too much; see microgradseq lab gates --help"),
        (("gates", "-o", "gates.png"), "gates.png: the name must end in .svg, .txt or .json"),
        (("ctrnn", "--time", "1000", "--dt", "0.001"), "time / dt must be at most 100,000 steps"),
        (("hopfield", "--stored", "é"), "only A to Z and 0 to 9 have pictures, not 'é'"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    command: Command, arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = command("lab", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"Error: {message}")
    assert err.count("\n") == 1


def test_the_length_of_learning_is_called_as_in_train(command: Command) -> None:
    found = {}
    for option in ("--max-steps", "--updates"):
        arguments = ("digits", option, "2")
        found[option] = json.loads(command("lab", *arguments, "--json").out)
    assert found["--max-steps"]["settings"]["max_steps"] == 2
    assert found["--updates"] == found["--max-steps"]
    shown = command("lab", "digits", "--help").out
    assert "--max-steps INTEGER" in shown
    assert "--updates" not in shown
    refused = command("lab", "digits", "--updates", "0")
    assert refused.err == "Error: --max-steps must be at least 1 and at most 20,000, not 0\n"


@pytest.mark.parametrize("suffix", [".svg", ".json"])
def test_what_an_interrupted_lab_had_found_is_kept(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    simulate = LABS["gates"].simulate

    def stopped(settings: Settings) -> Iterator[Frame]:
        for count, frame in enumerate(simulate(settings), 1):
            if count == 2:
                signal.raise_signal(signal.SIGINT)
            yield frame

    monkeypatch.setitem(vars(LABS["gates"]), "simulate", stopped)
    place = tmp_path / f"gates{suffix}"
    code, out, err = command(*QUICK, "--json", "-o", str(place))
    assert code == 130
    assert err == f"Interrupted after frame 2; this is what it had found.\nWrote {place}.\n"
    assert json.loads(out)["lab"] == "gates"
    assert "gates" in place.read_text(encoding="utf-8").lower()


def test_a_lab_that_had_found_nothing_yet_is_just_interrupted(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_: Settings) -> Iterator[Frame]:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        yield from ()

    monkeypatch.setitem(vars(LABS["gates"]), "simulate", stopped)
    told = command(*QUICK, "-o", str(tmp_path / "gates.svg"))
    assert told == (130, "", "Interrupted.\n")
    assert not list(tmp_path.iterdir())


def test_a_long_run_shows_its_progress(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    assert "━" not in command(*QUICK, "--quiet").err
    monkeypatch.setattr(sys.stderr.__class__, "isatty", lambda _: True, raising=False)
    told = command(*QUICK, "--json")
    assert json.loads(told.out)["lab"] == "gates"
    assert "gates" in told.err
    assert "%" in told.err
