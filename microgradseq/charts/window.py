"""The part of x that is in view: zooming and panning, never beyond the curves."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """A part of x.

    Arguments:
        left, right: its ends, left < right.
    """

    left: float
    right: float

    @property
    def span(self) -> float:
        """How long it is."""
        return self.right - self.left

    def zoomed(self, at: float, factor: float, whole: Window, least: float) -> Window:
        """A shorter or longer part, in which one place stays where it is.

        Arguments:
            at: the place.
            factor: how many times shorter.
            whole: what is never left.
            least: how short it can get.

        >>> Window(0.0, 100.0).zoomed(50.0, 2.0, Window(0.0, 100.0), 1.0)
        Window(left=25.0, right=75.0)
        """
        span = min(max(self.span / factor, min(least, whole.span)), whole.span)
        share = min(max((at - self.left) / self.span, 0.0), 1.0)
        left = at - span * share
        return Window(left, left + span).within(whole)

    def panned(self, share: float, whole: Window) -> Window:
        """The part beside it.

        Arguments:
            share: how far, as a part of its length; below 0 to the left.
            whole: what is never left.

        >>> Window(0.0, 10.0).panned(0.5, Window(0.0, 100.0))
        Window(left=5.0, right=15.0)
        """
        by = self.span * share
        return Window(self.left + by, self.right + by).within(whole)

    def holding(self, x: float, whole: Window) -> Window:
        """Itself, moved just so far that a place is in it.

        Arguments:
            x: the place.
            whole: what is never left.

        >>> Window(0.0, 10.0).holding(12.0, Window(0.0, 100.0))
        Window(left=2.0, right=12.0)
        """
        by = min(x - self.left, 0.0) + max(x - self.right, 0.0)
        return Window(self.left + by, self.right + by).within(whole)

    def within(self, whole: Window) -> Window:
        """Itself, moved back into the whole.

        Arguments:
            whole: what is never left.
        """
        if self.span >= whole.span:
            return whole
        left = min(max(self.left, whole.left), whole.right - self.span)
        return Window(left, left + self.span)


def with_room(left: float, right: float) -> Window:
    """A window that ends at a round number, so that a growing curve seldom moves its axis.

    Arguments:
        left, right: of the curve.

    >>> with_room(0.0, 1234.0), with_room(0.0, 1201.0)
    (Window(left=0.0, right=1300.0), Window(left=0.0, right=1300.0))
    """
    span = right - left
    if span <= 0:
        return Window(left, left + 1.0)
    stride = 10.0 ** (math.floor(math.log10(span)) - 1)
    return Window(left, left + math.ceil(span / stride - 1e-9) * stride)
