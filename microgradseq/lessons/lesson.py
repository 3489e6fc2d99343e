"""Lessons: paragraphs of text, each of which sets the graph beside it. The texts are data."""

from __future__ import annotations

from functools import cache

from microgradseq.data.nearest import there_is_no
from microgradseq.errors import UserError
from microgradseq.lessons.lesson_file import Lesson, LessonError, read
from microgradseq.lessons.paragraph import Answer, Paragraph

__all__ = [
    "LESSONS",
    "Answer",
    "Lesson",
    "LessonError",
    "Paragraph",
    "lesson_named",
    "parse",
    "share",
]

LESSONS = ("graph", "chain-rule", "paths", "neuron", "rnn", "gates")
"""The lessons by name, in the order in which they are best read."""
FIRST_WORD = "lesson"


@cache
def lesson_named(name: str, language: str = "en") -> Lesson:
    """Read a lesson; UserError where there is none of that name.

    Arguments:
        name: one of LESSONS.
        language: English stands in where the lesson is not written in it yet.

    >>> lesson_named("graph").paragraphs[0].target
    'product'
    """
    if name not in LESSONS:
        raise UserError(there_is_no("lesson", name, LESSONS))
    return read(name, language)


def share(name: str, paragraph: int) -> str:
    """A line that `parse` reads again.

    Arguments:
        name: of the lesson.
        paragraph: counted from 0.

    >>> share("rnn", 2), parse("lesson rnn 3")
    ('lesson rnn 3', ('rnn', 2))
    """
    return f"{FIRST_WORD} {name} {paragraph + 1}"


def parse(line: str) -> tuple[str, int]:
    """The lesson and the paragraph, from 0, that a line speaks of; UserError for nonsense.

    Arguments:
        line: such as "lesson rnn 3"; without a number the first paragraph is meant.
    """
    first, *rest = line.split() or [""]
    if first != FIRST_WORD or not 1 <= len(rest) <= 2:
        raise UserError(f"a lesson is written 'lesson NAME NUMBER', got {line!r}")
    count = len(lesson_named(rest[0]).paragraphs)
    number = rest[1] if len(rest) == 2 else "1"
    if not (number.isascii() and number.isdecimal() and 1 <= int(number[:4]) <= count):
        raise UserError(f"the lesson {rest[0]} has paragraphs 1 to {count}, not {number}")
    return rest[0], int(number) - 1
