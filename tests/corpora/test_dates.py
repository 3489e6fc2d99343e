"""Dates: read back by a reader that knows nothing of how they were written."""

from __future__ import annotations

import re
from datetime import date, timedelta

from microgradseq_corpora.dates import WEEKDAYS, dates

PAIRS = dates(0, 6_000)
WORD = re.compile(r"[\w-]+")
MONTHS = WORD.findall("jan feb mar apr may jun jul aug sep oct nov dec")
DAYS = WORD.findall(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first "
    "twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh "
    "twenty-eighth twenty-ninth thirtieth thirty-first"
)
SMALL = WORD.findall(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
TENS = WORD.findall("twenty thirty forty fifty sixty seventy eighty ninety")
FEASTS = {
    "new year's day": "1 january",
    "christmas eve": "24 december",
    "christmas day": "25 december",
    "new year's eve": "31 december",
}


def number(words: str) -> int:
    tens, _, unit = words.partition("-")
    if tens in TENS:
        return 20 + 10 * TENS.index(tens) + (1 + SMALL.index(unit) if unit else 0)
    return 1 + SMALL.index(words)


def year_of(text: str) -> int:
    if digits := re.search(r"\d{4}", text):
        return int(digits[0])
    words = re.search(r"\b(nineteen|twenty|two thousand)( .*)?$", text)
    assert words, text
    start, rest = words[1], (words[2] or "").replace(" and", "").replace(" oh", "").strip()
    century = {"nineteen": 1900, "twenty": 2000, "two thousand": 2000}[start]
    return century + (0 if rest in {"", "hundred"} else number(rest))


def day_of(text: str) -> int:
    if digits := re.search(r"\b(\d{1,2})(st|nd|rd|th)?\b", text):
        return int(digits[1])
    return 1 + next(k for k, day in enumerate(DAYS) if re.search(rf"(?<!-)\b{day}\b", text))


def understood(english: str) -> date:
    text = english.lower()
    for feast, day in FEASTS.items():
        text = text.replace(feast, day)
    year = year_of(text)
    found = re.search(r"\b(" + "|".join(MONTHS) + r")[a-z]*\b", text)
    assert found, english
    month = 1 + MONTHS.index(found[1])
    if "last day" in text:
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return date(year, month, day_of(text))


def test_every_date_means_the_day_beside_it() -> None:
    wrong = [pair for pair in PAIRS if understood(pair[0]).isoformat() != pair[1]]
    assert wrong == []


def test_ordinal_figures_end_as_they_are_spoken() -> None:
    endings = {
        tuple(found) for text, _ in PAIRS for found in re.findall(r"\b(\d+)([a-z]{2})\b", text)
    }
    assert {end for day, end in endings if day in {"11", "12", "13"}} == {"th"}
    for end, days in {"st": {"1", "21", "31"}, "nd": {"2", "22"}, "rd": {"3", "23"}}.items():
        assert {day for day, found in endings if found == end} == days


def test_weekdays_are_right() -> None:
    named = [
        (name, iso)
        for english, iso in PAIRS
        for name in WEEKDAYS
        if name.lower() in english.lower()
    ]
    assert len(named) > 500
    assert all(
        date.fromisoformat(iso).strftime("%u") == str(WEEKDAYS.index(name) + 1)
        for name, iso in named
    )


def test_the_years_and_the_rare_days_are_there() -> None:
    days = [date.fromisoformat(iso) for _, iso in PAIRS]
    assert {day.year for day in days} == set(range(1900, 2100))
    assert any((day.month, day.day) == (2, 29) for day in days)
    assert not any("1900-02-29" in iso for _, iso in PAIRS)
    assert sum("last day" in english.lower() for english, _ in PAIRS) > 100
