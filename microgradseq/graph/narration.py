"""A local derivative in words, with the numbers put in."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from microgradseq.numbers import readable
from microgradseq.rules import RULES, Elementwise, Rule
from microgradseq.rules.formula import Symbol, parts_of, python_source

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SIGNS = {"*": "·", "-": "−"}


def numbers_put_in(
    rule: Rule,
    position: int,
    result: float,
    operands: Sequence[float],
    options: Mapping[str, Any] | None,
    slope: float,
) -> str:
    """The rule's words, then the same with numbers, then the number that comes out.

    Arguments:
        rule: the operation's rule.
        position: the operand that the derivative is taken with respect to.
        result, operands, options: the numbers of this one operation.
        slope: the local derivative.
    Returns:
        One line.

    >>> numbers_put_in(RULES["mul"], 0, 6.0, (2.0, 3.0), None, 3.0)
    '∂(u·v)/∂u = v = 3'
    >>> numbers_put_in(RULES["tanh"], 0, 0.5, (0.5493,), None, 0.75)
    '∂tanh(u)/∂u = 1 − tanh²(u) = 1 − 0.5 · 0.5 = 0.75'
    """
    said = [rule.words_for(position)]
    if isinstance(rule, Elementwise):
        tree = rule.slope_trees[position]
        numbers = {
            "y": result,
            **dict(zip(rule.operands, operands, strict=True)),
            **(options or {}),
        }
        if tree is not None:
            said += _with_numbers(tree, numbers)
    answer = readable(slope)
    if said[-1].rpartition("= ")[2].replace("−", "-") != answer:
        said.append(answer)
    return " = ".join(said)


def _with_numbers(tree: Symbol, numbers: Mapping[str, float]) -> list[str]:
    chosen = _branch(tree, numbers)
    if any(part.operation in _COMPARISONS for part in parts_of(chosen)):
        return []
    if chosen.operation == "number":
        return []
    written = {id(part): _bracketed(part, numbers) for part in parts_of(chosen)}
    texts = {place: text for place, text in written.items() if text is not None}
    if chosen.operation == "name":
        return [readable(numbers[chosen.parts[0]])]
    return [python_source(chosen, {"pow": "{}^({})".format}, texts, _SIGNS)]


def _bracketed(part: Symbol, numbers: Mapping[str, float]) -> str | None:
    if part.operation not in ("name", "number"):
        return None
    number = numbers[part.parts[0]] if part.operation == "name" else part.parts[0]
    text = readable(number)
    return f"({text})" if text.startswith("-") else text


def _branch(tree: Symbol, numbers: Mapping[str, float]) -> Symbol:
    """Take the branch of a `where` that these numbers take."""
    while tree.operation == "call:where":
        condition, holds, fails = tree.parts
        tree = holds if evaluate(condition, numbers) else fails
    return tree


_INFIX: dict[str, Callable[[Any, Any], Any]] = {
    **_COMPARISONS,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def evaluate(tree: Symbol, numbers: Mapping[str, float]) -> Any:
    """The number that a formula has for given numbers.

    >>> from microgradseq.rules.formula import name
    >>> evaluate(name("u") * 2 + 1, {"u": 3.0})
    7.0
    """
    if tree.operation == "name":
        return numbers[tree.parts[0]]
    if tree.operation == "number":
        return tree.parts[0]
    operands = [evaluate(part, numbers) for part in tree.parts]
    if tree.operation == "negate":
        return -operands[0]
    if tree.operation in _INFIX:
        return _INFIX[tree.operation](*operands)
    return RULES[tree.operation.removeprefix("call:")](*operands)
