"""The continuous-time network's layer as one rule; the formulas stand in cells/ctrnn.py.

Both methods are sums of slopes: stage j asks for the slope k_j at y + dt·a_j·k_{j−1}, and the step
is y + dt·Σ b_j·k_j. So one kernel serves both, with different numbers a and b.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy

from microgradseq.backend import Array
from microgradseq.nn.cells.ctrnn import CTRNN_CELL
from microgradseq.nn.cells.specification import BIAS_HIDDEN, BIAS_INPUT, WEIGHT_HIDDEN
from microgradseq.nn.fused.cuda import Kernels, continuous_kernels
from microgradseq.nn.fused.frame import KernelClass, layer_rule
from microgradseq.nn.fused.problem import Sizes
from microgradseq.nn.fused.projected import ProjectedKernel, halved_sigmoid
from microgradseq.nn.fused.sweep import Sweep, side_by_side


class Method(NamedTuple):
    """How far each stage goes along the slope before it, and what its own slope weighs."""

    reach: tuple[float, ...]
    weight: tuple[float, ...]


class Continuous(ProjectedKernel):
    """The firing rates σ(y + θ) of all stages are remembered.

    Arguments:
        m, sizes, dtype: see Kernel.

    The gradients of a step are those of the current, then those of each stage's sums, then those
    of each stage's y + θ.
    """

    spares = 3
    method: ClassVar[Method]

    def __init__(self, m: Any, sizes: Sizes, dtype: Any) -> None:
        super().__init__(m, sizes, dtype)
        self.stages = len(self.method.weight)
        self.rates = self.empty(sizes.steps, self.stages, sizes.hidden, sizes.batch)
        self.place, self.slope = (self.empty(sizes.hidden, sizes.batch) for _ in "ps")

    @property
    def by_rows(self) -> int:
        return (1 + 2 * self.stages) * self.sizes.hidden

    def prepared(self, shared: Any) -> tuple[Any, ...]:
        weight, bias = self.parameters[WEIGHT_HIDDEN], self.parameters.get(BIAS_HIDDEN)
        tau = self.m.asarray(numpy.asarray(self.options["tau"]), dtype=self.dtype)
        return (
            self.blocks(weight),
            self.blocks(weight.T),
            0 if bias is None else bias[:, None],
            tau if tau.ndim == 0 else tau[:, None],
            float(self.options["dt"]),
        )

    def input_bias(self, parameters: Mapping[str, Array]) -> Array | None:
        return parameters.get(BIAS_INPUT)

    def step(self, t: int) -> None:
        m, place, slope = self.m, self.place, self.slope
        weight, _, threshold, tau, dt = self.weights
        y, new = self.states[0][t], self.states[0][t + 1]
        kernels = continuous_kernels(m)
        if kernels is not None:
            self._step_with(kernels, t)
            return
        new[...], place[...] = y, y
        for stage, (reach, share) in enumerate(zip(*self.method, strict=True)):
            if stage:
                m.multiply(slope, dt * reach, out=place)
                m.add(place, y, out=place)
            rate = self.rates[t, stage]
            m.add(place, threshold, out=rate)
            halved_sigmoid(m, rate)
            self.product(weight, rate, slope)
            m.add(slope, self.sums[t], out=slope)
            m.subtract(slope, place, out=slope)
            m.divide(slope, tau, out=slope)
            new += dt * share * slope

    def _step_with(self, kernels: tuple[Kernels, Kernels], t: int) -> None:
        """The same on a GPU: two kernels and a product a stage."""
        at_rate, at_slope = kernels
        weight, _, threshold, tau, dt = self.weights
        y, new = self.states[0][t], self.states[0][t + 1]
        place, slope = self.place, self.slope
        for stage, (reach, share) in enumerate(zip(*self.method, strict=True)):
            rate, before = self.rates[t, stage], new if stage else y
            at_rate.forward(y, slope if stage else y, dt * reach, threshold, place, rate)
            self.product(weight, rate, slope)
            at_slope.forward(slope, self.sums[t], place, tau, dt * share, before, slope, new)

    def step_back(self, t: int, sweep: Sweep, by_sums: Array) -> None:
        m, size, stages = self.m, self.sizes.hidden, self.stages
        _, weight, _, tau, dt = self.weights
        by_y, (by_new, by_place, by_slope) = sweep.by_states[0], sweep.spare
        by_current, *by_stages = (
            by_sums[place * size : (place + 1) * size] for place in range(1 + 2 * stages)
        )
        by_new[...], by_place[...], by_current[...] = by_y, 0, 0
        kernels = continuous_kernels(m)
        for stage in reversed(range(stages)):
            # the stage's slope goes into the step, and into where the next stage stands
            if kernels is not None:
                at_rate, at_slope = kernels
                share = dt * self.method.weight[stage]
                reach = dt * self.method.reach[stage + 1] if stage + 1 < stages else 0.0
                by_stage, by_shifted = by_stages[stage], by_stages[stages + stage]
                at_slope.backward(
                    by_new, by_place, share, reach, tau, by_current, by_stage, by_current
                )
                self.product(weight, by_stage, by_shifted)
                rate = self.rates[t, stage]
                at_rate.backward(by_shifted, rate, by_stage, by_y, by_shifted, by_place, by_y)
                continue
            m.multiply(by_new, dt * self.method.weight[stage], out=by_slope)
            if stage + 1 < stages:
                by_slope += dt * self.method.reach[stage + 1] * by_place
            by_stage, by_shifted = by_stages[stage], by_stages[stages + stage]
            m.divide(by_slope, tau, out=by_stage)
            m.add(by_current, by_stage, out=by_current)
            rate = self.rates[t, stage]
            self.product(weight, by_stage, by_shifted)
            m.multiply(by_shifted, rate - rate * rate, out=by_shifted)
            m.subtract(by_shifted, by_stage, out=by_place)
            m.add(by_y, by_place, out=by_y)

    def add_hidden_gradients(self, sweep: Sweep, by_sums: Array, steps: slice) -> None:
        size = self.sizes.hidden
        for stage in range(self.stages):
            by_stage = by_sums[(1 + stage) * size : (2 + stage) * size]
            rates = side_by_side(self.m, self.rates[steps, stage])
            sweep.add(WEIGHT_HIDDEN, by_stage @ rates.T)
        if BIAS_HIDDEN in self.parameters:
            by_shifted = by_sums[(1 + self.stages) * size :].sum(axis=1)
            sweep.add(BIAS_HIDDEN, by_shifted.reshape(self.stages, size).sum(axis=0))


class Euler(Continuous):
    """One slope, at the start."""

    method = Method((0.0,), (1.0,))


class RungeKutta(Continuous):
    """Runge and Kutta's four slopes."""

    method = Method((0.0, 0.5, 0.5, 1.0), (1 / 6, 1 / 3, 1 / 3, 1 / 6))


def _choose(options: Mapping[str, Any]) -> KernelClass:
    return Euler if options["method"] == "euler" else RungeKutta


CTRNN_LAYER = layer_rule(CTRNN_CELL, _choose)
