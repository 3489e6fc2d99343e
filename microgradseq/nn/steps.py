"""One step of a plain network and of a GRU without a graph, for writing symbol by symbol.

At batch 1 a step is little arithmetic and many calls; so the weights are prepared once, and the
step itself makes as few calls as it can. The LSTM's step stands in `fused/step.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from microgradseq.backend import Array, library_of

Head = tuple[Array, Array]
"""The weight (V, H) and the bias (V,) of a linear layer on h."""


class _Step:
    """What the steps share: prepared products of the input, and an output layer if wanted.

    Arguments:
        weight_ih: (G·H, I), its rows in the cell's order.
        bias: what is added to the input's product, (G·H,), or 0.
        head: an output layer, if any.
    """

    def __init__(self, weight_ih: Array, bias: Any, head: Head | None) -> None:
        self.m: Any = library_of(weight_ih)
        self._table = self.m.ascontiguousarray(weight_ih.T)
        self._table_with_bias = self._table + bias
        self._bias = bias
        self._head = None if head is None else (self.m.ascontiguousarray(head[0].T), head[1])

    def _seen(self, x: Any) -> Array:
        """The input's part of the sums; a view where x is an index."""
        if isinstance(x, int) or x.dtype.kind in "iu":
            return self._table_with_bias[x]
        return self.m.dot(x, self._table) + self._bias

    def _scores(self, h: Array) -> Array | None:
        if self._head is None:
            return None
        scores = self.m.dot(h, self._head[0])
        scores += self._head[1]
        return scores


class RNNStep(_Step):
    """A plain network's step with its weights prepared.

    Arguments:
        weight_ih, weight_hh: arrays (H, I) and (H, H).
        biases: b_ih and b_hh, (H,) each; empty for none.
        head: the weight (V, H) and the bias (V,) of a linear layer on h, if any.
        nonlinearity: "tanh", "relu" or "sigmoid".

    The weights are copied: make a new step after they have changed.

    >>> import numpy
    >>> step = RNNStep(numpy.eye(2), numpy.eye(2), nonlinearity="relu")
    >>> h, _ = step(1, numpy.array([[2.0, 3.0]]))
    >>> h.tolist()
    [[2.0, 4.0]]
    """

    def __init__(
        self,
        weight_ih: Array,
        weight_hh: Array,
        biases: Sequence[Array] = (),
        head: Head | None = None,
        nonlinearity: str = "tanh",
    ) -> None:
        super().__init__(weight_ih, sum(biases), head)
        self._recurrent = self.m.ascontiguousarray(weight_hh.T)
        self._in_place = _IN_PLACE[nonlinearity]

    def __call__(self, x: Any, h: Array) -> tuple[Array, Array | None]:
        """One step.

        Arguments:
            x: one index, indices (B,), or features (B, I).
            h: the state (B, H); it is not changed.
        Returns:
            The new h, and the output layer's scores (B, V) or None.
        """
        after = self.m.dot(h, self._recurrent)
        after += self._seen(x)
        self._in_place(self.m, after)
        return after, self._scores(after)


class GRUStep(_Step):
    """A GRU's step with its weights prepared.

    Arguments:
        weight_ih, weight_hh: arrays (3H, I) and (3H, H), gates in PyTorch's order.
        biases: b_ih and b_hh, (3H,) each; empty for none.
        head: the weight (V, H) and the bias (V,) of a linear layer on h, if any.
        reset: "after" the hidden product, or "before" it.

    The weights are copied: make a new step after they have changed.

    >>> import numpy
    >>> step = GRUStep(numpy.zeros((3, 2)), numpy.zeros((3, 1)))
    >>> h, _ = step(1, numpy.ones((1, 1)))
    >>> h.tolist()
    [[0.5]]
    """

    def __init__(
        self,
        weight_ih: Array,
        weight_hh: Array,
        biases: Sequence[Array] = (),
        head: Head | None = None,
        reset: str = "after",
    ) -> None:
        self.hidden = weight_hh.shape[1]
        self._reset_after = reset == "after"
        separate = self._reset_after and len(biases) > 1
        super().__init__(weight_ih, biases[0] if separate else sum(biases), head)
        # only the candidate's hidden bias is multiplied by the reset gate
        self._bias_hh = biases[1] if separate else 0
        self._recurrent = self.m.ascontiguousarray(weight_hh.T)
        gates = 2 * self.hidden
        self._by_gates = self.m.ascontiguousarray(self._recurrent[:, :gates])
        self._by_candidate = self.m.ascontiguousarray(self._recurrent[:, gates:])

    def __call__(self, x: Any, h: Array) -> tuple[Array, Array | None]:
        """One step.

        Arguments:
            x: one index, indices (B,), or features (B, I).
            h: the state (B, H); it is not changed.
        Returns:
            The new h, and the output layer's scores (B, V) or None.
        """
        seen = self._seen(x)
        step = self._after if self._reset_after else self._before
        update, candidate = step(seen[..., : 2 * self.hidden], seen[..., 2 * self.hidden :], h)
        after = h - candidate
        after *= update
        after += candidate
        return after, self._scores(after)

    def _after(self, gates: Array, candidate: Array, h: Array) -> tuple[Array, Array]:
        recalled = self.m.dot(h, self._recurrent)
        recalled += self._bias_hh
        both = recalled[:, : 2 * self.hidden]
        both += gates
        _sigmoid(self.m, both)
        new = recalled[:, 2 * self.hidden :]
        new *= both[:, : self.hidden]
        new += candidate
        self.m.tanh(new, out=new)
        return both[:, self.hidden :], new

    def _before(self, gates: Array, candidate: Array, h: Array) -> tuple[Array, Array]:
        both = self.m.dot(h, self._by_gates)
        both += gates
        _sigmoid(self.m, both)
        new = self.m.dot(both[:, : self.hidden] * h, self._by_candidate)
        new += candidate
        self.m.tanh(new, out=new)
        return both[:, self.hidden :], new


def _sigmoid(m: Any, u: Array) -> None:
    """σ(u) = ½·tanh(u/2) + ½, which cannot overflow, in place."""
    u *= 0.5
    m.tanh(u, out=u)
    u *= 0.5
    u += 0.5


_IN_PLACE: Mapping[str, Callable[[Any, Array], Any]] = {
    "tanh": lambda m, u: m.tanh(u, out=u),
    "relu": lambda m, u: m.maximum(u, 0, out=u),
    "sigmoid": _sigmoid,
}
