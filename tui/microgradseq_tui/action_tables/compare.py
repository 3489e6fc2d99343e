"""What can be done in Compare."""

from __future__ import annotations

from microgradseq_tui.action import Action

_PLACES = ("compare",)
_GROUP = "Compare"

ACTIONS: tuple[Action, ...] = (
    Action("start", ("g",), "Go", "Train the networks that the form says", _GROUP, _PLACES),
    Action("toggle_order", ("o",), "Order", "One after another, or together", _GROUP, _PLACES),
    Action("next_view", ("a",), "View", "Show all, or the next part alone", _GROUP, _PLACES),
    Action(
        "earlier", ("left_square_bracket",), "Earlier", "Look at earlier samples", _GROUP, _PLACES
    ),
    Action("later", ("right_square_bracket",), "Later", "Look at later samples", _GROUP, _PLACES),
    Action("stop", ("X",), "Stop", "Let the networks save and stop", _GROUP, _PLACES),
    Action("new", ("n",), "New", "Begin another comparison", _GROUP, _PLACES),
    Action(
        "leave_field", ("escape",), "Leave", "Leave the text field", _GROUP, _PLACES, show=False
    ),
)
