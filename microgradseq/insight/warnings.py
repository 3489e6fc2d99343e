"""What is going wrong in a training, in words, from the events that it wrote."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from microgradseq.insight.verdicts import verdict
from microgradseq.numbers import readable

Event = Mapping[str, Any]
TURNED = 2
"""So many validations in a row above the best one tell that it turned."""
LARGE = 0.02
"""By this part a validation must be above the best one to count."""


def training_warnings(flows: Sequence[Event], validations: Sequence[Event]) -> list[str]:
    """What people should know about a training by now.

    Arguments:
        flows: the flow events, oldest first.
        validations: the validation events, oldest first.
    Returns:
        Sentences, the most pressing first; none where all is well.

    >>> training_warnings([{"step": 9, "gradient_norms": [1e-6, 1e-3, 1.0]}], [])
    ['Gradients vanish: at the first of 3 time steps 1e-06 of the last one is left.']
    """
    found = [_gradients(flows[-1])] if flows else []
    found.append(_turned(validations))
    return [words for words in found if words]


def _gradients(flow: Event) -> str:
    norms = [math.nan if norm is None else float(norm) for norm in flow["gradient_norms"]]
    if any(math.isnan(norm) for norm in norms):
        return "Gradients are not finite: try a smaller learning rate or a smaller clip."
    if len(norms) < 2:
        return ""
    found = verdict(norms)
    if found.name == "vanishing":
        left = readable(found.first / found.last if found.last else 0.0, 2)
        return (
            f"Gradients vanish: at the first of {len(norms)} time steps {left} of the last one "
            "is left."
        )
    if found.name == "exploding":
        return (
            f"Gradients explode: every step back multiplies them by {readable(found.factor, 3)}; "
            "clipping or a smaller rate holds them."
        )
    return ""


def _turned(validations: Sequence[Event]) -> str:
    known = [(each["step"], each["loss"]) for each in validations if each["loss"] is not None]
    if len(known) <= TURNED:
        return ""
    step, best = min(known, key=lambda pair: pair[1])
    after = [loss for at, loss in known if at > step]
    if len(after) < TURNED or min(after[-TURNED:]) < best + LARGE * abs(best):
        return ""
    return (
        f"The validation loss has turned: {readable(best, 3)} at step {step:,}, "
        f"{readable(after[-1], 3)} now; the network learns by heart."
    )
