"""Operations that pick elements, and the one that puts gradients back where they came from."""

from __future__ import annotations

from typing import Any

import numpy

from microgradseq.backend import library_of
from microgradseq.context import current_context
from microgradseq.rules.rule import Operation, operation, plain
from microgradseq.rules.shapes import normal_axis


def picks_each_once(index: Any) -> bool:
    """Whether an index can pick no element twice: no integer arrays in it.

    >>> picks_each_once((slice(None), 2)), picks_each_once([0, 0])
    (True, False)
    """
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None
        or part is Ellipsis
        or isinstance(part, (int, slice))
        or getattr(getattr(part, "dtype", None), "kind", "") == "b"
        for part in parts
    )


def add_at(total: Any, index: Any, share: Any) -> None:
    """Add a gradient, in place, to the elements that an index has picked.

    Arguments:
        total: the array to add to.
        index: what picked them; an element picked twice gets both shares.
        share: array of the picked elements' shape.

    >>> import numpy
    >>> total = numpy.zeros(3)
    >>> add_at(total, numpy.array([0, 0, 2]), numpy.ones(3))
    >>> total.tolist()
    [2.0, 0.0, 1.0]
    """
    if picks_each_once(index):
        total[index] += share
    elif not _added_by_product(total, index, share):
        library_of(total).add.at(total, index, share)


# up to here a product with one-hot rows is faster than adding row by row
_MOST_ROWS_FOR_PRODUCT = 256


def _added_by_product(total: Any, index: Any, share: Any) -> bool:
    """Add rows picked by one array of whole numbers with one product, where that is quick."""
    rows = index[0] if isinstance(index, tuple) and len(index) == 1 else index
    if isinstance(rows, tuple) or total.ndim != 2 or len(total) > _MOST_ROWS_FOR_PRODUCT:
        return False
    m = library_of(total)
    # a NaN or an infinity would spread to every row
    if m is not numpy or not numpy.isfinite(share).all():
        return False
    picked = numpy.asarray(rows).reshape(1, -1) % len(total) == numpy.arange(len(total))[:, None]
    total += picked.astype(total.dtype) @ share.reshape(-1, total.shape[1])
    return True


def _scatter(m: Any, u: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    total = m.zeros(shape, dtype=u.dtype)
    add_at(total, index, u)
    return total


scatter: Operation = operation(
    "scatter",
    forward=_scatter,
    vjp=lambda g, y, u, *, index, shape: getitem(g, index=index),
    jvp=lambda t, y, u, *, index, shape: scatter(t, index=index, shape=shape),
    words="each element gets the gradient of the place it was put to",
)
getitem: Operation = operation(
    "getitem",
    forward=lambda m, u, *, index: u[index],
    vjp=lambda g, y, u, *, index: scatter(g, index=index, shape=u.shape),
    jvp=lambda t, y, u, *, index: getitem(t, index=index),
    words="picked elements get their gradients, one picked twice gets the sum; the others get none",
    symbol="[·]",
    pull_into=lambda total, g, *, index: add_at(total, index, g),
)


def along(u: Any, axis: int, indices: Any) -> tuple[Any, ...]:
    """The index that picks along one axis of an array."""
    return (slice(None),) * normal_axis(axis, len(u.shape)) + (indices,)


take: Operation = operation(
    "take",
    forward=lambda m, u, *, indices, axis: m.take(u, indices, axis=axis),
    vjp=lambda g, y, u, *, indices, axis: scatter(g, index=along(u, axis, indices), shape=u.shape),
    jvp=lambda t, y, u, *, indices, axis: take(t, indices=indices, axis=axis),
    words="taken elements get their gradients, one taken twice gets the sum; the others get none",
    pull_into=lambda total, g, *, indices, axis: add_at(total, along(total, axis, indices), g),
)


def require_indices(m: Any, indices: Any, size: int, what: str) -> None:
    """Refuse what cannot index `size` rows: fractions and numbers out of range.

    On a GPU, looking at the numbers would mean waiting for them. So there it is done only under
    `debug()`; otherwise what comes of an index out of range is NaN: see `nan_outside`.

    >>> import numpy
    >>> require_indices(numpy, numpy.array([0, 4]), 4, "index")
    Traceback (most recent call last):
        ...
    IndexError: index 4 is outside 0 to 3
    """
    if indices.dtype.kind not in "iu":
        raise TypeError(f"{what} must be a whole number, got {indices.dtype}")
    if m is not numpy and not current_context().debugging:
        return
    outside = (indices < 0) | (indices >= size)
    if bool(outside.any()):
        worst = int(indices[outside].reshape(-1)[0])
        raise IndexError(f"{what} {worst} is outside 0 to {size - 1}")


def nan_outside(m: Any, numbers: Any, indices: Any, size: int) -> Any:
    """On a GPU, numbers with NaN where an index is out of range; elsewhere the numbers as they are.

    Arguments:
        m: the array library.
        numbers: what was computed with the indices; its shape begins with theirs.
        indices: whole numbers. CuPy itself would wrap them around in silence.
        size: how many rows there are.

    >>> import numpy
    >>> nan_outside(numpy, numpy.ones(2), numpy.array([0, 4]), 4).tolist()
    [1.0, 1.0]
    """
    if m is numpy:
        return numbers
    inside = (indices >= 0) & (indices < size)
    inside = inside.reshape(inside.shape + (1,) * (numbers.ndim - inside.ndim))
    return m.where(inside, numbers, float("nan"))


def _embedding(m: Any, weight: Any, indices: Any) -> Any:
    require_indices(m, indices, weight.shape[0], "index")
    return nan_outside(m, m.take(weight, indices, axis=0), indices, weight.shape[0])


embedding: Operation = operation(
    "embedding",
    forward=_embedding,
    vjp=(
        lambda g, y, weight, indices: scatter(g, index=plain(indices), shape=weight.shape),
        None,
    ),
    jvp=(lambda t, y, weight, indices: embedding(t, indices), None),
    words=(
        "a row that was looked up gets its gradient, looked up twice the sum",
        "an index has no derivative",
    ),
    needs=("indices",),
)


def _one_hot(m: Any, indices: Any, *, classes: int, dtype: str = "float64") -> Any:
    require_indices(m, indices, classes, "index")
    rows = (indices[..., None] == m.arange(classes)).astype(dtype)
    return nan_outside(m, rows, indices, classes) if rows.dtype.kind == "f" else rows


one_hot = operation(
    "one_hot",
    forward=_one_hot,
    vjp=(None,),
    jvp=(None,),
    words="an index has no derivative",
)
