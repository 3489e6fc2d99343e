"""How much gradient reaches each time step, and what each step contributes to ∂L/∂W."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy

from microgradseq.backend import Array, move
from microgradseq.errors import GradientError
from microgradseq.insight.passage import Passage, Run
from microgradseq.sweep import pull_back
from microgradseq.tensor import Tensor


@dataclass(frozen=True, eq=False)
class StateGradients:
    """∂L/∂h_t along one layer and direction.

    Arguments:
        layer, direction: which.
        state: "h", or "c" for the cell state of an LSTM.
        gradients: (T, B, H).
        norms: the Euclidean length at each step, over batch and units, (T,).
    """

    layer: int
    direction: str
    state: str
    gradients: Array
    norms: Array


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each time step adds to the gradient of one parameter.

    Arguments:
        layer, direction, parameter: which, such as "weight_hh".
        shares: (T, and the parameter's shape); they add up to ∂L/∂W.
        norms: the Euclidean length of each share, (T,).
    """

    layer: int
    direction: str
    parameter: str
    shares: Array
    norms: Array

    @property
    def total(self) -> Array:
        """∂L/∂W."""
        return self.shares.sum(axis=0)


def state_gradients(passage: Passage, loss: Tensor) -> tuple[StateGradients, ...]:
    """The gradient of a loss with respect to the states of every step.

    Arguments:
        passage: what `record` gave.
        loss: one number made from the passage's output.
    Returns:
        One for each layer, direction and state, the lowest layer first.

    >>> import numpy
    >>> from microgradseq.insight import record
    >>> from microgradseq.nn import RNN
    >>> passage = record(RNN(2, 3, 2), numpy.ones((4, 1, 2), dtype="float32"))
    >>> found = state_gradients(passage, passage.output[-1].sum())
    >>> [(one.layer, one.state, one.norms.shape) for one in found]
    [(0, 'h', (4,)), (1, 'h', (4,))]
    """
    nodes = [state for run in passage.runs for step in run.steps for state in step.after]
    found = _gradients(loss, nodes)
    return tuple(
        _of_state(run, place, found)
        for run in passage.runs
        for place in range(len(run.cell.states))
    )


def _of_state(run: Run, place: int, found: dict[Any, Array]) -> StateGradients:
    gradients = numpy.stack([_or_zeros(found, step.after[place]) for step in run.in_time])
    name = run.cell.states[place]
    return StateGradients(run.layer, run.direction, name, gradients, step_norms(gradients))


def contributions(passage: Passage, loss: Tensor) -> tuple[Contributions, ...]:
    """What each time step adds to the gradients of the parameters.

    Arguments:
        passage: what `record` gave.
        loss: one number made from the passage's output.
    Returns:
        One for each layer, direction and parameter.

    >>> import numpy
    >>> from microgradseq.insight import record
    >>> from microgradseq.nn import RNN
    >>> layer = RNN(2, 3, dtype="float64")
    >>> passage = record(layer, numpy.ones((4, 1, 2)))
    >>> loss = passage.output.square().sum()
    >>> loss.backward()
    >>> weights = contributions(passage, loss)[0]
    >>> weights.parameter, weights.shares.shape
    ('weight_ih', (4, 3, 2))
    >>> bool(numpy.allclose(weights.total, layer.weight_ih_l0.grad))
    True
    """
    nodes = [one for run in passage.runs for step in run.steps for one in step.parameters.values()]
    found = _gradients(loss, nodes)
    collected = []
    for run in passage.runs:
        for name in run.steps[0].parameters:
            shares = numpy.stack([_or_zeros(found, step.parameters[name]) for step in run.in_time])
            collected.append(
                Contributions(run.layer, run.direction, name, shares, step_norms(shares))
            )
    return tuple(collected)


def step_norms(arrays: Array) -> Array:
    """The Euclidean length of each step's numbers, without overflow on the way.

    Arguments:
        arrays: (T, ...).
    Returns:
        Shape (T,), float64.

    >>> step_norms(numpy.array([[3.0, 4.0], [0.0, 1e200]])).tolist()
    [5.0, 1e+200]
    """
    flat = numpy.abs(arrays.reshape(len(arrays), -1).astype("float64"))
    largest = flat.max(axis=1, initial=0.0)
    # infinity / infinity is not a number; the norm is infinity then
    usable = numpy.where((largest > 0) & numpy.isfinite(largest), largest, 1.0)
    scaled: Array = usable * numpy.sqrt(((flat / usable[:, None]) ** 2).sum(axis=1))
    return scaled


def _gradients(loss: Tensor, nodes: list[Tensor]) -> dict[Any, Array]:
    if not loss.requires_grad:
        raise GradientError("the loss does not depend on the passage: make it from its output")
    return pull_back([loss], [loss.seed()], nodes)


def _or_zeros(found: dict[Any, Array], node: Tensor) -> Array:
    gradient = found.get(node)
    return move(node.plain() * 0 if gradient is None else gradient, "cpu")
