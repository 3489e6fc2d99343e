"""What can be done in Runs."""

from __future__ import annotations

from microgradseq_tui.action import Action

_PLACES = ("runs",)
_GROUP = "Runs"

ACTIONS: tuple[Action, ...] = (
    Action("open_run", ("o", "enter"), "Open", "Open the marked run in Train", _GROUP, _PLACES),
    Action("choose", ("c",), "Choose", "Choose the run for comparing, or not", _GROUP, _PLACES),
    Action("compare", ("C",), "Compare", "Lay the chosen runs side by side", _GROUP, _PLACES),
    Action("plot", ("v",), "Curve", "Show or hide the curve of the loss", _GROUP, _PLACES),
    Action("play_run", ("p",), "Play", "Let the marked run's network write", _GROUP, _PLACES),
    Action("filter", ("slash",), "Filter", "Show only runs with these words", _GROUP, _PLACES),
    Action("sort_next", ("s",), "Sort", "Sort by the next column", _GROUP, _PLACES),
    Action("remove", ("d",), "Remove", "Remove the marked run; u undoes it", _GROUP, _PLACES),
    Action("undo_remove", ("u",), "Undo", "Bring back what was removed last", _GROUP, _PLACES),
    Action("rename", ("n",), "Rename", "Give the marked run another name", _GROUP, _PLACES),
    Action(
        "export",
        ("x",),
        "Export",
        "Write the run as CSV, for PyTorch or for TensorBoard",
        _GROUP,
        _PLACES,
    ),
    Action("sort_other_way", ("S",), "Turn", "Turn the order round", _GROUP, _PLACES, show=False),
    Action(
        "look_again",
        ("r",),
        "Look again",
        "Read the run folders again",
        _GROUP,
        _PLACES,
        show=False,
    ),
    Action(
        "leave",
        ("escape",),
        "Leave",
        "Leave the field, the filter or the curve",
        _GROUP,
        _PLACES,
        show=False,
    ),
)
