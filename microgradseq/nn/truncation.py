"""Backpropagation through time, full or cut short: regularly, or at random without bias.

A recurrent layer sends its gradient from each step's state back to the state before. Truncation
multiplies the gradient on this way by a factor ξ_t, at every step t:

    full        ξ_t = 1
    regular     ξ_t = 0 at every k-th step, else 1: cheap, and biased towards short memory
    random      ξ_t = 1/p with probability p, else 0: its mean is 1 (Tallec and Ollivier)

Every path that a gradient takes crosses the border between two steps once, so a gradient of random
truncation is the sum over paths of (product of the path's ξ) · (what the full gradient has there).
The ξ are independent and their mean is 1: the mean over many draws is the full gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy

from microgradseq.backend import library_of
from microgradseq.errors import ShapeError
from microgradseq.nn.stack import Recurrent
from microgradseq.tensor import Tensor

Loss = Callable[[Tensor, slice], Tensor]


@dataclass(frozen=True)
class TruncationPlan:
    """How much of the gradient passes from each time step back to the one before.

    Arguments:
        factors: one a time step: what the gradient is multiplied by on its way from step t to the
            state that step t began with. 1 lets it pass, 0 cuts it off.

    >>> TruncationPlan.regular(7, every=3)
    TruncationPlan(factors=(0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0))
    """

    factors: tuple[float, ...]

    @classmethod
    def full(cls, steps: int) -> TruncationPlan:
        """No truncation.

        Arguments:
            steps: how many time steps there are.

        >>> TruncationPlan.full(2).factors
        (1.0, 1.0)
        """
        return cls((1.0,) * _counted("steps", steps, 0))

    @classmethod
    def regular(cls, steps: int, every: int) -> TruncationPlan:
        """The gradient is cut before every k-th step, the first included.

        Arguments:
            steps: how many time steps there are.
            every: k.
        """
        _counted("every", every, 1)
        return cls(tuple(float(t % every != 0) for t in range(_counted("steps", steps, 0))))

    @classmethod
    def random(
        cls, steps: int, keep: float, generator: numpy.random.Generator | None = None
    ) -> TruncationPlan:
        """At each step the gradient is cut with probability 1 − p, and else weighted with 1/p.

        Arguments:
            steps: how many time steps there are.
            keep: p, above 0 and at most 1. The mean length of an uncut stretch is 1/(1 − p).
            generator: where chance comes from; a fresh one if None.

        >>> TruncationPlan.random(5, keep=0.5, generator=numpy.random.default_rng(1)).factors
        (0.0, 0.0, 2.0, 0.0, 2.0)
        """
        if not 0 < keep <= 1:
            raise ValueError(f"keep is a probability above 0 and at most 1, got {keep}")
        draws = (generator or numpy.random.default_rng()).random(_counted("steps", steps, 0))
        return cls(tuple(((draws < keep) / keep).tolist()))

    @property
    def steps(self) -> int:
        """How many time steps it is for."""
        return len(self.factors)

    @property
    def boundaries(self) -> tuple[int, ...]:
        """The steps before which the gradient is cut, where a trainer detaches the state.

        >>> TruncationPlan.regular(7, every=3).boundaries
        (0, 3, 6)
        """
        return tuple(t for t, factor in enumerate(self.factors) if factor == 0)

    @property
    def chunks(self) -> tuple[slice, ...]:
        """The stretches between cuts. Their gradients do not meet: one fits in memory at a time.

        >>> TruncationPlan.regular(7, every=3).chunks
        (slice(0, 3, None), slice(3, 6, None), slice(6, 7, None))
        """
        return self._pieces(slice(0, self.steps), self.boundaries)

    def pieces(self, chunk: slice) -> tuple[slice, ...]:
        """The stretches of a chunk inside which every factor is 1, to be run in one call each.

        Arguments:
            chunk: one of `chunks`.

        >>> TruncationPlan((1.0, 1.0, 2.0, 1.0)).pieces(slice(0, 4))
        (slice(0, 2, None), slice(2, 4, None))
        """
        weighted = tuple(t for t, factor in enumerate(self.factors) if factor != 1)
        return self._pieces(chunk, weighted)

    @staticmethod
    def _pieces(whole: slice, borders: tuple[int, ...]) -> tuple[slice, ...]:
        inside = (t for t in borders if whole.start < t < whole.stop)
        edges = (whole.start, *inside, whole.stop)
        return tuple(slice(start, stop) for start, stop in pairwise(edges) if start < stop)


def _counted(what: str, count: int, least: int) -> int:
    if count < least:
        raise ValueError(f"{what} must be at least {least}, got {count}")
    return count


def scale_gradient(h: Tensor, factor: float) -> Tensor:
    """The same numbers; the gradient that comes back is multiplied by a factor.

    Arguments:
        h: a tensor of any shape.
        factor: ξ. 0 is `h.detach()`.
    Returns:
        A tensor equal to h, bit for bit.

    This is d + ξ · (h − d), where d is h taken as a constant: h − d is 0, but its derivative is 1.

    >>> h = Tensor([3.0], requires_grad=True)
    >>> same = scale_gradient(h, 2.0)
    >>> same.sum().backward()
    >>> same.tolist(), h.grad.tolist()
    ([3.0], [2.0])
    """
    if factor == 1:
        return h
    constant = h.detach()
    return constant if factor == 0 else constant + factor * (h - constant)


def backward_through_time(
    layers: Recurrent, x: Any, loss: Loss, plan: TruncationPlan, state: Any = None
) -> tuple[float, Any]:
    """Run layers over a sequence and add the gradient of a loss, truncated as planned.

    Arguments:
        layers: any recurrent layers that run forward in time only.
        x: their input, T time steps long; see `Recurrent`.
        loss: (outputs of a stretch of steps, the stretch) to one number. It is called once for
            each of the plan's pieces, and what it returns is added up.
        plan: for T steps.
        state: where to start; zeros if None.
    Returns:
        The loss of the whole sequence, and the final state, detached. Gradients are added to
        `.grad` of the layers' parameters. No more than one chunk of the plan is kept in memory.

    >>> layers = Recurrent.__subclasses__()[0](1, 2)
    >>> x = numpy.ones((6, 1, 1), dtype="float32")
    >>> plan = TruncationPlan.regular(6, every=2)
    >>> total, h = backward_through_time(layers, x, lambda output, steps: output.sum(), plan)
    >>> layers.weight_hh_l0.grad.shape, h.shape
    ((2, 2), (1, 1, 2))
    """
    axis = _time_axis(layers, x)
    if x.shape[axis] != plan.steps:
        raise ShapeError(f"the plan is for {plan.steps} time steps, the input has {x.shape[axis]}")
    total = 0.0
    for chunk in plan.chunks:
        losses = []
        for piece in plan.pieces(chunk):
            state = _passed_on(state, plan.factors[piece.start])
            window = x[(slice(None),) * axis + (piece,)]
            output, state = layers(window, state)
            losses.append(loss(output, piece))
        summed = sum(losses[1:], losses[0])
        if summed.requires_grad:
            summed.backward()
        total += summed.item()
    return total, _passed_on(state, 0.0)


def _time_axis(layers: Recurrent, x: Any) -> int:
    """Which axis of the input is time; refuses layers that must see the end first."""
    if layers.bidirectional:
        raise ValueError(
            "a bidirectional layer needs the whole sequence at once: it cannot be truncated"
        )
    if library_of(x) is None and not isinstance(x, Tensor):
        raise TypeError(f"the input must be a tensor or an array, got {type(x).__name__}")
    batched = x.ndim == (2 if x.dtype.kind in "iu" else 3)
    return 1 if layers.batch_first and batched else 0


def _passed_on(state: Any, factor: float) -> Any:
    if state is None:
        return None
    if isinstance(state, tuple):
        return tuple(_passed_on(one, factor) for one in state)
    return scale_gradient(state if isinstance(state, Tensor) else Tensor(state), factor)
