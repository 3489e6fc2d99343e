"""Jacobians through time: how a state depends on earlier states, and what repeating that does.

A cell carries a whole state s_t: h_t alone, or h_t and c_t together. One step's Jacobian is
∂s_t/∂s_{t−1}; the chain rule multiplies them: ∂s_t/∂s_k = J_t · J_{t−1} · … · J_{k+1}.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy

from microgradseq.backend import Array, library_of, move
from microgradseq.context import recorded
from microgradseq.insight.passage import Passage, Run, Step
from microgradseq.sweep import pull_back
from microgradseq.tensor import Tensor


@dataclass(frozen=True, eq=False)
class Jacobians:
    """The Jacobians of one layer and direction, float64.

    Arguments:
        layer, direction: which.
        states: the names of the states, such as ("h", "c").
        each: ∂s_t/∂s_{t−1} in the order in which the steps were taken, (T, B, N, N), where N is
            the number of states times H.
    """

    layer: int
    direction: str
    states: tuple[str, ...]
    each: Array

    @property
    def steps(self) -> int:
        """T."""
        return len(self.each)

    def between(self, later: int, earlier: int) -> Array:
        """∂s_later/∂s_earlier, the product of the Jacobians in between.

        Arguments:
            later, earlier: steps in the order taken, −1 ≤ earlier ≤ later < T; −1 is the state
                before the first step.
        Returns:
            Shape (B, N, N).
        """
        if not -1 <= earlier <= later < self.steps:
            raise ValueError(
                f"steps must be ordered −1 ≤ earlier ≤ later < {self.steps}, "
                f"got earlier={earlier} and later={later}"
            )
        product = _identity(*self.each.shape[1:3])
        with numpy.errstate(over="ignore", invalid="ignore"):
            for t in range(later, earlier, -1):
                product = product @ self.each[t]
        return product

    @cached_property
    def spectral_radii(self) -> Array:
        """The largest absolute eigenvalue of each, (T, B): above 1, repeating a step grows."""
        usable = numpy.where(numpy.isfinite(self.each), self.each, 0.0)
        radii = numpy.abs(numpy.linalg.eigvals(usable)).max(axis=-1)
        return numpy.where(numpy.isfinite(self.each).all(axis=(-2, -1)), radii, numpy.inf)

    @cached_property
    def norms(self) -> Array:
        """The spectral norm of each, (T, B): the most that a step back can stretch a gradient."""
        return spectral_norms(self.each)


def jacobians(passage: Passage, layer: int = -1, direction: str = "forward") -> Jacobians:
    """The Jacobians of one layer, its input held still.

    Arguments:
        passage: what `record` gave.
        layer: counted from 0; −1 is the last.
        direction: "forward" or "reverse".
    Returns:
        One Jacobian for each step and each sequence of the batch.

    >>> from microgradseq.insight import record
    >>> from microgradseq.nn import RNN
    >>> layer = RNN(1, 1, nonlinearity="relu", dtype="float64")
    >>> layer.load_state_dict({"weight_ih_l0": [[1.0]], "weight_hh_l0": [[0.5]],
    ...                        "bias_ih_l0": [0.0], "bias_hh_l0": [0.0]})
    >>> found = jacobians(record(layer, numpy.ones((3, 1, 1))))
    >>> found.each.ravel().tolist(), found.between(2, 0).ravel().tolist()
    ([0.5, 0.5, 0.5], [0.25])
    """
    run = passage.run(layer, direction)
    each = numpy.stack([_of_step(run, step)[0] for step in run.steps])
    return Jacobians(run.layer, run.direction, run.cell.states, each)


@dataclass(frozen=True, eq=False)
class Reach:
    """How much of a state at each step is still felt in h at the last step T.

    Arguments:
        layer, direction, state: which.
        norms: ‖∂h_T/∂h_t‖ (or ‖∂h_T/∂c_t‖), spectral norms, (T, B), in the order in which the
            steps were taken; infinity where the product of Jacobians is too large for numbers.
    """

    layer: int
    direction: str
    state: str
    norms: Array


def reach(
    passage: Passage,
    layer: int = -1,
    direction: str = "forward",
    tell: Callable[[float], None] | None = None,
) -> tuple[Reach, ...]:
    """How far back the last h of a layer depends on its states; no Jacobian is kept.

    Arguments:
        passage: what `record` gave.
        layer: counted from 0; −1 is the last.
        direction: "forward" or "reverse".
        tell: is called after each step with the share that is done.
    Returns:
        One for each state. That of c counts the way from c_t through h_t as well.

    >>> from microgradseq.insight import record
    >>> from microgradseq.nn import LSTM
    >>> passage = record(LSTM(2, 3), numpy.ones((4, 1, 2), dtype="float32"))
    >>> [(one.state, one.norms.shape) for one in reach(passage)]
    [('h', (4, 1)), ('c', (4, 1))]
    """
    run = passage.run(layer, direction)
    width, states = run.steps[0].before[0].shape[1], run.cell.states
    found: list[list[Array]] = [[] for _ in states]
    product = _identity(run.steps[0].before[0].shape[0], width * len(states))[:, :width]
    for number, step in enumerate(reversed(run.steps), 1):
        jacobian, within = _of_step(run, step)
        with numpy.errstate(over="ignore", invalid="ignore"):
            total, product = product @ within, product @ jacobian
        for place, norms in enumerate(found):
            norms.append(spectral_norms(total[:, :, place * width : (place + 1) * width]))
        if tell is not None:
            tell(number / len(run.steps))
    return tuple(
        Reach(run.layer, run.direction, state, numpy.stack(norms[::-1]))
        for state, norms in zip(states, found, strict=True)
    )


def _of_step(run: Run, step: Step) -> tuple[Array, Array]:
    """∂s_t/∂s_{t−1} and ∂s_t/∂s_t of every sequence, (B, N, N), from one sweep.

    Each sequence is repeated once for every number of the new state, and each copy asks for the
    gradient of another one: the copies' gradients are the Jacobian's rows.
    """
    batch, width = step.before[0].shape
    count = width * len(step.before)
    library = library_of(step.before[0].plain())
    prepared = {name: parameter.detach() for name, parameter in step.parameters.items()}
    x = step.x.detach() if isinstance(step.x, Tensor) else step.x
    with recorded(deeper=0):
        shared = run.cell.prepare(x, prepared, run.options)
        projection = Tensor(library.repeat(shared.projection.plain()[0], count, axis=0))
        before = tuple(
            Tensor(library.repeat(state.plain(), count, axis=0), requires_grad=True)
            for state in step.before
        )
        after = run.cell.step(projection, before, shared.parameters, run.options)
    asked = library.tile(library.eye(count, dtype=projection.dtype), (batch, 1))
    seeds = [asked[:, place * width : (place + 1) * width] for place in range(len(after))]
    found: dict[Any, Array] = pull_back(after, seeds, (*before, *after))
    zeros = library.zeros((batch * count, width), dtype=projection.dtype)

    def rows(states: tuple[Tensor, ...]) -> Array:
        blocks = [found.get(state, zeros) for state in states]
        square = library.concatenate(blocks, axis=1).reshape(batch, count, count)
        return move(square, "cpu").astype("float64")

    return rows(before), rows(after)


def spectral_norms(matrices: Array) -> Array:
    """The largest singular value of each matrix; infinity where one is not finite.

    Arguments:
        matrices: (..., N, M).
    Returns:
        Shape (...).

    >>> spectral_norms(numpy.array([[[3.0, 0.0], [0.0, -4.0]]])).tolist()
    [4.0]
    """
    finite = numpy.isfinite(matrices).all(axis=(-2, -1))
    usable = numpy.where(finite[..., None, None], matrices, 0.0)
    # singular values of very large numbers are only right when these are scaled down first
    largest = numpy.abs(usable).max(axis=(-2, -1), initial=0.0)
    scale = numpy.where(largest > 0, largest, 1.0)
    norms = scale * numpy.linalg.norm(usable / scale[..., None, None], ord=2, axis=(-2, -1))
    found: Array = numpy.where(finite, norms, numpy.inf)
    return found


def _identity(batch: int, count: int) -> Array:
    return numpy.broadcast_to(numpy.eye(count), (batch, count, count))
