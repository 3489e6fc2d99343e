"""Arrays that are as strict as CuPy's, on the CPU: what would fail on a GPU fails here.

A `StrictArray` hides a NumPy array. It refuses NumPy's functions, implicit conversion to a NumPy
array, and operands that live on the host. The ways to the host that CuPy has are there, and each
use of one is written down: see `host_copies`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, NoReturn

import numpy

_listeners: list[list[str]] = []
silent = numpy.errstate(all="ignore")
"""A GPU gives NaN and infinities without a word."""


@contextmanager
def host_copies() -> Iterator[list[str]]:
    """Collect what is copied to the host, or waits for the device, inside the block.

    >>> with host_copies() as copies:
    ...     float(StrictArray(numpy.array(2.0)))
    2.0
    >>> copies
    ['float']
    """
    copies: list[str] = []
    _listeners.append(copies)
    try:
        yield copies
    finally:
        _listeners.remove(copies)


def note_copy(what: str) -> None:
    """Write down that numbers went to the host."""
    for copies in _listeners:
        copies.append(what)


class Device(NamedTuple):
    """A pretended GPU."""

    id: int = 0

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing to put back."""


def bare(operand: Any) -> Any:
    """What an operand hides; only strict arrays and single numbers are let through."""
    if isinstance(operand, StrictArray):
        return operand._numbers
    if isinstance(operand, (bool, int, float, numpy.generic)):
        return operand
    raise TypeError(f"Unsupported type {type(operand)}")


def strict(result: Any, *sources: Any) -> Any:
    """A NumPy result as a strict array, which knows the array that it is a view of."""
    array = StrictArray(numpy.asarray(result))
    for source in sources:
        if isinstance(source, StrictArray) and numpy.may_share_memory(
            array._numbers, source._numbers
        ):
            array.base = source if source.base is None else source.base
    return array


def bare_index(index: Any, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """An index as NumPy takes it. Whole numbers out of range wrap around, as in CuPy."""
    parts = index if isinstance(index, tuple) else (index,)
    taken = sum(map(_axes_taken, parts))
    found, axis = [], 0
    for part in parts:
        if isinstance(part, (numpy.ndarray, list)):
            raise TypeError(f"an index on the host: {type(part)}")
        if isinstance(part, StrictArray) and part.dtype.kind == "b":
            note_copy("boolean index")
            found.append(part._numbers)
        elif isinstance(part, StrictArray):
            if part.dtype.kind not in "iu":
                raise IndexError(f"arrays used as indices must be whole numbers, not {part.dtype}")
            found.append(part._numbers % max(shape[axis], 1))
        else:
            found.append(part)
        axis += len(shape) - taken if part is Ellipsis else _axes_taken(part)
    return tuple(found)


def _axes_taken(part: Any) -> int:
    if part is None or part is Ellipsis:
        return 0
    return part.ndim if isinstance(part, StrictArray) and part.dtype.kind == "b" else 1


class StrictArray:
    """An array that pretends to live on a GPU.

    Arguments:
        numbers: what it hides.
    """

    __slots__ = ("__weakref__", "_numbers", "base")
    __array_priority__ = 100
    __hash__ = None  # type: ignore[assignment]
    base: StrictArray | None

    def __init__(self, numbers: Any) -> None:
        self._numbers = numbers
        self.base = None

    # --- what is refused ------------------------------------------------------------------------

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        # a tensor beside it may still know what to do; NumPy's own arrays may not
        if any(hasattr(type(one), "apply_rule") for one in inputs):
            return NotImplemented
        raise TypeError(f"numpy.{ufunc.__name__} was called on an array of the GPU")

    def __array_function__(self, function: Any, types: Any, *_: Any) -> Any:
        if any(hasattr(one, "apply_rule") for one in types):
            return NotImplemented
        raise TypeError(f"numpy.{function.__name__} was called on an array of the GPU")

    # --- the ways to the host -------------------------------------------------------------------

    def _to_host(self, what: str) -> Any:
        note_copy(what)
        return self._numbers.copy()

    def get(self) -> Any:
        return self._to_host("get")

    def item(self) -> Any:
        return self._to_host("item").item()

    def tolist(self) -> Any:
        return self._to_host("tolist").tolist()

    def __float__(self) -> float:
        return float(self._to_host("float"))

    def __int__(self) -> int:
        return int(self._to_host("int"))

    def __bool__(self) -> bool:
        return bool(self._to_host("bool"))

    def __repr__(self) -> str:
        return repr(self._to_host("repr"))

    def __format__(self, form: str) -> str:
        return format(self._to_host("format"), form)

    def nonzero(self) -> tuple[Any, ...]:
        return tuple(map(strict, self._to_host("nonzero").nonzero()))

    # --- what it is -----------------------------------------------------------------------------

    @property
    def device(self) -> Device:
        return Device()

    @property
    def T(self) -> Any:  # noqa: N802 - the library's name
        return self if self.ndim < 2 else strict(self._numbers.T, self)

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        return strict(self._numbers[bare_index(index, self.shape)], self)

    def __setitem__(self, index: Any, value: Any) -> None:
        self._numbers[bare_index(index, self.shape)] = bare(value)

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, known: dict[int, Any]) -> Any:
        return self.copy()

    def __matmul__(self, other: Any) -> Any:
        return _operate(numpy.matmul, self, other)

    def __getattr__(self, name: str) -> Any:
        if name in _DESCRIPTIONS:
            return getattr(self._numbers, name)
        if name in _METHODS:
            return _Method(self, name)
        raise AttributeError(f"an array of the GPU has no {name}")


class _Method(NamedTuple):
    """A method that works as NumPy's does, on strict operands."""

    array: StrictArray
    name: str

    @silent
    def __call__(self, *operands: Any, **keywords: Any) -> Any:
        unknown = keywords.keys() - _METHODS[self.name]
        if unknown:
            raise TypeError(f"{self.name}: CuPy has no argument {', '.join(unknown)}")
        given = [one._numbers if isinstance(one, StrictArray) else one for one in operands]
        for one in (*operands, *keywords.values()):
            _refuse_host_arrays(one)
        return strict(getattr(self.array._numbers, self.name)(*given, **keywords), self.array)


def _refuse_host_arrays(thing: Any) -> None:
    if isinstance(thing, numpy.ndarray):
        raise TypeError(f"Unsupported type {type(thing)}")


_DESCRIPTIONS = {"shape", "dtype", "ndim", "size", "nbytes", "itemsize", "strides", "flags"}
_REDUCTION = {"axis", "keepdims"}
_METHODS: dict[str, set[str]] = {
    "all": _REDUCTION,
    "any": _REDUCTION,
    "argmax": _REDUCTION,
    "argmin": _REDUCTION,
    "astype": {"copy"},
    "copy": set(),
    "cumsum": {"axis"},
    "dot": set(),
    "fill": set(),
    "flatten": set(),
    "max": _REDUCTION,
    "mean": _REDUCTION,
    "min": _REDUCTION,
    "prod": _REDUCTION,
    "ravel": set(),
    "repeat": {"axis"},
    "reshape": set(),
    "squeeze": {"axis"},
    "sum": {*_REDUCTION, "dtype"},
    "swapaxes": set(),
    "transpose": set(),
}


@silent
def _operate(function: Callable[..., Any], *operands: Any) -> Any:
    for operand in operands:
        if hasattr(type(operand), "apply_rule"):
            return NotImplemented
    return strict(function(*map(bare, operands)))


def _fill_operators() -> None:
    def binary(function: Callable[..., Any]) -> Any:
        return lambda self, other: _operate(function, self, other)

    def reflected(function: Callable[..., Any]) -> Any:
        return lambda self, other: _operate(function, other, self)

    def in_place(function: Callable[..., Any]) -> Any:
        @silent
        def change(self: StrictArray, other: Any) -> StrictArray:
            self._numbers = function(self._numbers, bare(other))
            return self

        return change

    def unary(function: Callable[..., Any]) -> Any:
        return lambda self: strict(function(self._numbers))

    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and_", "or_", "xor"):
        short, function = name.rstrip("_"), getattr(operator, name)
        setattr(StrictArray, f"__{short}__", binary(function))
        setattr(StrictArray, f"__r{short}__", reflected(function))
        changing = getattr(operator, f"i{short}")
        setattr(StrictArray, f"__i{short}__", in_place(changing))
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        setattr(StrictArray, f"__{name}__", binary(getattr(operator, name)))
    for name in ("neg", "pos", "abs", "invert"):
        setattr(StrictArray, f"__{name}__", unary(getattr(operator, name)))


_fill_operators()
