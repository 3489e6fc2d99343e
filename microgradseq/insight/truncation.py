"""What truncation does to a gradient: how far, and in which direction, it leads away."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from microgradseq.backend import Array, move
from microgradseq.nn.stack import Recurrent
from microgradseq.nn.truncation import Loss, TruncationPlan, backward_through_time

Gradients = dict[str, Array]


@dataclass(frozen=True, eq=False)
class TruncationBias:
    """A truncated gradient (or the mean of several) beside the full one, all parameters together.

    Arguments:
        full, truncated: the gradients, by parameter.
        full_norm: the length of the full gradient.
        difference: the length of truncated − full.
        relative: that length as a share of the full gradient's.
        cosine: of the angle between the two: 1 for the same direction.
        draws: how many plans the truncated gradient is the mean of.
    """

    full: Gradients
    truncated: Gradients
    full_norm: float
    difference: float
    relative: float
    cosine: float
    draws: int


def truncation_bias(
    layers: Recurrent,
    x: Any,
    loss: Loss,
    plans: TruncationPlan | Iterable[TruncationPlan],
    state: Any = None,
) -> TruncationBias:
    """Compare truncated backpropagation with the full one. The layers' own `.grad` is left alone.

    Arguments:
        layers, x, loss, state: see `backward_through_time`.
        plans: one plan, or many draws of a random one whose mean gradient is to be judged.
    Returns:
        The comparison.

    >>> from microgradseq.nn import RNN
    >>> x = numpy.ones((6, 1, 2), dtype="float32")
    >>> plan = TruncationPlan.regular(6, every=2)
    >>> found = truncation_bias(RNN(2, 3), x, lambda output, steps: output.sum(), plan)
    >>> found.difference > 0, found.draws
    (True, 1)
    """
    many = [plans] if isinstance(plans, TruncationPlan) else list(plans)
    if not many:
        raise ValueError("there must be at least one plan")
    full = _gradients(layers, x, loss, TruncationPlan.full(many[0].steps), state)
    mean = {name: numpy.zeros_like(one) for name, one in full.items()}
    for plan in many:
        for name, one in _gradients(layers, x, loss, plan, state).items():
            mean[name] += one / len(many)
    a, b = _flat(full), _flat(mean)
    length = float(numpy.linalg.norm(a))
    difference = float(numpy.linalg.norm(b - a))
    product = length * float(numpy.linalg.norm(b))
    return TruncationBias(
        full,
        mean,
        length,
        difference,
        difference / length if length else math.nan,
        float(a @ b) / product if product else math.nan,
        len(many),
    )


def _gradients(
    layers: Recurrent, x: Any, loss: Loss, plan: TruncationPlan, state: Any
) -> Gradients:
    """The gradients under a plan, float64; what stood in `.grad` before is put back."""
    named = dict(layers.named_parameters())
    before = {name: parameter.grad for name, parameter in named.items()}
    try:
        layers.zero_grad()
        backward_through_time(layers, x, loss, plan, state)
        return {
            name: move(
                parameter.plain() * 0 if parameter.grad is None else parameter.grad, "cpu"
            ).astype("float64")
            for name, parameter in named.items()
        }
    finally:
        for name, parameter in named.items():
            parameter.grad = before[name]


def _flat(gradients: Mapping[str, Array]) -> Array:
    return numpy.concatenate([one.ravel() for one in gradients.values()])
