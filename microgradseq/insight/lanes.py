"""Gate lanes: what each gate lets through at each symbol, and how long a memory lasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from microgradseq.backend import Array, move
from microgradseq.insight.passage import record
from microgradseq.nn.stack import Recurrent

_KEEPING: Mapping[str, tuple[str, bool, str]] = {
    "lstm": ("forget", False, "f"),
    "peephole": ("forget", False, "f"),
    "gru": ("update", False, "z"),
    "min_gru": ("update", True, "1 − z"),
    "min_lstm": ("forget", False, "f/(f + i)"),
}
"""By cell: the gate that multiplies the old memory, whether by 1 minus itself, and the formula."""


@dataclass(frozen=True, eq=False)
class GateLanes:
    """What the gates of one layer did over a sequence.

    Arguments:
        gates: the activations of each gate by its name, (T, H) each, from 0 to 1.
        kept: what share of its memory each unit took over from the step before, (T, H).
        words: how the share comes from the gates.
    """

    gates: Mapping[str, Array]
    kept: Array
    words: str

    def memory(self, at: int, unit: int | None = None) -> Array:
        """What is left, after one symbol, of the memory after each earlier one.

        Arguments:
            at: the symbol's place, from 0.
            unit: which; None for the mean over all units.
        Returns:
            (at + 1,): at p the product of the shares kept at p + 1, p + 2, … up to `at`; 1 at the
            end.

        >>> half = numpy.full((4, 1), 0.5)
        >>> GateLanes({}, half, "").memory(3).tolist()
        [0.125, 0.25, 0.5, 1.0]
        """
        if not 0 <= at < len(self.kept):
            raise IndexError(f"there are {len(self.kept)} symbols, and none at {at}")
        shares = self.kept[1 : at + 1].astype("float64")
        ones = numpy.ones((1, shares.shape[1]))
        left = numpy.concatenate([numpy.cumprod(shares[::-1], axis=0)[::-1], ones])
        found: Array = left.mean(axis=1) if unit is None else left[:, unit]
        return found

    def lane(self, gate: str, unit: int | None = None) -> Array:
        """One gate at every symbol, (T,).

        Arguments:
            gate: its name.
            unit: which; None for the mean over all units.
        """
        activations = self.gates[gate]
        found: Array = activations.mean(axis=1) if unit is None else activations[:, unit]
        return found


def has_gates(layers: Recurrent) -> bool:
    """Whether a cell has gates that decide what of its memory is kept.

    >>> from microgradseq.nn import GRU, RNN
    >>> has_gates(GRU(2, 3)), has_gates(RNN(2, 3))
    (True, False)
    """
    return layers.cell.name in _KEEPING


def gate_lanes(layers: Recurrent, x: Any, layer: int = -1) -> GateLanes:
    """The gates of one layer over one sequence, from a state of zeros.

    Arguments:
        layers: of a cell for which `has_gates` is true, running forward.
        x: the input of one sequence, as `record` takes it: (T, 1, I), or whole numbers (T, 1).
        layer: counted from 0; −1 is the last.

    >>> from microgradseq.nn import LSTM
    >>> lanes = gate_lanes(LSTM(2, 3), numpy.ones((4, 1, 2), dtype="float32"))
    >>> [*lanes.gates], lanes.kept.shape, lanes.words
    (['input', 'forget', 'output'], (4, 3), 'each step keeps f of the memory')
    """
    if not has_gates(layers):
        raise ValueError(f"the cell {layers.cell.name} has no gates that keep a memory")
    run = record(layers, x).run(layer)
    names = [name for name in run.steps[0].gates if name != "candidate"]
    gates = {
        name: numpy.stack([move(step.gates[name].plain(), "cpu")[0] for step in run.in_time])
        for name in names
    }
    keeping, opposite, formula = _KEEPING[layers.cell.name]
    kept = 1 - gates[keeping] if opposite else gates[keeping]
    return GateLanes(gates, kept, f"each step keeps {formula} of the memory")
