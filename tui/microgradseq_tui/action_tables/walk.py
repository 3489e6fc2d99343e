"""What can be done while stepping through a derivative."""

from __future__ import annotations

from microgradseq_tui.action import Action

_PLACES = ("walk",)
_GROUP = "Stepping"

ACTIONS: tuple[Action, ...] = (
    Action("next_step", ("right", "n"), "Next", "Take the next step", _GROUP, _PLACES),
    Action("step_back", ("left", "p"), "Back", "Undo the last step", _GROUP, _PLACES),
    Action("first_step", ("home", "g"), "First", "Go to the beginning", _GROUP, _PLACES),
    Action("last_step", ("end", "G"), "Last", "Go to the end", _GROUP, _PLACES),
    Action("leave_walk", ("escape",), "Leave", "Go back to the list", _GROUP, _PLACES),
)
