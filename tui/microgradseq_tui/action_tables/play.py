"""What can be done in Play."""

from __future__ import annotations

from microgradseq_tui.action import Action

_PLACES = ("play",)
_GROUP = "Play"


def _play(name: str, key: str, label: str, words: str, *more: str, show: bool = True) -> Action:
    return Action(name, (key, *more), label, words, _GROUP, _PLACES, show)


ACTIONS: tuple[Action, ...] = (
    _play("write", "space", "Write", "Let the network write, or pause it"),
    _play("write_one", "n", "One", "Let it write one symbol"),
    _play("move(-1)", "left", "Back", "Move the cursor back; the panels tell of that place"),
    _play("move(1)", "right", "On", "Move the cursor on", show=False),
    _play("pick(-1)", "up", "Other", "Mark a likelier symbol for the cursor's place"),
    _play("pick(1)", "down", "Other", "Mark a less likely symbol", show=False),
    _play("take", "enter", "Take it", "Write the marked symbol there, and go on from it"),
    _play("cut", "backspace", "Cut", "Cut the text off at the cursor, or its last symbol"),
    _play("next_unit", "u", "Unit", "Colour the text by the next hidden unit"),
    _play("previous_unit", "U", "Unit", "Colour it by the unit before", show=False),
    _play("lanes", "g", "Gates", "Show or hide the gates under the text"),
    _play("stage(-1)", "left_square_bracket", "Earlier", "See what it wrote earlier in training"),
    _play("stage(1)", "right_square_bracket", "Later", "See what it wrote later", show=False),
    _play("ask_prefix", "slash", "Prefix", "Type how the text begins", show=False),
    _play("ask_temperature", "t", "Temperature", "Set how bold it is", show=False),
    _play("ask_top_k", "k", "Top-k", "Let it choose among so many only", show=False),
    _play("ask_top_p", "o", "Top-p", "Let it choose up to this chance only", show=False),
    _play("ask_seed", "s", "Seed", "Set the seed of the draws", show=False),
    _play("another", "a", "Another", "Write anew with the next seed", show=False),
    _play("show_numbers", "v", "Numbers", "Show the exact numbers as a table", show=False),
    _play("export", "S", "Export", "Write the text (.txt) or all its numbers (.csv)", show=False),
    _play("choose_run", "r", "Runs", "Choose another run"),
    _play("row(-1)", "pageup", "Row up", "Move the cursor a row up", show=False),
    _play("row(1)", "pagedown", "Row down", "Move the cursor a row down", show=False),
    _play("edge(0)", "home", "Beginning", "Go to the beginning", show=False),
    _play("edge(1)", "end", "End", "Go to the end", show=False),
    _play("leave", "escape", "Leave", "Leave the field, or the list of runs", show=False),
)
