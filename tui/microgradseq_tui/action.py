"""One thing that a key can do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done, and the keys that do it.

    Arguments:
        name: Textual's way to write the action, such as "open('learn')"; a method
            `action_open` of the screen, or of the app, carries it out.
        keys: keys by Textual's names. The first one is shown.
        label: one or two words for the line of keys and the palette.
        words: what it does, in one line for the help panel.
        group: the heading it stands under in the help panel.
        screens: the places where it holds, by their names in PLACES; empty for everywhere.
        show: whether the line of keys at the bottom shows it.
    """

    name: str
    keys: tuple[str, ...]
    label: str
    words: str
    group: str
    screens: tuple[str, ...] = ()
    show: bool = True

    @property
    def sentence(self) -> str:
        """What it does, with a capital letter."""
        return self.words[0].upper() + self.words[1:]
