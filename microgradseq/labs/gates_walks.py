"""Layers whose gates are held still by a bias, and what they do with a state and its gradient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy
from numpy.typing import NDArray

from microgradseq import nn
from microgradseq.insight import Jacobians, jacobians, record
from microgradseq.randomness import manual_seed

Floats = NDArray[numpy.float64]

PLAIN, AS_PLAIN, COPYING, CARRYING = "RNN", "GRU z=0 r=1", "GRU z=1", "LSTM f=1 i=0"
FREE_GRU, FREE_LSTM = "GRU free", "LSTM free"
_INPUTS = 4


@dataclass(frozen=True, eq=False)
class Walk:
    """A layer that has read the sequence.

    Arguments:
        name: what was done to its gates.
        states: the state that carries the memory, h or c, the start first, (T + 1, H).
        norms: ‖∂s_T/∂s_t‖ of that state for t = 0 … T, (T + 1,).
        weights: of the layer, by name.
        gradients: of the loss g · h_T with respect to the weights, by name.
    """

    name: str
    states: Floats
    norms: Floats
    weights: dict[str, Floats]
    gradients: dict[str, Floats]


def walks(hidden: int, length: int, hold: float, seed: int) -> Iterator[Walk]:
    """Six layers with the same start and input: four with gates held, two left free.

    Arguments:
        hidden: units.
        length: steps.
        hold: the bias that holds a gate: it is open to σ(hold), or closed to σ(−hold).
        seed: of weights, input and start.
    """
    manual_seed(seed)
    sizes = (_INPUTS, hidden)
    layers: dict[str, Any] = {
        PLAIN: nn.RNN(*sizes, dtype="float64"),
        FREE_GRU: nn.GRU(*sizes, dtype="float64"),
        FREE_LSTM: nn.LSTM(*sizes, dtype="float64"),
    }
    plain, gru, lstm = (layers[name].state_dict() for name in (PLAIN, FREE_GRU, FREE_LSTM))
    forced = {
        AS_PLAIN: (
            nn.GRU(*sizes, dtype="float64"),
            _held(_with_candidate(gru, plain), hold, -hold),
        ),
        COPYING: (nn.GRU(*sizes, dtype="float64"), _held(gru, None, hold)),
        CARRYING: (nn.LSTM(*sizes, dtype="float64"), _held(lstm, -hold, hold)),
    }
    for name, (layer, weights) in forced.items():
        layer.load_state_dict(weights)
        layers[name] = layer
    chance = numpy.random.default_rng(seed)
    x = chance.standard_normal((length, 1, _INPUTS))
    start, direction = chance.uniform(-0.9, 0.9, hidden), chance.standard_normal(hidden)
    for name in (PLAIN, AS_PLAIN, COPYING, CARRYING, FREE_GRU, FREE_LSTM):
        yield _walked(name, layers[name], x, start, direction)


def _held(weights: dict[str, Any], first: float | None, second: float) -> dict[str, Any]:
    """Weights whose first two gates see nothing but a bias: r and z of a GRU, i and f of an LSTM.

    Arguments:
        weights: of one layer.
        first, second: the bias of each; None leaves the gate free.
    """
    held = {name: numpy.array(values) for name, values in weights.items()}
    size = held["weight_hh_l0"].shape[1]
    for place, bias in enumerate((first, second)):
        if bias is not None:
            rows = slice(place * size, (place + 1) * size)
            for values in held.values():
                values[rows] = 0.0
            held["bias_ih_l0"][rows] = bias
    return held


def _with_candidate(gru: dict[str, Any], plain: dict[str, Any]) -> dict[str, Any]:
    """GRU weights whose candidate has the weights of a plain RNN."""
    joined = {name: numpy.array(values) for name, values in gru.items()}
    for name, values in joined.items():
        size = len(values) // 3
        values[2 * size :] = numpy.array(plain[name])
    return joined


def _walked(name: str, layer: Any, x: Floats, start: Floats, direction: Floats) -> Walk:
    state = start[None, None]
    given = (numpy.zeros_like(state), state) if isinstance(layer, nn.LSTM) else state
    passage = record(layer, x, given)
    found = jacobians(passage)
    steps = passage.run().steps
    later = [numpy.asarray(step.after[-1].data)[0] for step in steps]
    out, _ = layer(x, given)
    layer.zero_grad()
    (out[-1, 0] * direction).sum().backward()
    gradients = {key: numpy.array(weight.grad) for key, weight in layer.named_parameters()}
    weights = {key: numpy.array(value) for key, value in layer.state_dict().items()}
    return Walk(name, numpy.stack([start, *later]), _norms_of(found), weights, gradients)


def _norms_of(found: Jacobians) -> Floats:
    """‖∂s_T/∂s_t‖ for t = 0 … T, of the last of the states: c of an LSTM, h of the others."""
    size = found.each.shape[-1] // len(found.states)
    last = found.steps - 1
    blocks = [found.between(last, t)[0][-size:, -size:] for t in range(-1, found.steps)]
    norms: Floats = numpy.linalg.norm(numpy.stack(blocks), ord=2, axis=(1, 2))
    return norms
