"""The help panel: every key and what it does, made from the table of actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from microgradseq.cells import cell_width
from microgradseq_tui.action import Action
from microgradseq_tui.actions import ACTIONS, bindings_of, grouped, key_words, own_actions
from microgradseq_tui.modes import PLACES
from microgradseq_tui.widgets.shell.key_bar import KeyBar

LONGEST_SEARCH = 60


class HelpScreen(ModalScreen[None]):
    """What every key does here. A search looks through the keys of all screens.

    Arguments:
        place: where it was called from, by its name in PLACES.
        others: further places whose keys work there, such as a widget's.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("help"),
        *(binding for binding in bindings_of("") if binding.action == "quit"),
    ]

    def __init__(self, place: str, others: Sequence[str] = ()) -> None:
        super().__init__()
        self.place = place
        self._actions = [
            *(action for name in (place, *others) for action in own_actions(name)),
            *own_actions(""),
        ]

    def compose(self) -> ComposeResult:
        with Vertical(id="panel"):
            yield Static(f"Keys in {PLACES[self.place]}", classes="heading", markup=False)
            yield Input(placeholder="Find a key by what it does", max_length=LONGEST_SEARCH)
            with VerticalScroll():
                yield Static(listed(self._actions), id="keys", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        wanted = event.value.strip().casefold()
        found = [action for action in ACTIONS if wanted in _searched(action)]
        shown = listed(found, placed=True) if wanted else listed(self._actions)
        nothing = Content("No key does that.")
        self.query_one("#keys", Static).update(shown if found or not wanted else nothing)

    def on_input_submitted(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_find(self) -> None:
        """Go to the search field."""
        self.query_one(Input).focus()

    def action_close(self) -> None:
        """Close the panel, once even if the key was pressed twice."""
        if self.is_current:
            self.dismiss()

    async def action_quit(self) -> None:
        """Leave the app."""
        await self.app.action_quit()


def listed(actions: Iterable[Action], placed: bool = False) -> Content:
    """Keys and what they do, under the headings of their groups.

    Arguments:
        actions: what to list.
        placed: whether to say on which screens each holds.
    """
    groups = grouped(actions)
    rows = [_keys(action) for members in groups.values() for action in members]
    width = max(map(cell_width, rows), default=0)
    parts: list[str | tuple[str, str]] = []
    for group, members in groups.items():
        parts.append((f"{group}\n", "$accent bold"))
        for action in members:
            keys = _keys(action)
            blanks = " " * (width - cell_width(keys))
            parts += [("  "), (keys, "bold"), f"{blanks}  {_words(action, placed)}\n"]
        parts.append("\n")
    return Content.assemble(*parts).rstrip()


def _keys(action: Action) -> str:
    return ", ".join(map(key_words, action.keys))


def _words(action: Action, placed: bool) -> str:
    if placed and action.screens:
        return f"{action.sentence} ({', '.join(PLACES[name] for name in action.screens)})"
    return action.sentence


def _searched(action: Action) -> str:
    return " ".join([action.label, action.words, action.group, _keys(action)]).casefold()
