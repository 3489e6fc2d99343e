"""What can be done in Labs."""

from __future__ import annotations

from microgradseq_tui.action import Action

ACTIONS: tuple[Action, ...] = ()
