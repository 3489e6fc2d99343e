"""What can be done where lessons are shown in the reader's language."""

from __future__ import annotations

from microgradseq.lessons.languages import LANGUAGES
from microgradseq_tui.action import Action

_PLACES = ("learn", "lesson")

ACTIONS: tuple[Action, ...] = (
    Action(
        "next_language",
        ("Z",),
        "/".join(LANGUAGES.values()),
        f"Read the lessons in the next language ({', '.join(LANGUAGES.values())})",
        "Lessons",
        _PLACES,
    ),
)
