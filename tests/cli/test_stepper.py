"""Stepping on a terminal: keys, what fits on the screen, and a real pseudo-terminal."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from microgradseq.lessons.examples import EXAMPLES
from microgradseq_cli.keyboard import decode
from microgradseq_cli.stepper import KEYS, Stepper
from microgradseq_cli.targets import load
from microgradseq_cli.viewport import CHANGED
from microgradseq_cli.walk import walk

ROOT = Path(__file__).parents[2]


def stepper(target: str, *at: str, mode: str = "reverse", wrt: str | None = None) -> Stepper:
    return Stepper(walk(load(target, at), mode, wrt, None))


@pytest.mark.parametrize(
    ("typed", "keys", "rest"),
    [
        (b"\r", ["enter"], b""),
        (b"\n", ["enter"], b""),
        (b" ", ["space"], b""),
        (b"\x1b[C\x1b[D", ["right", "left"], b""),
        (b"\x1bOC\x1bOD", ["right", "left"], b""),
        (b"\x1b[H\x1b[F\x1b[1~\x1b[4~", ["home", "end", "home", "end"], b""),
        (b"npgGq", ["n", "p", "g", "G", "q"], b""),
        (b"n\x1b", ["n"], b"\x1b"),
        (b"\x1b[", [], b"\x1b["),
        (b"\x1b[1;5", [], b"\x1b[1;5"),
        (b"\x1b[1;5Cn", ["n"], b""),
        (b"\x1b[200~q", ["q"], b""),
        ("é汉q".encode(), ["q"], b""),
        (b"\x00\x07q", ["q"], b""),
    ],
)
def test_keys_are_told_apart(typed: bytes, keys: list[str], rest: bytes) -> None:
    assert decode(typed) == (keys, rest)


def test_keys_move_through_the_steps() -> None:
    reader = stepper("product")
    last = len(reader.walk.steps) - 1
    where = []
    for key in ("left", "enter", "right", "n", "space", "p", "left", "x", "G", "n", "g", "end"):
        reader.press(key)
        where.append(reader.number)
    assert where == [0, 1, 2, 3, 4, 3, 2, 2, last, last, 0, last]
    reader.press("home")
    assert (reader.number, reader.finished) == (0, False)
    reader.press("q")
    assert reader.finished


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_step_fits_and_shows_what_changed(name: str, width: int, height: int) -> None:
    reader = stepper(name)
    count = len(reader.walk.steps)
    for number in {*range(0, count, 7), count - 1}:
        reader.number = number
        screen = reader.screen(width, height)
        lines = screen.split("\n", allow_blank=True)
        assert len(lines) == height
        assert max(line.cell_len for line in lines) <= width
        assert f"step {number + 1} of {count}" in screen.plain
        assert lines[-1].plain == KEYS
        changed = reader.walk.target.graph.node(reader.walk.steps[number].node).name
        marked = [
            screen.plain[span.start : span.end] for span in screen.spans if span.style == CHANGED
        ]
        assert any(changed in text for text in marked[:-1]), "the box is out of view"


def test_the_picture_knows_only_what_was_found_so_far() -> None:
    reader = stepper("product")
    screen = reader.screen(80, 24).plain
    assert screen.count("∂ ") == 1
    reader.press("G")
    screen = reader.screen(80, 24).plain
    assert "∂ 5" in screen
    assert "∂e/∂b = 5   ∂e/∂a = 2" in screen


def test_forward_mode_shows_tangents() -> None:
    reader = stepper("product", mode="forward", wrt="b")
    reader.press("G")
    assert "∂e/∂b = 5" in reader.screen(80, 24).plain


def test_wide_characters_keep_their_columns() -> None:
    reader = stepper("损失=权重*偏差", "权重=2", "偏差=3")
    reader.press("G")
    lines = reader.screen(80, 24).split("\n")
    sides = {line.cell_len for line in lines if "│ = 2" in line.plain or "└" in line.plain}
    assert "损失" in lines[0].plain
    assert sides
    assert max(line.cell_len for line in lines) <= 80


@pytest.mark.parametrize(("width", "height"), [(30, 8), (10, 3), (1, 1)])
def test_tiny_terminals_do_no_harm(width: int, height: int) -> None:
    lines = stepper("lstm").screen(width, height).split("\n", allow_blank=True)
    assert len(lines) <= height
    assert max(line.cell_len for line in lines) <= width


class Session:
    """The command on a pseudo-terminal of 80 columns and 24 rows."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.terminal, inner = os.openpty()
        termios.tcsetwinsize(inner, (24, 80))
        self.inner = inner
        self.before = termios.tcgetattr(inner)
        paths = os.pathsep.join([str(ROOT), str(ROOT / "cli")])
        ours = {"PYTHONPATH": paths, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
        # a suite that runs in the background ignores it, and so would the programs it starts
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "microgradseq_cli", "step", *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env={**os.environ, **ours, **environment},
            start_new_session=True,
        )
        self.shown = ""

    def wait_for(self, text: str, seconds: float = 20.0) -> None:
        """Read until a text has been shown since the last key."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            ready = select.select([self.terminal], [], [], max(0.0, end - time.monotonic()))[0]
            assert ready, f"{text!r} was not shown; the terminal has {self.shown[-2000:]!r}"
            self.shown += os.read(self.terminal, 65536).decode(errors="replace")

    def press(self, keys: str) -> None:
        self.shown = ""
        os.write(self.terminal, keys.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.terminal)
        os.close(self.inner)


@pytest.fixture
def session() -> Iterator[Session]:
    one = Session("product")
    yield one
    one.close()


LEFT_SCREEN = "\x1b[?1049l"
CURSOR_BACK = "\x1b[?25h"


def test_a_whole_visit(session: Session) -> None:
    session.wait_for("step 1 of ")
    assert "\x1b[?1049h" in session.shown
    session.press("\r")
    session.wait_for("step 2 of ")
    session.press("\x1b[C")
    session.wait_for("step 3 of ")
    session.press("\x1b[D")
    session.wait_for("step 2 of ")
    session.press("nn")
    session.wait_for("step 4 of ")
    session.press("q")
    session.wait_for("e = 6")
    assert LEFT_SCREEN in session.shown
    assert CURSOR_BACK in session.shown
    assert "∂e/∂b = 5" in session.shown
    assert session.process.wait(10) == 0
    assert termios.tcgetattr(session.inner) == session.before


@pytest.mark.parametrize(
    ("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_an_interrupted_visit_puts_the_terminal_back(
    session: Session, stop: signal.Signals, code: int
) -> None:
    session.wait_for("step 1 of ")
    session.shown = ""
    session.process.send_signal(stop)
    session.wait_for(CURSOR_BACK)
    assert LEFT_SCREEN in session.shown
    assert session.process.wait(10) == code
    assert termios.tcgetattr(session.inner) == session.before
    assert "Traceback" not in session.shown


def test_a_terminal_without_colours_gets_none() -> None:
    session = Session("product", NO_COLOR="1")
    try:
        session.wait_for("step 1 of ")
        assert "\x1b[7" in session.shown or ";7m" in session.shown
        assert not any(f"\x1b[{code}m" in session.shown for code in range(30, 38))
        session.press("q")
        session.wait_for("e = 6")
    finally:
        session.close()


def test_a_dumb_terminal_gets_plain_lines() -> None:
    session = Session("product", TERM="dumb")
    try:
        session.wait_for("e = 6")
        assert "\x1b" not in session.shown
        assert session.process.wait(10) == 0
    finally:
        session.close()
