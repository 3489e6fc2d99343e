"""Sentences, broken into lines as their language is: Chinese has no spaces to break at."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from microgradseq.cells import wrapped


class Prose(Widget):
    """A text as wide as there is room, and as high as it needs."""

    DEFAULT_CSS = "Prose { height: auto; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = ""

    def update(self, text: str) -> None:
        """Show another text.

        Arguments:
            text: sentences.
        """
        self._text = text
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(wrapped(self._text, width))

    def render(self) -> Content:
        return Content("\n".join(wrapped(self._text, self.content_size.width)))
