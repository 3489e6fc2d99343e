"""Operations that put arrays together and take them apart."""

from __future__ import annotations

from typing import Any

from microgradseq.rules.indexing import add_at, along, scatter
from microgradseq.rules.rule import Operation, operation
from microgradseq.rules.shapes import normal_axis


def _piece(position: int, arrays: tuple[Any, ...], axis: int) -> tuple[slice, ...]:
    """Where one of the joined arrays lies in the whole."""
    front = normal_axis(axis, len(arrays[0].shape))
    start = sum(array.shape[front] for array in arrays[:position])
    return (slice(None),) * front + (slice(start, start + arrays[position].shape[front]),)


def _layer(position: int, dimensions: int, axis: int) -> tuple[Any, ...]:
    return (slice(None),) * normal_axis(axis, dimensions) + (position,)


concatenate = operation(
    "concatenate",
    forward=lambda m, *arrays, axis=0: m.concatenate(arrays, axis=axis),
    vjp=lambda position, g, y, *arrays, axis: g[_piece(position, arrays, axis)],
    jvp=lambda position, t, y, *arrays, axis: scatter(
        t, index=_piece(position, arrays, axis), shape=y.shape
    ),
    words="each piece gets its own part of the gradient",
    symbol="⧺",
)
stack = operation(
    "stack",
    forward=lambda m, *arrays, axis=0: m.stack(arrays, axis=axis),
    vjp=lambda position, g, y, *arrays, axis: g[_layer(position, len(y.shape), axis)],
    jvp=lambda position, t, y, *arrays, axis: scatter(
        t, index=_layer(position, len(y.shape), axis), shape=y.shape
    ),
    words="each layer gets its own part of the gradient",
    symbol="≡",
)


def _part(u: Any, start: int, stop: int, axis: int) -> tuple[slice, ...]:
    return along(u, axis, slice(start, stop))


split: Operation = operation(
    "split",
    forward=lambda m, u, *, start, stop, axis: u[_part(u, start, stop, axis)],
    vjp=lambda g, y, u, *, start, stop, axis: scatter(
        g, index=_part(u, start, stop, axis), shape=u.shape
    ),
    jvp=lambda t, y, u, *, start, stop, axis: split(t, start=start, stop=stop, axis=axis),
    words="the elements of this part get their gradients, those of the other parts none",
    pull_into=lambda total, g, *, start, stop, axis: add_at(
        total, _part(total, start, stop, axis), g
    ),
)
