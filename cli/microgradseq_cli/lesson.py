"""`microgradseq lesson`: the lessons as text, with pictures of their graphs."""

from __future__ import annotations

import json
import shutil
from typing import Any

import click

from microgradseq.cells import cell_width, wrapped
from microgradseq.lessons.languages import LANGUAGES, ORIGINAL
from microgradseq.lessons.lesson import LESSONS, Lesson, Paragraph, lesson_named, share
from microgradseq.lessons.shown import Shown

WIDTH = 78
MOST_NODES = 30
"""A larger graph with time steps is drawn folded."""


@click.command(epilog="Example: microgradseq lesson chain-rule")
@click.argument("name", required=False)
@click.option(
    "--language",
    type=click.Choice(tuple(LANGUAGES)),
    default=ORIGINAL,
    show_default=True,
    help="; ".join(f"{short} is {name}" for short, name in LANGUAGES.items()) + ".",
)
@click.option("--json", "as_json", is_flag=True, help="Print objects instead of text.")
def lesson(name: str | None, language: str, as_json: bool) -> None:
    """Print the lesson NAME with pictures of its graphs; without NAME, list the lessons.

    The app shows the same beside a graph that can be stepped through: `microgradseq tui learn
    "lesson NAME"`.
    """
    if name is None:
        _list(language, as_json)
        return
    chosen = lesson_named(name, language)
    if as_json:
        print(json.dumps(_object(chosen), ensure_ascii=False, indent=2))
    else:
        width = min(WIDTH, shutil.get_terminal_size().columns)
        print("\n".join(_lines(chosen, width)))


def _list(language: str, as_json: bool) -> None:
    every = [lesson_named(name, language) for name in LESSONS]
    if as_json:
        listed = [_about(one) for one in every]
        print(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    width = max(map(len, LESSONS))
    for one in every:
        print(f"{one.name:<{width}}  {one.minutes:>2} min  {one.title}")


def _about(one: Lesson) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "language": one.language,
        "minutes": one.minutes,
        "length": len(one.paragraphs),
    }


def _object(one: Lesson) -> dict[str, Any]:
    return {
        **_about(one),
        "paragraphs": [
            {
                "text": paragraph.text,
                "shows": paragraph.shown.share,
                "lesson": share(one.name, number),
                "question": paragraph.asked or None,
                "answer": paragraph.solution if paragraph.question else None,
            }
            for number, paragraph in enumerate(one.paragraphs)
        ],
    }


def _lines(one: Lesson, width: int) -> list[str]:
    """The whole lesson; a picture wherever another graph than before is shown."""
    lines = [one.title, "=" * cell_width(one.title)]
    drawn = ""
    for number, paragraph in enumerate(one.paragraphs, 1):
        lines += ["", *wrapped(f"{number}. {paragraph.text}", width)]
        if paragraph.question:
            lines += ["", *wrapped(f"? {paragraph.asked}", width)]
        picture = _picture(paragraph)
        if picture != drawn:
            drawn = picture
            lines += ["", *picture.splitlines()]
    return lines


def _picture(paragraph: Paragraph) -> str:
    shown: Shown = paragraph.shown
    timed = any("t" in node.tags for node in shown.graph.nodes)
    large = timed and len(shown.graph.nodes) > MOST_NODES
    if shown.folded_by or large:
        return shown.graph.fold(shown.folded_by or "time").to_text()
    return shown.graph.to_text()
