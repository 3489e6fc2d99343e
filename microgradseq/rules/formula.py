"""Formulas written down by running them: a symbol records what is done with it.

A rule's forward function and slopes are ordinary Python functions. Called with symbols instead of
numbers they leave behind the tree of the formula. From the tree come the generated code of the
scalar engine, the compiled graphs, and the narration with numbers put in, so that none of them
says a derivative a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_PRECEDENCE = {"<": 1, "<=": 1, ">": 1, ">=": 1, "==": 1, "+": 2, "-": 2, "*": 3, "/": 3}
_NEGATION = 4
_ATOM = 9


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """A node of a formula's tree.

    Arguments:
        operation: "name", "number", "call:NAME", "negate", or the sign of an infix operator.
        parts: the operands; for a name or a number, the one thing itself.

    >>> u = Symbol("name", ("u",))
    >>> python_source(1 - u * u)
    '1 - u * u'
    """

    operation: str
    parts: tuple[Any, ...]

    def _infix(self, sign: str, left: Any, right: Any) -> Symbol:
        return Symbol(sign, (_as_symbol(left), _as_symbol(right)))

    def __add__(self, other: Any) -> Symbol:
        return self._infix("+", self, other)

    def __radd__(self, other: Any) -> Symbol:
        return self._infix("+", other, self)

    def __sub__(self, other: Any) -> Symbol:
        return self._infix("-", self, other)

    def __rsub__(self, other: Any) -> Symbol:
        return self._infix("-", other, self)

    def __mul__(self, other: Any) -> Symbol:
        return self._infix("*", self, other)

    def __rmul__(self, other: Any) -> Symbol:
        return self._infix("*", other, self)

    def __truediv__(self, other: Any) -> Symbol:
        return self._infix("/", self, other)

    def __rtruediv__(self, other: Any) -> Symbol:
        return self._infix("/", other, self)

    def __lt__(self, other: Any) -> Symbol:
        return self._infix("<", self, other)

    def __le__(self, other: Any) -> Symbol:
        return self._infix("<=", self, other)

    def __gt__(self, other: Any) -> Symbol:
        return self._infix(">", self, other)

    def __ge__(self, other: Any) -> Symbol:
        return self._infix(">=", self, other)

    def equals(self, other: Any) -> Symbol:
        """The comparison for equality; `==` itself stays Python's, so that symbols can be found."""
        return self._infix("==", self, other)

    def __neg__(self) -> Symbol:
        return Symbol("negate", (self,))

    @classmethod
    def apply_rule(cls, rule: Any, operands: tuple[Any, ...], options: Mapping[str, Any]) -> Symbol:
        """Write down the call of a rule; see `Rule.__call__`."""
        return Symbol(f"call:{rule.name}", tuple(map(_as_symbol, (*operands, *options.values()))))


class SymbolLibrary:
    """Stands in for NumPy while a forward function is being written down."""

    def __getattr__(self, name: str) -> Callable[..., Symbol]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *operands: Symbol(f"call:{name}", tuple(map(_as_symbol, operands)))


def _as_symbol(thing: Any) -> Symbol:
    return thing if isinstance(thing, Symbol) else Symbol("number", (thing,))


def name(text: str) -> Symbol:
    """A symbol for a named number.

    >>> python_source(name("u") + 1)
    'u + 1'
    """
    return Symbol("name", (text,))


def as_tree(thing: Any) -> Symbol:
    """A formula as a tree, also where it is a plain number.

    >>> as_tree(1).operation
    'number'
    """
    return _as_symbol(thing)


def parts_of(tree: Symbol) -> Iterator[Symbol]:
    """All symbols of a tree, each as often as it is used.

    >>> sum(part.operation == "name" for part in parts_of(name("u") * name("u")))
    2
    """
    yield tree
    if tree.operation not in ("name", "number"):
        for part in tree.parts:
            yield from parts_of(part)


def names_in(tree: Symbol) -> set[str]:
    """The names a formula reads.

    >>> sorted(names_in(name("y") * name("b") + 1))
    ['b', 'y']
    """
    return {part.parts[0] for part in parts_of(tree) if part.operation == "name"}


def substitute(tree: Symbol, meanings: Mapping[str, Symbol]) -> Symbol:
    """Put formulas in place of names; parts that are shared stay shared.

    >>> python_source(substitute(name("u") + 1, {"u": name("a") * 2}))
    'a * 2 + 1'
    """
    done: dict[int, Symbol] = {}

    def replaced(part: Symbol) -> Symbol:
        if id(part) not in done:
            if part.operation == "name":
                done[id(part)] = meanings.get(part.parts[0], part)
            elif part.operation == "number":
                done[id(part)] = part
            else:
                done[id(part)] = Symbol(part.operation, tuple(map(replaced, part.parts)))
        return done[id(part)]

    return replaced(tree)


Calls = Mapping[str, Callable[..., str]]
"""How a function call is written: its name, and a function from written operands to text."""


def python_source(
    tree: Symbol,
    calls: Calls | None = None,
    written: Mapping[int, str] | None = None,
    signs: Mapping[str, str] | None = None,
) -> str:
    """Write a formula as text, with only the brackets it needs.

    Arguments:
        tree: the formula.
        calls: how to write particular functions; others are written `name(operands)`.
        written: text to use instead of some symbols, by their identity.
        signs: how to write particular infix signs, such as `{"*": "·"}`.
    Returns:
        One expression.

    >>> u = name("u")
    >>> python_source(-(u - (1 - u)) / (u * u))
    '-(u - (1 - u)) / (u * u)'
    """
    calls, written, signs = calls or {}, written or {}, signs or {}

    def write(part: Symbol) -> tuple[str, int]:
        if id(part) in written:
            return written[id(part)], _ATOM
        operation = part.operation
        if operation == "name":
            return part.parts[0], _ATOM
        if operation == "number":
            number = part.parts[0]
            text = repr(number) if number - number == 0 else f"float('{number}')"
            return text, (_NEGATION if text.startswith("-") else _ATOM)
        if operation == "negate":
            return signs.get("-", "-") + bracket(part.parts[0], _NEGATION), _NEGATION
        if operation.startswith("call:"):
            called = operation.removeprefix("call:")
            operands = [write(one)[0] for one in part.parts]
            if called in calls:
                return calls[called](*operands), _ATOM
            return f"{called}({', '.join(operands)})", _ATOM
        rank = _PRECEDENCE[operation]
        left, right = part.parts
        sign = signs.get(operation, operation)
        # a + (b + c) keeps its brackets too: floating-point sums depend on their order
        return f"{bracket(left, rank)} {sign} {bracket(right, rank + 1)}", rank

    def bracket(part: Symbol, least: int) -> str:
        text, rank = write(part)
        return text if rank >= least else f"({text})"

    return write(tree)[0]
