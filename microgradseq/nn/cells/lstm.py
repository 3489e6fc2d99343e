"""Long short-term memory (Hochreiter and Schmidhuber, with the forget gate of Gers).

    i = σ(W_ii x_t + b_ii + W_hi h_{t−1} + b_hi)          input gate
    f = σ(W_if x_t + b_if + W_hf h_{t−1} + b_hf)          forget gate
    g = tanh(W_ig x_t + b_ig + W_hg h_{t−1} + b_hg)       candidate
    o = σ(W_io x_t + b_io + W_ho h_{t−1} + b_ho)          output gate
    c_t = f ⊙ c_{t−1} + i ⊙ g
    h_t = o ⊙ tanh(c_t)

The weights hold the rows of i, f, g and o in this order, as PyTorch's do.
"""

from __future__ import annotations

from microgradseq.nn.cells.specification import (
    WEIGHT_HIDDEN,
    Cell,
    Options,
    Parameters,
    States,
    gated,
    gated_shapes,
    prepare_all_gates,
)
from microgradseq.rules import RULES
from microgradseq.tensor import Tensor

GATES = ("input", "forget", "candidate", "output")
_FUNCTIONS = (RULES["sigmoid"], RULES["sigmoid"], RULES["tanh"], RULES["sigmoid"])


def _step(projection: Tensor, states: States, parameters: Parameters, options: Options) -> States:
    h, c = states
    sums = projection + h @ parameters[WEIGHT_HIDDEN]
    admit, keep, candidate, show = gated(sums, GATES, _FUNCTIONS)
    c = keep * c + admit * candidate
    return show * c.tanh(), c


LSTM_CELL = Cell(
    name="lstm",
    gates=GATES,
    states=("h", "c"),
    shapes=gated_shapes(4),
    prepare=prepare_all_gates,
    step=_step,
)
