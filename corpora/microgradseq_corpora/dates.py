"""Dates as people write and say them, and the same dates as ISO 8601 writes them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import numpy
from numpy.random import Generator

from microgradseq_corpora.drawing import chance, how_many, pick

USUAL_COUNT = 6_000
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)
# Not from the calendar module, which answers in the language of the machine.
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNITS = (
    *("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth"}
FEASTS = {
    (1, 1): "New Year's Day",
    (12, 24): "Christmas Eve",
    (12, 25): "Christmas Day",
    (12, 31): "New Year's Eve",
}
FORMS = (
    *(
        "{day} {month} {year}",
        "{day} {short} {year}",
        "{month} {day}, {year}",
        "{short} {day} {year}",
    ),
    *("{nth} of {month} {year}", "the {nth} of {month}, {year}", "{month} {nth}, {year}"),
    *(
        "{weekday}, {day} {month} {year}",
        "{weekday} {month} {nth}, {year}",
        "{day}. {month} {year}",
    ),
    *("{day}-{short}-{year}", "{year}, {month} {day}", "{year} {short} {day}"),
    *(
        "the {ordinal} of {month} {year}",
        "{month} the {ordinal}, {year}",
        "{ordinal} {month} {year}",
    ),
    *("the {ordinal} of {month}, {spoken}", "{month} the {ordinal}, {spoken}"),
    *("{weekday}, the {ordinal} of {month} {spoken}", "{day} {month} {spoken}"),
)
LAST_OF_MONTH = ("the last day of {month} {year}", "the last day of {month}, {spoken}")
FEAST = ("{feast} {year}", "{feast}, {spoken}", "{feast} in {year}")
LOWER_CASE, RARE_FORM = 0.15, 0.04


def dates(seed: int, count: int | None = None) -> list[tuple[str, str]]:
    """Days from 1900 to 2099 in many English forms, with the same days as YYYY-MM-DD.

    Weekdays are right, and so is "the last day of February". No form leaves open which day is
    meant, as 3/4/1984 would.

    Arguments:
        seed: the same seed gives the same dates.
        count: how many; 6,000 if None.
    Returns:
        Pairs of (English, ISO).

    >>> for english, iso in dates(0, 4):
    ...     print(iso, english)
    2070-02-15 2070 feb 15
    1935-01-21 the twenty-first of January, nineteen thirty-five
    2026-06-15 15-jun-2026
    1978-10-31 the last day of October, nineteen seventy-eight
    """
    random = numpy.random.default_rng(seed)
    return [_pair(random) for _ in range(how_many(count, USUAL_COUNT))]


def _pair(random: Generator) -> tuple[str, str]:
    day = date.fromordinal(
        int(random.integers(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1)),
    )
    forms: tuple[str, ...] = FORMS
    if chance(random, RARE_FORM):
        forms = LAST_OF_MONTH
        day = day.replace(day=monthrange(day.year, day.month)[1])
    elif chance(random, RARE_FORM):
        forms = FEAST
        month, day_of_month = pick(random, sorted(FEASTS))
        day = day.replace(month=month, day=day_of_month)
    written = pick(random, forms).format_map(parts_of(day))
    return written.lower() if chance(random, LOWER_CASE) else written, day.isoformat()


def parts_of(day: date) -> dict[str, str]:
    """Everything that is said about a day, by the names that the forms use.

    Arguments:
        day: from 1900 to 2099.

    >>> parts = parts_of(date(1984, 5, 21))
    >>> parts["weekday"], parts["nth"], parts["ordinal"], parts["spoken"]
    ('Monday', '21st', 'twenty-first', 'nineteen eighty-four')
    """
    month = MONTHS[day.month - 1]
    return {
        "day": str(day.day),
        "nth": _nth(day.day),
        "ordinal": _ordinal(day.day),
        "month": month,
        "short": month[:3],
        "year": str(day.year),
        "spoken": _spoken_year(day.year),
        "weekday": WEEKDAYS[day.weekday()],
        "feast": FEASTS.get((day.month, day.day), ""),
    }


def _nth(number: int) -> str:
    ending = "th" if 11 <= number <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _cardinal(number: int) -> str:
    if number < len(UNITS):
        return UNITS[number]
    tens, unit = TENS[number // 10], UNITS[number % 10]
    return f"{tens}-{unit}" if unit else tens


def _ordinal(number: int) -> str:
    before, dash, last = _cardinal(number).rpartition("-")
    if last.endswith("y"):
        return f"{last[:-1]}ieth"
    regular = {"nine": "nin", "twelve": "twelf"}.get(last, last) + "th"
    return before + dash + ORDINALS.get(last, regular)


def _spoken_year(year: int) -> str:
    century, rest = divmod(year, 100)
    if century == 20 and rest < 10:
        return f"two thousand and {UNITS[rest]}" if rest else "two thousand"
    if rest == 0:
        return f"{_cardinal(century)} hundred"
    return f"{_cardinal(century)} {'oh ' if rest < 10 else ''}{_cardinal(rest)}"
