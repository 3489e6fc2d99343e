"""The operators of a tensor, its functions of one variable, and NumPy's way to reach them.

They are made from the elementwise rules: a new rule becomes a method by existing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from microgradseq.backend import Array
from microgradseq.numpy_functions import call_numpy_function, call_numpy_ufunc
from microgradseq.rules import RULES
from microgradseq.rules.rule import plain


class TensorOperators:
    """What Python's operators and NumPy's functions do with a tensor."""

    __slots__ = ()
    __array_priority__ = 1000
    if TYPE_CHECKING:
        _array: Array

    def _rule(self, rule: str, *operands: Any, **options: Any) -> Self:
        return RULES[rule](self, *operands, **options)  # type: ignore[no-any-return]

    def __matmul__(self, other: Any) -> Self:
        return self._rule("matmul", other)

    def __rmatmul__(self, other: Any) -> Self:
        return RULES["matmul"](other, self)  # type: ignore[no-any-return]

    def __lt__(self, other: Any) -> Array:
        return self._array < plain(other)

    def __le__(self, other: Any) -> Array:
        return self._array <= plain(other)

    def __gt__(self, other: Any) -> Array:
        return self._array > plain(other)

    def __ge__(self, other: Any) -> Array:
        return self._array >= plain(other)

    def __eq__(self, other: Any) -> Array:
        return self._array == plain(other)

    def __ne__(self, other: Any) -> Array:
        return self._array != plain(other)

    __hash__ = object.__hash__

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        return call_numpy_ufunc(ufunc, method, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, arguments: Any, keywords: Any) -> Any:
        return call_numpy_function(function, arguments, keywords)

    if TYPE_CHECKING:

        def __add__(self, other: Any) -> Self: ...
        def __radd__(self, other: Any) -> Self: ...
        def __sub__(self, other: Any) -> Self: ...
        def __rsub__(self, other: Any) -> Self: ...
        def __mul__(self, other: Any) -> Self: ...
        def __rmul__(self, other: Any) -> Self: ...
        def __truediv__(self, other: Any) -> Self: ...
        def __rtruediv__(self, other: Any) -> Self: ...
        def __pow__(self, other: Any) -> Self: ...
        def __rpow__(self, other: Any) -> Self: ...
        def __neg__(self) -> Self: ...
        def __abs__(self) -> Self: ...
        def exp(self) -> Self: ...
        def log(self) -> Self: ...
        def log1p(self) -> Self: ...
        def expm1(self) -> Self: ...
        def sqrt(self) -> Self: ...
        def sin(self) -> Self: ...
        def cos(self) -> Self: ...
        def tanh(self) -> Self: ...
        def sigmoid(self) -> Self: ...
        def softplus(self) -> Self: ...
        def relu(self) -> Self: ...
        def abs(self) -> Self: ...
        def sign(self) -> Self: ...
        def pow(self, other: Any) -> Self: ...
        def maximum(self, other: Any) -> Self: ...
        def minimum(self, other: Any) -> Self: ...


def _method(rule: str) -> Callable[..., Any]:
    def method(self: Any, *operands: Any) -> Any:
        return RULES[rule](self, *operands)

    method.__doc__ = f"{RULES[rule].words}."
    return method


def _reflected(rule: str) -> Callable[[Any, Any], Any]:
    def reflected(self: Any, other: Any) -> Any:
        return RULES[rule](other, self)

    return reflected


OPERATORS = {"add": "add", "sub": "sub", "mul": "mul", "div": "truediv", "pow": "pow"}
"""Rules that Python writes as infix operators, and the operator's name."""


def _fill_class() -> None:
    for rule in RULES.values():
        if not rule.elementwise or rule.options or rule.name == "where":
            continue
        if rule.name in OPERATORS:
            operator = OPERATORS[rule.name]
            setattr(TensorOperators, f"__{operator}__", _method(rule.name))
            setattr(TensorOperators, f"__r{operator}__", _reflected(rule.name))
        if rule.name in ("neg", "abs"):
            setattr(TensorOperators, f"__{rule.name}__", _method(rule.name))
        if rule.name not in OPERATORS or rule.name == "pow":
            setattr(TensorOperators, rule.name, _method(rule.name))


_fill_class()
