"""Play: every key, both sizes, no colours, Chinese text, and runs that cannot write."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from microgradseq_tui.screens import play_desk
from microgradseq_tui.screens.numbers import NumbersScreen
from microgradseq_tui.screens.play import PlayScreen
from microgradseq_tui.widgets.play.written_text import WrittenText
from tests.training.writing_run import writing_run
from tests.tui.conftest import MakeApp
from tests.tui.harness import (
    LARGE,
    SMALL,
    assert_snapshot,
    press,
    settle,
    type_fast,
)
from tests.tui.play_scene import (  # noqa: F401
    LENGTH,
    Scene,
    made_runs,
    on_run,
    rest,
    screen_of,
    seen,
    told,
    writes_fast,
    written,
)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("plain", [False, True])
def test_how_it_looks(
    make_app: MakeApp,
    runs: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    plain: bool,
) -> None:
    if plain:
        monkeypatch.setenv("NO_COLOR", "1")

    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        await press(pilot, "left", "left", "left", "down", "u", "g")
        await rest(pilot)
        name = f"play_writing_{size[0]}x{size[1]}{'_plain' if plain else ''}"
        assert_snapshot(screen.app, name)  # type: ignore[arg-type]

    on_run(make_app, scene, size=size)


def test_it_writes_and_pauses(make_app: MakeApp, runs: Path) -> None:
    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        first = written(screen)
        assert len(first) == LENGTH
        await press(pilot, "n")
        assert len(written(screen)) == LENGTH + 1
        await press(pilot, "space")
        await rest(pilot)
        assert len(written(screen)) == 2 * LENGTH + 1
        assert written(screen).startswith(first)
        screen.action_write()
        screen.action_write()
        assert not screen.writing
        length = len(written(screen))
        await rest(pilot)
        assert length <= len(written(screen)) < 3 * LENGTH

    on_run(make_app, scene)


def test_the_cursor_goes_everywhere(
    make_app: MakeApp, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    length = 90  # more than one row
    monkeypatch.setattr(play_desk, "LENGTH", length)

    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        assert screen.cursor == length
        await press(pilot, "left", "left", "right")
        assert screen.cursor == length - 1
        assert "It expected here" in seen(screen)
        await press(pilot, "home", "left")
        assert screen.cursor == 0
        await press(pilot, "pagedown")
        below = screen.query_one(WrittenText)
        assert below.row_of(screen.cursor) == 1
        await press(pilot, "pageup")
        assert screen.cursor == 0
        await press(pilot, "end", "right")
        assert screen.cursor == length
        assert "What may come next" in seen(screen)
        await press(pilot, "home")
        await pilot.click(WrittenText, offset=(2, 0))
        assert screen.cursor == 2

    on_run(make_app, scene)


def test_another_symbol_is_taken(make_app: MakeApp, runs: Path) -> None:
    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        before = written(screen)
        await type_fast(pilot, [*["left"] * 5, "down", "down", "up"])
        await settle(pilot)
        assert screen.picked == 1
        session = screen.session
        assert session is not None
        wanted = session.alternatives(LENGTH - 5)[1].number
        await press(pilot, "enter")
        await rest(pilot)
        place = session.places[LENGTH - 5]
        assert (place.number, place.origin) == (wanted, "chosen")
        assert written(screen)[: LENGTH - 5] == before[:-5]
        assert len(session.places) == 2 * LENGTH - 4
        assert screen.cursor == len(session.places)

    on_run(make_app, scene)


def test_the_text_is_cut(make_app: MakeApp, runs: Path) -> None:
    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        before = written(screen)
        await press(pilot, "backspace")
        assert written(screen) == before[:-1]
        await type_fast(pilot, [*["left"] * 9, "backspace"])
        await settle(pilot)
        assert written(screen) == before[:-10]
        await press(pilot, "space")
        await rest(pilot)
        assert written(screen).startswith(before)

    on_run(make_app, scene)


def test_settings_are_typed(make_app: MakeApp, runs: Path) -> None:
    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        session = screen.session
        assert session is not None
        first = written(screen)

        async def answer(key: str, text: str) -> None:
            await press(pilot, key)
            screen.query_one(Input).value = text
            await press(pilot, "enter")
            await rest(pilot)

        await answer("s", "7")
        assert session.seed == 7
        assert written(screen) != first
        await press(pilot, "a")
        await rest(pilot)
        assert (session.seed, len(session.places)) == (8, LENGTH)
        await answer("s", "0")
        assert written(screen) == first
        await answer("t", "0.5")
        await answer("k", "3")
        await answer("o", "0.9")
        asked = session.request
        assert (asked.temperature, asked.top_k, asked.top_p) == (0.5, 3, 0.9)
        await answer("slash", "The")
        assert written(screen).startswith("The")
        assert len(session.places) == LENGTH + 3
        await press(pilot, "home", "backspace")
        assert written(screen).startswith("The")
        assert "belongs to the prefix" in told(screen)
        assert screen.command() == (
            "microgradseq sample tide --prefix The --temperature 0.5 --top-k 3 --top-p 0.9"
        )

    on_run(make_app, scene, size=LARGE)


def test_wrong_answers_are_told(make_app: MakeApp, runs: Path) -> None:
    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        before = written(screen)
        for key, text, words in (
            ("s", "x", "seed must be a whole number"),
            ("s", "-1", "at least 0"),
            ("t", "hot", "temperature must be a number"),
            ("o", "2", "top_p must be"),
            ("slash", "Ω", "'Ω'"),
            ("S", "a.png", ".csv"),
        ):
            await press(pilot, key)
            screen.query_one(Input).value = text
            await press(pilot, "enter")
            assert words in told(screen)
            assert written(screen) == before

    on_run(make_app, scene)


def test_units_colour_the_text(make_app: MakeApp, runs: Path) -> None:
    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        assert screen.inside is not None
        units = screen.inside.units
        await press(pilot, "u", "u")
        assert screen.unit == units[1]
        assert f"Unit {units[1].number}: " in seen(screen)
        page = screen.query_one(WrittenText).page
        assert list(page.activity) == list(screen.inside.of_unit(units[1]))
        await type_fast(pilot, ["u"] * 9)
        await settle(pilot)
        assert screen.unit == units[-1]
        await type_fast(pilot, ["U"] * 9)
        await settle(pilot)
        assert screen.unit is None

    on_run(make_app, scene)


def test_gates_stand_under_the_text(make_app: MakeApp, runs: Path) -> None:
    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        await press(pilot, "g")
        await rest(pilot)
        await type_fast(pilot, ["left"] * 4)
        await settle(pilot)
        names = [name for name, _ in screen.query_one(WrittenText).page.lanes]
        assert names == ["input", "forget", "output", "kept"]
        assert len(screen.query_one(WrittenText).page.lanes[-1][1]) == LENGTH - 3
        assert "kept: what is left here of earlier places" in seen(screen)
        assert "(mean of units)\n" in seen(screen)
        await press(pilot, "g")
        await rest(pilot)
        assert not screen.query_one(WrittenText).page.lanes

    on_run(make_app, scene)


def test_a_plain_network_has_no_gates(make_app: MakeApp, tmp_path: Path) -> None:
    writing_run(tmp_path / "runs", cell="rnn")

    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        await press(pilot, "g")
        await rest(pilot)
        assert "rnn has no gates" in seen(screen)

    on_run(make_app, scene)


def test_it_matures(make_app: MakeApp, runs: Path) -> None:
    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        latest = written(screen)
        await press(pilot, "left_square_bracket")
        await rest(pilot)
        assert "sample, step 20" in seen(screen)
        assert "The tid" in seen(screen)
        await press(pilot, "space", "enter", "u", "left_square_bracket")
        await rest(pilot)
        assert "best weights, step 10" in seen(screen)
        best = written(screen)
        assert len(best) == LENGTH
        assert best != latest
        await press(pilot, "left_square_bracket", "left_square_bracket")
        await rest(pilot)
        assert "xq zz↵" in seen(screen)
        await press(pilot, *["right_square_bracket"] * 3)
        await rest(pilot)
        assert written(screen) == latest

    on_run(make_app, scene)


def test_the_exact_numbers(make_app: MakeApp, runs: Path) -> None:
    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        assert screen.session is not None
        place = screen.session.places[4]
        await press(pilot, "v")
        above: object = screen.app.screen
        assert isinstance(above, NumbersScreen)
        shown = seen(screen)
        assert "tide, symbol by symbol" in shown
        assert repr(place.chance) in shown
        await press(pilot, "escape")
        assert screen.is_current

    on_run(make_app, scene, size=LARGE)


def test_export_and_copy(make_app: MakeApp, runs: Path, tmp_path: Path) -> None:
    async def scene(pilot: Pilot[None], screen: PlayScreen) -> None:
        await press(pilot, "S", "enter")
        await rest(pilot)
        told = (tmp_path / "tide.txt").read_text(encoding="utf-8")
        assert told == written(screen) + "\n"
        await press(pilot, "y")
        assert screen.app.clipboard == "microgradseq sample tide"

    on_run(make_app, scene)
