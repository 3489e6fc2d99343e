"""The picture of a walk as a file: SVG, text or Python, as the file's name asks for."""

from __future__ import annotations

from pathlib import Path

from microgradseq.errors import UserError
from microgradseq.graph.staged import Staged
from microgradseq.graph.svg import to_svg
from microgradseq.graph.text import to_text
from microgradseq.lessons.walkthrough import Walkthrough

SUFFIXES = (".svg", ".txt", ".py")


def walk_export(walk: Walkthrough, suffix: str) -> str:
    """The whole file.

    Arguments:
        walk: where it is, the picture shows; Python computes the whole of it.
        suffix: one of SUFFIXES.
    """
    if suffix == ".py":
        return walk.graph.to_python()
    picture = Staged(walk.graph, walk.state().totals)
    drawn = to_svg(picture) if suffix == ".svg" else to_text(picture)
    return drawn if drawn.endswith("\n") else f"{drawn}\n"


def write_walk(walk: Walkthrough, path: Path) -> None:
    """Write the picture to a new file; UserError where that cannot be.

    Arguments:
        walk: where it is, the picture shows.
        path: its suffix chooses the format.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError(f'"{path.name}" must end in .svg (a picture), .txt (text) or .py (Python)')
    content = walk_export(walk, suffix)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError as error:
        raise UserError(f'"{path}" is there already') from error
    except OSError as error:
        raise UserError(f'"{path}" cannot be written: {error.strerror or error}') from error
