"""The scalar dialect: an elementwise rule as a line of Python on floats.

The scalar engine and the compiled graphs run generated code. It is made here, from the formula
that each rule leaves behind, and from nothing that a user typed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy

from microgradseq.rules.formula import Symbol, name, python_source, substitute
from microgradseq.rules.rule import RULES, Elementwise
from microgradseq.rules.simplify import simplified


def scalar_sign(u: float) -> float:
    """The sign of a float, as NumPy gives it.

    >>> scalar_sign(-3.0)
    -1.0
    """
    return u if math.isnan(u) else float((u > 0) - (u < 0))


SCALAR_FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": math.exp,
    "log": math.log,
    "log1p": math.log1p,
    "expm1": math.expm1,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "fabs": math.fabs,
    "pow": math.pow,
    "sign": scalar_sign,
}
"""The functions that generated code may call. They raise where NumPy would give inf or nan."""

OUTSIDE_MATH = (ZeroDivisionError, OverflowError, ValueError)
"""What generated code raises where NumPy would give inf or nan; then `by_numpy` answers."""

_CALLS: dict[str, Callable[..., str]] = {
    "abs": "fabs({})".format,
    "power": "pow({}, {})".format,
    "where": "({1} if {0} else {2})".format,
    "maximum": "({0} if {0} > {1} or {0} != {0} else {1})".format,
    "minimum": "({0} if {0} < {1} or {0} != {0} else {1})".format,
}


@dataclass(frozen=True, slots=True)
class ScalarCode:
    """A rule as Python text.

    Arguments:
        preparation: assignments of shared parts, to be run first.
        value: the expression of the result.
        slopes: the formula of each slope, of the result's and the operands' names; None where
            there is no derivative. `as_source` writes it.
    """

    preparation: tuple[str, ...]
    value: str
    slopes: tuple[Symbol | None, ...]


def scalar_code(rule: Elementwise, meanings: Mapping[str, Symbol], result: str) -> ScalarCode:
    """Write a rule as Python on floats.

    Arguments:
        rule: an elementwise rule.
        meanings: what stands for its operands and options: names or numbers.
        result: what the result is called.

    >>> code = scalar_code(RULES["tanh"], {"u": name("a")}, "y")
    >>> code.value, as_source(code.slopes[0])
    ('tanh(a)', '1 - y * y')
    """
    forward = simplified(substitute(_inlined(rule).forward, meanings))
    preparation, written = _shared_parts(forward, result)
    known = {**meanings, "y": name(result)}
    slopes = tuple(
        tree if tree is None else simplified(substitute(tree, known))
        for tree in _inlined(rule).slopes
    )
    return ScalarCode(preparation, python_source(forward, _CALLS, written), slopes)


def as_source(tree: Symbol) -> str:
    """Write a formula in the scalar dialect.

    >>> as_source(Symbol("call:abs", (name("u"),)))
    'fabs(u)'
    """
    return python_source(tree, _CALLS)


@dataclass(frozen=True, slots=True)
class _Inlined:
    forward: Symbol
    slopes: tuple[Symbol | None, ...]


@cache
def _inlined(rule: Elementwise) -> _Inlined:
    """A rule's formulas, with the formula of a rule in place of its call where there is no such
    function among floats.
    """
    done: dict[int, Symbol] = {}

    def inline(tree: Symbol) -> Symbol:
        if id(tree) not in done:
            done[id(tree)] = _without_rule_calls(tree, inline)
        return done[id(tree)]

    return _Inlined(
        inline(rule.forward_tree),
        tuple(None if tree is None else inline(tree) for tree in rule.slope_trees),
    )


def _without_rule_calls(tree: Symbol, inline: Callable[[Symbol], Symbol]) -> Symbol:
    if tree.operation in ("name", "number"):
        return tree
    parts = tuple(map(inline, tree.parts))
    called = tree.operation.removeprefix("call:")
    if called == tree.operation or called in SCALAR_FUNCTIONS or called in _CALLS:
        return Symbol(tree.operation, parts)
    rule = RULES[called]
    assert isinstance(rule, Elementwise), f"{called} is no function of single numbers"
    meanings = dict(zip((*rule.operands, *rule.options), parts, strict=True))
    return substitute(_inlined(rule).forward, meanings)


def _shared_parts(tree: Symbol, result: str) -> tuple[tuple[str, ...], dict[int, str]]:
    """Give a name to each part that two others use, so that it is computed once."""
    uses: dict[int, int] = {}
    inner_first: dict[int, Symbol] = {}

    def visit(part: Symbol) -> None:
        if part.operation in ("name", "number"):
            return
        uses[id(part)] = uses.get(id(part), 0) + 1
        if uses[id(part)] == 1:
            for operand in part.parts:
                visit(operand)
            inner_first[id(part)] = part

    visit(tree)
    written: dict[int, str] = {}
    lines: list[str] = []
    for place, part in inner_first.items():
        if uses[place] > 1:
            alias = f"{result}_{len(lines) + 1}"
            lines.append(f"{alias} = {python_source(part, _CALLS, written)}")
            written[place] = alias
    return tuple(lines), written


def by_numpy(
    rule: Elementwise, operands: Sequence[float], options: dict[str, Any]
) -> tuple[float, tuple[float, ...]]:
    """A result and its slopes where plain floats give up: infinities and NaN as NumPy has them.

    Arguments:
        rule: an elementwise rule.
        operands: floats.
        options: all its options.
    Returns:
        The result, and one slope an operand.

    >>> by_numpy(RULES["div"], (1.0, 0.0), {})
    (inf, (inf, -inf))
    """
    numbers = tuple(map(numpy.float64, operands))
    with numpy.errstate(all="ignore"):
        y = numpy.float64(rule.forward(numpy, *numbers, **options))
        slopes = tuple(
            float(rule.slope(position, y, numbers, options)) for position in range(rule.arity)
        )
    return float(y), slopes
