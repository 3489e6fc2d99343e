"""What can be done in a graph."""

from __future__ import annotations

from microgradseq_tui.action import Action

_ROWS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("move('up')", ("up", "k"), "Up", "Select the next node above"),
    ("move('down')", ("down", "j"), "Down", "Select the next node below"),
    ("move('left')", ("h",), "Left", "Select the next node to the left"),
    ("move('right')", ("l",), "Right", "Select the next node to the right"),
    ("pan(-8, 0)", ("H",), "Scroll left", "Scroll to the left"),
    ("pan(8, 0)", ("L",), "Scroll right", "Scroll to the right"),
    ("pan(0, -2)", ("K",), "Scroll up", "Scroll up"),
    ("pan(0, 2)", ("J",), "Scroll down", "Scroll down"),
    ("page(-1)", ("pageup",), "Page back", "Go a page back"),
    ("page(1)", ("pagedown",), "Page on", "Go a page on"),
    ("zoom_in", ("plus", "equals_sign"), "Zoom in", "Show more of each node"),
    ("zoom_out", ("minus",), "Zoom out", "Show more nodes"),
    ("act", ("enter",), "Act", "Unfold the selected node, or say more about it"),
    ("fold_next", ("f",), "Fold", "Fold by the next of time, layer and gate, or by nothing"),
    ("unfold", ("u",), "Unfold", "Unfold the selected node"),
    ("toggle_follow", ("c",), "Follow", "Keep the active node in view, or stop doing so"),
)

ACTIONS: tuple[Action, ...] = tuple(
    Action(name, keys, label, words, "In a graph", ("graph",), show=False)
    for name, keys, label, words in _ROWS
)
