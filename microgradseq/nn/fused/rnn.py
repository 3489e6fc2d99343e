"""Elman's layer as one rule; the formula stands in cells/elman.py.

What the backward pass needs of a step is its h alone: tanh′ = 1 − h², σ′ = h − h², and relu′ is 1
where h is positive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from microgradseq.backend import Array
from microgradseq.nn.cells.elman import ELMAN_CELL
from microgradseq.nn.fused.columns import ColumnKernel
from microgradseq.nn.fused.cuda import rnn_kernels
from microgradseq.nn.fused.frame import KernelClass, layer_rule
from microgradseq.nn.fused.problem import Sizes
from microgradseq.nn.fused.sweep import Sweep


class Elman(ColumnKernel):
    """Its columns are all that it remembers; a looked-up share waits where its h will be."""

    gate_order = (0,)

    def __init__(self, m: Any, sizes: Sizes, dtype: Any) -> None:
        super().__init__(m, sizes, dtype)
        self.sums = self.empty(sizes.hidden, sizes.batch)
        self.product_of_sums = self.target(self.sums)
        h = self.states[0]
        self.at = list(zip(self.operands, h[1:], strict=True))
        self.half, self.one = (m.asarray(number, dtype=dtype) for number in (0.5, 1))

    @classmethod
    def scales(cls, options: Mapping[str, Any]) -> Sequence[float]:
        # σ(u) = ½·tanh(u/2) + ½
        return (0.5 if options["nonlinearity"] == "sigmoid" else 1.0,)

    @property
    def shares(self) -> Array:
        size, steps, batch = self.sizes.hidden, self.sizes.steps, self.sizes.batch
        return self.columns[:size, batch:].reshape(1, size, steps, batch)

    def prepared(self, shared: Any) -> tuple[Any, ...]:
        (blocks,) = super().prepared(shared)
        name = self.options["nonlinearity"]
        return blocks, name, rnn_kernels(self.m, name)

    def step(self, t: int) -> None:
        m, sums, (weight, name, kernels), (column, h) = self.m, self.sums, self.weights, self.at[t]
        m.matmul(weight, column, out=self.product_of_sums)
        if self.looked_up:
            m.add(sums, h, out=sums)
        if kernels is not None:
            kernels.forward(sums, h)
        elif name == "relu":
            m.maximum(sums, 0, out=h)
        else:
            m.tanh(sums, out=h)
            if name == "sigmoid":
                m.multiply(h, self.half, out=h)
                m.add(h, self.half, out=h)

    def step_back(self, t: int, sweep: Sweep, by_sums: Array) -> None:
        m, by_h, h = self.m, sweep.by_states[0], self.states[0][t + 1]
        weight, name, kernels = self.weights
        if kernels is not None:
            kernels.backward(h, by_h, by_sums)
        elif name == "relu":
            m.multiply(by_h, h > 0, out=by_sums)
        else:
            m.multiply(h, h, out=by_sums)
            m.subtract(self.one if name == "tanh" else h, by_sums, out=by_sums)
            m.multiply(by_sums, by_h, out=by_sums)
        self.product(weight, by_sums, by_h)


def _choose(options: Mapping[str, Any]) -> KernelClass:
    return Elman


RNN_LAYER = layer_rule(ELMAN_CELL, _choose)
