"""The LSTM layer as one rule; the formulas stand in cells/lstm.py.

Inside, the gates stand in the order o, i, f, g, so that the three sigmoids lie side by side, and
so do the three gates that see the gradient of c. As σ(u) = ½·tanh(u/2) + ½, with the ½ folded into
the weights, one call of tanh computes all four. The c before a step comes next, so that one
product of (i, f) with (g, c) gives both shares of the new c.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from microgradseq.backend import Array
from microgradseq.nn.cells.lstm import LSTM_CELL
from microgradseq.nn.fused.columns import ColumnKernel
from microgradseq.nn.fused.cuda import lstm_kernels
from microgradseq.nn.fused.frame import KernelClass, layer_rule
from microgradseq.nn.fused.problem import Sizes
from microgradseq.nn.fused.sweep import Sweep


class Views(NamedTuple):
    """What a step reads and writes.

    Arguments:
        column: [h; x; 1] before the step.
        target: where its product with the weights is written.
        gates: o, i, f and g as one matrix (4H, B).
        sigmoids: o, i and f.
        admitted: i and f, (2, H, B).
        seen: g and the c before, (2, H, B).
        o, i, f, g, before: one by one; before is c.
        c, h: after the step.
    """

    column: Array
    target: Array
    gates: Array
    sigmoids: Array
    admitted: Array
    seen: Array
    o: Array
    i: Array
    f: Array
    g: Array
    before: Array
    c: Array
    h: Array


class LongShortTerm(ColumnKernel):
    """It remembers its columns, the gates and c; tanh(c) is computed again on the way back."""

    gate_order = (3, 0, 1, 2)
    spares = 2

    def __init__(self, m: Any, sizes: Sizes, dtype: Any) -> None:
        super().__init__(m, sizes, dtype)
        steps, batch, size = sizes.steps, sizes.batch, sizes.hidden
        # the last block is the last c
        self.memory = self.empty(5 * steps + 1, size, batch)
        self.states.append([*self.memory[4::5], self.memory[-1]])
        self.spare = self.empty(2, size, batch)
        self.kept, self.added = self.spare
        self.sums = self.empty(sizes.rows if sizes.looked_up else 0, batch)
        self.half, self.one = (m.asarray(number, dtype=dtype) for number in (0.5, 1))
        self.at = [self._views(t) for t in range(steps)]

    def _views(self, t: int) -> Views:
        blocks = self.memory[5 * t : 5 * t + 5]
        gates = blocks[:4].reshape(self.sizes.rows, self.sizes.batch)
        o, i, f, g, before = blocks
        return Views(
            column=self.operands[t],
            target=self.target(self.sums if self.looked_up else gates),
            gates=gates,
            sigmoids=gates[: 3 * self.sizes.hidden],
            admitted=blocks[1:3],
            seen=blocks[3:],
            o=o,
            i=i,
            f=f,
            g=g,
            before=before,
            c=self.states[1][t + 1],
            h=self.states[0][t + 1],
        )

    @classmethod
    def scales(cls, options: Mapping[str, Any]) -> Sequence[float]:
        return (0.5, 0.5, 0.5, 1.0)

    @property
    def shares(self) -> Array:
        steps, size, batch = self.sizes.steps, self.sizes.hidden, self.sizes.batch
        gates = self.memory[:-1].reshape(steps, 5, size, batch)[:, :4]
        return gates.transpose(1, 2, 0, 3)

    def prepared(self, shared: Any) -> tuple[Any, ...]:
        return *super().prepared(shared), lstm_kernels(self.m)

    def step(self, t: int) -> None:
        m, (weight, kernels) = self.m, self.weights
        column, target, gates, sigmoids, admitted, seen, o, i, f, g, before, c, h = self.at[t]
        m.matmul(weight, column, out=target)
        if self.looked_up:
            m.add(gates, self.sums, out=gates)
        if kernels is not None:
            kernels.forward(o, i, f, g, before, o, i, f, g, c, h)
            return
        m.tanh(gates, out=gates)
        m.multiply(sigmoids, self.half, out=sigmoids)
        m.add(sigmoids, self.half, out=sigmoids)
        m.multiply(admitted, seen, out=self.spare)
        m.add(self.kept, self.added, out=c)
        m.tanh(c, out=self.kept)
        m.multiply(o, self.kept, out=h)

    def step_back(self, t: int, sweep: Sweep, by_sums: Array) -> None:
        m, (by_h, by_c), (first, second) = self.m, sweep.by_states, sweep.spare
        weight, kernels = self.weights
        _, _, gates, sigmoids, _, seen, o, i, f, g, before, c, _ = self.at[t]
        slopes = by_sums.reshape(4, *by_h.shape)
        if kernels is not None:
            kernels.backward(o, i, f, g, before, c, by_h, by_c, *slopes, by_c)
            self.product(weight, by_sums, by_h)
            return
        by_o, by_g, of_sigmoids = slopes[0], slopes[3], by_sums[: len(sigmoids)]
        by_admitted, by_others = slopes[1:3], slopes[1:]
        # σ′ = σ − σ² and tanh′ = 1 − tanh²
        m.multiply(gates, gates, out=by_sums)
        m.subtract(sigmoids, of_sigmoids, out=of_sigmoids)
        m.subtract(self.one, by_g, out=by_g)
        m.tanh(c, out=first)
        m.multiply(by_h, first, out=second)
        m.multiply(by_o, second, out=by_o)
        # by_c + by_h · o · (1 − tanh²(c))
        m.multiply(second, first, out=second)
        m.subtract(by_h, second, out=second)
        m.multiply(second, o, out=second)
        m.add(by_c, second, out=by_c)
        m.multiply(by_admitted, seen, out=by_admitted)
        m.multiply(by_g, i, out=by_g)
        m.multiply(by_others, by_c, out=by_others)
        m.multiply(by_c, f, out=by_c)
        self.product(weight, by_sums, by_h)


def _choose(options: Mapping[str, Any]) -> KernelClass:
    return LongShortTerm


LSTM_LAYER = layer_rule(LSTM_CELL, _choose)
