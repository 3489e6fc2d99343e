"""What a lab has found as a file: a picture, characters or numbers, as the file's name asks for."""

from __future__ import annotations

import json
from pathlib import Path

from microgradseq.errors import UserError
from microgradseq.labs.drawing import figures_svg, figures_text
from microgradseq.labs.lab import Frame, Lab, Settings

SUFFIXES = (".svg", ".txt", ".json")
WIDTH = 100


def suffix_of(path: str | Path) -> str:
    """The format that a file's name asks for; UserError where it asks for none.

    Arguments:
        path: as a person typed it.

    >>> suffix_of("recall.SVG")
    '.svg'
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError(f"{path}: the name must end in {', '.join(SUFFIXES[:-1])} or .json")
    return suffix


def as_json(lab: Lab, settings: Settings, frame: Frame) -> str:
    """Settings and numbers as one JSON object.

    Arguments:
        lab, settings: what ran.
        frame: usually the last one.
    """
    return json.dumps(lab.report(settings, frame), indent=2, ensure_ascii=False) + "\n"


def lab_file(lab: Lab, settings: Settings, frame: Frame, suffix: str) -> str:
    """The whole file of a format.

    Arguments:
        lab, settings: what ran.
        frame: what is to be kept.
        suffix: one of SUFFIXES.
    """
    if suffix == ".json":
        return as_json(lab, settings, frame)
    if suffix == ".svg":
        return figures_svg(lab.title, frame.figures, frame.words)
    head = f"{lab.title}\n\n{lab.formula}\n\n{lab.command(settings)}\n\n{frame.words}"
    return figures_text(head, frame.figures, WIDTH)


def write_lab(lab: Lab, settings: Settings, frame: Frame, path: Path) -> None:
    """Write a new file; UserError where that cannot be, or where one is there already.

    Arguments:
        lab, settings: what ran.
        frame: what is to be kept.
        path: its suffix chooses the format.
    """
    content = lab_file(lab, settings, frame, suffix_of(path))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        raise UserError(f"{path} is there already; choose another name") from None
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror or error}") from None
