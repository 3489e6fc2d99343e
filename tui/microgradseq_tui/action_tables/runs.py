"""What can be done in Runs."""

from __future__ import annotations

from microgradseq_tui.action import Action

_PLACES = ("runs",)

ACTIONS: tuple[Action, ...] = (
    Action("look_again", ("r",), "Look again", "Read the run folders again", "Runs", _PLACES),
)
