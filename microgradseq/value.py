"""Scalars: a Python float that remembers where it came from.

The operators and methods of `Value` are generated from the rules, one function each, because a
call less is what makes a scalar engine fast. `scalar_code` says what they compute.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy

from microgradseq.context import special_context
from microgradseq.errors import ChangedError, MixingError, NotFiniteError
from microgradseq.node import Details, Node, details_in, next_index, require_finite
from microgradseq.rules import RULES, Elementwise, Rule
from microgradseq.rules.formula import Symbol, name
from microgradseq.rules.scalar import (
    OUTSIDE_MATH,
    SCALAR_FUNCTIONS,
    as_source,
    by_numpy,
    scalar_code,
)
from microgradseq.sweep import collect

_Number = int | float | numpy.number | numpy.bool


class Value(Node):
    """One number in a graph.

    Arguments:
        data: the number.
        name: what it is called in pictures and steps.

    The local derivatives are taken as the number is made, so a later change of `.data` cannot
    make an earlier derivative wrong. After `backward()`, `.grad` of every node is the derivative
    of the last node with respect to it; leaves add up over several calls.

    >>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
    >>> e = (a + b) * (b + 1)
    >>> e.backward()
    >>> e.data, a.grad, b.grad
    (6.0, 2.0, 5.0)
    """

    __slots__ = ("data", "slopes")
    kind: ClassVar[str] = "value"
    data: float
    slopes: tuple[float, ...]

    def __init__(self, data: _Number, name: str | None = None) -> None:
        if not isinstance(data, _Number):
            raise TypeError(
                f"Value holds one number, got {type(data).__name__}; use tensor(...) for arrays"
            )
        self.data = float(data)
        self.grad = 0.0
        self.parents = ()
        self.slopes = ()
        self.rule = None
        self.index = next_index()
        self.requires_grad = True
        context = special_context()
        self.details = details_in(context, None) if context is not None else None
        if name is not None:
            self.name = name

    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name is not None else ""
        return f"Value({self.data!r}, grad={self.grad!r}{name})"

    def __float__(self) -> float:
        return self.data

    def __bool__(self) -> bool:
        return bool(self.data)

    def __lt__(self, other: Value | float) -> bool:
        return self.data < float(other)

    def __le__(self, other: Value | float) -> bool:
        return self.data <= float(other)

    def __gt__(self, other: Value | float) -> bool:
        return self.data > float(other)

    def __ge__(self, other: Value | float) -> bool:
        return self.data >= float(other)

    def plain(self) -> float:
        return self.data

    def item(self) -> float:
        """The float itself, as PyTorch spells it."""
        return self.data

    def constant(self, number: Any) -> Self:
        return _constant(float(number))  # type: ignore[return-value]

    def backward(self, gradient: float = 1.0) -> None:
        """Carry the derivative of this node back to every node it was made from.

        Arguments:
            gradient: what to start with.

        >>> x = Value(3.0)
        >>> (x * x).backward()
        >>> x.grad
        6.0
        """
        order = collect((self,))
        for node in order:
            node.grad = 0.0
        self.grad += gradient
        for node in order:
            g = node.grad
            # a zero stays zero, even past an infinite slope
            if g:
                for parent, slope in zip(node.parents, node.slopes, strict=True):  # type: ignore[attr-defined]
                    parent.grad += g * slope
        if (context := special_context()) is not None and context.debugging:
            self._require_finite_gradients(order)

    @staticmethod
    def _require_finite_gradients(order: list[Node]) -> None:
        for node in order:
            for parent in node.parents:
                if parent.requires_grad and not isfinite(parent.grad):
                    raise NotFiniteError(
                        f"the gradient that {node.describe()} hands to {parent.describe()} "
                        f"is {parent.grad}"
                    )

    def pull(self, position: int, g: Any) -> Any:
        return g * self.slopes[position] if g else 0.0

    def push(self, position: int, t: Any) -> Any:
        return self.pull(position, t)

    def alike(self, share: Any) -> Value:
        return _operand(share)

    def require_unchanged(self, position: int, recording: bool) -> None:
        if not recording or self.rule is None:
            return
        operands = tuple(parent.data for parent in self.parents)
        options = dict(self.options or {})
        y, slopes = _COMPUTE[self.rule.name](*operands, **options)
        if not (_same(y, self.data) and _same(slopes[position], self.slopes[position])):
            raise ChangedError(
                f"{self.rule.name}: the number of an operand was changed after the forward pass; "
                "compute the result again before differentiating its derivative"
            )

    @classmethod
    def apply_rule(cls, rule: Rule, operands: tuple[Any, ...], options: Mapping[str, Any]) -> Value:
        """Apply a rule to values and plain numbers; see `Rule.__call__`."""
        if not isinstance(rule, Elementwise):
            raise MixingError(f"{rule.name} works on arrays; use tensor(...) instead of Value")
        values = tuple(map(_operand, operands))
        return _record(rule, values, {**rule.options, **options})

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        rule = _BY_UFUNC.get(ufunc.__name__)
        if rule is None or method != "__call__" or keywords:
            raise TypeError(
                f"numpy.{ufunc.__name__} has no rule for a Value; use a method of it, or its .data"
            )
        return self.apply_rule(rule, inputs, {})

    if TYPE_CHECKING:

        def __add__(self, other: Value | float) -> Value: ...
        def __radd__(self, other: float) -> Value: ...
        def __sub__(self, other: Value | float) -> Value: ...
        def __rsub__(self, other: float) -> Value: ...
        def __mul__(self, other: Value | float) -> Value: ...
        def __rmul__(self, other: float) -> Value: ...
        def __truediv__(self, other: Value | float) -> Value: ...
        def __rtruediv__(self, other: float) -> Value: ...
        def __pow__(self, other: Value | float) -> Value: ...
        def __rpow__(self, other: float) -> Value: ...
        def __neg__(self) -> Value: ...
        def __abs__(self) -> Value: ...
        def exp(self) -> Value: ...
        def log(self) -> Value: ...
        def log1p(self) -> Value: ...
        def expm1(self) -> Value: ...
        def sqrt(self) -> Value: ...
        def sin(self) -> Value: ...
        def cos(self) -> Value: ...
        def tanh(self) -> Value: ...
        def sigmoid(self) -> Value: ...
        def softplus(self) -> Value: ...
        def relu(self) -> Value: ...
        def leaky_relu(self, slope: float = 0.01) -> Value: ...
        def abs(self) -> Value: ...
        def sign(self) -> Value: ...
        def pow(self, other: Value | float) -> Value: ...
        def maximum(self, other: Value | float) -> Value: ...
        def minimum(self, other: Value | float) -> Value: ...
        def clip(self, low: float = ..., high: float = ...) -> Value: ...


def _same(one: float, other: float) -> bool:
    return one == other or (isnan(one) and isnan(other))


def _constant(number: float) -> Value:
    node = Value.__new__(Value)
    node.data = number
    node.grad = 0.0
    node.parents = ()
    node.slopes = ()
    node.rule = None
    node.index = next_index()
    node.requires_grad = False
    node.details = None
    return node


def _operand(thing: Any) -> Value:
    if isinstance(thing, Value):
        return thing
    if isinstance(thing, _Number):
        return _constant(float(thing))
    raise MixingError(
        f"a Value goes together with Values and numbers, not with {type(thing).__name__}; "
        "use tensor(...) for arrays"
    )


def _record(rule: Elementwise, values: tuple[Value, ...], options: dict[str, Any]) -> Value:
    """Make a node where something special holds: options, tags, no recording, debugging."""
    y, slopes = _COMPUTE[rule.name](*(value.data for value in values), **options)
    node = _constant(float(y))
    context = special_context()
    if context is not None and context.debugging:
        node.details = details_in(context, options or None)
        node.rule, node.parents = rule, values
        require_finite(node)
        node.rule, node.parents = None, ()
    if (context is None or context.recording) and any(value.requires_grad for value in values):
        node.rule, node.parents, node.slopes, node.requires_grad = rule, values, slopes, True
        if context is not None:
            node.details = details_in(context, options or None)
        elif options:
            node.details = Details(options=options)
    return node


# The names that the generated code uses; the rule's own operands are u and v, its result y.
_TEMPLATE_COMPUTE = """
def compute({operands}{options}):
    try:
{preparation}
        y = {value}
        return y, {all_slopes}
    except OUTSIDE_MATH:
        return by_numpy(rule, ({operands},), {{{option_pairs}}})
"""
_TEMPLATE_METHOD = """
def method(self{others}{options}):
{conversions}
    if special_context() is not None{or_options}:
        return record(rule, ({nodes},), {{{option_pairs}}})
{reads}
    try:
{preparation}
        y = {value}
        slopes = {slopes}
    except OUTSIDE_MATH:
        y, slopes = by_numpy(rule, ({operands},), {{}})
    if not ({any_required}):
        return constant(y)
    node = new(Value)
    node.data = y
    node.grad = 0.0
    node.parents = ({nodes},)
    node.slopes = slopes
    node.rule = rule
    node.index = next_index()
    node.requires_grad = True
    node.details = None
    return node
"""


def _generate(rule: Elementwise) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The bare computation of a rule on floats, and the method that records it."""
    code = scalar_code(rule, {each: name(each) for each in (*rule.operands, *rule.options)}, "y")
    nodes = ["self", *(f"node_{operand}" for operand in rule.operands[1:])]
    every_slope = tuple(zip(code.slopes, rule.constant_slopes, strict=True))
    fields = {
        "operands": ", ".join(rule.operands),
        "others": "".join(f", {node}" for node in nodes[1:]),
        "options": "".join(f", {option}=default_{option}" for option in rule.options),
        "option_pairs": ", ".join(f"'{option}': {option}" for option in rule.options),
        "or_options": " or True" if rule.options else "",
        "conversions": "\n".join(
            f"    if {node}.__class__ is not Value:\n        {node} = operand({node})"
            for node in nodes[1:]
        ),
        "reads": "\n".join(
            f"    {operand} = {node}.data"
            for operand, node in zip(rule.operands, nodes, strict=True)
        ),
        "nodes": ", ".join(nodes),
        "preparation": "\n".join(f"        {line}" for line in code.preparation),
        "value": code.value,
        "all_slopes": _written_tuple(_slope_text(*each) for each in every_slope),
        "slopes": _written_tuple(
            _where_wanted(_slope_text(*each), node)
            for each, node in zip(every_slope, nodes, strict=True)
        ),
        "any_required": " or ".join(f"{node}.requires_grad" for node in nodes),
    }
    namespace: dict[str, Any] = {
        **SCALAR_FUNCTIONS,
        **{f"default_{option}": default for option, default in rule.options.items()},
        "OUTSIDE_MATH": OUTSIDE_MATH,
        "Value": Value,
        "by_numpy": by_numpy,
        "constant": _constant,
        "new": object.__new__,
        "next_index": next_index,
        "operand": _operand,
        "record": _record,
        "rule": rule,
        "special_context": special_context,
    }
    for template in (_TEMPLATE_COMPUTE, _TEMPLATE_METHOD):
        exec(compile(template.format(**fields), f"<rule {rule.name}>", "exec"), namespace)
    return namespace["compute"], namespace["method"]


def _slope_text(slope: Symbol | None, constant: float | None) -> str:
    if slope is None:
        return "0.0"
    return as_source(slope) if constant is None else repr(float(constant))


def _where_wanted(slope: str, node: str) -> str:
    # a function call nobody will ask for costs time, and log of a negative base even more
    return f"({slope}) if {node}.requires_grad else 0.0" if "(" in slope else slope


def _written_tuple(items: Iterable[str]) -> str:
    return "(" + "".join(f"{item}, " for item in items) + ")"


def _reflected(method: Callable[[Value, Value], Value]) -> Callable[[Value, Any], Value]:
    def reflected(self: Value, other: Any) -> Value:
        return method(_operand(other), self)

    return reflected


_COMPUTE: dict[str, Callable[..., tuple[float, tuple[float, ...]]]] = {}
_OPERATORS = {"add": "add", "sub": "sub", "mul": "mul", "div": "truediv", "pow": "pow"}
_BY_UFUNC = {
    numpy_name: rule
    for rule in RULES.values()
    if isinstance(rule, Elementwise)
    for numpy_name in rule.numpy
}


def _fill_class() -> None:
    for rule in RULES.values():
        if not isinstance(rule, Elementwise):
            continue
        _COMPUTE[rule.name], method = _generate(rule)
        if rule.name in _OPERATORS:
            operator = _OPERATORS[rule.name]
            setattr(Value, f"__{operator}__", method)
            setattr(Value, f"__r{operator}__", _reflected(method))
        if rule.name in ("neg", "abs"):
            setattr(Value, f"__{rule.name}__", method)
        if rule.name not in ("where", *_OPERATORS) or rule.name == "pow":
            setattr(Value, sys.intern(rule.name), method)


_fill_class()
