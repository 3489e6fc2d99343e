"""What can be answered when the app is left while something trains."""

from __future__ import annotations

from microgradseq_tui.action import Action

_PLACES = ("leave",)
_GROUP = "Leaving"

ACTIONS: tuple[Action, ...] = (
    Action("leave_going", ("l",), "Leave them going", "Leave; they train on", _GROUP, _PLACES),
    Action("stop_all", ("s",), "Stop them", "Let them save and stop, then leave", _GROUP, _PLACES),
    Action("stay", ("escape",), "Stay", "Stay in the app", _GROUP, _PLACES),
)
