"""One step of an LSTM without a graph, for writing text symbol by symbol.

At batch 1 a step is little arithmetic and many calls; so the weights are prepared once, and the
step itself makes as few calls as it can.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from microgradseq.backend import Array, library_of

ORDER = (3, 0, 1, 2)


class LSTMStep:
    """An LSTM's step with its weights prepared, and an output layer if wanted.

    Arguments:
        weight_ih, weight_hh: arrays (4H, I) and (4H, H), gates in PyTorch's order.
        biases: b_ih and b_hh, (4H,) each; empty for none.
        head: the weight (V, H) and the bias (V,) of a linear layer on h, if any.

    The weights are copied: make a new one after they have changed.

    >>> import numpy
    >>> step = LSTMStep(numpy.zeros((4, 3)), numpy.zeros((4, 1)))
    >>> h, c, _ = step(2, numpy.zeros((1, 1)), numpy.ones((1, 1)))
    >>> h.shape, c.tolist()
    ((1, 1), [[0.5]])
    """

    def __init__(
        self,
        weight_ih: Array,
        weight_hh: Array,
        biases: Sequence[Array] = (),
        head: tuple[Array, Array] | None = None,
    ) -> None:
        m: Any = library_of(weight_hh)
        self.m, self.hidden = m, weight_hh.shape[1]
        rows = m.concatenate([m.arange(g * self.hidden, (g + 1) * self.hidden) for g in ORDER])
        # σ(u) = ½·tanh(u/2) + ½: the sigmoids come first, and are halved here
        scale = m.ones((4 * self.hidden, 1), dtype=weight_hh.dtype)
        scale[: 3 * self.hidden] = 0.5
        self.recurrent = m.ascontiguousarray((weight_hh[rows] * scale).T)
        bias: Any = 0
        for one in biases:
            bias = bias + one[rows] * scale[:, 0]
        self.table = m.ascontiguousarray((weight_ih[rows] * scale).T)
        self.table_with_bias = self.table + bias
        self.bias = bias
        self.half = m.asarray(0.5, dtype=weight_hh.dtype)
        self.head = None if head is None else (m.ascontiguousarray(head[0].T), head[1])

    def __call__(self, x: Any, h: Array, c: Array) -> tuple[Array, Array, Array | None]:
        """One step.

        Arguments:
            x: one index, indices (B,), or features (B, I).
            h, c: the states (B, H); they are not changed.
        Returns:
            The new h and c, and the output layer's logits (B, V) or None.
        """
        m, hidden = self.m, self.hidden
        gates = m.dot(h, self.recurrent)
        if isinstance(x, int) or x.dtype.kind in "iu":
            gates += self.table_with_bias[x]
        else:
            gates += x @ self.table
            gates += self.bias
        m.tanh(gates, out=gates)
        sigmoids = gates[:, : 3 * hidden]
        sigmoids *= self.half
        sigmoids += self.half
        c = gates[:, 2 * hidden : 3 * hidden] * c
        c += gates[:, hidden : 2 * hidden] * gates[:, 3 * hidden :]
        h = m.tanh(c)
        h *= gates[:, :hidden]
        if self.head is None:
            return h, c, None
        logits = m.dot(h, self.head[0])
        logits += self.head[1]
        return h, c, logits
