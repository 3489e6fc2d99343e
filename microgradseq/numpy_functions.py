"""NumPy functions called on tensors: each is recorded as the rule that it means, or refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy

from microgradseq.backend import library_of
from microgradseq.rules import RULES
from microgradseq.rules.rule import plain

_BY_NAME = {name: rule for rule in RULES.values() for name in rule.numpy}

_COMPARISONS = {"greater", "greater_equal", "less", "less_equal", "equal", "not_equal"}
_QUESTIONS = {"isnan", "isinf", "isfinite", "logical_and", "logical_or", "logical_not"}
_DESCRIPTIONS = {"shape", "ndim", "size", "result_type", "array2string", "array_repr", "array_str"}
_WITHOUT_DERIVATIVE = (
    _COMPARISONS
    | _QUESTIONS
    | _DESCRIPTIONS
    | {"zeros_like", "ones_like", "array_equal", "allclose", "isclose", "all", "any"}
)


def call_numpy_ufunc(
    ufunc: Any, method: str, inputs: tuple[Any, ...], keywords: dict[str, Any]
) -> Any:
    """What `numpy.tanh(tensor)` and its like do.

    Arguments:
        ufunc: what was called.
        method: how: "__call__", "reduce" and so on.
        inputs: its operands, at least one of them a tensor.
        keywords: its other arguments.
    Returns:
        A recorded tensor; a plain array for comparisons.

    >>> from microgradseq import tensor
    >>> numpy.tanh(tensor([0.0])).tolist()
    [0.0]
    """
    if method == "__call__" and not keywords:
        if ufunc.__name__ in _WITHOUT_DERIVATIVE:
            return _on_bare_arrays(ufunc, inputs, {})
        if ufunc.__name__ in _BY_NAME:
            return _BY_NAME[ufunc.__name__](*inputs)
        if ufunc is numpy.square:
            return inputs[0] * inputs[0]
    extra = f" with {', '.join(keywords)}" if keywords else ""
    called = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
    raise TypeError(_refusal(f"numpy.{called}{extra}"))


def _on_bare_arrays(function: Any, arguments: Any, keywords: dict[str, Any]) -> Any:
    """A function of NumPy, or its namesake in the library of the arrays that it is called on."""
    bare = tuple(map(plain, arguments))
    libraries = {library_of(one) for one in bare} - {None, numpy}
    library = libraries.pop() if len(libraries) == 1 else numpy
    return getattr(library, function.__name__, function)(*bare, **keywords)


def _refusal(what: str) -> str:
    return f"{what} has no rule for tensors; use a tensor method, or its .data for bare numbers"


def call_numpy_function(function: Any, arguments: Any, keywords: dict[str, Any]) -> Any:
    """What `numpy.sum(tensor, axis=0)` and its like do.

    Arguments:
        function: what was called.
        arguments: its operands, a tensor somewhere among them.
        keywords: its other arguments.
    Returns:
        A recorded tensor; plain numbers for questions such as the shape.

    >>> from microgradseq import tensor
    >>> numpy.sum(tensor([1.0, 2.0])).item()
    3.0
    """
    name = function.__name__
    if name in _WITHOUT_DERIVATIVE:
        return _on_bare_arrays(function, arguments, keywords)
    adapter = _ADAPTERS.get(name)
    if adapter is None or function.__module__ not in ("numpy", "numpy.linalg"):
        raise TypeError(_refusal(f"{function.__module__}.{name}"))
    try:
        return adapter(*arguments, **keywords)
    except TypeError as error:
        if "unexpected keyword" not in str(error):
            raise
        raise TypeError(_refusal(f"{function.__module__}.{name} with {keywords}")) from error


def _by_method(method: str) -> Callable[..., Any]:
    def adapter(a: Any, *arguments: Any, **keywords: Any) -> Any:
        return getattr(a, method)(*arguments, **keywords)

    return adapter


def _mean(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return a.mean(axis, keepdims)


def _sum(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return a.sum(axis, keepdims)


def _var(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    return a.var(axis, ddof, keepdims)


def _max(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return a.max(axis, keepdims)


def _min(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return a.min(axis, keepdims)


def _cumsum(a: Any, axis: int | None = None) -> Any:
    return a.flatten().cumsum(0) if axis is None else a.cumsum(axis)


def _take(a: Any, indices: Any, axis: int | None = None) -> Any:
    return a.flatten().take(indices) if axis is None else a.take(indices, axis)


def _norm(a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    return a.norm(axis, keepdims)


def _dot(a: Any, b: Any) -> Any:
    if numpy.ndim(a) == 1 == numpy.ndim(b):
        return RULES["dot"](a, b)
    if numpy.ndim(a) == 0 or numpy.ndim(b) == 0:
        return a * b
    if numpy.ndim(b) > 2:
        raise TypeError(_refusal("numpy.dot with more than two axes on the right"))
    return RULES["matmul"](a, b)


def _split(a: Any, parts: Any, axis: int = 0) -> list[Any]:
    length = a.shape[axis]
    if isinstance(parts, int):
        if length % parts:
            raise ValueError(f"numpy.split: an axis of {length} has no {parts} equal parts")
        return list(a.split(length // parts, axis)) if length else [a] * parts
    marks = [0, *parts, length]
    sizes = [stop - start for start, stop in pairwise(marks)]
    return list(a.split(sizes, axis))


def _pad(a: Any, pad_width: Any, mode: str = "constant", *, constant_values: float = 0.0) -> Any:
    if mode != "constant":
        raise TypeError(_refusal(f'numpy.pad with mode="{mode}"'))
    return a.pad(pad_width, constant_values)


def _clip(a: Any, a_min: Any = None, a_max: Any = None, **bounds: Any) -> Any:
    return a.clip(bounds.get("min", a_min), bounds.get("max", a_max))


def _transpose(a: Any, axes: Any = None) -> Any:
    return RULES["permute"](a, axes=axes)


_ADAPTERS: dict[str, Callable[..., Any]] = {
    **{
        name: _by_method(name)
        for name in ("reshape", "swapaxes", "expand_dims", "squeeze", "broadcast_to", "flip")
    },
    "ravel": lambda a: a.flatten(),
    "argmax": _by_method("argmax"),
    "sum": _sum,
    "mean": _mean,
    "var": _var,
    "max": _max,
    "amax": _max,
    "min": _min,
    "amin": _min,
    "cumsum": _cumsum,
    "take": _take,
    "norm": _norm,
    "dot": _dot,
    "split": _split,
    "pad": _pad,
    "clip": _clip,
    "transpose": _transpose,
    "permute_dims": _transpose,
    "where": RULES["where"],
    "outer": RULES["outer"],
    "concatenate": lambda arrays, axis=0: RULES["concatenate"](*arrays, axis=axis),
    "concat": lambda arrays, axis=0: RULES["concatenate"](*arrays, axis=axis),
    "stack": lambda arrays, axis=0: RULES["stack"](*arrays, axis=axis),
    "einsum": lambda subscripts, *operands: RULES["einsum"](*operands, subscripts=subscripts),
}
