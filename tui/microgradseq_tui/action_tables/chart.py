"""What can be done in a chart."""

from __future__ import annotations

from microgradseq_tui.action import Action

ACTIONS: tuple[Action, ...] = ()
