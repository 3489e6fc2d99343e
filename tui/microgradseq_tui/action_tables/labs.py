"""What can be done in Labs."""

from __future__ import annotations

from microgradseq_tui.action import Action

_ROWS: tuple[tuple[str, tuple[str, ...], str, str, bool], ...] = (
    ("toggle_run", ("space",), "Run, pause", "Run the lab, or pause it", True),
    ("step", ("n",), "Step", "Go on by one frame", True),
    ("restart", ("r",), "Restart", "Begin anew", True),
    ("finish", ("f",), "To the end", "Go to the end without showing each frame", True),
    ("edit", ("e",), "Edit", "Type a value for the marked setting", True),
    (
        "nudge(-1)",
        ("left", "minus"),
        "Less",
        "Lower the marked setting, or take the last choice",
        False,
    ),
    (
        "nudge(1)",
        ("right", "plus", "equals_sign"),
        "More",
        "Raise the marked setting, or take the next choice",
        False,
    ),
    ("reset", ("0",), "Defaults", "Give every setting its default", False),
    ("show_numbers", ("v",), "Numbers", "Show the exact numbers as tables", True),
    ("export", ("S",), "Save", "Write the picture or the numbers to a file", True),
    ("leave", ("escape",), "Leave", "Leave the field, or go back to the list of labs", False),
)

ACTIONS: tuple[Action, ...] = tuple(
    Action(name, keys, label, words, "Labs", ("labs",), show=show)
    for name, keys, label, words, show in _ROWS
)
