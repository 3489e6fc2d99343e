"""What can be done everywhere in the app, and in its help panel."""

from __future__ import annotations

from microgradseq_tui.action import Action
from microgradseq_tui.modes import MODES

GO_TO: tuple[Action, ...] = tuple(
    Action(f"open('{mode.name}')", (str(number),), mode.title, mode.words, "Go to", show=False)
    for number, mode in enumerate(MODES.values(), start=1)
)

_HELP = ("help",)

ACTIONS: tuple[Action, ...] = (
    Action("find", ("slash",), "Find", "Look for a key by what it does", "Help", _HELP),
    Action("close", ("escape", "question_mark", "f1"), "Close", "Close this panel", "Help", _HELP),
    Action("show_help", ("question_mark", "f1"), "Keys", "Show what every key does", "The app"),
    Action(
        "command_palette",
        ("ctrl+p", "colon"),
        "Commands",
        "Look for a command by its name",
        "The app",
        show=False,
    ),
    Action("next_theme", ("T",), "Theme", "Change to the next colours", "The app", show=False),
    Action("quit", ("q", "ctrl+q"), "Quit", "Leave the app", "The app"),
)
