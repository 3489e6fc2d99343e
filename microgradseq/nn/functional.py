"""What layers compute, as functions: thin names for the rules, with PyTorch's arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from microgradseq.backend import library_of
from microgradseq.errors import ShapeError
from microgradseq.randomness import generator
from microgradseq.rules import RULES
from microgradseq.rules.rule import plain
from microgradseq.tensor import Tensor

relu = RULES["relu"]
leaky_relu = RULES["leaky_relu"]
tanh = RULES["tanh"]
sigmoid = RULES["sigmoid"]
softplus = RULES["softplus"]
binary_cross_entropy_with_logits = RULES["binary_cross_entropy_with_logits"]
mse_loss = RULES["mse"]


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """The affine map x Wᵀ + b.

    Arguments:
        x: (..., I).
        weight: W, (O, I).
        bias: b, (O,), or None.
    Returns:
        (..., O).

    >>> linear(Tensor([1.0, 2.0]), Tensor([[3.0, 4.0]]), Tensor([5.0])).tolist()
    [16.0]
    """
    if bias is None:
        return x @ weight.T
    return RULES["linear"](x, weight, bias)  # type: ignore[no-any-return]


def embedding(indices: Any, weight: Tensor, padding_idx: int | None = None) -> Tensor:
    """Rows of a table.

    Arguments:
        indices: whole numbers, any shape.
        weight: the table (N, D).
        padding_idx: a row that is looked up but never learned.
    Returns:
        The rows, of the indices' shape with an axis D added.

    >>> embedding([1, 0], Tensor([[1.0], [2.0]])).tolist()
    [[2.0], [1.0]]
    """
    table = weight.plain()
    numbers = _whole(indices, table)
    rows: Tensor = RULES["embedding"](weight, numbers)
    if padding_idx is None:
        return rows
    padding = range(len(weight))[padding_idx]
    return RULES["where"]((numbers == padding)[..., None], table[padding], rows)  # type: ignore[no-any-return]


def _whole(indices: Any, like: Any) -> Any:
    bare = plain(indices)
    if library_of(bare) is not None:
        return bare
    # an empty list would become floating-point numbers
    whole = numpy.asarray(bare, dtype=None if numpy.size(bare) else "int64")
    return library_of(like).asarray(whole)


def dropout(x: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """Set numbers to 0 by chance, and scale the others so that the mean stays.

    Arguments:
        x: any shape.
        p: the chance of each number to be dropped.
        training: otherwise nothing is dropped.
    Returns:
        x times a mask of 0 and 1/(1 − p).

    >>> dropout(Tensor([1.0, 2.0]), p=0.5, training=False).tolist()
    [1.0, 2.0]
    """
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"p is the chance to be dropped, between 0 and 1, not {p}")
    if not training or p == 0.0:
        return x
    scale = 0.0 if p == 1.0 else 1.0 / (1.0 - p)
    kept = (generator().random(x.shape) >= p) * scale
    keep = library_of(x.plain()).asarray(kept.astype(x.dtype))
    return RULES["dropout"](x, keep=keep)  # type: ignore[no-any-return]


def layer_norm(
    x: Tensor,
    normalized_shape: int | Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Bring the last axes to mean 0 and variance 1, then scale and shift them.

    Arguments:
        x: any shape that ends with `normalized_shape`.
        normalized_shape: the lengths of the axes taken together.
        weight, bias: what to scale by and add, of that shape, or None.
        eps: added to the variance.
    Returns:
        An array like x.

    >>> layer_norm(Tensor([1.0, 3.0]), 2, eps=0.0).tolist()
    [-1.0, 1.0]
    """
    lengths = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not lengths or x.shape[-len(lengths) :] != lengths:
        raise ShapeError(f"layer_norm over {lengths} does not fit an input of shape {x.shape}")
    y = RULES["normalise"](x, axis=tuple(range(-len(lengths), 0)), eps=eps)
    if weight is not None:
        y = y * weight
    return y if bias is None else y + bias  # type: ignore[no-any-return]


def softmax(x: Tensor, axis: int = -1) -> Tensor:
    """Chances from scores: exp(x), divided by its sum along an axis.

    >>> softmax(Tensor([0.0, 0.0])).tolist()
    [0.5, 0.5]
    """
    return x.softmax(axis)


def log_softmax(x: Tensor, axis: int = -1) -> Tensor:
    """The logarithm of softmax, without overflow.

    >>> log_softmax(Tensor([0.0, -1e4])).tolist()
    [0.0, -10000.0]
    """
    return x.log_softmax(axis)


def cross_entropy(
    logits: Tensor, targets: Any, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """Nats that the targets cost under the chances softmax(logits).

    Arguments:
        logits: (N, C), or (C,), or (N, C, ...): classes on axis 1.
        targets: whole numbers of the same shape without the classes.
        ignore_index: the target that does not count.
        reduction: "mean" over the targets that count, "sum" or "none".

    >>> round(cross_entropy(Tensor([[0.0, 0.0]]), [1]).item(), 4)
    0.6931
    """
    whole = _whole(targets, logits.plain())
    return RULES["cross_entropy"](  # type: ignore[no-any-return]
        logits, whole, ignore_index=ignore_index, reduction=reduction
    )


def one_hot(indices: Any, num_classes: int = -1, dtype: str = "float64") -> Any:
    """Rows of zeros with a 1 where the index says.

    Arguments:
        indices: whole numbers, any shape: an array, a tensor or lists.
        num_classes: the length of a row; −1 for the largest index plus 1.
        dtype: of the result.
    Returns:
        An array (a tensor for a tensor) of the indices' shape with an axis added.

    >>> one_hot([2, 0]).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    bare = plain(indices)
    if library_of(bare) is None:
        indices = bare = numpy.asarray(bare, dtype="int64")
    classes = int(bare.max()) + 1 if num_classes == -1 else num_classes
    return RULES["one_hot"](indices, classes=classes, dtype=dtype)
