"""Different cells on the same inputs, and how their gradients fare on the way back through time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy

from microgradseq.backend import Array
from microgradseq.insight.gradients import state_gradients
from microgradseq.insight.jacobian_products import reach
from microgradseq.insight.passage import record
from microgradseq.insight.verdicts import Verdict, verdict
from microgradseq.nn.recurrent import (
    CTRNN,
    GRU,
    LSTM,
    RNN,
    JordanRNN,
    MinGRU,
    MinLSTM,
    PeepholeLSTM,
)
from microgradseq.nn.stack import Recurrent

COMPARED: dict[str, Callable[..., Recurrent]] = {
    "rnn": RNN,
    "relu-rnn": partial(RNN, nonlinearity="relu"),
    "gru": GRU,
    "lstm": LSTM,
    "peephole": PeepholeLSTM,
    "jordan": JordanRNN,
    "ctrnn": CTRNN,
    "mingru": MinGRU,
    "minlstm": MinLSTM,
}
"""The cells that can be compared, by the names that the command line uses."""

INPUTS = 16
# By the cell's own name, the gate that lets the old state pass when it is open.
_KEEPING = {"lstm": "forget", "peephole": "forget", "min_lstm": "forget", "gru": "update"}


@dataclass(frozen=True, eq=False)
class Curve:
    """How far gradients reach in one cell, along one of its states.

    Arguments:
        cell: its name.
        state: "h" (or "y" where the output is fed back), or "c" for the cell state of an LSTM.
        gradients: ‖∂L/∂h_t‖ at each step, (T,); NaN where the states themselves have overflowed.
        reach: ‖∂h_T/∂h_t‖ at each step, (T,).
        on_gradients, on_reach: what they mean.
    """

    cell: str
    state: str
    gradients: Array
    reach: Array
    on_gradients: Verdict
    on_reach: Verdict

    @property
    def label(self) -> str:
        """The cell's name, and its state where that is not the output."""
        return f"{self.cell} ({self.state})" if self.state == "c" else self.cell


@dataclass(frozen=True)
class FlowComparison:
    """What `compare_flow` found.

    Arguments:
        steps, hidden, seed, scale, forget_bias: what was compared.
        curves: one for each cell and state.
    """

    steps: int
    hidden: int
    seed: int
    scale: float | None
    forget_bias: float
    curves: tuple[Curve, ...]


def compare_flow(
    cells: Sequence[str],
    steps: int = 50,
    hidden: int = 32,
    seed: int = 0,
    scale: float | None = None,
    forget_bias: float = 0.0,
    tell: Callable[[float, str], None] | None = None,
) -> FlowComparison:
    """Send one gradient back through fresh cells, from the last step to the first.

    Arguments:
        cells: names in `COMPARED`.
        steps: T, at least 2.
        hidden: H.
        seed: of weights and inputs; the inputs are the same for all cells.
        scale: makes the spectral radius of each gate's block of hidden weights this; None leaves
            the weights as they are drawn, evenly from ±1/√H.
        forget_bias: added to the bias of the gate that keeps the old state: the forget gate of
            LSTMs, the update gate of the GRU.
        tell: is called with the share that is done, and with what is at work.
    Returns:
        A curve for each cell and state. The loss is L = u · h_T with a random u of length 1: it
        sees the last step only, so whatever reaches an earlier step has come through time, and
        ‖∂L/∂h_t‖ ≤ ‖∂h_T/∂h_t‖.

    >>> found = compare_flow(["rnn", "lstm"], steps=5, hidden=4)
    >>> [curve.label for curve in found.curves], found.curves[0].gradients.shape
    (['rnn', 'lstm', 'lstm (c)'], (5,))
    """
    unknown = [name for name in cells if name not in COMPARED]
    if unknown:
        raise ValueError(f"there is no cell {unknown[0]!r}; known: {', '.join(COMPARED)}")
    if steps < 2:
        raise ValueError(f"a gradient needs at least 2 steps to flow through, got {steps}")
    curves = []
    for number, name in enumerate(cells):

        def told(share: float, name: str = name, done: int = number) -> None:
            if tell is not None:
                tell((done + share) / len(cells), name)

        told(0.0)
        random = numpy.random.default_rng(seed)
        inputs = random.standard_normal((steps, 1, INPUTS))
        direction = random.standard_normal(hidden)
        layer = COMPARED[name](INPUTS, hidden, dtype="float64", mode="unrolled")
        draw_weights(layer, random, scale, forget_bias)
        curves += _curves(name, layer, inputs, direction / numpy.linalg.norm(direction), told)
    return FlowComparison(steps, hidden, seed, scale, forget_bias, tuple(curves))


def _curves(
    name: str,
    layer: Recurrent,
    inputs: Array,
    direction: Array,
    tell: Callable[[float], None],
) -> list[Curve]:
    with numpy.errstate(over="ignore", invalid="ignore", divide="ignore"):
        passage = record(layer, inputs)
        flow = state_gradients(passage, (passage.output[-1] * direction).sum())
        felt = [one.norms[:, 0] for one in reach(passage, tell=tell)]
    # of states beyond the range of numbers, nothing that is computed means anything
    usable = 1.0 if numpy.isfinite(passage.output.plain()).all() else numpy.nan
    curves = []
    for one, at_end in zip(flow, felt, strict=True):
        gradients, reached = one.norms * usable, at_end * usable
        marks = verdict(gradients), verdict(reached)
        curves.append(Curve(name, one.state, gradients, reached, *marks))
    return curves


def draw_weights(
    layers: Recurrent,
    random: numpy.random.Generator,
    scale: float | None = None,
    forget_bias: float = 0.0,
) -> None:
    """Draw all weights anew, evenly from ±1/√H, without touching the process's random numbers.

    Arguments:
        layers: whose weights.
        random: where chance comes from.
        scale: makes the spectral radius of each gate's block of hidden weights this.
        forget_bias: added to the bias of the gate that keeps the old state.
    """
    bound = 1 / math.sqrt(layers.hidden_size)
    state = {
        name: random.uniform(-bound, bound, array.shape)
        for name, array in layers.state_dict().items()
    }
    gates = layers.cell.gates
    for name, drawn in state.items():
        if scale is not None and name.startswith("weight_hh_l"):
            blocks = numpy.split(drawn, len(gates))
            state[name] = numpy.concatenate([_scaled(block, scale) for block in blocks])
        if layers.cell.name in _KEEPING and name.startswith("bias_ih_l"):
            place = gates.index(_KEEPING[layers.cell.name]) * layers.hidden_size
            drawn[place : place + layers.hidden_size] += forget_bias
    layers.load_state_dict(state)


def _scaled(block: Array, radius: float) -> Array:
    largest = float(numpy.abs(numpy.linalg.eigvals(block)).max())
    scaled: Array = block * (radius / largest if largest > 0 else 1.0)
    return scaled
