"""Formulas typed by a person become graphs: `c=a+b; d=b+1; e=c*d`.

The text is read by `grammar`; here its names get their values and its operations become nodes.
"""

from __future__ import annotations

import ast
import math
import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy

from microgradseq.grammar import (
    OPERATORS,
    FormulaError,
    Statement,
    functions,
    listed,
    plain_number,
    read_statements,
)
from microgradseq.rules import RULES
from microgradseq.rules.rule import Rule
from microgradseq.value import Value

__all__ = ["CONSTANTS", "FormulaError", "MissingValues", "build", "names"]

CONSTANTS = {"pi": math.pi, "e": math.e}
"""Names with a value of their own, as long as the formula does not assign them."""


class MissingValues(FormulaError):
    """Names of a formula that were given no value.

    Arguments:
        names: all of them, in the order of the formula.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        values = "a value" if len(names) == 1 else "values"
        super().__init__(f"the formula needs {values} for {listed(names)}")
        self.names = names


def names(text: str) -> tuple[str, ...]:
    """The names that a formula needs values for, in the order of their first use.

    Arguments:
        text: statements such as `c=a+b; e=c*d`, separated by `;` or line ends.
    Returns:
        The names that are read but not assigned, without the constants `pi` and `e`.

    >>> names("c=a+b; d=b+1; e=c*d")
    ('a', 'b')
    """
    return _names_needed(read_statements(text), {})


def build(text: str, at: Mapping[str, float] | None = None) -> Value:
    """Build the graph of a formula.

    A name that is assigned a plain number (`a=2`) becomes a leaf, and `at` may replace its number.

    Arguments:
        text: statements such as `c=a+b; e=c*d`, separated by `;` or line ends.
        at: a finite value for every name that the formula does not assign.
    Returns:
        The node of the last statement; every assigned name is the name of its node.

    >>> build("c=a+b; d=b+1; e=c*d", {"a": 2, "b": 1}).data
    6.0
    """
    # names compare as Python reads them: ℎ and h are one name
    given = {unicodedata.normalize("NFKC", name): number for name, number in (at or {}).items()}
    statements = read_statements(text)
    _check_given(statements, given)
    builder = _Builder(statements, given)
    with numpy.errstate(all="ignore"):
        for statement in statements:
            result = builder.assign(statement)
    return result


class _Builder:
    """Walks checked statements and makes the nodes."""

    def __init__(self, statements: list[Statement], given: Mapping[str, float]) -> None:
        assigned = {statement.name for statement in statements}
        self.given = given
        self.environment = {
            name: Value(float(number), name=name)
            for name, number in given.items()
            if name not in assigned
        }

    def assign(self, statement: Statement) -> Value:
        """Compute a statement and remember its node under the statement's name."""
        self.statement = statement
        result = self._compute(statement.expression)
        if not isinstance(result, Value):
            # a name for a plain number is a leaf, so that a derivative can be taken for it
            number = self.given.get(statement.name or "", result)
            result = Value(float(number), name=statement.name)
            result.requires_grad = statement.name is not None
        if statement.name is not None:
            result.name = result.name or statement.name
            self.environment[statement.name] = result
        return result

    def _compute(self, node: ast.expr) -> Any:
        spine: list[ast.BinOp] = []
        while isinstance(node, ast.BinOp):
            spine.append(node)
            node = node.left
        result = self._part(node)
        for operation in reversed(spine):
            rule = RULES[OPERATORS[type(operation.op)]]
            result = self._apply(operation, rule, [result, self._compute(operation.right)], {})
        return result

    def _part(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant):
            return plain_number(node)
        if isinstance(node, ast.Name):
            known = self.environment
            return known[node.id] if node.id in known else CONSTANTS[node.id]
        if isinstance(node, ast.UnaryOp):
            operand = self._compute(node.operand)
            return operand if isinstance(node.op, ast.UAdd) else RULES["neg"](operand)
        assert isinstance(node, ast.Call), "the grammar lets nothing else through"
        assert isinstance(node.func, ast.Name), "the grammar lets nothing else through"
        rule = functions()[node.func.id]
        operands = [self._compute(each) for each in node.args[: rule.arity]]
        settings = map(plain_number, node.args[rule.arity :])
        options = dict(zip(rule.options, settings, strict=False))
        options |= {str(each.arg): plain_number(each.value) for each in node.keywords}
        return self._apply(node, rule, operands, options)

    def _apply(
        self, node: ast.expr, rule: Rule, operands: list[Any], options: Mapping[str, Any]
    ) -> Any:
        result = rule(*operands, **options)
        number = result.data if isinstance(result, Value) else result
        if math.isfinite(number):
            return result
        source = _shortened(ast.get_source_segment(self.statement.source, node) or "")
        place = self.statement.place(node)
        if math.isnan(number):
            raise FormulaError(f"'{source}' is not a number here ({place})")
        raise FormulaError(f"'{source}' is infinite here: it overflows or divides by 0 ({place})")


def _names_needed(statements: list[Statement], given: Mapping[str, float]) -> tuple[str, ...]:
    """Names that are read and never assigned, in the order they are written."""
    assigned_somewhere = {statement.name for statement in statements}
    assigned: set[str] = set()
    needed: dict[str, None] = {}
    for statement in statements:
        for node in statement.names_read():
            if node.id in assigned:
                continue
            if node.id in assigned_somewhere:
                raise FormulaError(
                    f"'{node.id}' is used before it is given a value ({statement.place(node)})"
                )
            if node.id in functions():
                raise FormulaError(
                    f"'{node.id}' is a function: write {node.id}(...) ({statement.place(node)})"
                )
            if node.id not in CONSTANTS or node.id in given:
                needed[node.id] = None
        if statement.name in assigned:
            raise FormulaError(
                f"'{statement.name}' is given a value twice; use a new name ({statement.place()})"
            )
        if statement.name is not None:
            assigned.add(statement.name)
    return tuple(needed)


def _check_given(statements: list[Statement], given: Mapping[str, float]) -> None:
    """Refuse values that are missing (all of them in one sentence), unknown or not finite."""
    needed = _names_needed(statements, given)
    missing = tuple(name for name in needed if name not in given)
    if missing:
        raise MissingValues(missing)
    assigned = [statement for statement in statements if statement.name is not None]
    numbers = [str(each.name) for each in assigned if not each.names_read()]
    for name, number in given.items():
        if name in needed or name in numbers:
            if not math.isfinite(number):
                raise FormulaError(f"the value of '{name}' is {number}; give a finite number")
        elif name in {each.name for each in assigned}:
            raise FormulaError(f"'{name}' is computed by the formula and cannot be given a value")
        else:
            known = listed([*needed, *numbers]) or "no names"
            raise FormulaError(f"the formula has no '{name}' to give a value to; it has {known}")


def _shortened(source: str, longest: int = 40) -> str:
    return source if len(source) <= longest else source[: longest - 1] + "…"
