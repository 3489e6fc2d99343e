"""One table of everything a key can do. Bindings, the line of keys, the command palette, the help
panel and docs/keys.md are all made from it. Its rows stand in action_tables/, one file a place.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding

from microgradseq_tui.action import Action
from microgradseq_tui.action_tables import (
    app,
    chart,
    commands,
    compare,
    export,
    graph,
    labs,
    languages,
    learn,
    leave,
    lesson,
    numbers,
    picker,
    play,
    runs,
    time,
    train,
    walk,
)

ACTIONS: tuple[Action, ...] = (
    *app.GO_TO,
    *learn.ACTIONS,
    *lesson.ACTIONS,
    *languages.ACTIONS,
    *walk.ACTIONS,
    *time.ACTIONS,
    *graph.ACTIONS,
    *train.ACTIONS,
    *compare.ACTIONS,
    *play.ACTIONS,
    *labs.ACTIONS,
    *runs.ACTIONS,
    *chart.ACTIONS,
    *numbers.ACTIONS,
    *export.ACTIONS,
    *picker.ACTIONS,
    *leave.ACTIONS,
    *commands.ACTIONS,
    *app.ACTIONS,
)
"""Every action, in the order in which help lists them."""


def grouped(actions: Iterable[Action]) -> dict[str, list[Action]]:
    """Actions under the headings of their groups, each heading once.

    Arguments:
        actions: in any order; a group stands where its first action does.
    """
    groups: dict[str, list[Action]] = {}
    for action in actions:
        groups.setdefault(action.group, []).append(action)
    return groups


_KEY_WORDS = {
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "comma": ",",
    "full_stop": ".",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}


def key_words(key: str) -> str:
    """A key as it is written for people.

    Arguments:
        key: Textual's name.

    >>> key_words("left"), key_words("ctrl+p"), key_words("q"), key_words("T"), key_words("space")
    ('←', 'Ctrl+P', 'q', 'T', 'Space')
    """
    *modifiers, last = key.split("+")
    if not modifiers and len(last) == 1:
        return last
    words = _KEY_WORDS.get(last, last.title())
    return "+".join([*(modifier.title() for modifier in modifiers), words])


def own_actions(place: str) -> list[Action]:
    """What can be done in one place alone.

    Arguments:
        place: a place's name; "" for the actions that hold everywhere.

    >>> [action.label for action in own_actions("runs")][:3]
    ['Open', 'Choose', 'Compare']
    """
    return [
        action for action in ACTIONS if (place in action.screens if place else not action.screens)
    ]


def bindings_of(place: str) -> list[Binding]:
    """Textual's bindings for the actions of one place alone.

    Arguments:
        place: a place's name; "" for the actions that hold everywhere.
    """
    return [
        Binding(
            ",".join(action.keys),
            action.name,
            action.label,
            show=action.show,
            key_display=key_words(action.keys[0]),
            tooltip=action.words,
        )
        for action in own_actions(place)
    ]
