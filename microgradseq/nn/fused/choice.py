"""Which fused rule runs a cell: its own kernel where there is one, else the generic rule."""

from __future__ import annotations

from microgradseq.joint import JointRule
from microgradseq.nn.cells import CELLS
from microgradseq.nn.cells.specification import Cell
from microgradseq.nn.fused.ctrnn import CTRNN_LAYER
from microgradseq.nn.fused.generic import generic_rule
from microgradseq.nn.fused.gru import GRU_LAYER
from microgradseq.nn.fused.jordan import JORDAN_LAYER
from microgradseq.nn.fused.lstm import LSTM_LAYER
from microgradseq.nn.fused.minimal import MIN_GRU_LAYER, MIN_LSTM_LAYER
from microgradseq.nn.fused.peephole import PEEPHOLE_LAYER
from microgradseq.nn.fused.rnn import RNN_LAYER

KERNELS: dict[str, JointRule] = {
    "rnn": RNN_LAYER,
    "gru": GRU_LAYER,
    "lstm": LSTM_LAYER,
    "peephole": PEEPHOLE_LAYER,
    "jordan": JORDAN_LAYER,
    "ctrnn": CTRNN_LAYER,
    "min_gru": MIN_GRU_LAYER,
    "min_lstm": MIN_LSTM_LAYER,
}
"""The kernels by the names of their cells."""


def fused_rule(cell: Cell) -> JointRule:
    """The rule that runs a whole layer of a cell at once.

    Arguments:
        cell: one of `CELLS`, or a cell of your own.
    Returns:
        A rule of the operands x, initial states, parameters.

    >>> fused_rule(CELLS["rnn"]).joint
    True
    """
    kernel = KERNELS.get(cell.name)
    # a cell of the same name may be somebody's own
    if kernel is not None and CELLS.get(cell.name) is cell:
        return kernel
    return generic_rule(cell)
