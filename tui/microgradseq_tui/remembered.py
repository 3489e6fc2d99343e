"""What the app remembers from one time to the next. Losing it is never an error."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from microgradseq.data.places import config_folder
from microgradseq.lessons.languages import LANGUAGES, ORIGINAL
from microgradseq_tui.modes import MODES
from microgradseq_tui.themes import PALETTES

FILE = "app.json"
LARGEST = 1 << 16
"""Bytes; a longer file is not one that the app wrote."""


@dataclass(slots=True)
class Remembered:
    """The choices that outlive the app.

    Arguments:
        screen: the mode that was open last.
        theme: the name of the colours.
        language: of the lessons.
        lessons: how many paragraphs of each lesson were read, by its name.
    """

    screen: str = "learn"
    theme: str = "dark"
    language: str = ORIGINAL
    lessons: dict[str, int] = field(default_factory=dict)


_KNOWN = {"screen": tuple(MODES), "theme": tuple(PALETTES), "language": tuple(LANGUAGES)}


def usual_file() -> Path:
    """Where the choices of this user are kept; it may not be there yet."""
    return config_folder() / FILE


def recall(file: Path) -> Remembered:
    """What was remembered. Whatever is missing, damaged or unknown is as at the first start.

    Arguments:
        file: where it was kept.

    >>> recall(Path("nowhere.json"))
    Remembered(screen='learn', theme='dark', language='en', lessons={})
    """
    try:
        with file.open("rb") as opened:
            found = json.loads(opened.read(LARGEST))
    except (OSError, ValueError, RecursionError):
        return Remembered()
    if not isinstance(found, dict):
        return Remembered()
    sound = {name: found[name] for name, known in _KNOWN.items() if found.get(name) in known}
    return Remembered(**sound, lessons=_read(found.get("lessons")))


def _read(found: object) -> dict[str, int]:
    """What of the lessons read can be believed."""
    if not isinstance(found, dict):
        return {}
    return {name: count for name, count in found.items() if type(count) is int and count > 0}


def keep(remembered: Remembered, file: Path) -> bool:
    """Keep the choices: the file is replaced whole or not at all.

    Arguments:
        remembered: the choices.
        file: where to keep them; its folder is made.
    Returns:
        False where that is not possible, as on a full or read-only disk.
    """
    aside = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(json.dumps(asdict(remembered), indent=2) + "\n", encoding="utf-8")
        aside.replace(file)
    except OSError:
        _forget(aside)
        return False
    return True


def _forget(aside: Path) -> None:
    try:
        aside.unlink(missing_ok=True)
    except OSError:
        # the folder itself cannot be reached: nothing of ours lies there
        return
