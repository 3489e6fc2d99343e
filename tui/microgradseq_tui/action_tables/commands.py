"""What can be done where command lines are listed."""

from __future__ import annotations

from microgradseq_tui.action import Action

_PLACES = ("learn", "train", "compare", "play", "labs", "runs")

ACTIONS: tuple[Action, ...] = (
    Action(
        "copy_command",
        ("y",),
        "Copy",
        "Copy the marked command line to the clipboard",
        "Command lines",
        _PLACES,
    ),
)
