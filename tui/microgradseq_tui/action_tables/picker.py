"""What can be done where a file is chosen."""

from __future__ import annotations

from microgradseq_tui.action import Action

_PLACES = ("picker",)
_GROUP = "Choosing a file"

ACTIONS: tuple[Action, ...] = (
    Action("go_up", ("backspace",), "Folder above", "Show the folder above", _GROUP, _PLACES),
    Action("close", ("escape",), "Close", "Choose none", _GROUP, _PLACES),
)
