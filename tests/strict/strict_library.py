"""A stand-in for the module `cupy`: the functions it has, with the arguments they have there."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy

from tests.strict.elementwise_kernel import ElementwiseKernel
from tests.strict.strict_arrays import Device, StrictArray, bare, bare_index, silent, strict

_UFUNCS = """abs absolute add cos divide equal exp expm1 fabs float_power greater greater_equal
isfinite isinf isnan less less_equal log log1p logaddexp logical_and logical_not logical_or maximum
minimum multiply negative not_equal positive power sign sin sqrt square subtract tanh
true_divide"""

# names of arguments as CuPy 13 and 14 have them; what NumPy has beyond them would fail there
_FUNCTIONS = {
    "all": "a axis keepdims",
    "allclose": "a b rtol atol equal_nan",
    "any": "a axis keepdims",
    "argmax": "a axis keepdims",
    "array_equal": "a1 a2 equal_nan",
    "broadcast_to": "array shape",
    "clip": "a a_min a_max out",
    "concatenate": "tup axis",
    "cumsum": "a axis",
    "dot": "a b",
    "einsum": "",
    "expand_dims": "a axis",
    "flip": "a axis",
    "matmul": "out",
    "max": "a axis keepdims",
    "mean": "a axis keepdims",
    "min": "a axis keepdims",
    "moveaxis": "a source destination",
    "outer": "a b",
    "pad": "array pad_width mode constant_values",
    "repeat": "a repeats axis",
    "reshape": "a",
    "roll": "a shift axis",
    "split": "ary indices_or_sections axis",
    "squeeze": "a axis",
    "stack": "tup axis",
    "sum": "a axis dtype keepdims",
    "swapaxes": "a axis1 axis2",
    "tensordot": "a b axes",
    "tile": "A reps",
    "transpose": "a axes",
    "tril": "m k",
    "triu": "m k",
    "zeros_like": "a dtype",
    "ones_like": "a dtype",
    "full_like": "a fill_value dtype",
}
_FROM_SHAPES = ("arange", "eye", "full", "ones", "zeros")


class _Ufunc:
    """An elementwise function: strict arrays and single numbers only, and no `where=`."""

    def __init__(self, name: str) -> None:
        self.__name__ = name
        self._function = getattr(numpy, name)

    @silent
    def __call__(self, *operands: Any, out: Any = None, dtype: Any = None) -> Any:
        given = tuple(map(bare, operands))
        if out is None:
            return strict(self._function(*given, dtype=dtype))
        self._function(*given, out=_written(out), dtype=dtype)
        return out

    def at(self, array: Any, index: Any, values: Any) -> None:
        if self.__name__ not in ("add", "subtract", "maximum", "minimum"):
            raise NotImplementedError(f"`{self.__name__}.at` is not supported")
        if array.dtype.kind != "f":
            raise TypeError(f"scatter_add does not support {array.dtype}")
        self._function.at(_written(array), bare_index(index, array.shape), bare(values))


def _written(out: Any) -> Any:
    if not isinstance(out, StrictArray):
        raise TypeError("return arrays must be arrays of the GPU")
    return out._numbers


def _bare_deep(thing: Any) -> Any:
    if isinstance(thing, (list, tuple)):
        return type(thing)(map(_bare_deep, thing))
    if isinstance(thing, StrictArray):
        return thing._numbers
    if isinstance(thing, numpy.ndarray) or hasattr(type(thing), "apply_rule"):
        raise TypeError(f"Unsupported type {type(thing)}")
    return thing


def _function(name: str, arguments: str) -> Callable[..., Any]:
    known = set(arguments.split())
    original = getattr(numpy, name)

    @silent
    def call(*operands: Any, **keywords: Any) -> Any:
        unknown = keywords.keys() - known
        if unknown:
            raise TypeError(f"{name}() got an unexpected keyword argument {', '.join(unknown)}")
        given = tuple(map(_bare_deep, operands))
        if name != "einsum" and given and not _holds_an_array(operands[0]):
            raise TypeError(f"{name}: Unsupported type {type(operands[0])}")
        out = keywords.get("out")
        named = {key: _bare_deep(value) for key, value in keywords.items()}
        result = original(*given, **named)
        if isinstance(result, list):
            return [strict(one, *operands) for one in result]
        return strict(result, *operands) if out is None else out

    return call


def _holds_an_array(thing: Any) -> bool:
    if isinstance(thing, (list, tuple)):
        return bool(thing) and all(isinstance(one, StrictArray) for one in thing)
    return isinstance(thing, StrictArray)


def _array(data: Any, dtype: Any = None, copy: bool = True) -> Any:
    """Numbers brought to the GPU: the one way in for arrays of the host."""
    if hasattr(type(data), "apply_rule"):
        raise TypeError("a tensor is no array")
    source = data._numbers if isinstance(data, StrictArray) else data
    if isinstance(source, list) and any(isinstance(one, StrictArray) for one in source):
        source = [_bare_deep(one) for one in source]
    return strict(numpy.array(source, dtype=dtype))


def _asarray(data: Any, dtype: Any = None) -> Any:
    same = isinstance(data, StrictArray) and (dtype is None or data.dtype == dtype)
    return data if same else _array(data, dtype)


def _ascontiguousarray(data: Any, dtype: Any = None) -> Any:
    return strict(numpy.ascontiguousarray(bare(data), dtype=dtype), data)


def _asnumpy(data: Any) -> Any:
    return data.get() if isinstance(data, StrictArray) else numpy.asarray(data)


def _where(condition: Any, u: Any, v: Any) -> Any:
    if not isinstance(condition, StrictArray):
        raise TypeError(f"where: Unsupported type {type(condition)}")
    return strict(numpy.where(condition._numbers, bare(u), bare(v)))


def _take(a: Any, indices: Any, axis: int | None = None) -> Any:
    # out of range CuPy wraps around
    return strict(numpy.take(bare(a), bare(indices), axis=axis, mode="wrap"))


def _take_along_axis(a: Any, indices: Any, axis: int) -> Any:
    wrapped = bare(indices) % max(a.shape[axis], 1)
    return strict(numpy.take_along_axis(bare(a), wrapped, axis=axis))


def _copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = None) -> None:
    mask = True if where is None else bare(where)
    numpy.copyto(_written(dst), bare(src), where=mask)


def _empty(shape: Any, dtype: Any = float) -> Any:
    return strict(_with_rubbish(numpy.empty(shape, dtype)))


def _empty_like(prototype: Any, dtype: Any = None) -> Any:
    return strict(_with_rubbish(numpy.empty_like(bare(prototype), dtype=dtype)))


def _with_rubbish(array: Any) -> Any:
    """Memory that nobody has written yet, with the worst numbers it might hold."""
    if array.dtype.kind == "f":
        array[...] = numpy.nan
    return array


def _from_shape(name: str) -> Callable[..., Any]:
    def make(*arguments: Any, **keywords: Any) -> Any:
        given = (_bare_deep(one) for one in arguments)
        return strict(getattr(numpy, name)(*given, **keywords))

    return make


def make_library() -> Any:
    """The stand-in module."""
    module: Any = ModuleType("cupy")
    for name in _UFUNCS.split():
        setattr(module, name, _Ufunc(name))
    for name, arguments in _FUNCTIONS.items():
        setattr(module, name, _function(name, arguments))
    for name in _FROM_SHAPES:
        setattr(module, name, _from_shape(name))
    for name in ("inf", "nan", "newaxis", "float32", "float64", "int64", "intp", "bool_"):
        setattr(module, name, getattr(numpy, name))
    own = {
        "ndarray": StrictArray,
        "array": _array,
        "asarray": _asarray,
        "ascontiguousarray": _ascontiguousarray,
        "asnumpy": _asnumpy,
        "where": _where,
        "take": _take,
        "take_along_axis": _take_along_axis,
        "copyto": _copyto,
        "empty": _empty,
        "empty_like": _empty_like,
        "ElementwiseKernel": ElementwiseKernel,
        "cuda": SimpleNamespace(Device=Device, runtime=SimpleNamespace(getDeviceCount=lambda: 1)),
    }
    for name, thing in own.items():
        setattr(module, name, thing)
    return module


STRICT = make_library()
"""The stand-in itself; there is one, as there is one module `cupy`."""
