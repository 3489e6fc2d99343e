"""What can be done in Learn."""

from __future__ import annotations

from microgradseq_tui.action import Action

_PLACES = ("learn",)

ACTIONS: tuple[Action, ...] = (
    Action("open_marked", ("o", "enter"), "Open", "Open what is marked", "Learn", _PLACES),
    Action(
        "own_formula",
        ("slash", "f"),
        "Formula",
        "Type a formula of your own; Enter steps through it",
        "Learn",
        _PLACES,
    ),
    Action("leave", ("escape",), "Leave", "Go back from the field to the list", "Learn", _PLACES),
)
