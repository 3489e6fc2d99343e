"""Reading a lesson from its data file, texts/en/NAME.toml.

A file has a title, minutes, and paragraphs `[[paragraph]]` whose keys are those of `Paragraph`
(`text` for the text). A paragraph that names no target and no time goes on with the target, the
numbers, the mode, the leaf and the folding of the one before.

A translation, texts/LANGUAGE/NAME.toml, has words alone: the title, and the text and the question
of each paragraph. What the paragraphs show, and the answers, are those of the English file.
"""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args

from microgradseq.cells import cell_width
from microgradseq.lessons.languages import ORIGINAL
from microgradseq.lessons.paragraph import Paragraph
from microgradseq.lessons.walk_share import Mode

TEXTS = Path(__file__).parent / "texts"
TRANSLATED = ("text", "question")
KEPT = ("target", "at", "mode", "wrt", "fold", "time")
"""What a paragraph takes over from the one before."""
_KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "at": (dict,),
    "edit": (dict,),
    "step": (int, str),
    "sweep": (int,),
    **{
        field.name: (str,)
        for field in fields(Paragraph)
        if field.name not in ("written", "at", "edit", "step", "sweep")
    },
}


@dataclass(frozen=True)
class Lesson:
    """A lesson.

    Arguments:
        name: what the command line calls it.
        title: one line.
        language: "en", "zh".
        minutes: about how long it takes.
        paragraphs: in order.
    """

    name: str
    title: str
    language: str
    minutes: int
    paragraphs: tuple[Paragraph, ...]


class LessonError(ValueError):
    """A data file that is no lesson; the message names the file and the paragraph."""


def read(name: str, language: str, folder: Path = TEXTS) -> Lesson:
    """Read a lesson; LessonError where its file is not sound.

    Arguments:
        name: of the lesson.
        language: English stands in where the lesson is not written in it.
        folder: where the texts are.
    """
    file, original = (folder / one / f"{name}.toml" for one in (language, ORIGINAL))
    if not file.exists():
        language = ORIGINAL
    where = f"{language}/{name}.toml"
    found = _loaded(original, f"{ORIGINAL}/{name}.toml")
    if language != ORIGINAL:
        found = _translated(found, _loaded(file, where), where)
    title, minutes, parts = (found.get(key) for key in ("title", "minutes", "paragraph"))
    if not isinstance(title, str) or not isinstance(minutes, int) or not isinstance(parts, list):
        raise LessonError(f"{where}: a lesson has a title, minutes and [[paragraph]]s")
    return Lesson(name, title, language, minutes, _paragraphs(parts, where))


def _loaded(file: Path, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LessonError(f"{where}: {error}") from None


def _translated(original: dict[str, Any], words: dict[str, Any], where: str) -> dict[str, Any]:
    """A lesson with its words exchanged."""
    shown, told = original.get("paragraph"), words.get("paragraph")
    if not isinstance(shown, list) or not isinstance(told, list) or len(shown) != len(told):
        raise LessonError(f"{where}: it has not as many paragraphs as the English lesson")
    paragraphs = []
    for number, (one, other) in enumerate(zip(shown, told, strict=True), 1):
        said = [key for key in TRANSLATED if key in one]
        if list(other) != said:
            raise LessonError(f"{where}, paragraph {number}: it says {', '.join(said)}, no more")
        paragraphs.append({**one, **other})
    return {**original, "title": words.get("title"), "paragraph": paragraphs}


def _paragraphs(parts: list[Any], where: str) -> tuple[Paragraph, ...]:
    paragraphs: list[Paragraph] = []
    kept: dict[str, Any] = {}
    for number, part in enumerate(parts, 1):
        try:
            given = _given(part)
            kept = _kept(kept, given)
            paragraphs.append(Paragraph(**{**kept, **given}))
        except ValueError as error:
            raise LessonError(f"{where}, paragraph {number}: {error}") from None
    return tuple(paragraphs)


def _given(part: Any) -> dict[str, Any]:
    """What a paragraph's table says, checked."""
    if not isinstance(part, dict) or not part.get("text"):
        raise ValueError("it has no text")
    for key, value in part.items():
        if key not in _KINDS:
            raise ValueError(f"{key!r} is none of {', '.join(_KINDS)}")
        if not isinstance(value, _KINDS[key]):
            raise ValueError(f"{key} cannot be {value!r}")
    if part.get("mode", "reverse") not in get_args(Mode):
        raise ValueError(f"mode is {' or '.join(get_args(Mode))}, got {part['mode']!r}")
    if ("question" in part) != ("answer" in part):
        raise ValueError("a question needs an answer, and an answer a question")
    rest = {key: value for key, value in part.items() if key != "text"}
    return {
        **rest,
        "written": _one_line(part["text"]),
        "question": _one_line(part.get("question", "")),
    }


def _one_line(text: str) -> str:
    """A text without its line breaks; Chinese has no spaces between its words."""
    line, *lines = text.strip().split("\n")
    for following in lines:
        line += following if _are_joined(line[-1:], following[:1]) else f" {following}"
    return " ".join(line.split())


def _are_joined(end: str, begin: str) -> bool:
    mark = unicodedata.category(end or " ").startswith("P")
    return cell_width(end) == 2 and (mark or cell_width(begin) == 2)


def _kept(kept: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """What a paragraph takes over: all of it, or nothing where it shows something else."""
    if "target" in given or "time" in given:
        kept = {}
    return {**kept, **{key: given[key] for key in KEPT if key in given}}


def open_all(lesson: Lesson) -> None:
    """Open every state, fill every text and solve every question; LessonError at the first fault.

    Arguments:
        lesson: the lesson.
    """
    for number, paragraph in enumerate(lesson.paragraphs, 1):
        try:
            _ = paragraph.text, paragraph.asked
            if paragraph.question:
                _ = paragraph.solution
        except (ValueError, IndexError) as error:
            where = f"{lesson.language}/{lesson.name}.toml"
            raise LessonError(f"{where}, paragraph {number}: {error}") from None
