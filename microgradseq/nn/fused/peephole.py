"""The peephole LSTM's layer as one rule, in its three variants; formulas in cells/peephole.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from microgradseq.backend import Array
from microgradseq.nn.cells.peephole import PEEPHOLE_CELL, WEIGHT_CELL
from microgradseq.nn.cells.specification import BIAS_HIDDEN, WEIGHT_HIDDEN
from microgradseq.nn.fused.cuda import peephole_kernels
from microgradseq.nn.fused.frame import KernelClass, layer_rule
from microgradseq.nn.fused.problem import Sizes
from microgradseq.nn.fused.projected import ProjectedKernel, halved_sigmoid
from microgradseq.nn.fused.sweep import Sweep, side_by_side


class Peephole(ProjectedKernel):
    """What the variants share: i, f, g, o in this order, c_t = f ⊙ c_{t−1} + i ⊙ g."""

    spares = 2

    def __init__(self, m: Any, sizes: Sizes, dtype: Any) -> None:
        super().__init__(m, sizes, dtype)
        steps, batch, size = sizes.steps, sizes.batch, sizes.hidden
        self.shown = self.empty(steps, size, batch)
        self.recurrent = self.empty(4 * size, batch)
        self.at = [(gates, *fourths(gates), self.shown[t]) for t, gates in enumerate(self.sums)]

    def step(self, t: int) -> None:
        m, (h, c) = self.m, self.states
        gates, admit, keep, candidate, show, shown = self.at[t]
        self.look_before(h[t], c[t], gates)
        kernels = peephole_kernels(m)
        if kernels is not None:
            state, output = kernels
            state.forward(admit, keep, candidate, c[t], admit, keep, candidate, c[t + 1])
            self.look_after(c[t + 1], show)
            output.forward(show, c[t + 1], show, shown, h[t + 1])
            return
        halved_sigmoid(m, gates[: 2 * self.sizes.hidden])
        m.tanh(candidate, out=candidate)
        m.multiply(keep, c[t], out=c[t + 1])
        m.multiply(admit, candidate, out=shown)
        m.add(c[t + 1], shown, out=c[t + 1])
        self.look_after(c[t + 1], show)
        halved_sigmoid(m, show)
        m.tanh(c[t + 1], out=shown)
        m.multiply(show, shown, out=h[t + 1])

    def step_back(self, t: int, sweep: Sweep, by_sums: Array) -> None:
        m, c = self.m, self.states[1]
        _, admit, keep, candidate, show, shown = self.at[t]
        (by_h, by_c), (first, second) = sweep.by_states, sweep.spare
        by_admit, by_keep, by_candidate, by_show = fourths(by_sums)
        kernels = peephole_kernels(m)
        if kernels is not None:
            state, output = kernels
            output.backward(by_h, by_c, show, shown, by_show, by_c)
            self.look_after_back(by_show, by_c)
            by_gates = by_admit, by_keep, by_candidate
            state.backward(by_c, admit, keep, candidate, c[t], *by_gates, by_c)
            self.look_before_back(by_sums, by_h, by_c)
            return
        m.multiply(by_h, shown, out=by_show)
        _times_sigmoid_slope(m, by_show, show, first)
        # by_c + by_h · o · (1 − tanh²(c))
        m.multiply(by_h, show, out=first)
        m.multiply(shown, shown, out=second)
        m.multiply(second, first, out=second)
        m.subtract(first, second, out=first)
        m.add(by_c, first, out=by_c)
        self.look_after_back(by_show, by_c)
        m.multiply(by_c, candidate, out=by_admit)
        _times_sigmoid_slope(m, by_admit, admit, first)
        m.multiply(by_c, c[t], out=by_keep)
        _times_sigmoid_slope(m, by_keep, keep, first)
        m.multiply(by_c, admit, out=by_candidate)
        m.multiply(candidate, candidate, out=first)
        m.multiply(first, by_candidate, out=first)
        m.subtract(by_candidate, first, out=by_candidate)
        m.multiply(by_c, keep, out=by_c)
        self.look_before_back(by_sums, by_h, by_c)

    def look_before(self, h: Array, c: Array, gates: Array) -> None:
        """Add what the gates see of the last states."""
        raise NotImplementedError

    def look_after(self, c: Array, show: Array) -> None:
        """Add what the output gate sees of the new c."""

    def look_after_back(self, by_show: Array, by_c: Array) -> None:
        """Add the share of the new c in the output gate to its gradient."""

    def look_before_back(self, by_sums: Array, by_h: Array, by_c: Array) -> None:
        """Set the gradient of the last h, and add to that of the last c."""
        raise NotImplementedError


class Diagonal(Peephole):
    """One peephole weight a unit and gate; the output gate looks at the new c."""

    def prepared(self, shared: Any) -> tuple[Any, ...]:
        weight, looking = self.parameters[WEIGHT_HIDDEN], self.parameters[WEIGHT_CELL][:, None]
        return self.blocks(weight), self.blocks(weight.T), *_thirds(looking)

    def look_before(self, h: Array, c: Array, gates: Array) -> None:
        weight, _, to_admit, to_keep, _ = self.weights
        self.product(weight, h, self.recurrent)
        self.m.add(gates, self.recurrent, out=gates)
        admit, keep, *_ = fourths(gates)
        admit += to_admit * c
        keep += to_keep * c

    def look_after(self, c: Array, show: Array) -> None:
        show += self.weights[4] * c

    def look_after_back(self, by_show: Array, by_c: Array) -> None:
        by_c += self.weights[4] * by_show

    def look_before_back(self, by_sums: Array, by_h: Array, by_c: Array) -> None:
        _, weight, to_admit, to_keep, _ = self.weights
        by_admit, by_keep, *_ = fourths(by_sums)
        by_c += to_admit * by_admit
        by_c += to_keep * by_keep
        self.product(weight, by_sums, by_h)

    def add_hidden_gradients(self, sweep: Sweep, by_sums: Array, steps: slice) -> None:
        super().add_hidden_gradients(sweep, by_sums, steps)
        by_admit, by_keep, _, by_show = fourths(by_sums)
        m, c = self.m, self.states[1]
        before = side_by_side(m, c[steps])
        after = side_by_side(m, c[steps.start + 1 : steps.stop + 1])
        looks = (by_admit, before), (by_keep, before), (by_show, after)
        sweep.add(WEIGHT_CELL, m.concatenate([(by * seen).sum(axis=1) for by, seen in looks]))


class WholeCell(Peephole):
    """A full matrix from the last c to i, f and o, in place of h or beside it."""

    def prepared(self, shared: Any) -> tuple[Any, ...]:
        matrices = [self.parameters[WEIGHT_CELL]]
        if WEIGHT_HIDDEN in self.parameters:
            matrices.append(self.parameters[WEIGHT_HIDDEN])
        return tuple((self.blocks(one), self.blocks(one.T)) for one in matrices)

    def look_before(self, h: Array, c: Array, gates: Array) -> None:
        m, size = self.m, self.sizes.hidden
        (of_cell, _), *of_hidden = self.weights
        looks = self.recurrent[: 3 * size]
        self.product(of_cell, c, looks)
        m.add(gates[: 2 * size], looks[: 2 * size], out=gates[: 2 * size])
        m.add(gates[3 * size :], looks[2 * size :], out=gates[3 * size :])
        for forward, _ in of_hidden:
            self.product(forward, h, self.recurrent)
            m.add(gates, self.recurrent, out=gates)

    def look_before_back(self, by_sums: Array, by_h: Array, by_c: Array) -> None:
        (_, of_cell), *of_hidden = self.weights
        self.product(of_cell, _looking(self.m, by_sums), by_h)
        self.m.add(by_c, by_h, out=by_c)
        by_h[...] = 0
        for _, backward in of_hidden:
            self.product(backward, by_sums, by_h)

    def add_hidden_gradients(self, sweep: Sweep, by_sums: Array, steps: slice) -> None:
        m, (h, c) = self.m, self.states
        seen = side_by_side(m, c[steps]).T
        sweep.add(WEIGHT_CELL, _looking(m, by_sums) @ seen)
        if WEIGHT_HIDDEN in self.parameters:
            sweep.add(WEIGHT_HIDDEN, by_sums @ side_by_side(m, h[steps]).T)
        if BIAS_HIDDEN in self.parameters:
            sweep.add(BIAS_HIDDEN, by_sums.sum(axis=1))


def fourths(rows: Array) -> tuple[Array, ...]:
    """The blocks of i, f, g and o."""
    size = rows.shape[0] // 4
    return tuple(rows[place * size : (place + 1) * size] for place in range(4))


def _thirds(rows: Array) -> tuple[Array, ...]:
    size = rows.shape[0] // 3
    return tuple(rows[place * size : (place + 1) * size] for place in range(3))


def _looking(m: Any, by_sums: Array) -> Array:
    """The rows of the gates that look at c: i, f and o."""
    by_admit, by_keep, _, by_show = fourths(by_sums)
    return m.concatenate([by_admit, by_keep, by_show])


def _times_sigmoid_slope(m: Any, gradient: Array, gate: Array, spare: Array) -> None:
    """Multiply by σ′ = σ − σ² in place."""
    m.multiply(gate, gate, out=spare)
    m.subtract(gate, spare, out=spare)
    m.multiply(gradient, spare, out=gradient)


def _choose(options: Mapping[str, Any]) -> KernelClass:
    return Diagonal if options["variant"] == "diagonal" else WholeCell


PEEPHOLE_LAYER = layer_rule(PEEPHOLE_CELL, _choose)
