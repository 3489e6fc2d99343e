"""How a number is written for a person: one place, so that every face says it alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

SIGNIFICANT_DIGITS = 4
_COUNTS = frozenset({"tokens", "tokens_per_second", "unknown"})


def readable(number: Any, digits: int = SIGNIFICANT_DIGITS) -> str:
    """Write a number or an array the way a person would.

    Arguments:
        number: a float, or an array of any shape.
        digits: significant digits to keep.
    Returns:
        At most `digits` significant digits, no trailing zeros; arrays of up to four elements are
        written out, larger ones as their shape.

    >>> readable(0.7615941559), readable(17094.2), readable(-1.25e-9)
    ('0.7616', '17,094', '-1.25e-09')
    """
    shape = getattr(number, "shape", ())
    if shape == ():
        return _scalar(float(number), digits)
    if number.size <= 4 and len(shape) == 1:
        return "[" + " ".join(_scalar(float(one), digits) for one in number) + "]"
    return "array " + "×".join(str(length) for length in shape)


def _scalar(number: float, digits: int) -> str:
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    if number == 0:
        return "0"
    text = f"{number:,.{digits}g}"
    if "e" not in text:
        return text
    magnitude = math.floor(math.log10(abs(number)))
    return f"{number:,.0f}" if digits <= magnitude < 7 else text


def measured(measures: Mapping[str, float | None]) -> str:
    """Write what was measured, each number behind its name; what is None is left out.

    Arguments:
        measures: numbers by name; tokens are counted, everything else has a fraction.

    >>> measured({"loss": 2.63649, "accuracy": None, "tokens": 7598.0})
    'loss 2.636, tokens 7,598'
    """
    return ", ".join(
        f"{name} {measure(name, number)}" for name, number in measures.items() if number is not None
    )


def measure(name: str, number: float) -> str:
    """Write one number that was measured.

    Arguments:
        name: what was measured.
        number: what came out.

    >>> measure("unknown", 1200.0), measure("loss", 0.52654)
    ('1,200', '0.5265')
    """
    # numbers from JSON that are not finite are texts
    if name in _COUNTS:
        return f"{float(number):,.0f}"
    return readable(float(number))


def plural(count: int, noun: str) -> str:
    """Write a count with its noun.

    >>> plural(1, "path"), plural(9, "path")
    ('1 path', '9 paths')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def duration(seconds: float) -> str:
    """Write a time the way a person would.

    >>> duration(4.2), duration(75), duration(7500)
    ('4.2 s', '1 min 15 s', '2 h 5 min')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def limits(
    least: float | None = None, most: float | None = None, above: float | None = None
) -> str:
    """Write between which ends a number must be.

    Arguments:
        least, most: both included; None for no limit.
        above: a lower limit that is not included itself.

    >>> limits(1, 10**9), limits(above=0.0, most=1e6), limits()
    ('at least 1 and at most 1,000,000,000', 'above 0 and at most 1,000,000', 'a finite number')
    """
    parts = [
        f"{words} {limit(end)}"
        for words, end in (("at least", least), ("above", above), ("at most", most))
        if end is not None
    ]
    return " and ".join(parts) or "a finite number"


def limit(end: float) -> str:
    """Write a limit with all its digits.

    >>> limit(10**9), limit(1e6), limit(0.9999)
    ('1,000,000,000', '1,000,000', '0.9999')
    """
    return f"{int(end):,}" if end == int(end) else f"{end:,}"


def for_json(number: Any) -> Any:
    """A number or an array as JSON can say it: infinities and NaN become texts.

    >>> for_json(2.0), for_json(float("inf")), for_json(None)
    (2.0, 'inf', None)
    """
    if number is None:
        return None
    plain = number.tolist() if hasattr(number, "tolist") else number
    if isinstance(plain, list):
        return [for_json(one) for one in plain]
    return float(plain) if math.isfinite(plain) else readable(plain)
