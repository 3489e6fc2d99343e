"""A curve as a few block characters, for a cell of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence

LEVELS = "▁▂▃▄▅▆▇█"


def sparkline(numbers: Sequence[float]) -> str:
    """Numbers as blocks, the least lowest; "" for fewer than two.

    Arguments:
        numbers: from left to right; what is not finite is a blank.

    >>> sparkline([3.0, 2.0, 1.0, 1.5])
    '█▅▁▃'
    """
    finite = [number for number in numbers if math.isfinite(number)]
    if len(finite) < 2:
        return ""
    low, high = min(finite), max(finite)
    scale = (len(LEVELS) - 1) / (high - low) if high > low else 0.0
    return "".join(
        LEVELS[round((number - low) * scale)] if math.isfinite(number) else " "
        for number in numbers
    )
