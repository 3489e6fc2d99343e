"""What screens and widgets say to the app."""

from __future__ import annotations

from textual.message import Message


class OpenScreen(Message):
    """A wish to go to another mode.

    Arguments:
        mode: its name.
        state: what to show there, such as an example's name; None for what it showed last.
    """

    def __init__(self, mode: str, state: str | None = None) -> None:
        super().__init__()
        self.mode = mode
        self.state = state


class CopyText(Message):
    """A text for the clipboard.

    Arguments:
        text: what to copy.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class ParagraphRead(Message):
    """A paragraph of a lesson was opened.

    Arguments:
        lesson: its name.
        number: of the paragraph, from 1.
    """

    def __init__(self, lesson: str, number: int) -> None:
        super().__init__()
        self.lesson = lesson
        self.number = number
