"""How a command says that it was given something it cannot use."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import click

INTERRUPTED = 130
"""What a command ends with that Ctrl-C stopped."""


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
        An error to raise. It suggests the nearest known names, or lists all of them.

    >>> unknown("example", "sofmax", ["chain", "softmax"]).message
    "there is no example 'sofmax'; did you mean softmax?"
    """
    from microgradseq.data.nearest import there_is_no  # noqa: PLC0415 - only a mistake needs it

    return BadInput(there_is_no(kind, name, known))


def names_in(option: str, text: str, known: Collection[str]) -> list[str]:
    """The names in a list with commas between, each once.

    Arguments:
        option: where it was typed, such as "cells".
        text: what was typed.
        known: the names that can be used.

    >>> names_in("cells", "LSTM, rnn,rnn", ["rnn", "gru", "lstm"])
    ['lstm', 'rnn']
    """
    names = list(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    if not names:
        raise BadInput(f"--{option} names no {option.removesuffix('s')}; known: {', '.join(known)}")
    for name in names:
        if name not in known:
            raise unknown(option.removesuffix("s"), name, known)
    return names
