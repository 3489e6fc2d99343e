"""Where a window on a picture goes so that what matters stays in view."""

from __future__ import annotations

from collections.abc import Iterable

MARGIN = 2


def window_start(start: int, length: int, whole: int, spans: Iterable[tuple[int, int]]) -> int:
    """Move a window along one direction as little as needed.

    Arguments:
        start: the first column or row in the window now.
        length: columns or rows of the window.
        whole: columns or rows of the picture.
        spans: first and one past last of each thing to show; the first of them matters most, the
            others are shown if all fit together.
    Returns:
        The window's new start; negative where the picture is smaller than the window, so that it
        stands in the middle.

    >>> window_start(0, 10, 40, [(3, 6)]), window_start(0, 10, 40, [(20, 24)])
    (0, 17)
    >>> window_start(0, 10, 4, [(0, 4)])
    -3
    """
    if whole <= length:
        return -((length - whole) // 2)
    first, *others = spans
    low, high = first
    for other_low, other_high in others:
        if max(high, other_high) - min(low, other_low) <= length:
            low, high = min(low, other_low), max(high, other_high)
    if low - MARGIN < start or high + MARGIN > start + length:
        start = (low + high - length) // 2
    return min(max(start, 0), whole - length)
