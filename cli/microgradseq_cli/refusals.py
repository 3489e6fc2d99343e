"""Click's own errors, said the way the rest of the program says them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click


class Finite(click.FloatRange):
    """A number within limits; infinities and NaN are none, which click would let through."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{number:g} is not in the range", param, ctx)
        return number


def told(error: click.ClickException, arguments: Sequence[str]) -> str:
    """What is wrong, in the form that errors of settings have.

    Arguments:
        error: from click, or one of our own.
        arguments: what was typed.

    >>> told(click.ClickException("the disk is full"), [])
    'the disk is full'
    """
    if isinstance(error, click.NoSuchOption):
        return _no_option(error, arguments)
    if isinstance(error, click.BadOptionUsage) and "requires" in error.message:
        return f"{error.option_name} needs a value"
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return f"{_called(error.param)} is missing{_help_of(error.ctx)}"
    if isinstance(error, click.BadParameter) and error.param is not None:
        return _unusable(error.param, error.message)
    if isinstance(error, click.UsageError) and "unexpected extra argument" in error.message:
        return _too_many(error, arguments)
    return error.format_message()


def _no_option(error: click.NoSuchOption, arguments: Sequence[str]) -> str:
    from microgradseq.data.nearest import did_you_mean  # noqa: PLC0415 - only a mistake needs it

    for each in arguments:
        if each.startswith(error.option_name) and _may_be_file(each):
            return f"{each} begins like an option; for the file write ./{each}"
    there_is_none = f"there is no option {error.option_name!r}"
    command = error.ctx.command if error.ctx else None
    options = [name for one in command.params for name in one.opts] if command else []
    known = [name.lstrip("-") for name in options if name.startswith("--")]
    hint = did_you_mean(error.option_name.lstrip("-"), [*known, "help"], before="--")
    return f"{there_is_none}; {hint}" if hint else f"{there_is_none}{_help_of(error.ctx)}"


def _too_many(error: click.UsageError, arguments: Sequence[str]) -> str:
    for start in range(len(arguments)):
        for end in range(start + 2, len(arguments) + 1):
            name = " ".join(arguments[start:end])
            if Path(name).exists():
                return f'there are blanks in the name of this file; write it in quotes: "{name}"'
    # click keeps the words nowhere but in its message
    words = error.message.partition("(")[2].removesuffix(")")
    return f"{words!r} is too much{_help_of(error.ctx)}"


def _may_be_file(word: str) -> bool:
    return Path(word).suffix[1:].isalpha() or Path(word).exists()


def _help_of(context: click.Context | None) -> str:
    return f"; see {context.command_path} --help" if context else ""


def _called(parameter: click.Parameter) -> str:
    """What a person calls an option or an argument."""
    if isinstance(parameter, click.Option):
        return next((name for name in parameter.opts if name.startswith("--")), parameter.opts[0])
    return parameter.human_readable_name


def _unusable(parameter: click.Parameter, message: str) -> str:
    called, kind = _called(parameter), parameter.type
    # click keeps the value nowhere but in its message
    value, is_not, _ = message.rpartition(" is not ")
    wanted = _wanted(kind, "in the range" in message) if is_not else None
    if wanted is None:
        return f"{called}: {message.rstrip('.')}"
    return f"{called} must be {wanted}, not {value}"


def _wanted(kind: click.ParamType[Any], is_number: bool) -> str | None:
    from microgradseq.numbers import limits  # noqa: PLC0415 - only a mistake needs it

    if isinstance(kind, click.Choice):
        return f"one of {', '.join(map(str, kind.choices))}"
    if is_number and isinstance(kind, click.IntRange | click.FloatRange):
        return limits(
            None if kind.min_open else kind.min, kind.max, kind.min if kind.min_open else None
        )
    if isinstance(kind, type(click.FLOAT)):
        return "a number"
    return "a whole number" if isinstance(kind, type(click.INT)) else None
