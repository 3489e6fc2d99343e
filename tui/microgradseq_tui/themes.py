"""Colours by role. Charts and graphs name a role, never a colour, and every theme gives its own.

Without colours (NO_COLOR) a role is an attribute such as bold; signs and glyphs tell the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from rich.style import Style
from textual.app import App
from textual.theme import Theme

Role = Literal[
    "value",
    "gradient",
    "derivative",
    "active",
    "tied",
    "muted",
    "positive",
    "negative",
    "name",
    "curve-0",
    "curve-1",
    "curve-2",
    "curve-3",
    "curve-4",
    "curve-5",
    "curve-6",
    "curve-7",
]
ROLES: tuple[Role, ...] = get_args(Role)

# Okabe and Ito's colours for curves, which people with any colour vision tell apart; lighter or
# darker only where the background would swallow them.
_CURVES_ON_DARK = "#56b4e9 #e69f00 #00b386 #e5dc4a #4f8fe0 #e8743b #d58fb8 #c8cdd4"
_CURVES_ON_LIGHT = "#0072b2 #d55e00 #007a5a #8c2d04 #2a93c9 #a8568a #857b00 #4d5560"


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme.

    Arguments:
        title: for the list of themes.
        dark: whether light text stands on a dark ground.
        ground, raised, line: the screen, what stands out from it, and what is marked in it.
        text: ordinary text.
        accent: the one colour for headings and for what is chosen.
        value, gradient, derivative, tied, muted, positive, negative: roles.
        curves: eight colours, with blanks between them.
    """

    title: str
    dark: bool
    ground: str
    raised: str
    line: str
    text: str
    accent: str
    value: str
    gradient: str
    derivative: str
    tied: str
    muted: str
    positive: str
    negative: str
    curves: str

    def colours(self) -> dict[Role, str]:
        """The colour of every role."""
        named: dict[Role, str] = {
            "value": self.value,
            "gradient": self.gradient,
            "derivative": self.derivative,
            "active": self.gradient,
            "tied": self.tied,
            "muted": self.muted,
            "positive": self.positive,
            "negative": self.negative,
            "name": self.text,
        }
        curves = self.curves.split()
        return {
            role: named[role] if role in named else curves[int(role.rpartition("-")[2])]
            for role in ROLES
        }


PALETTES: dict[str, Palette] = {
    "dark": Palette(
        "Dark",
        dark=True,
        ground="#14171c",
        raised="#1c2129",
        line="#2b323d",
        text="#d8dee6",
        accent="#6cb6ff",
        value="#7fd1c9",
        gradient="#ecbb6a",
        derivative="#a8adf5",
        tied="#d99ae0",
        muted="#8a94a2",
        positive="#86c98a",
        negative="#ee8a80",
        curves=_CURVES_ON_DARK,
    ),
    "light": Palette(
        "Light",
        dark=False,
        ground="#fbfbf9",
        raised="#f0f0ec",
        line="#d9dad5",
        text="#24292f",
        accent="#0b5cad",
        value="#00706a",
        gradient="#955400",
        derivative="#4a4fc0",
        tied="#8d3b99",
        muted="#646c76",
        positive="#2b7434",
        negative="#b3362b",
        curves=_CURVES_ON_LIGHT,
    ),
    "contrast": Palette(
        "High contrast",
        dark=True,
        ground="#000000",
        raised="#101010",
        line="#404040",
        text="#ffffff",
        accent="#ffff00",
        value="#5ffbf1",
        gradient="#ffd000",
        derivative="#c9ccff",
        tied="#ffa8ff",
        muted="#c4c4c4",
        positive="#7dff7d",
        negative="#ff9d94",
        curves=_CURVES_ON_DARK,
    ),
    "safe": Palette(
        "Colour-blind safe",
        dark=True,
        ground="#14171c",
        raised="#1c2129",
        line="#2b323d",
        text="#d8dee6",
        accent="#56b4e9",
        value="#56b4e9",
        gradient="#e69f00",
        derivative="#e5dc4a",
        tied="#d58fb8",
        muted="#8a94a2",
        positive="#56b4e9",
        negative="#e8743b",
        curves=_CURVES_ON_DARK,
    ),
}
"""The themes by name, in the order in which a key goes through them."""

_EMPHASIS: dict[Role, Style] = {
    "active": Style(bold=True, reverse=True),
    "name": Style(bold=True),
}
_WITHOUT_COLOUR: dict[Role, Style] = {
    **_EMPHASIS,
    "gradient": Style(bold=True),
    "derivative": Style(italic=True),
    "tied": Style(underline=True),
    "muted": Style(dim=True),
}


@cache
def role_style(theme: str, role: Role, coloured: bool = True) -> Style:
    """How a role is drawn.

    Arguments:
        theme: a name in PALETTES.
        role: what the text stands for.
        coloured: False where no colours are wanted.

    >>> str(role_style("dark", "gradient")), str(role_style("dark", "gradient", coloured=False))
    ('#ecbb6a', 'bold')
    """
    if not coloured:
        return _WITHOUT_COLOUR.get(role, Style.null())
    return Style(color=PALETTES[theme].colours()[role]) + _EMPHASIS.get(role, Style.null())


def style_in(app: App[Any], role: Role) -> Style:
    """How a role is drawn in an app as it is set now.

    Arguments:
        app: the running app; one with a theme that is none of ours gets the first one's colours.
        role: what the text stands for.
    """
    theme = app.theme if app.theme in PALETTES else next(iter(PALETTES))
    return role_style(theme, role, coloured=not app.no_color)


def following(theme: str) -> str:
    """The theme after this one, and after the last one the first.

    >>> following("dark"), following("safe")
    ('light', 'dark')
    """
    names = list(PALETTES)
    return names[(names.index(theme) + 1) % len(names)]


def textual_theme(name: str) -> Theme:
    """A theme as Textual takes it. Styles see each role as a variable such as `$role-gradient`.

    Arguments:
        name: in PALETTES.
    """
    palette = PALETTES[name]
    roles = {f"role-{role}": colour for role, colour in palette.colours().items()}
    return Theme(
        name=name,
        dark=palette.dark,
        primary=palette.accent,
        secondary=palette.derivative,
        accent=palette.accent,
        foreground=palette.text,
        background=palette.ground,
        surface=palette.raised,
        panel=palette.line,
        success=palette.positive,
        warning=palette.gradient,
        error=palette.negative,
        variables={
            **roles,
            "muted": palette.muted,
            "line": palette.line,
            "border": palette.accent,
            "border-blurred": palette.line,
            "block-cursor-background": palette.accent,
            "block-cursor-foreground": palette.ground,
            "block-cursor-text-style": "none",
            "scrollbar": palette.line,
            "scrollbar-hover": palette.muted,
            "scrollbar-active": palette.accent,
            "scrollbar-background": palette.ground,
            "scrollbar-background-hover": palette.ground,
            "scrollbar-background-active": palette.ground,
            "scrollbar-corner-color": palette.ground,
        },
    )
