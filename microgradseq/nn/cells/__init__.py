"""Recurrent cells, one family a file: the formulas, and one step out of ordinary rules."""

from microgradseq.nn.cells.ctrnn import CTRNN_CELL
from microgradseq.nn.cells.elman import ELMAN_CELL
from microgradseq.nn.cells.gru import (
    GRU_CELL,
    from_one_minus_z,
    to_one_minus_z,
    to_other_reset,
)
from microgradseq.nn.cells.jordan import JORDAN_CELL
from microgradseq.nn.cells.lstm import LSTM_CELL
from microgradseq.nn.cells.minimal import MIN_GRU_CELL, MIN_LSTM_CELL
from microgradseq.nn.cells.peephole import PEEPHOLE_CELL
from microgradseq.nn.cells.specification import Cell

CELLS = {
    cell.name: cell
    for cell in (
        ELMAN_CELL,
        GRU_CELL,
        LSTM_CELL,
        PEEPHOLE_CELL,
        JORDAN_CELL,
        CTRNN_CELL,
        MIN_GRU_CELL,
        MIN_LSTM_CELL,
    )
}
"""Every cell by its name."""

__all__ = [
    "CELLS",
    "CTRNN_CELL",
    "ELMAN_CELL",
    "GRU_CELL",
    "JORDAN_CELL",
    "LSTM_CELL",
    "MIN_GRU_CELL",
    "MIN_LSTM_CELL",
    "PEEPHOLE_CELL",
    "Cell",
    "from_one_minus_z",
    "to_one_minus_z",
    "to_other_reset",
]
