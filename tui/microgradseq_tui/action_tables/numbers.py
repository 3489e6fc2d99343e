"""What can be done in a table of numbers."""

from __future__ import annotations

from microgradseq_tui.action import Action

_PLACES = ("numbers",)
_GROUP = "A table of numbers"
_MOVES: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("scroll_table('up')", ("up", "k"), "Up", "Go up a row"),
    ("scroll_table('down')", ("down", "j"), "Down", "Go down a row"),
    ("scroll_table('page_up')", ("pageup",), "Page up", "Go up a page"),
    ("scroll_table('page_down')", ("pagedown", "space"), "Page down", "Go down a page"),
    ("scroll_table('left')", ("left", "h"), "Left", "Show columns further left"),
    ("scroll_table('right')", ("right", "l"), "Right", "Show columns further right"),
    ("scroll_table('home')", ("home", "g"), "First", "Go to the first row"),
    ("scroll_table('end')", ("end", "G"), "Last", "Go to the last row"),
)

ACTIONS: tuple[Action, ...] = (
    Action("close", ("escape", "v"), "Back", "Go back to the chart", _GROUP, _PLACES),
    Action("export", ("o",), "Export", "Write the chart to a file", _GROUP, _PLACES),
    Action(
        "turn(-1)",
        ("left_square_bracket",),
        "Chart before",
        "Show the numbers of the chart before this one",
        _GROUP,
        _PLACES,
    ),
    Action(
        "turn(1)",
        ("right_square_bracket",),
        "Next chart",
        "Show the numbers of the next chart",
        _GROUP,
        _PLACES,
    ),
    *(
        Action(name, keys, label, words, _GROUP, _PLACES, show=False)
        for name, keys, label, words in _MOVES
    ),
)
