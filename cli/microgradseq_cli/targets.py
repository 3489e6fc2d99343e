"""What `step` and `draw` work on: an example by its name, or a formula with numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import click

from microgradseq.errors import UserError
from microgradseq.lessons.walk_target import MissingNumbers, Target, target_of
from microgradseq_cli.errors import BadInput

Command = TypeVar("Command", bound=Callable[..., object])


def target_arguments(command: Command) -> Command:
    """Give a command its TARGET argument and the `--at` option."""
    at = click.option(
        "--at",
        multiple=True,
        metavar="NAME=NUMBER",
        help="The value of a name, such as a=2; repeat it for every name.",
    )
    return click.argument("target")(at(command))


def load(text: str, at: tuple[str, ...]) -> Target:
    """Build what the user asked for.

    Arguments:
        text: an example's name, or a formula.
        at: values as they were typed, each `NAME=NUMBER`.
    Returns:
        The target; everything that cannot be built is one clear error.
    """
    try:
        return target_of(text, _values(at))
    except MissingNumbers as error:
        missing = " ".join(f"--at {name}=2" for name in error.names)
        raise BadInput(f"{error}; for example {missing}") from None
    except UserError as error:
        raise BadInput(str(error)) from None


def _values(at: tuple[str, ...]) -> Mapping[str, float]:
    values: dict[str, float] = {}
    for text in at:
        name, sign, written = (part.strip() for part in text.partition("="))
        if not sign or not name.isidentifier():
            raise BadInput(f"--at '{text}' is not of the form NAME=NUMBER, such as --at a=2")
        if name in values:
            raise BadInput(f"--at gives '{name}' two values; give it one")
        try:
            values[name] = float(written)
        except ValueError:
            raise BadInput(f"--at '{text}': '{written}' is not a number") from None
    return values
