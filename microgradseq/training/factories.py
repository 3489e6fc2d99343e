"""Optimizers and schedules from the words of the settings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from microgradseq import optim
from microgradseq.optim.optimizer import Optimizer
from microgradseq.tasks.settings import Settings
from microgradseq.tensor import Tensor

LAST_SHARE = 0.01
"""What an exponential schedule leaves of the learning rate at the end."""
WARM_UP_SHARE = 0.05
"""The share of all steps in which a warm-up reaches the full rate."""
STAIRS = 4
STAIR_FACTOR = 0.3

_OPTIMIZERS: Mapping[str, Callable[..., Optimizer]] = {
    "sgd": optim.SGD,
    "adagrad": optim.Adagrad,
    "rmsprop": optim.RMSprop,
    "adam": optim.Adam,
    "adamw": optim.AdamW,
}


def make_optimizer(settings: Settings, parameters: Iterable[Tensor]) -> Optimizer:
    """The optimizer that the settings name.

    Arguments:
        settings: `optimizer`, `lr` and, for SGD, `momentum` are read.
        parameters: what it updates.
    """
    extras = {"momentum": settings.momentum} if settings.optimizer == "sgd" else {}
    return _OPTIMIZERS[settings.optimizer](list(parameters), lr=settings.lr, **extras)


_SCHEDULES: Mapping[str, Callable[[Optimizer, int], Any]] = {
    "constant": lambda optimizer, steps: None,
    "step": lambda optimizer, steps: optim.lr_scheduler.StepLR(
        optimizer, max(1, steps // STAIRS), STAIR_FACTOR
    ),
    "exponential": lambda optimizer, steps: optim.lr_scheduler.ExponentialLR(
        optimizer, math.exp(math.log(LAST_SHARE) / steps)
    ),
    "cosine": optim.lr_scheduler.CosineAnnealingLR,
    "warm-up": lambda optimizer, steps: optim.lr_scheduler.LinearLR(
        optimizer, 0.01, 1.0, max(1, round(steps * WARM_UP_SHARE))
    ),
    "plateau": lambda optimizer, steps: optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=2
    ),
}


def make_schedule(settings: Settings, optimizer: Optimizer, steps: int) -> Any:
    """The schedule that the settings name; None for a constant rate.

    Arguments:
        settings: `schedule` is read.
        optimizer: whose rate it changes.
        steps: how many updates are planned in all.
    Returns:
        A schedule: "plateau" wants `step(loss)` after each validation, the others `step()` after
        each update.
    """
    return _SCHEDULES[settings.schedule](optimizer, max(1, steps))
