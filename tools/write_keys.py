"""Writes docs/keys.md from the app's table of actions.

Run it after the table has changed: python tools/write_keys.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from microgradseq_tui.action import Action
from microgradseq_tui.actions import ACTIONS, grouped, key_words
from microgradseq_tui.modes import MODES, PLACES

PAGE = Path(__file__).parent.parent / "docs" / "keys.md"

BEGINNING = """# Keys of the app

`microgradseq tui` opens the app. `?` shows these keys in it, those of the open screen first, and
`Ctrl+P` finds an action by its name. In a text field letters are letters: `Tab` leaves it.
"""


def page() -> str:
    """The whole page.

    >>> page().startswith("# Keys of the app")
    True
    """
    groups = grouped(ACTIONS).items()
    return "".join([BEGINNING, *(part for group in groups for part in _table(*group))])


def _table(group: str, members: list[Action]) -> Iterator[str]:
    yield f"\n## {group}\n\n"
    places = {action.screens for action in members}
    if len(places) == 1 and members[0].screens:
        yield f"In {_titles(members[0])}.\n\n"
    yield "| keys | what they do |\n|---|---|\n"
    for action in members:
        keys = " or ".join(f"`{key_words(key)}`" for key in action.keys)
        place = f" (in {_titles(action)})" if len(places) > 1 and action.screens else ""
        yield f"| {keys} | {_name(action)}{action.sentence}{place} |\n"


def _name(action: Action) -> str:
    """A mode's words do not name it."""
    return f"{action.label}: " if action.label in {mode.title for mode in MODES.values()} else ""


def _titles(action: Action) -> str:
    return ", ".join(PLACES[name] for name in action.screens)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
