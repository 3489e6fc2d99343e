"""Saturation: how often gates are shut or wide open, where their own derivative is nearly 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy

from microgradseq.backend import Array, move
from microgradseq.insight.passage import Passage

LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True, eq=False)
class Saturation:
    """What one gate did over a run.

    Arguments:
        layer, direction, gate: which.
        low: the share of its activations below 0.1 (of a tanh, below −0.9).
        high: the share above 0.9.
        mean: the mean activation.
        low_by_step, high_by_step: the same shares at each time step, (T,).
        activations: (T, B, H).
    """

    layer: int
    direction: str
    gate: str
    low: float
    high: float
    mean: float
    low_by_step: Array
    high_by_step: Array
    activations: Array

    @property
    def saturated(self) -> float:
        """The share at either end."""
        return self.low + self.high


def saturation(passage: Passage, low: float = LOW, high: float = HIGH) -> tuple[Saturation, ...]:
    """How saturated every gate was; of a plain RNN, its hidden units.

    Arguments:
        passage: what `record` gave.
        low, high: where saturation begins for a sigmoid. For a tanh, which runs from −1 to 1,
            both ends begin at ±`high`.
    Returns:
        One for each layer, direction and gate; units without sigmoid or tanh have none.

    >>> from microgradseq.insight import record
    >>> from microgradseq.nn import GRU
    >>> passage = record(GRU(2, 3), numpy.zeros((4, 1, 2), dtype="float32"))
    >>> [(one.gate, one.saturated) for one in saturation(passage)]
    [('reset', 0.0), ('update', 0.0), ('candidate', 0.0)]
    """
    if not low < high:
        raise ValueError(f"low must be less than high, got {low} and {high}")
    found = []
    for run in passage.runs:
        for gate, node in run.steps[0].gates.items():
            arrays = [move(step.gates[gate].plain(), "cpu") for step in run.in_time]
            activations = numpy.stack(arrays)
            of_tanh = node.rule is not None and node.rule.name == "tanh"
            by_step = activations.reshape(len(activations), -1)
            below = (by_step < (-high if of_tanh else low)).mean(axis=1)
            above = (by_step > high).mean(axis=1)
            found.append(
                Saturation(
                    run.layer,
                    run.direction,
                    gate,
                    float(below.mean()),
                    float(above.mean()),
                    float(activations.mean()),
                    below,
                    above,
                    activations,
                )
            )
    return tuple(found)
