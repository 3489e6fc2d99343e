"""Layers without a state: linear maps, tables, dropout, normalisation, and layers in a row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy

from microgradseq.errors import ShapeError
from microgradseq.nn import functional
from microgradseq.nn.module import Module
from microgradseq.randomness import generator
from microgradseq.tensor import Tensor


def _parameter(numbers: Any, dtype: Any, device: str | None, name: str) -> Tensor:
    return Tensor(numbers, dtype, device, requires_grad=True, name=name)


class Linear(Module):
    """The affine map y = x Wᵀ + b.

    Arguments:
        in_features, out_features: I and O.
        bias: whether there is a b.
        dtype, device: of the weights.

    `weight` (O, I) and `bias` (O,) are drawn evenly from ±1/√I, as in PyTorch.

    >>> Linear(3, 5)(Tensor([[0.0] * 3] * 2, dtype="float32")).shape
    (2, 5)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        dtype: Any = "float32",
        device: str | None = None,
    ) -> None:
        self.in_features, self.out_features = in_features, out_features
        bound = 1.0 / math.sqrt(in_features) if in_features else 0.0
        weight = generator().uniform(-bound, bound, (out_features, in_features))
        self.weight = _parameter(weight, dtype, device, "weight")
        self.bias: Tensor | None = None
        if bias:
            numbers = generator().uniform(-bound, bound, out_features)
            self.bias = _parameter(numbers, dtype, device, "bias")

    def forward(self, x: Tensor) -> Tensor:
        """Map the last axis.

        Arguments:
            x: (..., I).
        Returns:
            (..., O).
        """
        if not x.shape or x.shape[-1] != self.in_features:
            raise ShapeError(f"{self!r} takes (..., {self.in_features}), got {x.shape}")
        return functional.linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Its sizes."""
        without = ", bias=False" if self.bias is None else ""
        return f"{self.in_features}, {self.out_features}{without}"


class Embedding(Module):
    """A table of vectors, one for each index.

    Arguments:
        num_embeddings: N, how many there are.
        embedding_dim: D, the length of each.
        padding_idx: one that starts as zeros and is never learned; negative counts from the end.
        dtype, device: of the table.

    `weight` (N, D) is drawn from a normal distribution of variance 1, as in PyTorch.

    >>> Embedding(10, 4)([[1, 2, 3]]).shape
    (1, 3, 4)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        dtype: Any = "float32",
        device: str | None = None,
    ) -> None:
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        numbers = generator().standard_normal((num_embeddings, embedding_dim))
        self.padding_idx = padding_idx
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ValueError(f"padding_idx={padding_idx} is outside {num_embeddings} rows")
            self.padding_idx = padding_idx % num_embeddings
            numbers[self.padding_idx] = 0.0
        self.weight = _parameter(numbers, dtype, device, "weight")

    def forward(self, indices: Any) -> Tensor:
        """Look rows up.

        Arguments:
            indices: whole numbers, any shape: an array, a tensor or lists.
        Returns:
            Rows, of the indices' shape with an axis D added.
        """
        return functional.embedding(indices, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        """Its sizes."""
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"


class Dropout(Module):
    """In training, sets numbers to 0 by chance and scales the others; otherwise does nothing.

    Arguments:
        p: the chance of each number to be dropped.

    >>> Dropout(0.5).eval()(Tensor([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """

    def __init__(self, p: float = 0.5) -> None:
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"p is the chance to be dropped, between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """Drop numbers of x, any shape."""
        return functional.dropout(x, self.p, self.training)

    def extra_repr(self) -> str:
        """Its chance."""
        return f"p={self.p}"


class LayerNorm(Module):
    """Brings the last axes to mean 0 and variance 1, then scales and shifts them.

    y = (x − mean)/√(variance + eps) · weight + bias, with the variance divided by n.

    Arguments:
        normalized_shape: the lengths of the axes taken together, or of the last axis.
        eps: added to the variance.
        elementwise_affine: whether there are a weight (ones at first) and a bias (zeros).
        bias: whether there is a bias beside the weight.
        dtype, device: of both.

    >>> LayerNorm(2, dtype="float64")(Tensor([[1.0, 3.0]])).data.round(3).tolist()
    [[-1.0, 1.0]]
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: Any = "float32",
        device: str | None = None,
    ) -> None:
        self.normalized_shape: tuple[int, ...] = (
            (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        )
        self.eps = eps
        self.weight: Tensor | None = None
        self.bias: Tensor | None = None
        if elementwise_affine:
            self.weight = _parameter(numpy.ones(self.normalized_shape), dtype, device, "weight")
            if bias:
                self.bias = _parameter(numpy.zeros(self.normalized_shape), dtype, device, "bias")

    def forward(self, x: Tensor) -> Tensor:
        """Normalise x, whose shape ends with `normalized_shape`."""
        return functional.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Its shape."""
        return f"{self.normalized_shape}, eps={self.eps}"


class Sequential(Module):
    """Modules one after the other.

    Arguments:
        modules: each takes what the one before it returns.

    Their parameters are named by their places, as in PyTorch: "0.weight", "1.weight".

    >>> model = Sequential(Linear(3, 4), Dropout(0.1), Linear(4, 2))
    >>> list(model.state_dict())
    ['0.weight', '0.bias', '2.weight', '2.bias']
    >>> len(model), model[0].out_features
    (3, 4)
    """

    def __init__(self, *modules: Module) -> None:
        for place, module in enumerate(modules):
            if not isinstance(module, Module):
                raise TypeError(f"Sequential takes modules, not {type(module).__name__}")
            setattr(self, str(place), module)

    def forward(self, x: Any) -> Any:
        """Run all modules in a row on x."""
        for module in self:
            x = module(x)
        return x

    def __iter__(self) -> Iterator[Module]:
        return self.children()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, place: int) -> Module:
        return list(self)[place]
