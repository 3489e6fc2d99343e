"""The minimal GRU and LSTM (Feng and others, 2024): gates that look at the input only.

MinGRU:
    z = σ(W_iz x_t + b_iz)                                update gate
    n = g(W_in x_t + b_in)                                candidate
    h_t = (1 − z) ⊙ h_{t−1} + z ⊙ n                       the paper's z, not the GRU's

MinLSTM:
    i = σ(W_ii x_t + b_ii)                                input gate
    f = σ(W_if x_t + b_if)                                forget gate
    n = g(W_in x_t + b_in)                                candidate
    h_t = (f ⊙ h_{t−1} + i ⊙ n) / (f + i)

g(u) = u + ½ where u ≥ 0, else σ(u): always positive, so that all steps can be computed at once
with logarithms. There are no hidden weights; the weights hold the rows of z, n or of i, f, n.
"""

from __future__ import annotations

from collections.abc import Callable

from microgradseq.context import scope
from microgradseq.nn.cells.specification import (
    BIAS_INPUT,
    WEIGHT_INPUT,
    Cell,
    Options,
    Parameters,
    Shapes,
    States,
    gated,
    prepare_all_gates,
)
from microgradseq.rules import RULES
from microgradseq.tensor import Tensor

GRU_GATES = ("update", "candidate")
LSTM_GATES = ("input", "forget", "candidate")


def _shapes(gates: int) -> Callable[[int, int, Options], Shapes]:
    def shapes(input_size: int, hidden_size: int, options: Options) -> Shapes:
        rows = gates * hidden_size
        return {WEIGHT_INPUT: (rows, input_size), BIAS_INPUT: (rows,)}

    return shapes


def positive(u: Tensor) -> Tensor:
    """g(u) = u + ½ where u ≥ 0, else σ(u).

    >>> positive(Tensor([0.0, 2.0])).tolist()
    [0.5, 2.5]
    """
    return RULES["where"](u >= 0, u + 0.5, u.sigmoid())  # type: ignore[no-any-return]


def _gru_step(
    projection: Tensor, states: States, parameters: Parameters, options: Options
) -> States:
    (h,) = states
    update, candidate = gated(projection, GRU_GATES, (RULES["sigmoid"], positive))
    return ((1 - update) * h + update * candidate,)


def _lstm_step(
    projection: Tensor, states: States, parameters: Parameters, options: Options
) -> States:
    (h,) = states
    same = RULES["identity"]
    admit, keep, candidate = gated(projection, LSTM_GATES, (same, same, positive))
    # i/(f + i) and f/(f + i) are sigmoids of ±(log i − log f); a quotient could be 0/0
    with scope(gate="input"):
        log_ratio = (-keep).softplus() - (-admit).softplus()
        share = log_ratio.sigmoid()
    with scope(gate="forget"):
        return ((-log_ratio).sigmoid() * h + share * candidate,)


MIN_GRU_CELL = Cell(
    name="min_gru",
    gates=GRU_GATES,
    states=("h",),
    shapes=_shapes(len(GRU_GATES)),
    prepare=prepare_all_gates,
    step=_gru_step,
)
MIN_LSTM_CELL = Cell(
    name="min_lstm",
    gates=LSTM_GATES,
    states=("h",),
    shapes=_shapes(len(LSTM_GATES)),
    prepare=prepare_all_gates,
    step=_lstm_step,
)
