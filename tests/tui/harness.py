"""Running the app in a test: press keys, look at the screen as text, compare it with what was kept.

A snapshot holds the characters of the screen, then one letter for the style of every cell, then
what the letters mean. After a change that is meant, look at the screen and run the tests with
MICROGRADSEQ_UPDATE_SNAPSHOTS=1.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import fields
from pathlib import Path
from string import ascii_letters
from typing import NamedTuple

from rich.style import Style
from textual import events
from textual.keys import key_to_character
from textual.pilot import Pilot
from textual.widgets import Input

from microgradseq.cells import cell_width
from microgradseq_tui.app import MicrogradseqApp
from microgradseq_tui.steady_keys import SteadyKeys
from microgradseq_tui.themes import PALETTES

SMALL, LARGE = (80, 24), (120, 40)
SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = "MICROGRADSEQ_UPDATE_SNAPSHOTS"
ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse", "strike")

Script = Callable[[Pilot[None]], Awaitable[None]]


class Look(NamedTuple):
    """A terminal in which a screen is looked at; the fixture `look` gives three of them.

    Arguments:
        size: columns and rows.
        name: what the names of its snapshots end in.
    """

    size: tuple[int, int]
    name: str


def play(app: MicrogradseqApp, script: Script, size: tuple[int, int] = SMALL) -> None:
    """Run an app in a made-up terminal, do something with it, and leave it.

    Arguments:
        app: made with a `file` of the test's own.
        script: what to do, given Textual's pilot.
        size: columns and rows.
    """

    async def run() -> None:
        app.animation_level = "none"
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            await script(pilot)

    asyncio.run(run())


async def settle(pilot: Pilot[None]) -> None:
    """Wait until everything that was asked for is done and drawn, and the cursor stands still."""
    await pilot.pause()
    await pilot.pause()
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False
    await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after the other and wait until all is drawn."""
    for key in keys:
        await pilot.press(key)
    await settle(pilot)


async def type_fast(pilot: Pilot[None], keys: Iterable[str]) -> None:
    """Press many keys without waiting after each, as a terminal delivers them."""
    for key in keys:
        pilot.app.post_message(events.Key(key, key_to_character(key)))
    await pilot.pause()
    while isinstance(pilot.app, SteadyKeys) and pilot.app.keys_held:
        await asyncio.sleep(0)
    await pilot.pause()


async def resize(pilot: Pilot[None], width: int, height: int) -> None:
    """Change the terminal's size and wait until all is drawn."""
    await pilot.resize_terminal(width, height)
    await settle(pilot)


async def until(pilot: Pilot[None], holds: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait until something holds, and fail if it never does.

    Arguments:
        pilot: of the app.
        holds: asked again and again.
        seconds: how long to wait at most.
    """
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        await pilot.pause(0.02)
    assert holds()


def rows_of(app: MicrogradseqApp) -> list[str]:
    """What stands on the screen, row by row. Every row is checked to fill the screen exactly."""
    strips = app.screen._compositor.render_strips()
    rows = ["".join(segment.text for segment in strip) for strip in strips]
    widths = {cell_width(row) for row in rows}
    assert widths <= {app.size.width}, f"rows of {widths} cells on a screen of {app.size.width}"
    return rows


def text_of(app: MicrogradseqApp) -> str:
    """What stands on the screen, without the blanks at the ends of rows."""
    return "\n".join(row.rstrip() for row in rows_of(app))


def styles_of(app: MicrogradseqApp) -> str:
    """The style of every cell as one letter, and below what each letter means."""
    letters: dict[str, str] = {}
    rows = []
    for strip in app.screen._compositor.render_strips():
        row = ""
        for text, style, _ in strip:
            words = _words(app.theme, style or Style.null())
            letter = letters.setdefault(words, ascii_letters[len(letters)])
            row += letter * cell_width(text)
        rows.append(row)
    return "\n".join([*rows, "", *(f"{letter}  {words}" for words, letter in letters.items())])


def assert_snapshot(app: MicrogradseqApp, name: str) -> None:
    """The screen is what was kept under a name.

    Arguments:
        app: the running app.
        name: of the file; one for each screen, size and theme.
    """
    seen = f"{text_of(app)}\n\n{styles_of(app)}\n"
    kept = SNAPSHOTS / f"{name}.txt"
    if os.environ.get(UPDATE):
        SNAPSHOTS.mkdir(exist_ok=True)
        kept.write_text(seen, encoding="utf-8")
    assert kept.exists(), f"look at the screen, then run this test with {UPDATE}=1"
    assert seen == kept.read_text(encoding="utf-8"), f"the screen is not as in {kept.name}"


def assert_looks(app: MicrogradseqApp, name: str, look: Look, prepare: Script = settle) -> None:
    """Run an app and compare what is seen then with what was kept for such a terminal.

    Arguments:
        app: made with a `file` of the test's own.
        name: of the snapshots, without their endings.
        look: the terminal.
        prepare: what to do first.
    """

    async def script(pilot: Pilot[None]) -> None:
        await prepare(pilot)
        assert_snapshot(app, f"{name}_{look.name}")

    play(app, script, look.size)


def _words(theme: str, style: Style) -> str:
    names = [name for name in ATTRIBUTES if getattr(style, name)]
    return " ".join([_colour(theme, style.color), "on", _colour(theme, style.bgcolor), *names])


def _colour(theme: str, colour: object) -> str:
    """A colour by its name in the theme; one that was mixed by its hexadecimal digits."""
    found = getattr(colour, "name", "default")
    palette = PALETTES[theme]
    for field in fields(palette):
        if getattr(palette, field.name) == found:
            return field.name
    return str(found)
