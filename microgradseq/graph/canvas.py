"""A sheet of character cells, each with the role that decides its colour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from microgradseq.cells import clusters
from microgradseq.graph.picture import TextRole

Role = TextRole | Literal["space", "box", "edge", "arrow"]
Segment = tuple[str, Role]
_RIGHT_HALF = ""


class Canvas:
    """A sheet of cells, read line by line.

    Arguments:
        width: columns of the sheet.
        height: rows of the sheet.

    >>> canvas = Canvas(6, 1)
    >>> canvas.write(1, 0, "汉字", "name")
    >>> canvas.line(0)
    [(' ', 'space'), ('汉字', 'name'), (' ', 'space')]
    >>> canvas.line(0, start=2)
    [(' ', 'space'), ('字', 'name'), (' ', 'space')]
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._rows: list[dict[int, tuple[str, Role]]] = [{} for _ in range(height)]

    def put(self, x: int, y: int, character: str, role: Role) -> None:
        """Fill one cell."""
        self._rows[y][x] = character, role

    def write(self, x: int, y: int, text: str, role: Role) -> None:
        """Write a text to the right of a cell; wide characters take two cells."""
        row = self._rows[y]
        for cluster, width in clusters(text):
            row[x] = cluster, role
            if width == 2:
                row[x + 1] = _RIGHT_HALF, role
            x += max(width, 1)

    def line(self, y: int, start: int = 0, stop: int | None = None) -> list[Segment]:
        """Read one line, or the part of it that is in view.

        Arguments:
            y: the row.
            start: the first column.
            stop: the column after the last; the width of the canvas where left out.
        Returns:
            Texts with their roles, from left to right, as wide together as was asked for. Half a
            wide character at either end becomes a space.
        """
        segments: list[Segment] = []
        text, role = "", None
        for character, own_role in self.cells(y, start, self.width if stop is None else stop):
            if own_role != role:
                if role is not None:
                    segments.append((text, role))
                text, role = "", own_role
            text += character
        if role is not None:
            segments.append((text, role))
        return segments

    def text(self, y: int) -> str:
        """One line as plain text, without the spaces at its end."""
        return "".join(text for text, _ in self.line(y)).rstrip()

    def cells(self, y: int, start: int, stop: int) -> Iterator[Segment]:
        """Read the cells of a line one by one; the right half of a wide character is empty.

        Arguments:
            y: the row.
            start: the first column.
            stop: the column after the last.
        Returns:
            A character and its role for each column. Half a wide character at either end becomes
            a space.
        """
        row = self._rows[y]
        for x in range(start, stop):
            character, role = row.get(x, (" ", "space"))
            cut_left = x == start and character == _RIGHT_HALF
            cut_right = x == stop - 1 and x + 1 in row and row[x + 1][0] == _RIGHT_HALF
            yield (" ", "space") if cut_left or cut_right else (character, role)
