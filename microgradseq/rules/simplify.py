"""Formulas made shorter without changing what they compute."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from microgradseq.rules.formula import Symbol

_INFIX: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_UNBOUNDED = {"call:minimum": float("inf"), "call:maximum": float("-inf")}


def simplified(tree: Symbol) -> Symbol:
    """Compute what has no names in it, and drop what changes nothing.

    Arguments:
        tree: a formula.
    Returns:
        A formula that gives the same floats: only steps that round in the same way are taken, so
        `u − 0` and `u · 1` go, and a choice whose condition is known is made.

    >>> from microgradseq.rules.formula import name, python_source
    >>> python_source(simplified(name("u") * (2 - 1.0)))
    'u'
    """
    done: dict[int, Symbol] = {}

    def short(part: Symbol) -> Symbol:
        if id(part) not in done:
            done[id(part)] = _shorter(part, short)
        return done[id(part)]

    return short(tree)


def _shorter(part: Symbol, short: Callable[[Symbol], Symbol]) -> Symbol:
    if part.operation in ("name", "number"):
        return part
    parts = tuple(map(short, part.parts))
    numbers = [one.parts[0] if one.operation == "number" else None for one in parts]
    if part.operation == "call:where" and numbers[0] is not None:
        return parts[1] if numbers[0] else parts[2]
    if part.operation in ("call:pow", "call:power") and numbers[1] == 1:
        return parts[0]
    if part.operation in _UNBOUNDED and numbers[1] == _UNBOUNDED[part.operation]:
        return parts[0]
    if part.operation == "negate" and numbers[0] is not None:
        return Symbol("number", (-numbers[0],))
    if part.operation in _INFIX:
        kept = _infix(part.operation, parts, numbers)
        if kept is not None:
            return kept
    return Symbol(part.operation, parts)


def _infix(sign: str, parts: tuple[Symbol, ...], numbers: list[Any]) -> Symbol | None:
    left, right = numbers
    if left is not None and right is not None:
        try:
            return Symbol("number", (_INFIX[sign](left, right),))
        except ZeroDivisionError:
            return None
    if (sign in "*/" and right == 1) or (sign == "-" and right == 0):
        return parts[0]
    if sign == "*" and left == 1:
        return parts[1]
    return None
