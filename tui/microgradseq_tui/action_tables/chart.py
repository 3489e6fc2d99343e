"""What can be done in a chart of curves and in a heat map."""

from __future__ import annotations

from microgradseq_tui.action import Action

_ROWS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("move_crosshair(-1)", ("left",), "Read left", "Read the numbers further left"),
    ("move_crosshair(1)", ("right",), "Read", "Read the numbers further right"),
    ("move_crosshair(-10)", ("pageup",), "Far left", "Read the numbers far to the left"),
    ("move_crosshair(10)", ("pagedown",), "Far right", "Read the numbers far to the right"),
    ("jump('first')", ("home",), "First", "Read the first numbers"),
    ("jump('last')", ("end",), "Last", "Read the last numbers"),
    ("hide_crosshair", ("escape",), "Stop reading", "Take the crosshair away"),
    ("zoom(2)", ("plus", "equals_sign"), "Zoom", "Show a shorter part of the curves"),
    ("zoom(0.5)", ("minus",), "Zoom out", "Show a longer part of the curves"),
    ("pan(-1)", ("less_than_sign",), "Part before", "Show the part before this one"),
    ("pan(1)", ("greater_than_sign",), "Part after", "Show the part after this one"),
    ("show_whole", ("0",), "All", "Show the curves from beginning to end"),
    ("toggle_log", ("g",), "Logarithmic", "Draw heights by their logarithm, or as they are"),
    ("next_x", ("x",), "Count", "Count steps, epochs, tokens or time along the chart"),
    ("show_numbers", ("v",), "Numbers", "Show the exact numbers as a table"),
    ("export", ("o",), "Export", "Write the chart to a file: picture, characters or numbers"),
)

_OF_HEAT_MAPS = ("show_numbers", "export")

ACTIONS: tuple[Action, ...] = (
    *(
        Action(name, keys, label, words, "In a chart", ("chart",), show=False)
        for name, keys, label, words in _ROWS
    ),
    *(
        Action(name, keys, label, words, "In a heat map", ("heat_map",))
        for name, keys, label, words in _ROWS
        if name in _OF_HEAT_MAPS
    ),
)
