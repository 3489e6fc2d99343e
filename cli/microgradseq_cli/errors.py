"""How a command says that it was given something it cannot use."""

from __future__ import annotations

from collections.abc import Iterable

import click


class BadInput(click.ClickException):
    """What the user typed cannot be used: one line on stderr and exit code 2.

    Arguments:
        message: one sentence that says what was wrong and what to do.
    """

    exit_code = 2


def unknown(kind: str, name: str, known: Iterable[str]) -> BadInput:
    """The error for a name that is not among the known ones.

    Arguments:
        kind: what the name should have been, such as "command" or "example".
        name: what the user typed.
        known: the names that would have worked.
    Returns:
        An error to raise. It suggests the nearest known name, or lists all of them.

    >>> unknown("example", "sofmax", ["chain", "softmax"]).message
    "there is no example 'sofmax'; did you mean 'softmax'?"
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
    return BadInput(f"there is no {kind} {name!r}; {hint}")
