"""Operations that change an array's shape or the order of its elements, but none of them."""

from __future__ import annotations

import math
from typing import Any

from microgradseq.backend import device_of, move
from microgradseq.rules.rule import RULES, Operation, operation, plain


def normal_axis(axis: int, dimensions: int) -> int:
    """An axis counted from the front.

    >>> normal_axis(-1, 3)
    2
    """
    if not -dimensions <= axis < dimensions:
        raise ValueError(f"axis {axis} is out of bounds for {dimensions} dimensions")
    return axis % dimensions


def normal_axes(axis: int | tuple[int, ...] | None, dimensions: int) -> tuple[int, ...]:
    """Several axes counted from the front; None means all of them.

    >>> normal_axes((0, -1), 3), normal_axes(None, 2)
    ((0, 2), (0, 1))
    """
    if axis is None:
        return tuple(range(dimensions))
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    normal = tuple(normal_axis(one, dimensions) for one in axes)
    if len(set(normal)) != len(normal):
        raise ValueError(f"axes {axes} name the same axis twice")
    return normal


def with_axes(array: Any, axes: tuple[int, ...]) -> Any:
    """Put axes of length 1 back in, where a reduction has taken axes out.

    >>> import numpy
    >>> with_axes(numpy.ones(3), (0,)).shape
    (1, 3)
    """
    lengths = list(array.shape)
    for axis in sorted(axes):
        lengths.insert(axis, 1)
    return RULES["reshape"](array, shape=tuple(lengths))


def _sum_to(m: Any, u: Any, *, shape: tuple[int, ...]) -> Any:
    extra = u.ndim - len(shape)
    repeated = tuple(
        axis
        for axis in range(u.ndim)
        if axis < extra or (shape[axis - extra] == 1 and u.shape[axis] != 1)
    )
    return u.sum(axis=repeated).reshape(shape)


reshape: Operation = operation(
    "reshape",
    forward=lambda m, u, *, shape: u.reshape(shape),
    vjp=lambda g, y, u, *, shape: reshape(g, shape=u.shape),
    jvp=lambda t, y, u, *, shape: reshape(t, shape=y.shape),
    words="each element keeps its gradient; only the shape changes back",
)
permute: Operation = operation(
    "permute",
    forward=lambda m, u, *, axes=None: m.transpose(u, axes),
    vjp=lambda g, y, u, *, axes: permute(g, axes=_inverse(axes, g.ndim)),
    jvp=lambda t, y, u, *, axes: permute(t, axes=axes),
    words="each element keeps its gradient; the axes go back to their places",
    symbol="ᵀ",
)


def _inverse(axes: tuple[int, ...] | None, dimensions: int) -> tuple[int, ...] | None:
    if axes is None:
        return None
    places = [normal_axis(axis, dimensions) for axis in axes]
    return tuple(places.index(axis) for axis in range(dimensions))


swapaxes: Operation = operation(
    "swapaxes",
    forward=lambda m, u, *, first, second: m.swapaxes(u, first, second),
    vjp=lambda g, y, u, *, first, second: swapaxes(g, first=first, second=second),
    jvp=lambda t, y, u, *, first, second: swapaxes(t, first=first, second=second),
    words="each element keeps its gradient; the two axes change places again",
    symbol="⇄",
)
expand_dims = operation(
    "expand_dims",
    forward=lambda m, u, *, axis: m.expand_dims(u, axis),
    vjp=lambda g, y, u, *, axis: reshape(g, shape=u.shape),
    jvp=lambda t, y, u, *, axis: reshape(t, shape=y.shape),
    words="each element keeps its gradient; the added axis goes away",
)
squeeze = operation(
    "squeeze",
    forward=lambda m, u, *, axis=None: m.squeeze(u, axis),
    vjp=lambda g, y, u, *, axis: reshape(g, shape=u.shape),
    jvp=lambda t, y, u, *, axis: reshape(t, shape=y.shape),
    words="each element keeps its gradient; the removed axis comes back",
)
broadcast_to: Operation = operation(
    "broadcast_to",
    forward=lambda m, u, *, shape: m.broadcast_to(u, shape),
    vjp=lambda g, y, u, *, shape: sum_to(g, shape=u.shape),
    jvp=lambda t, y, u, *, shape: broadcast_to(t, shape=y.shape),
    words="an element that was repeated gets the sum of its copies' gradients",
)
sum_to: Operation = operation(
    "sum_to",
    forward=_sum_to,
    vjp=lambda g, y, u, *, shape: broadcast_to(g, shape=u.shape),
    jvp=lambda t, y, u, *, shape: sum_to(t, shape=shape),
    words="every element that was summed gets the gradient of its sum",
    symbol="Σ",
)
flip: Operation = operation(
    "flip",
    forward=lambda m, u, *, axis=None: m.flip(u, axis),
    vjp=lambda g, y, u, *, axis: flip(g, axis=axis),
    jvp=lambda t, y, u, *, axis: flip(t, axis=axis),
    words="each element keeps its gradient; the order turns round again",
)


def _padding(pad_width: Any, dimensions: int) -> tuple[tuple[int, int], ...]:
    if isinstance(pad_width, int):
        return ((pad_width, pad_width),) * dimensions
    pairs = tuple(pad_width)
    if len(pairs) == 2 and all(isinstance(one, int) for one in pairs):
        return (pairs,) * dimensions
    if len(pairs) == 1:
        return tuple(pairs) * dimensions
    if len(pairs) != dimensions:
        raise ValueError(f"{len(pairs)} pairs of widths given for {dimensions} dimensions")
    return tuple((before, after) for before, after in pairs)


def _inside(u: Any, pad_width: Any) -> tuple[slice, ...]:
    widths = _padding(pad_width, len(u.shape))
    return tuple(
        slice(before, before + length) for (before, _), length in zip(widths, u.shape, strict=True)
    )


def _pad(m: Any, u: Any, *, pad_width: Any, value: float = 0.0) -> Any:
    widths = _padding(pad_width, u.ndim)
    # NumPy takes no empty list of widths
    return m.pad(u, widths, constant_values=value) if widths else u


pad: Operation = operation(
    "pad",
    forward=_pad,
    vjp=lambda g, y, u, *, pad_width, value: g[_inside(u, pad_width)],
    jvp=lambda t, y, u, *, pad_width, value: pad(t, pad_width=pad_width),
    words="the elements inside keep their gradients; the border has none",
)


def count_over(array: Any, axes: tuple[int, ...]) -> int:
    """How many elements lie along some axes.

    >>> import numpy
    >>> count_over(numpy.ones((2, 3)), (1,))
    3
    """
    return math.prod(array.shape[axis] for axis in axes)


cast: Operation = operation(
    "cast",
    forward=lambda m, u, *, dtype: u.astype(dtype),
    vjp=lambda g, y, u, *, dtype: cast(g, dtype=str(u.dtype)),
    jvp=lambda t, y, u, *, dtype: cast(t, dtype=dtype),
    words="each element keeps its gradient, at the precision it had before",
)
to_device: Operation = operation(
    "to_device",
    forward=lambda m, u, *, device: move(u, device),
    vjp=lambda g, y, u, *, device: to_device(g, device=device_of(plain(u))),
    jvp=lambda t, y, u, *, device: to_device(t, device=device),
    words="each element keeps its gradient, on the device it came from",
)
