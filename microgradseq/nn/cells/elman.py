"""Elman's network, the plain recurrent network.

h_t = φ(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh)        φ is tanh, relu or sigmoid
"""

from __future__ import annotations

from microgradseq.context import scope
from microgradseq.nn.cells.specification import (
    WEIGHT_HIDDEN,
    Cell,
    Options,
    Parameters,
    States,
    activation,
    gated_shapes,
    prepare_all_gates,
    require_one_of,
)
from microgradseq.tensor import Tensor

NONLINEARITIES = ("tanh", "relu", "sigmoid")


def _step(projection: Tensor, states: States, parameters: Parameters, options: Options) -> States:
    (h,) = states
    with scope(gate="hidden"):
        sums = projection + h @ parameters[WEIGHT_HIDDEN]
        return (activation(options["nonlinearity"], NONLINEARITIES)(sums),)


def _check(options: Options) -> None:
    require_one_of("nonlinearity", options["nonlinearity"], NONLINEARITIES)


ELMAN_CELL = Cell(
    name="rnn",
    gates=("hidden",),
    states=("h",),
    shapes=gated_shapes(1),
    prepare=prepare_all_gates,
    step=_step,
    options={"nonlinearity": "tanh"},
    check=_check,
)
