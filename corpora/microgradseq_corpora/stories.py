"""The texts that were written for microgradseq, read when they are asked for."""

from __future__ import annotations

from importlib.resources import files

FOLDER = "texts"


def story(file_name: str, characters: int | None = None) -> str:
    """A text that comes along.

    Arguments:
        file_name: one of the folder texts.
        characters: how many from its beginning; all if None.

    >>> story("story.txt", 14)
    'The Sorry Hand'
    """
    place = files("microgradseq_corpora").joinpath(FOLDER, file_name)
    return place.read_text(encoding="utf-8")[:characters]
