"""The colours: readable on their ground, told apart with any colour vision, gone with NO_COLOR."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot

from microgradseq_tui.themes import PALETTES, ROLES, following, role_style, style_in, textual_theme
from tests.tui.harness import play, press

if TYPE_CHECKING:
    from tests.tui.conftest import MakeApp

READABLE = 4.5
VISIBLE = 3.0
# Viénot, Brettel and Mollon (1999): what is left of linear RGB without one kind of cone.
WITHOUT_RED = ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0))
WITHOUT_GREEN = ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0))
USUAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
TOLD_APART = 0.04


def linear(colour: str) -> tuple[float, ...]:
    parts = Color.parse(colour).normalized
    return tuple(
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )


def seen(colour: str, eye: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    light = linear(colour)
    mixed = (sum(a * b for a, b in zip(row, light, strict=True)) for row in eye)
    return tuple(max(part, 0.0) ** (1 / 2.4) for part in mixed)


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", PALETTES)
def test_everything_can_be_read(name: str) -> None:
    palette = PALETTES[name]
    colours = palette.colours()
    for role in ROLES:
        needed = VISIBLE if role.startswith("curve") else READABLE
        assert contrast(colours[role], palette.ground) >= needed, role
    for ground in (palette.ground, palette.raised, palette.line):
        assert contrast(palette.text, ground) >= READABLE
    assert contrast(palette.accent, palette.raised) >= READABLE
    assert contrast(palette.muted, palette.raised) >= READABLE


def test_high_contrast_is_high() -> None:
    palette = PALETTES["contrast"]
    for role, colour in palette.colours().items():
        assert contrast(colour, palette.ground) >= (VISIBLE if role.startswith("curve") else 7)


@pytest.mark.parametrize("eye", [USUAL, WITHOUT_RED, WITHOUT_GREEN], ids=["usual", "red", "green"])
@pytest.mark.parametrize("name", PALETTES)
def test_four_curves_are_told_apart_by_every_eye(
    name: str, eye: tuple[tuple[float, ...], ...]
) -> None:
    colours = PALETTES[name].colours()
    pairs = combinations([colours[role] for role in ROLES if role.startswith("curve")][:4], 2)
    for one, other in pairs:
        apart = zip(seen(one, eye), seen(other, eye), strict=True)
        assert sum((a - b) ** 2 for a, b in apart) >= TOLD_APART, (one, other)


@pytest.mark.parametrize("eye", [WITHOUT_RED, WITHOUT_GREEN], ids=["red", "green"])
def test_the_safe_theme_keeps_signs_apart(eye: tuple[tuple[float, ...], ...]) -> None:
    palette = PALETTES["safe"]
    for one, other in [(palette.positive, palette.negative), (palette.value, palette.gradient)]:
        apart = zip(seen(one, eye), seen(other, eye), strict=True)
        assert sum((a - b) ** 2 for a, b in apart) >= TOLD_APART


def test_without_colours_a_role_is_an_attribute() -> None:
    for role in ROLES:
        style = role_style("dark", role, coloured=False)
        assert style.color is None
        assert style.bgcolor is None
    assert role_style("dark", "active", coloured=False).reverse
    assert role_style("dark", "value", coloured=False) == Style.null()


def test_styles_can_name_roles() -> None:
    assert textual_theme("light").variables["role-gradient"] == PALETTES["light"].gradient
    assert textual_theme("light").variables["role-curve-2"] == PALETTES["light"].curves.split()[2]


def test_a_key_goes_through_all_themes_and_is_remembered(make_app: MakeApp) -> None:
    app = make_app("labs")

    async def go(pilot: Pilot[None]) -> None:
        assert app.theme == "dark"
        for name in [*list(PALETTES)[1:], "dark", "light"]:
            await press(pilot, "T")
            assert app.theme == name
            assert style_in(app, "gradient") == role_style(name, "gradient")
        app.theme = "textual-dark"
        assert style_in(app, "gradient") == role_style("dark", "gradient")

    play(app, go)
    again = make_app()

    async def look(_: Pilot[None]) -> None:
        assert (again.theme, again.current_mode) == ("light", "labs")

    play(again, look)


def test_no_color_leaves_no_colour(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app("train")

    async def look(pilot: Pilot[None]) -> None:
        for keys in ([], ["question_mark"], ["escape", "ctrl+p"]):
            await press(pilot, *keys)
            strips = app.screen._compositor.render_strips()
            styles = [style for strip in strips for _, style, _ in strip if style]
            assert {style.color.name for style in styles if style.color} == {"default"}
            assert {style.bgcolor.name for style in styles if style.bgcolor} == {"default"}
        assert style_in(app, "gradient") == Style(bold=True)

    play(app, look)


def test_following() -> None:
    names = list(PALETTES)
    assert [following(name) for name in names] == [*names[1:], names[0]]
