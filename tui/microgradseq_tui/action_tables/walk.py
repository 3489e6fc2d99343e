"""What can be done while stepping through a derivative."""

from __future__ import annotations

from microgradseq_tui.action import Action

_GOING, _TRYING = "Stepping", "Trying it"

_ROWS: tuple[tuple[str, tuple[str, ...], str, str, str, bool], ...] = (
    ("next_step", ("right", "n"), "Next", "Take the next step", _GOING, True),
    ("step_back", ("left", "p"), "Back", "Undo the last step", _GOING, True),
    ("first", ("home", "g"), "First", "Go to the beginning", _GOING, False),
    ("last", ("end", "G"), "Last", "Go to the end", _GOING, False),
    ("play", ("space",), "Play", "Let the steps run, or stop them", _GOING, True),
    ("slower", ("less_than_sign",), "Slower", "Let the steps run more slowly", _GOING, False),
    ("faster", ("greater_than_sign",), "Faster", "Let the steps run faster", _GOING, False),
    ("switch_mode", ("m",), "Mode", "Change between reverse and forward mode", _GOING, True),
    ("choose_leaf", ("w",), "Leaf", "Choose the leaf that is followed", _GOING, True),
    ("go_to_time", ("t",), "Time", "Go to a time step", _GOING, False),
    ("go_to_nan", ("x",), "First NaN", "Go to the first NaN or infinity", _GOING, False),
    ("edit_leaf", ("e",), "Edit", "Give the selected leaf another number", _TRYING, True),
    ("predict", ("i",), "Predict", "Type the derivative before it is shown", _TRYING, True),
    ("check", ("d",), "Check", "Check the node by finite differences", _TRYING, True),
    ("paths", ("b",), "Paths", "Show the paths from the selected leaf", _TRYING, True),
    ("next_panel", ("v",), "Panel", "Show the next panel: costs, paths, changes", _TRYING, False),
    ("export", ("S",), "Export", "Write a picture, a text or Python to a file", _TRYING, False),
    ("copy_share", ("Y",), "Share", "Copy the command that opens this again", _TRYING, False),
    ("leave", ("escape",), "Leave", "Close the field, or go back", _GOING, True),
)

ACTIONS: tuple[Action, ...] = tuple(
    Action(name, keys, label, words, group, ("walk",), show=show)
    for name, keys, label, words, group, show in _ROWS
)
