"""The sheet on which a chart is drawn as SVG: its size and margins, the title, the axis upwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy

from microgradseq.backend import Array
from microgradseq.charts.axis import Axis

_STYLE = "text{font:13px sans-serif;fill:#222}.title{font-size:16px}.grid{stroke:#ddd}"
_TICKS = 7


@dataclass(frozen=True)
class Sheet:
    """A white sheet with margins around what is drawn.

    Arguments:
        width, height: of the whole picture.
        left, right, top, bottom: the margins.

    >>> Sheet(height=100).y(Axis(0.0, 1.0), numpy.array([0.0, 1.0])).tolist()
    [48.0, 56.0]
    """

    width: int = 760
    height: float = 420
    left: float = 70
    right: int = 20
    top: int = 56
    bottom: int = 52

    @property
    def wide(self) -> float:
        """How much room there is between the margins."""
        return self.width - self.left - self.right

    @property
    def foot(self) -> float:
        """Where the lower margin begins."""
        return self.height - self.bottom

    @property
    def end(self) -> float:
        """Where the right margin begins."""
        return self.width - self.right

    def x(self, axis: Axis, numbers: Array) -> Array:
        """Where numbers stand from left to right."""
        return self.left + axis.shares(numbers) * self.wide

    def y(self, axis: Axis, numbers: Array) -> Array:
        """Where numbers stand from top to bottom; the larger, the higher up."""
        return self.top + (1 - axis.shares(numbers)) * (self.foot - self.top)

    def head(self, title: str) -> list[str]:
        """The beginning of the file.

        Arguments:
            title: stands above.
        """
        size = f"{self.width} {self.height:.0f}"
        return [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}">',
            f"<style>{_STYLE}</style>",
            f'<rect width="{self.width}" height="{self.height:.0f}" fill="white"/>',
            f'<text x="{self.left:.4g}" y="24" class="title">{escape(title)}</text>',
        ]

    def upwards(self, axis: Axis, name: str) -> Iterator[str]:
        """The axis upwards: a line and a label for each round number.

        Arguments:
            axis: the numbers.
            name: what it counts.
        """
        left = self.left
        for number, label in axis.ticks(_TICKS):
            (y,) = self.y(axis, numpy.array([number]))
            yield f'<line x1="{left}" x2="{self.end}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
            yield f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
        yield f'<text x="{left}" y="{self.top - 10}" text-anchor="middle">{escape(name)}</text>'
