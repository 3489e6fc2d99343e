"""The command line as a whole: help, version, exit codes, errors, interruption and pipes."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from microgradseq.errors import UserError
from microgradseq.version import VERSION
from microgradseq_cli.errors import BadInput
from microgradseq_cli.lazy import LazyGroup
from microgradseq_cli.main import COMMANDS

if TYPE_CHECKING:
    from tests.conftest import Command

PROGRAM = [sys.executable, "-W", "error", "-m", "microgradseq_cli"]


def breaks_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every command raise an error."""

    def work() -> None:
        raise error

    monkeypatch.setattr(LazyGroup, "get_command", lambda *_: click.Command("it", callback=work))


def test_version(command: Command) -> None:
    assert command("--version") == (0, f"microgradseq {VERSION}\n", "")


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_lists_every_command(command: Command, arguments: tuple[str, ...]) -> None:
    code, out, err = command(*arguments)
    assert (code, err) == (0, "")
    assert "Example: microgradseq step product" in out
    for name, entry in COMMANDS.items():
        assert f"  {name}" in out
        assert entry.summary in out


@pytest.mark.parametrize("group", ["runs", "corpora"])
def test_a_group_alone_shows_its_help(command: Command, group: str) -> None:
    assert command(group) == command(group, "--help")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(command: Command, name: str) -> None:
    code, out, err = command(name, "--help")
    assert (code, err) == (0, "")
    assert f"Usage: microgradseq {name}" in out
    assert f"microgradseq {name}" in out.partition("\n")[2], "the help shows no example"
    assert "None" not in out, "the help shows a limit that there is not"
    assert "[TASK | FILE]" not in out.partition("\n")[2], "an argument stands among the options"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["stpe"], "there is no command 'stpe'; did you mean step or sample?"),
        (
            ["zzz"],
            "there is no command 'zzz'; known: " + ", ".join(COMMANDS),
        ),
        (["--jsn"], "there is no option '--jsn'; see microgradseq --help"),
        (["help"], "there is no command 'help'; write microgradseq --help"),
        (["runs", "help"], "there is no command 'help'; write microgradseq runs --help"),
        (["doctor", "extra"], "'extra' is too much; see microgradseq doctor --help"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments: list[str], message: str) -> None:
    finished = subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == f"Error: {message}\n"


def test_an_unknown_option_names_the_nearest(command: Command) -> None:
    code, out, err = command("doctor", "--jsn")
    assert (code, out) == (2, "")
    assert err == "Error: there is no option '--jsn'; did you mean --json?\n"


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (BadInput("no such file"), 2, "Error: no such file\n"),
        (click.ClickException("the disk\n  is full"), 1, "Error: the disk is full\n"),
        (UserError("a\n  b"), 2, "Error: a b\n"),
        (KeyboardInterrupt(), 130, "\nInterrupted.\n"),
        (click.Abort(), 130, "Interrupted.\n"),
        (click.exceptions.Exit(1), 1, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_how_a_command_ends(
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    line: str,
) -> None:
    breaks_with(error, monkeypatch)
    assert command("doctor") == (code, "", line)


def test_a_mistake_of_ours_is_not_hidden(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks_with(ValueError("a bug"), monkeypatch)
    with pytest.raises(ValueError, match="a bug"):
        command("doctor")


@pytest.mark.parametrize("arguments", [["--help"], ["doctor"], ["--version"]])
def test_a_reader_that_left_is_no_noise(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        finished = subprocess.run(
            [*PROGRAM, *arguments], stdout=nobody, stderr=subprocess.PIPE, text=True, check=False
        )
    assert finished.stderr == ""
    assert finished.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [["--help"], ["doctor"], ["step", "product"]])
def test_a_result_that_finds_no_room_is_one_line(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        finished = subprocess.run(
            [*PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert finished.stderr == f"Error: cannot write the result: {os.strerror(errno.ENOSPC)}\n"
    assert finished.returncode == 1


def test_an_error_about_a_file_of_ours_is_not_hidden(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks_with(OSError(errno.ENOSPC, "no room", "runs/a"), monkeypatch)
    with pytest.raises(OSError, match="no room"):
        command("doctor")


def test_a_file_with_a_blank_in_its_name_needs_quotes(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my own book.txt").write_text("the tide")
    code, out, err = command("train", "my", "own", "book.txt", "--hidden", "8")
    assert (code, out) == (2, "")
    assert err.endswith('write it in quotes: "my own book.txt"\n')


def test_a_terminal_without_unicode_gets_question_marks() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    finished = subprocess.run(
        [*PROGRAM, "draw", "product", "--format", "text"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "?" in finished.stdout


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_answering_at_once_loads_nothing_heavy(option: str) -> None:
    code = (
        "import sys; from microgradseq_cli.main import run; "
        f"run(['{option}']); print(*sys.modules, file=sys.stderr)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in finished.stderr.split()}
    assert "click" in loaded
    assert loaded & {"numpy", "rich", "textual", "json", "difflib"} == set()
