"""A schedule that watches a measure, such as the loss on held-out data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from microgradseq.optim.optimizer import Optimizer
from microgradseq.optim.schedules import load_state, state_of


class ReduceLROnPlateau:
    """The rate falls by a factor when a measure has not improved for more than `patience` epochs.

    Arguments:
        optimizer: whose groups' "lr" is set.
        mode: "min" where less is better, "max" where more is.
        factor: what the rate is multiplied by.
        patience: epochs without improvement that are let pass.
        threshold: how large an improvement must be to count.
        threshold_mode: "rel" for a share of the best, "abs" for a difference to it.
        cooldown: epochs after a fall in which none is counted as bad.
        min_lr: the lowest rate, or one a group.
        eps: falls smaller than this are left out.

    >>> from microgradseq import Tensor
    >>> from microgradseq.optim import SGD
    >>> optimizer = SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> schedule = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    >>> for loss in [3.0, 2.0, 2.0, 2.0]:
    ...     schedule.step(loss)
    >>> schedule.get_last_lr()
    [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | Sequence[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise ValueError(f"factor must be below 1, not {factor}")
        if mode not in ("min", "max"):
            raise ValueError(f'mode="{mode}" is unknown; choose "min" or "max"')
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f'threshold_mode="{threshold_mode}" is unknown; choose "rel" or "abs"')
        groups = len(optimizer.param_groups)
        self.optimizer = optimizer
        self.mode = mode
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.cooldown = cooldown
        self.min_lrs = list(min_lr) if isinstance(min_lr, Sequence) else [min_lr] * groups
        if len(self.min_lrs) != groups:
            raise ValueError(f"{len(self.min_lrs)} lowest rates do not fit {groups} groups")
        self.eps = eps
        self.last_epoch = 0
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = 0
        self.cooldown_counter = 0

    def step(self, metrics: Any) -> None:
        """Go on by one epoch.

        Arguments:
            metrics: the measure, one number; NaN never counts as an improvement.
        """
        self.last_epoch += 1
        if self._is_better(float(metrics)):
            self.best = float(metrics)
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0

    def get_last_lr(self) -> list[float]:
        """The rates now, one a group."""
        return [float(group["lr"]) for group in self.optimizer.param_groups]

    def _is_better(self, measure: float) -> bool:
        sign = 1.0 if self.mode == "max" else -1.0
        if self.threshold_mode == "rel":
            wanted = self.best * (1.0 + sign * self.threshold)
        else:
            wanted = self.best + sign * self.threshold
        return sign * measure > sign * wanted

    def _reduce(self) -> None:
        for group, lowest in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
            rate = max(float(group["lr"]) * self.factor, lowest)
            if float(group["lr"]) - rate > self.eps:
                group["lr"] = rate

    def state_dict(self) -> dict[str, Any]:
        """What the schedule needs to go on, as numbers; save the optimizer's state with it."""
        return state_of(self)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned; the optimizer's rates stay as they are."""
        load_state(self, state)
