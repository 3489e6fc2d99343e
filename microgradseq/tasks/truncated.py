"""Truncated backpropagation inside a batch: what the settings' words mean, and how it is run."""

from __future__ import annotations

from typing import Any

from microgradseq.data.errors import SettingError
from microgradseq.nn.stack import Recurrent
from microgradseq.nn.truncation import TruncationPlan, scale_gradient
from microgradseq.randomness import generator
from microgradseq.rules import RULES
from microgradseq.tasks.settings import Settings
from microgradseq.tensor import Tensor


def checked_truncation(settings: Settings) -> None:
    """Refuse settings that ask for a truncation that cannot be.

    Arguments:
        settings: truncation, truncate_at and bidirectional are read.

    >>> checked_truncation(Settings(truncation="random", truncate_at=1))
    Traceback (most recent call last):
        ...
    microgradseq.data.errors.SettingError: random truncation needs --truncate-at of 2 or more: \
it is the mean length of a stretch
    """
    if settings.truncation == "full":
        return
    if settings.bidirectional:
        raise SettingError(
            "a bidirectional model needs the whole sequence at once: its gradient cannot be "
            "truncated; leave out --bidirectional or --truncation"
        )
    if settings.truncation == "random" and settings.truncate_at < 2:
        raise SettingError(
            "random truncation needs --truncate-at of 2 or more: it is the mean length of a stretch"
        )


def plan_for(settings: Settings, steps: int) -> TruncationPlan | None:
    """Where a batch's gradient is cut; None for nowhere.

    Arguments:
        settings: truncation and truncate_at are read: "regular" cuts every so many steps,
            "random" at random places, on average so many steps apart, and without bias.
        steps: T.

    >>> plan_for(Settings(truncation="regular", truncate_at=2), 3)
    TruncationPlan(factors=(0.0, 1.0, 0.0))
    """
    if settings.truncation == "full":
        return None
    if settings.truncation == "regular":
        return TruncationPlan.regular(steps, settings.truncate_at)
    return TruncationPlan.random(steps, 1 - 1 / settings.truncate_at, generator())


def run_pieces(
    layers: Recurrent, x: Any, plan: TruncationPlan, state: Any = None
) -> tuple[Tensor, Any]:
    """Run layers over a batch with the gradient cut as planned; the numbers stay the same.

    Arguments:
        layers: that run forward in time only.
        x: their input, T steps long.
        plan: for T steps.
        state: where to start; None for zeros.
    Returns:
        The outputs of all steps in one graph, and the final state.
    """
    outputs = []
    for piece in plan.pieces(slice(0, plan.steps)):
        output, state = layers(x[piece], _passed_on(state, plan.factors[piece.start]))
        outputs.append(output)
    joined: Tensor = RULES["concatenate"](*outputs, axis=0)
    return joined, state


def _passed_on(state: Any, factor: float) -> Any:
    if isinstance(state, tuple):
        return tuple(_passed_on(one, factor) for one in state)
    return scale_gradient(state, factor) if isinstance(state, Tensor) else state
