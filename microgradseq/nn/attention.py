"""Attention: a weighted mean of an encoder's states, weighted by how well they fit a query."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from microgradseq.backend import Array, library_of
from microgradseq.errors import ShapeError
from microgradseq.nn.layers import Linear
from microgradseq.nn.module import Module
from microgradseq.nn.sequences import read_lengths
from microgradseq.rules import RULES
from microgradseq.rules.rule import plain
from microgradseq.tensor import Tensor


@dataclass(frozen=True)
class Memory:
    """An encoder's states as attention reads them, the batch first.

    Arguments:
        keys: what queries are compared with, (B, S, A).
        values: what is averaged, (B, S, K).
        mask: which states count, (B, S); None for all.
    """

    keys: Tensor
    values: Tensor
    mask: Array | None

    def pick(self, rows: Array) -> Memory:
        """The memory of some sequences of the batch, which may be named repeatedly."""
        mask = None if self.mask is None else self.mask[rows]
        return Memory(self.keys[rows], self.values[rows], mask)


class Attention(Module):
    """What both kinds share; a subclass says how keys are made and compared with a query.

    The weights are softmax over the states of a score; states that do not count get exactly 0.
    """

    def keys_of(self, states: Tensor) -> Tensor:
        """The keys (B, S, A) of states (B, S, K)."""
        raise NotImplementedError

    def scores(self, query: Tensor, keys: Tensor) -> Tensor:
        """How well each key fits: (..., B, S), for a query (..., B, Q)."""
        raise NotImplementedError

    def remember(self, states: Tensor, lengths: Any = None, mask: Any = None) -> Memory:
        """Prepare states once for many queries.

        Arguments:
            states: (S, B, K), as a recurrent layer returns them.
            lengths: how many states of each sequence count, (B,).
            mask: in place of lengths, which states count, true or false, (S, B).
        """
        if states.ndim != 3:
            raise ShapeError(
                f"{type(self).__name__}: states have shape (S, B, K), got {states.shape}"
            )
        counts = _counting(states, lengths, mask, type(self).__name__)
        batch_first = states.swapaxes(0, 1)
        if counts is not None:
            # what stands in the padding must not reach a result, even if it is NaN
            batch_first = RULES["where"](counts[..., None], batch_first, 0.0)
        return Memory(self.keys_of(batch_first), batch_first, counts)

    def look(self, query: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """Attend to states that have been prepared.

        Arguments:
            query: (B, Q), or (T, B, Q) for several at once.
            memory: from `remember`.
        Returns:
            The contexts (..., B, K) and the weights (..., B, S).
        """
        scores = self.scores(query, memory.keys)
        if memory.mask is None:
            weights = scores.softmax(-1)
        else:
            # of a sequence without any state no score is hidden, so that softmax stays defined
            hidden = ~memory.mask & memory.mask.any(axis=1, keepdims=True)
            weights = RULES["where"](hidden, -math.inf, scores).softmax(-1)
            weights = RULES["where"](memory.mask, weights, 0.0)
        return (weights.unsqueeze(-2) @ memory.values).squeeze(-2), weights

    def forward(
        self, query: Tensor, states: Tensor, lengths: Any = None, mask: Any = None
    ) -> tuple[Tensor, Tensor]:
        """Attend to states.

        Arguments:
            query: (B, Q), or (T, B, Q) for several at once.
            states: (S, B, K).
            lengths: how many states of each sequence count, (B,).
            mask: in place of lengths, which states count, true or false, (S, B).
        Returns:
            The contexts (..., B, K) and the weights (..., B, S).
        """
        return self.look(query, self.remember(states, lengths, mask))


class AdditiveAttention(Attention):
    """Bahdanau's attention: score = vᵀ tanh(W_q q + W_k k).

    Arguments:
        query_size, key_size: lengths of a query and of a state.
        hidden_size: rows of W_q and W_k.
        dtype, device: of the weights.

    >>> attention = AdditiveAttention(2, 3, 4)
    >>> states = Tensor([[[1.0] * 3], [[2.0] * 3]], dtype="float32")
    >>> context, weights = attention(Tensor([[0.5, 0.5]], dtype="float32"), states, lengths=[1])
    >>> context.tolist(), weights.tolist()
    ([[1.0, 1.0, 1.0]], [[1.0, 0.0]])
    """

    def __init__(
        self,
        query_size: int,
        key_size: int,
        hidden_size: int,
        *,
        dtype: Any = "float32",
        device: str | None = None,
    ) -> None:
        self.query = Linear(query_size, hidden_size, bias=False, dtype=dtype, device=device)
        self.key = Linear(key_size, hidden_size, bias=False, dtype=dtype, device=device)
        self.score = Linear(hidden_size, 1, bias=False, dtype=dtype, device=device)

    def keys_of(self, states: Tensor) -> Tensor:
        keys: Tensor = self.key(states)
        return keys

    def scores(self, query: Tensor, keys: Tensor) -> Tensor:
        fit = (self.query(query).unsqueeze(-2) + keys).tanh()
        return self.score(fit).squeeze(-1)  # type: ignore[no-any-return]


class DotProductAttention(Attention):
    """Dot products as scores: q·k/√K, where a query is as long as a state.

    Arguments:
        scaled: whether scores are divided by √K, so that they do not grow with the length.

    >>> query, states = Tensor([[0.0]]), Tensor([[[1.0]], [[3.0]]])
    >>> context, weights = DotProductAttention()(query, states)
    >>> context.tolist(), weights.tolist()
    ([[2.0]], [[0.5, 0.5]])
    """

    def __init__(self, scaled: bool = True) -> None:
        self.scaled = scaled

    def keys_of(self, states: Tensor) -> Tensor:
        return states

    def scores(self, query: Tensor, keys: Tensor) -> Tensor:
        length = keys.shape[-1]
        if query.shape[-1] != length:
            raise ShapeError(
                f"DotProductAttention: a query of length {query.shape[-1]} cannot be multiplied "
                f"with states of length {length}; use AdditiveAttention"
            )
        scores = (keys @ query.unsqueeze(-1)).squeeze(-1)
        return scores / math.sqrt(length) if self.scaled else scores


def _counting(states: Tensor, lengths: Any, mask: Any, label: str) -> Array | None:
    """Which states count, (B, S), from lengths or from a mask (S, B)."""
    steps, batch, _ = states.shape
    library = library_of(states.plain())
    if mask is None:
        counts = read_lengths(lengths, steps, batch, label)
        if counts is None:
            return None
        return library.arange(steps) < library.asarray(counts)[:, None]
    if lengths is not None:
        raise ValueError(f"{label}: give lengths or a mask, not both")
    array = library.asarray(plain(mask)).astype(bool)
    if array.shape != (steps, batch):
        raise ShapeError(f"{label}: the mask must have shape {(steps, batch)}, got {array.shape}")
    return library.ascontiguousarray(array.T)
