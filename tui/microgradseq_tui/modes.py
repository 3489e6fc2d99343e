"""The places of the app: six modes, what each is for, and what opens inside them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mode:
    """One mode of the app.

    Arguments:
        name: what the command line and the state file call it.
        title: what people read.
        words: what it is for, in a few words.
    """

    name: str
    title: str
    words: str


MODES: dict[str, Mode] = {
    mode.name: mode
    for mode in (
        Mode("learn", "Learn", "walk through a derivative, unroll a network"),
        Mode("train", "Train", "watch a network learn"),
        Mode("compare", "Compare", "several networks side by side"),
        Mode("play", "Play", "let a trained network write, and look inside"),
        Mode("labs", "Labs", "the classic systems of the field"),
        Mode("runs", "Runs", "what was trained, and what became of it"),
    )
}
"""The modes by name, in the order of their keys 1 to 6."""

PLACES: dict[str, str] = {
    **{mode.name: mode.title for mode in MODES.values()},
    "walk": "a walk",
    "lesson": "a lesson",
    "time": "Through time",
    "graph": "a graph",
    "chart": "a chart",
    "heat_map": "a heat map",
    "numbers": "a table of numbers",
    "export": "the export question",
    "picker": "the choice of a file",
    "leave": "the question before leaving",
    "help": "the help panel",
}
"""Everywhere an action can hold: modes, screens above them, and widgets that take keys."""
