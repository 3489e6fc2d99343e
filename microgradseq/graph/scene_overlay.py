"""What is laid over one line of a picture: other characters, and marks."""

from __future__ import annotations

from collections.abc import Iterable

from microgradseq.cells import clusters
from microgradseq.graph.canvas import Role, Segment
from microgradseq.graph.scene_marks import Mark

Span = tuple[str, Role, Mark]
"""A text, what it is, and why it stands out."""


class Overlay:
    """Changes to one line, between two columns.

    Arguments:
        start: the first column.
        stop: the column after the last; whatever is put outside is lost.

    >>> over = Overlay(0, 4)
    >>> over.write(1, "12", "value", "active")
    >>> over.spans([("a", "name"), *[(" ", "space")] * 3])
    [('a', 'name', ''), ('12', 'value', 'active'), (' ', 'space', '')]
    """

    def __init__(self, start: int, stop: int) -> None:
        self.start = start
        self.stop = stop
        self._texts: dict[int, Segment] = {}
        self._marks: dict[int, Mark] = {}

    def put(self, x: int, character: str, role: Role, mark: Mark = "") -> None:
        """Fill one cell and mark it."""
        self._texts[x] = character, role
        self._marks[x] = mark

    def write(self, x: int, text: str, role: Role, mark: Mark = "") -> None:
        """Write a text of narrow characters to the right of a cell."""
        for cluster, width in clusters(text):
            self.put(x, cluster, role, mark)
            x += width

    def mark(self, start: int, stop: int, mark: Mark) -> None:
        """Mark the cells between two columns."""
        for x in range(max(start, self.start), min(stop, self.stop)):
            self._marks[x] = mark

    def spans(self, cells: Iterable[Segment]) -> list[Span]:
        """The line with the changes.

        Arguments:
            cells: the line's characters with their roles, one for each column.
        """
        spans: list[Span] = []
        text, last = "", None
        for x, below in enumerate(cells, start=self.start):
            character, role = self._texts.get(x, below)
            kind = role, self._marks.get(x, "")
            if kind != last:
                if last is not None:
                    spans.append((text, *last))
                text, last = "", kind
            text += character
        if last is not None:
            spans.append((text, *last))
        return spans
