"""What a truncated gradient loses: backpropagation through time that stops at one time step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy

from microgradseq.backend import Array
from microgradseq.context import recorded
from microgradseq.insight import contributions
from microgradseq.insight.gradients import step_norms
from microgradseq.lessons.through_time import READOUT, ThroughTime, Weight
from microgradseq.numbers import readable


@dataclass(frozen=True, eq=False)
class Cut:
    """A gradient that does not pass from time step k to the one before it.

    Losses before the cut still teach the steps before it; what is lost are the ways from the
    losses at k and later to steps before k.

    Arguments:
        at: k; 0 for no cut.
        kept, lost: the lengths of what each time step still adds and adds no more, (T,).
        share: the lost lengths as a share of all lengths.
        cosine: of the angle between the truncated derivative and the full one: 1 for the same
            direction; NaN where one of them is 0.
        difference: the length of what is missing, as a share of the full derivative's.
    """

    at: int
    kept: Array
    lost: Array
    share: float
    cosine: float
    difference: float

    def words(self, label: str) -> str:
        """The cut in a sentence.

        Arguments:
            label: of the weight.

        >>> Cut(0, numpy.ones(2), numpy.zeros(2), 0.0, 1.0, 0.0).words("W")
        'nothing is cut: ∂L/∂W is exact'
        """
        if not self.at:
            return f"nothing is cut: ∂L/∂{label} is exact"
        return (
            f"cut before t = {self.at}: {readable(100 * self.share, 3)}% of contributions lost; "
            f"cosine {readable(self.cosine, 3)} to all of ∂L/∂{label}"
        )


def cut_at(network: ThroughTime, weight: Weight, at: int) -> Cut:
    """Cut the way back in time.

    Arguments:
        network: the unrolled network.
        weight: one of its parameters.
        at: the first time step that later losses still reach.

    >>> from microgradseq.lessons.time_state import TimeState
    >>> network = ThroughTime(TimeState("rnn", "hello"))
    >>> cut = cut_at(network, network.weight("weight_hh_l0"), 3)
    >>> cut.lost[3:].tolist(), bool((cut.lost[1:3] > 0).all()), 0 < cut.share < 1
    ([0.0, 0.0], True, True)
    """
    lost = numpy.zeros_like(weight.shares)
    later = [loss for t, loss in network.losses.items() if t >= at]
    if at > 0 and weight.key != READOUT:
        with recorded(deeper=0):
            total = later[0]
            for loss in later[1:]:
                total = total + loss
        found = next(
            one
            for one in contributions(network.passage, total)
            if (one.parameter, one.layer) == (weight.parameter, weight.layer)
        )
        lost[:at] = found.shares[:at]
    kept = weight.shares - lost
    full, left = weight.shares.sum(axis=0).ravel(), kept.sum(axis=0).ravel()
    lengths = float(numpy.linalg.norm(full)), float(numpy.linalg.norm(left))
    lost_norms, kept_norms = step_norms(lost), step_norms(kept)
    everything = float(lost_norms.sum() + kept_norms.sum())
    return Cut(
        at,
        kept_norms,
        lost_norms,
        float(lost_norms.sum()) / everything if everything else 0.0,
        float(full @ left) / (lengths[0] * lengths[1]) if all(lengths) else math.nan,
        float(numpy.linalg.norm(full - left)) / lengths[0] if lengths[0] else math.nan,
    )
