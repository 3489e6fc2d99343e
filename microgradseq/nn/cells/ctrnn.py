"""The continuous-time recurrent network: a differential equation, solved in small steps.

    τ dy/dt = −y + W_hh σ(y + θ) + I_t        with the input current I_t = W_ih x_t + b_ih

θ is the bias `bias_hh`, τ one number or one a unit. One step of length dt, the input held still:

    method="euler":  y_t = y_{t−1} + dt · s(y_{t−1})      where s(y) = (−y + W_hh σ(y + θ) + I_t)/τ
    method="rk4":    k₁ = s(y), k₂ = s(y + ½dt k₁), k₃ = s(y + ½dt k₂), k₄ = s(y + dt k₃)
                     y_t = y_{t−1} + dt/6 · (k₁ + 2k₂ + 2k₃ + k₄)
"""

from __future__ import annotations

from typing import Any

import numpy

from microgradseq.backend import library_of
from microgradseq.context import scope
from microgradseq.nn.cells.specification import (
    BIAS_HIDDEN,
    BIAS_INPUT,
    WEIGHT_HIDDEN,
    WEIGHT_INPUT,
    Cell,
    Options,
    Parameters,
    Prepared,
    States,
    gated_shapes,
    input_product,
    require_one_of,
    with_biases,
)
from microgradseq.tensor import Tensor

METHODS = ("euler", "rk4")
_TAU = "tau"


def _prepare(x: Any, parameters: Parameters, options: Options) -> Prepared:
    projection = with_biases(input_product(x, parameters[WEIGHT_INPUT]), parameters.get(BIAS_INPUT))
    weight = parameters[WEIGHT_HIDDEN]
    library = library_of(weight.plain())
    tau = library.asarray(numpy.asarray(options["tau"]), dtype=weight.dtype)
    if tau.shape not in ((), (weight.shape[0],)):
        raise ValueError(
            f"tau must be one number or one for each of the {weight.shape[0]} units, "
            f"got shape {tau.shape}"
        )
    shared = {WEIGHT_HIDDEN: weight.T, _TAU: Tensor(tau)}
    if BIAS_HIDDEN in parameters:
        shared[BIAS_HIDDEN] = parameters[BIAS_HIDDEN]
    return Prepared(projection, shared)


def _step(current: Tensor, states: States, parameters: Parameters, options: Options) -> States:
    (y,) = states
    dt = float(options["dt"])

    def slope(y: Tensor) -> Tensor:
        fired = with_biases(y, parameters.get(BIAS_HIDDEN)).sigmoid()
        return (fired @ parameters[WEIGHT_HIDDEN] + current - y) / parameters[_TAU]

    if options["method"] == "euler":
        return (y + dt * slope(y),)
    with scope(gate="k1"):
        k1 = slope(y)
    with scope(gate="k2"):
        k2 = slope(y + dt / 2 * k1)
    with scope(gate="k3"):
        k3 = slope(y + dt / 2 * k2)
    with scope(gate="k4"):
        k4 = slope(y + dt * k3)
    return (y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4),)


def _check(options: Options) -> None:
    require_one_of("method", options["method"], METHODS)
    if not float(options["dt"]) > 0:
        raise ValueError(f"dt must be positive, got {options['dt']}")
    if not (numpy.asarray(options["tau"], dtype=float) > 0).all():
        raise ValueError(f"tau must be positive, got {options['tau']}")


CTRNN_CELL = Cell(
    name="ctrnn",
    gates=("current",),
    states=("y",),
    shapes=gated_shapes(1),
    prepare=_prepare,
    step=_step,
    options={"tau": 1.0, "dt": 0.1, "method": "euler"},
    check=_check,
)
