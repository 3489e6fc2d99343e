"""What can be done in Through time."""

from __future__ import annotations

from microgradseq_tui.action import Action

_SWEEP, _NETWORK = "The sweep back in time", "The network in time"

_ROWS: tuple[tuple[str, tuple[str, ...], str, str, str, bool], ...] = (
    ("next_time", ("right",), "Next", "Go one time step back, as the gradient does", _SWEEP, True),
    ("undo_time", ("left",), "Undo", "Undo one time step of the sweep", _SWEEP, True),
    ("next_operation", ("n",), "Next operation", "Go on by a single operation", _SWEEP, False),
    ("undo_operation", ("p",), "Undo operation", "Undo a single operation", _SWEEP, False),
    ("first", ("home", "g"), "First", "Go to where the sweep starts", _SWEEP, False),
    ("last", ("end", "G"), "Last", "Go to where the sweep ends", _SWEEP, False),
    ("play", ("space",), "Play", "Let the sweep run, or stop it", _SWEEP, True),
    ("slower", ("less_than_sign",), "Slower", "Let the sweep run more slowly", _SWEEP, False),
    ("faster", ("greater_than_sign",), "Faster", "Let the sweep run faster", _SWEEP, False),
    (
        "cut(-1)",
        ("left_square_bracket",),
        "Cut left",
        "Move the cut of truncated backpropagation a time step to the left",
        _SWEEP,
        True,
    ),
    (
        "cut(1)",
        ("right_square_bracket",),
        "Cut right",
        "Move the cut of truncated backpropagation a time step to the right",
        _SWEEP,
        True,
    ),
    ("type_word", ("w",), "Word", "Type another word", _NETWORK, True),
    ("next_cell", ("x",), "Cell", "Change to the next cell", _NETWORK, True),
    ("next_weight", ("W",), "Weight", "Watch the next weight", _NETWORK, True),
    ("next_loss", ("e",), "Loss", "Ask for a loss at every step or at the last", _NETWORK, False),
    ("next_radius", ("r",), "Radius", "Scale the hidden weights another way", _NETWORK, False),
    ("next_seed", ("s",), "Seed", "Draw other weights", _NETWORK, False),
    ("next_layers", ("d",), "Layers", "Change the number of layers", _NETWORK, False),
    ("next_units", ("b",), "Units", "Change the number of units a layer", _NETWORK, False),
    ("show_numbers", ("v",), "Numbers", "Show the exact numbers as a table", _NETWORK, False),
    ("form", ("o",), "Formula", "Show or hide the closed form", _NETWORK, True),
    ("copy_share", ("Y",), "Share", "Copy the command that opens this again", _NETWORK, False),
    ("export", ("S",), "Export", "Write a picture, a text or numbers to a file", _NETWORK, False),
    ("leave", ("escape",), "Leave", "Close the field, or go back", _NETWORK, True),
)

ACTIONS: tuple[Action, ...] = tuple(
    Action(name, keys, label, words, group, ("time",), show=show)
    for name, keys, label, words, group, show in _ROWS
)
