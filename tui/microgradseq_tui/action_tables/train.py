"""What can be done in Train."""

from __future__ import annotations

from microgradseq_tui.action import Action

ACTIONS: tuple[Action, ...] = ()
