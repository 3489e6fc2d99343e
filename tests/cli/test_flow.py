"""`microgradseq flow`: the table, the pictures, JSON, SVG, and input it cannot use."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from microgradseq.cells import cell_width
from microgradseq_cli import flow, progress

if TYPE_CHECKING:
    from tests.conftest import Command

SMALL = ("--steps", "12", "--hidden", "6")


def test_the_default_shows_three_cells_and_names_what_happens(command: Command) -> None:
    code, out, err = command("flow")
    assert (code, err) == (0, "")
    assert "T = 50 steps, 32 units, fresh weights, seed 0" in " ".join(out.split())
    table = [line.split() for line in out.splitlines() if "× 0." in line]
    assert [row[1] for row in table] == ["rnn", "gru", "lstm", "lstm"]
    assert {row[-1] for row in table} == {"vanishing"}
    assert "‖∂L/∂h_t‖" in out
    assert "‖∂h_T/∂h_t‖" in out
    assert "Try --forget-bias 3" in out
    assert "\x1b" not in out


@pytest.mark.parametrize("columns", [60, 80, 109, 110, 120, 200])
def test_no_line_is_wider_than_the_terminal(
    command: Command, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = command("flow", *SMALL).out
    assert max(map(cell_width, out.splitlines())) <= columns
    beside = any("‖∂L/∂h_t‖  how" in line and "‖∂h_T" in line for line in out.splitlines())
    assert beside == (columns >= 110)


@pytest.mark.parametrize(("no_colour", "coloured"), [("", True), ("1", False)])
def test_a_terminal_gets_colours_unless_it_wants_none(
    command: Command, monkeypatch: pytest.MonkeyPatch, no_colour: str, coloured: bool
) -> None:
    plain = command("flow", *SMALL).out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", no_colour)
    out = command("flow", *SMALL).out
    assert ("\x1b[34m" in out) == coloured
    if not coloured:
        assert out == plain


def test_json_holds_every_norm(command: Command) -> None:
    code, out, err = command("flow", "--cells", "rnn,lstm", *SMALL, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["steps"], found["hidden"], found["scale"]) == (12, 6, None)
    assert [(one["cell"], one["state"]) for one in found["curves"]] == [
        ("rnn", "h"),
        ("lstm", "h"),
        ("lstm", "c"),
    ]
    for one in found["curves"]:
        assert len(one["gradient_norms"]) == len(one["reach_norms"]) == 12
        assert one["words"].startswith(one["verdict"])
    rnn = found["curves"][0]
    first, last = rnn["gradient_norms"][0], rnn["gradient_norms"][-1]
    assert rnn["factor"] == pytest.approx((first / last) ** (1 / 11))


def test_states_that_overflow(command: Command) -> None:
    overflowing = ("flow", "--cells", "relu-rnn", "--scale", "1000", "--steps", "200")
    (curve,) = json.loads(command(*overflowing, "--json").out)["curves"]
    assert curve["gradient_norms"][0] == "nan"
    assert curve["words"] == "exploding: it is too large for a number from the start"
    code, out, err = command(*overflowing)
    assert (code, err) == (0, "")
    assert "× nan" in out


def test_a_seed_can_be_repeated(command: Command) -> None:
    first = command("flow", *SMALL, "--seed", "7").out
    assert command("flow", *SMALL, "--seed", "7").out == first
    assert command("flow", *SMALL, "--seed", "8").out != first


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--scale", "3"), "Exploding: "),
        (("--cells", "rnn"), "Try fewer --steps, or --scale 3."),
        (("--forget-bias", "5"), "Where it is steady, the old state is kept"),
        (("--cells", "gru", "--forget-bias", "6"), "Steady: "),
    ],
)
def test_it_ends_with_what_to_make_of_it(
    command: Command, options: tuple[str, ...], words: str
) -> None:
    assert words in " ".join(command("flow", *options).out.split())


def test_an_svg_picture(command: Command, tmp_path: Path) -> None:
    place = tmp_path / "流.svg"
    code, out, err = command("flow", *SMALL, "-o", str(place))
    assert (code, err) == (0, f"Wrote {place}.\n")
    assert "so it is" in out
    words = " ".join(
        element.text or "" for element in ElementTree.parse(place).getroot().iter() if element.text
    )
    assert "‖∂h_T/∂h_t‖" in words
    assert "rnn: vanishing" in words
    assert list(tmp_path.iterdir()) == [place]


def test_all_cells_at_once(command: Command, tmp_path: Path) -> None:
    names = "rnn,relu-rnn,gru,lstm,peephole,jordan,ctrnn,mingru,minlstm"
    picture = str(tmp_path / "all.svg")
    code, out, _ = command("flow", "--cells", names, *SMALL, "-o", picture)
    assert code == 0
    assert all(f" {name} " in out for name in names.split(","))


def test_names_may_be_spaced_and_repeated(command: Command) -> None:
    spaced = command("flow", "--cells", " RNN, gru,,rnn", *SMALL).out
    assert spaced == command("flow", "--cells", "rnn,gru", *SMALL).out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--cells", "rnm"), "there is no cell 'rnm'; did you mean rnn"),
        (("--cells", ","), "--cells names no cell; known: rnn, "),
        (("--steps", "1"), "--steps must be at least 2 and at most 1,000, not 1"),
        (("--steps", "many"), "--steps must be a whole number, not 'many'"),
        (("--hidden", "0"), "--hidden must be at least 1 and at most 128, not 0"),
        (("--seed", "-1"), "--seed must be at least 0, not -1"),
        (("--scale", "nan"), "--scale must be at least 0 and at most 1,000,000, not nan"),
        (("--scale", "-1"), "--scale must be at least 0 and at most 1,000,000, not -1.0"),
        (
            ("--forget-bias", "inf"),
            "--forget-bias must be at least -1,000,000 and at most 1,000,000, not inf",
        ),
        (("-o", "flow.png"), "flow.png: the name must end in .svg"),
        (("extra",), "'extra' is too much; see microgradseq flow --help"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    command: Command, arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = command("flow", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"Error: {message}")
    assert err.count("\n") == 1


def test_a_file_that_cannot_be_written(command: Command, tmp_path: Path) -> None:
    place = tmp_path / "missing" / "flow.svg"
    code, out, err = command("flow", *SMALL, "-o", str(place))
    assert (code, out) == (1, "")
    assert err.startswith(f"Error: cannot write {place}: ")


def test_a_long_comparison_shows_its_progress(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(sys.stderr.__class__, "isatty", lambda _: True, raising=False)
    told = command("flow", *SMALL, "--json")
    assert json.loads(told.out)["steps"] > 0
    assert "flow" in told.err
    assert "%" in told.err


def test_the_bar_moves_within_one_cell(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    shares: list[float] = []

    @contextmanager
    def noted(_: str) -> Iterator[progress.Tell]:
        yield lambda share, words: shares.append(share)

    monkeypatch.setattr(flow, "progress", noted)
    command("flow", "--cells", "lstm", "--steps", "8", "--hidden", "4")
    assert shares == [each / 8 for each in range(9)]


def test_help_ends_with_an_example(command: Command) -> None:
    assert "Example: microgradseq flow --cells rnn,lstm" in command("flow", "--help").out
