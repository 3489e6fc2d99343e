"""What can be done in Train."""

from __future__ import annotations

from microgradseq_tui.action import Action

_FORM, _LIVE, _SEEN = "Begin a training", "While it trains", "Look at a training"
_ROWS: tuple[tuple[str, tuple[str, ...], str, str, str, bool], ...] = (
    ("start", ("g",), "Go", "Train what the form says", _FORM, True),
    ("edit", ("space",), "Change", "Type what the marked line is to hold", _FORM, True),
    ("nudge(-1)", ("left",), "Choice before", "Take the choice before this one", _FORM, False),
    ("nudge(1)", ("right",), "Next choice", "Take the next choice", _FORM, True),
    ("pick_file", ("f",), "File", "Choose a file to learn from", _FORM, True),
    ("toggle_more", ("m",), "More", "Show all settings, or the usual ones", _FORM, True),
    ("toggle_pause", ("p",), "Pause", "Pause, or go on", _LIVE, True),
    ("one_step", ("s",), "Step", "Do one step and wait", _LIVE, True),
    ("ask('lr')", ("l",), "lr", "Change the learning rate (lr)", _LIVE, True),
    ("ask('clip')", ("c",), "Clip", "Change the largest norm of gradients", _LIVE, True),
    ("ask('temperature')", ("e",), "Boldness", "Change the samples' temperature", _LIVE, False),
    ("ask('prefix')", ("t",), "Text", "Let it write now, from a beginning of yours", _LIVE, True),
    ("save", ("k",), "Save", "Save a checkpoint now", _LIVE, False),
    ("stop", ("X",), "Stop", "Let it save and stop", _LIVE, True),
    ("resume", ("R",), "Go on", "Go on with a run that was stopped or interrupted", _SEEN, True),
    ("ask('rewind')", ("w",), "Go back", "Go on from an earlier checkpoint", _SEEN, False),
    ("next_view", ("a",), "View", "Show all panels, or the next one alone", _SEEN, True),
    ("sample(-1)", ("left_square_bracket",), "Earlier", "Read an earlier sample", _SEEN, False),
    ("sample(1)", ("right_square_bracket",), "Later", "Read a later sample", _SEEN, False),
    ("toggle_diff", ("d",), "Changes", "Mark what changed since the last sample", _SEEN, False),
    ("toggle_unit", ("u",), "Perplexity", "Draw the loss, or the perplexity", _SEEN, False),
    ("new", ("n",), "New", "Fill in the form; what trains goes on", _SEEN, True),
    ("leave_field", ("escape",), "Leave", "Leave the field", _SEEN, False),
)

ACTIONS: tuple[Action, ...] = tuple(
    Action(name, keys, label, words, group, ("train",), show=show)
    for name, keys, label, words, group, show in _ROWS
)
