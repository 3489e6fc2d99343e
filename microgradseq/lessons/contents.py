"""What there is to learn from, in the order of a table of contents."""

from __future__ import annotations

from dataclasses import dataclass

from microgradseq.lessons.examples import EXAMPLES
from microgradseq.lessons.lesson import LESSONS, lesson_named, share
from microgradseq.lessons.shown import Shown, shown_time, shown_walk
from microgradseq.lessons.time_state import FIRST_WORD, TimeState

CELLS = {
    "rnn": (
        "A plain network",
        "A plain network: the letter and the state before it, weighed, added and bent by tanh.",
    ),
    "gru": (
        "Two gates",
        "Two gates decide how much of the state is kept and how much the candidate sees of it.",
    ),
    "lstm": (
        "A cell with three gates",
        "A second state, the cell, is changed by adding; three gates write, keep and show it.",
    ),
    "peephole": (
        "Gates that look at the cell",
        "An LSTM whose gates look at the cell as well.",
    ),
    "jordan": (
        "A network fed its output",
        "What is fed back is the output, not the state.",
    ),
}
"""The cells that are offered: what each is, and what it does."""
WORD = "machine"
ANY_WORD = f"It reads “{WORD}”; w takes another word."


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to open.

    Arguments:
        line: what opens it, after `microgradseq tui learn`.
        group: "lesson", "example" or "time".
        name: of the lesson, the example or the cell.
        title: one line.
        words: a few sentences about it.
        length: of a lesson, the count of its paragraphs; 0 for others.
        minutes: of a lesson; 0 for others.
    """

    line: str
    group: str
    name: str
    title: str
    words: str
    length: int = 0
    minutes: int = 0

    @property
    def shown(self) -> Shown:
        """The graph that it begins with."""
        if self.group == "lesson":
            return lesson_named(self.name).paragraphs[0].shown
        if self.group == "time":
            return shown_time(TimeState.parse(self.line), None)
        return shown_walk(self.name, {})


def contents(language: str = "en") -> tuple[Entry, ...]:
    """The lessons, the examples, and the networks through time.

    Arguments:
        language: of the lessons.

    >>> [entry.line for entry in contents()][5:8]
    ['lesson gates 1', 'chain', 'branches']
    """
    lessons = [lesson_named(name, language) for name in LESSONS]
    return (
        *(
            Entry(
                share(one.name, 0),
                "lesson",
                one.name,
                one.title,
                one.paragraphs[0].text,
                len(one.paragraphs),
                one.minutes,
            )
            for one in lessons
        ),
        *(
            Entry(one.name, "example", one.name, one.title, one.explanation)
            for one in EXAMPLES.values()
        ),
        *(
            Entry(f"{FIRST_WORD} {cell} {WORD}", "time", cell, title, f"{words} {ANY_WORD}")
            for cell, (title, words) in CELLS.items()
        ),
    )
