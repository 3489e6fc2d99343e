"""What can be done in Learn."""

from __future__ import annotations

from microgradseq_tui.action import Action

_PLACES = ("learn",)

ACTIONS: tuple[Action, ...] = (
    Action("walk", ("s",), "Step", "Step through the marked example", "Learn", _PLACES),
)
