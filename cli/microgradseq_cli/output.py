"""Writing a result to a file: whole, or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from errno import EISDIR, ENOENT
from pathlib import Path

import click


def require_place(path: str | None) -> None:
    """Refuse a place that no file can be written to, before any work is done for it.

    Arguments:
        path: where a file is to be written; None for nowhere.
    """
    if path is None:
        return
    place = Path(path).resolve()
    problem = EISDIR if place.is_dir() else 0 if place.parent.is_dir() else ENOENT
    if problem:
        raise _unwritable(path, os.strerror(problem))


def write_whole(path: str, text: str, quiet: bool = False) -> None:
    """Write a text file beside its place and move it there when it is complete.

    Arguments:
        path: where it belongs.
        text: what goes into it.
        quiet: do not say that it was written.
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
        raise _unwritable(path, error.strerror or str(error)) from None
    if not quiet:
        click.echo(f"Wrote {path}.", err=True)


def _unwritable(path: str, problem: str) -> click.ClickException:
    return click.ClickException(f"cannot write {path}: {problem}")
