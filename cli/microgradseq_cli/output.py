"""Writing a result to a file: whole, or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import click


def write_whole(path: str, text: str) -> None:
    """Write a text file beside its place and move it there when it is complete.

    Arguments:
        path: where it belongs.
        text: what goes into it.
    """
    place = Path(path).resolve()
    try:
        if place.exists() and not place.is_file():
            # a device such as /dev/stdout is written to, never replaced
            place.write_text(text, encoding="utf-8")
            return
        aside = place.with_name(f".{place.name}.{os.getpid()}.part")
        try:
            aside.write_text(text, encoding="utf-8")
            aside.replace(place)
        finally:
            with suppress(OSError):
                aside.unlink()
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror or error}") from None
