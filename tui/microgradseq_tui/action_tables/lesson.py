"""What can be done in a lesson."""

from __future__ import annotations

from microgradseq_tui.action import Action

ACTIONS: tuple[Action, ...] = ()
