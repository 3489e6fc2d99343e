"""The GRU layer as one rule, with the reset gate in either place; formulas in cells/gru.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from microgradseq.backend import Array
from microgradseq.nn.cells.gru import GRU_CELL
from microgradseq.nn.cells.specification import BIAS_HIDDEN, BIAS_INPUT, WEIGHT_HIDDEN
from microgradseq.nn.fused.cuda import gru_after_kernels, gru_before_kernels
from microgradseq.nn.fused.frame import KernelClass, layer_rule
from microgradseq.nn.fused.problem import Sizes
from microgradseq.nn.fused.projected import ProjectedKernel, halved_sigmoid
from microgradseq.nn.fused.sweep import Sweep, side_by_side


class ResetAfter(ProjectedKernel):
    """PyTorch's GRU: n = tanh(x-share + r ⊙ v), where v = W_hn h + b_hn.

    The gradients of a step stand in the order r, z, v, n. So the first three are those of the
    hidden state's sums, and r, z, n those of the input's.
    """

    spares = 2

    def __init__(self, m: Any, sizes: Sizes, dtype: Any) -> None:
        super().__init__(m, sizes, dtype)
        steps, batch, size = sizes.steps, sizes.batch, sizes.hidden
        self.recalled = self.empty(steps, size, batch)
        self.recurrent = self.empty(3 * size, batch)
        h, double = self.states[0], 2 * size
        self.at = [
            (h[t], h[t + 1], gates[:double], *_thirds(gates), self.recalled[t])
            for t, gates in enumerate(self.sums)
        ]
        self.recurrent_of_gates = self.recurrent[:double]
        self.recurrent_of_candidate = self.recurrent[double:]

    @property
    def by_rows(self) -> int:
        return 4 * self.sizes.hidden

    @property
    def input_rows(self) -> tuple[slice, ...]:
        size = self.sizes.hidden
        return slice(0, 2 * size), slice(3 * size, 4 * size)

    def prepared(self, shared: Any) -> tuple[Any, ...]:
        weight, bias = self.parameters[WEIGHT_HIDDEN], self.parameters.get(BIAS_HIDDEN)
        recalled_bias = 0 if bias is None else bias[2 * self.sizes.hidden :, None]
        return self.blocks(weight), self.blocks(weight.T), recalled_bias

    def input_bias(self, parameters: Mapping[str, Array]) -> Array | None:
        if BIAS_INPUT not in parameters:
            return None
        bias, size = parameters[BIAS_INPUT].copy(), 2 * self.sizes.hidden
        bias[:size] += parameters[BIAS_HIDDEN][:size]
        return bias

    def step(self, t: int) -> None:
        m, (weight, _, recalled_bias) = self.m, self.weights
        h, new, gates, reset, update, candidate, recalled = self.at[t]
        self.product(weight, h, self.recurrent)
        kernels = gru_after_kernels(m)
        if kernels is not None:
            sums = reset, update, candidate, *_thirds(self.recurrent)
            kernels.forward(*sums, recalled_bias, h, reset, update, candidate, recalled, new)
            return
        m.add(gates, self.recurrent_of_gates, out=gates)
        halved_sigmoid(m, gates)
        m.add(self.recurrent_of_candidate, recalled_bias, out=recalled)
        m.multiply(reset, recalled, out=new)
        m.add(candidate, new, out=candidate)
        m.tanh(candidate, out=candidate)
        _mix(m, update, h, candidate, new)

    def step_back(self, t: int, sweep: Sweep, by_sums: Array) -> None:
        m, size = self.m, self.sizes.hidden
        h, _, _, reset, update, candidate, recalled = self.at[t]
        by_h, carried, spare = sweep.by_states[0], *sweep.spare
        by_reset, by_update = by_sums[:size], by_sums[size : 2 * size]
        by_recalled, by_candidate = by_sums[2 * size : 3 * size], by_sums[3 * size :]
        kernels = gru_after_kernels(m)
        if kernels is not None:
            found = by_reset, by_update, by_recalled, by_candidate, carried
            kernels.backward(by_h, h, reset, update, candidate, recalled, *found)
        else:
            _unmix(m, (update, h, candidate), by_h, (by_update, by_candidate), (carried, spare))
            m.multiply(by_candidate, reset, out=by_recalled)
            # by_r · r(1 − r), and by_r · r is the gradient of v times v
            m.multiply(by_recalled, recalled, out=by_reset)
            m.multiply(by_reset, reset, out=spare)
            m.subtract(by_reset, spare, out=by_reset)
        self.product(self.weights[1], by_sums[: 3 * size], by_h)
        m.add(by_h, carried, out=by_h)

    def add_hidden_gradients(self, sweep: Sweep, by_sums: Array, steps: slice) -> None:
        super().add_hidden_gradients(sweep, by_sums[: 3 * self.sizes.hidden], steps)


class ResetBefore(ProjectedKernel):
    """The study notes' GRU: n = tanh(x-share + W_hn (r ⊙ h))."""

    spares = 2

    def __init__(self, m: Any, sizes: Sizes, dtype: Any) -> None:
        super().__init__(m, sizes, dtype)
        size, batch = sizes.hidden, sizes.batch
        self.reset_h = self.empty(sizes.steps, size, batch)
        self.recurrent = self.empty(2 * size, batch)
        h = self.states[0]
        self.at = [
            (h[t], h[t + 1], gates[: 2 * size], *_thirds(gates), self.reset_h[t])
            for t, gates in enumerate(self.sums)
        ]

    def prepared(self, shared: Any) -> tuple[Any, ...]:
        weight, size = self.parameters[WEIGHT_HIDDEN], 2 * self.sizes.hidden
        of_gates, of_candidate = weight[:size], weight[size:]
        matrices = of_gates, of_candidate, of_gates.T, of_candidate.T
        return tuple(self.blocks(matrix) for matrix in matrices)

    def step(self, t: int) -> None:
        m, (of_gates, of_candidate, _, _) = self.m, self.weights
        h, new, gates, reset, update, candidate, reset_h = self.at[t]
        self.product(of_gates, h, self.recurrent)
        kernels = gru_before_kernels(m)
        if kernels is not None:
            size = self.sizes.hidden
            recalled = self.recurrent[:size], self.recurrent[size:]
            kernels[0].forward(reset, update, *recalled, h, reset, update, reset_h)
            self.product(of_candidate, reset_h, new)
            kernels[1].forward(candidate, new, update, h, candidate, new)
            return
        m.add(gates, self.recurrent, out=gates)
        halved_sigmoid(m, gates)
        m.multiply(reset, h, out=reset_h)
        self.product(of_candidate, reset_h, new)
        m.add(candidate, new, out=candidate)
        m.tanh(candidate, out=candidate)
        _mix(m, update, h, candidate, new)

    def step_back(self, t: int, sweep: Sweep, by_sums: Array) -> None:
        m, (_, _, of_gates, of_candidate) = self.m, self.weights
        h, _, _, reset, update, candidate, _ = self.at[t]
        by_h, carried, spare = sweep.by_states[0], *sweep.spare
        by_reset, by_update, by_candidate = _thirds(by_sums)
        kernels = gru_before_kernels(m)
        if kernels is not None:
            by_mix = by_update, by_candidate, carried
            kernels[1].backward(by_h, h, update, candidate, *by_mix)
            self.product(of_candidate, by_candidate, spare)
            kernels[0].backward(spare, h, reset, carried, by_reset, carried)
        else:
            _unmix(m, (update, h, candidate), by_h, (by_update, by_candidate), (carried, spare))
            self.product(of_candidate, by_candidate, spare)
            m.multiply(spare, reset, out=spare)
            m.add(carried, spare, out=carried)
            # by_r · r(1 − r), where by_r = h ⊙ W_hnᵀ by_n
            m.multiply(spare, h, out=by_reset)
            m.multiply(by_reset, reset, out=spare)
            m.subtract(by_reset, spare, out=by_reset)
        self.product(of_gates, by_sums[: 2 * self.sizes.hidden], by_h)
        m.add(by_h, carried, out=by_h)

    def add_hidden_gradients(self, sweep: Sweep, by_sums: Array, steps: slice) -> None:
        m, size = self.m, 2 * self.sizes.hidden
        seen_by_gates = side_by_side(m, self.states[0][steps]).T
        seen_by_candidate = side_by_side(m, self.reset_h[steps]).T
        blocks = by_sums[:size] @ seen_by_gates, by_sums[size:] @ seen_by_candidate
        sweep.add(WEIGHT_HIDDEN, m.concatenate(blocks))
        if BIAS_HIDDEN in self.parameters:
            sweep.add(BIAS_HIDDEN, by_sums.sum(axis=1))


def _thirds(rows: Array) -> tuple[Array, Array, Array]:
    """The blocks of the reset gate, the update gate and the candidate."""
    size = rows.shape[0] // 3
    return rows[:size], rows[size : 2 * size], rows[2 * size :]


def _mix(m: Any, update: Array, h: Array, candidate: Array, new: Array) -> None:
    """z ⊙ h + (1 − z) ⊙ n, as n + z ⊙ (h − n)."""
    m.subtract(h, candidate, out=new)
    m.multiply(new, update, out=new)
    m.add(new, candidate, out=new)


def _unmix(
    m: Any,
    mixed: tuple[Array, Array, Array],
    by_h: Array,
    targets: tuple[Array, Array],
    spare: tuple[Array, Array],
) -> None:
    """From ∂L/∂h_t to the gradients of the sums inside z and n.

    Arguments:
        m: the array library.
        mixed: z, h_{t−1} and n.
        by_h: ∂L/∂h_t; is used up.
        targets: to be written.
        spare: the first is left with the share z ⊙ ∂L/∂h_t of h_{t−1}.
    """
    (update, h, candidate), (by_update, by_candidate), (carried, spare_one) = mixed, targets, spare
    m.multiply(by_h, update, out=carried)
    # by_h · z · (h − n) · (1 − z)
    m.subtract(h, candidate, out=by_update)
    m.multiply(by_update, carried, out=by_update)
    m.multiply(by_update, update, out=spare_one)
    m.subtract(by_update, spare_one, out=by_update)
    # by_h · (1 − z) · (1 − n²)
    m.subtract(by_h, carried, out=by_h)
    m.multiply(candidate, candidate, out=spare_one)
    m.multiply(spare_one, by_h, out=spare_one)
    m.subtract(by_h, spare_one, out=by_candidate)


def _choose(options: Mapping[str, Any]) -> KernelClass:
    return ResetAfter if options["reset"] == "after" else ResetBefore


GRU_LAYER = layer_rule(GRU_CELL, _choose)
