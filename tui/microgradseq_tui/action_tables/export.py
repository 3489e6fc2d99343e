"""What can be done where a chart is about to be written to a file."""

from __future__ import annotations

from microgradseq_tui.action import Action

ACTIONS: tuple[Action, ...] = (
    Action(
        "close", ("escape",), "Back", "Go back and write nothing", "Writing a chart", ("export",)
    ),
)
