"""A line in which a screen asks for a few words."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

LONGEST = 200
HOW = " Enter takes it, Esc leaves it"
"""The two keys of a field: the line of keys below has no room for them everywhere."""


class Prompt(Horizontal):
    """A question and a field; hidden while nothing is asked."""

    class Answered(Message):
        """Enter was pressed.

        Arguments:
            purpose: what was asked for.
            text: the answer.
        """

        def __init__(self, purpose: str, text: str) -> None:
            super().__init__()
            self.purpose = purpose
            self.text = text

    class Typed(Answered):
        """The text changed; Enter was not pressed yet."""

    purpose = ""
    """What is asked for now; "" for nothing."""

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)
        yield Input(compact=True, max_length=LONGEST, select_on_focus=False)
        yield Static(HOW, classes="how", markup=False)

    def on_mount(self) -> None:
        self.display = False

    def ask(self, purpose: str, question: str, text: str = "") -> None:
        """Ask for something.

        Arguments:
            purpose: comes back with the answer.
            question: stands before the field.
            text: what the field begins with.
        """
        self.purpose = purpose
        self.query_one(Static).update(question)
        field = self.query_one(Input)
        with field.prevent(Input.Changed):
            field.value = text
        field.cursor_position = len(text)
        self.display = True
        field.focus()

    def close(self) -> None:
        """Ask for nothing any more."""
        self.purpose = ""
        self.display = False

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.purpose:
            self.post_message(self.Typed(self.purpose, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        purpose = self.purpose
        self.close()
        if purpose:
            self.post_message(self.Answered(purpose, event.value))
