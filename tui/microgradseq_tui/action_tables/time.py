"""What can be done in Through time."""

from __future__ import annotations

from microgradseq_tui.action import Action

ACTIONS: tuple[Action, ...] = ()
