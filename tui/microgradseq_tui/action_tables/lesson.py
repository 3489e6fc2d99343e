"""What can be done in a lesson."""

from __future__ import annotations

from microgradseq_tui.action import Action

_GROUP = "Reading"

_ROWS: tuple[tuple[str, tuple[str, ...], str, str, bool], ...] = (
    ("turn(1)", ("right", "n", "space"), "Next", "Go to the next paragraph", True),
    ("turn(-1)", ("left", "p"), "Back", "Go back a paragraph", True),
    ("first", ("home", "g"), "First", "Go to the first paragraph", False),
    ("last", ("end", "G"), "Last", "Go to the last paragraph", False),
    ("answer", ("a",), "Answer", "Answer the question", True),
    ("try_it", ("s", "enter"), "Try it", "Step through this graph yourself", True),
    ("scroll_text(-1)", ("up",), "Text up", "Scroll the text up", False),
    ("scroll_text(1)", ("down",), "Text down", "Scroll the text down", False),
    ("copy_share", ("Y",), "Share", "Copy the command that opens this paragraph again", False),
    ("leave", ("escape",), "Leave", "Close the field, or go back", True),
)

ACTIONS: tuple[Action, ...] = tuple(
    Action(name, keys, label, words, _GROUP, ("lesson",), show=show)
    for name, keys, label, words, show in _ROWS
)
