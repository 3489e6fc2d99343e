"""Schedules: how the learning rate changes from epoch to epoch.

Each schedule is a factor f(t) of the starting rate. A step goes from lr·f(t − 1) to lr·f(t) by
multiplying, so that schedules can be chained, and what a person sets by hand is kept in proportion.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from microgradseq.optim.optimizer import Optimizer

_NOT_SAVED = {"optimizer", "lr_lambdas"}


def state_of(schedule: Any) -> dict[str, Any]:
    """The numbers that a schedule holds, by name.

    Arguments:
        schedule: any; its optimizer and its functions are left out.

    >>> from types import SimpleNamespace
    >>> state_of(SimpleNamespace(last_epoch=3, optimizer=None))
    {'last_epoch': 3}
    """
    return {
        name: list(value) if isinstance(value, list) else value
        for name, value in vars(schedule).items()
        if name not in _NOT_SAVED
    }


def load_state(schedule: Any, state: Mapping[str, Any]) -> None:
    """Give a schedule the numbers that `state_of` returned.

    Arguments:
        schedule: of the same kind.
        state: as from `state_of`; raises ValueError where an entry is missing or unknown.
    """
    wanted = vars(schedule).keys() - _NOT_SAVED
    if state.keys() != wanted:
        different = ", ".join(sorted(state.keys() ^ wanted))
        raise ValueError(
            f"the state does not fit {type(schedule).__name__}: missing or unexpected {different}"
        )
    for name, value in state.items():
        setattr(schedule, name, list(value) if isinstance(value, (list, tuple)) else value)


class LRScheduler:
    """What all schedules share; a subclass gives `factor`.

    Arguments:
        optimizer: whose groups' "lr" is set.
        last_epoch: the epoch reached so far; −1 begins anew.

    >>> from microgradseq import Tensor
    >>> from microgradseq.optim import SGD
    >>> optimizer = SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> schedule = StepLR(optimizer, step_size=2)
    >>> for _ in range(4):
    ...     optimizer.step()
    ...     schedule.step()
    >>> round(optimizer.param_groups[0]["lr"], 6), schedule.last_epoch
    (0.01, 4)
    """

    floor = 0.0
    """The rate that a factor of 0 means."""

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        self.last_epoch = last_epoch + 1
        for group in optimizer.param_groups:
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise ValueError(
                    f"last_epoch={last_epoch} continues a schedule, but a group of the optimizer "
                    'lacks "initial_lr"; load the optimizer\'s state first'
                )
        self.base_lrs = [float(group["initial_lr"]) for group in optimizer.param_groups]
        self._set_rates(self.start(self._rates(), last_epoch == -1))

    def factor(self, epoch: int) -> float:
        """The share of the starting rate that holds at an epoch, counted from 0."""
        raise NotImplementedError

    def start(self, rates: list[float], anew: bool) -> list[float]:
        """The first rates, from the optimizer's, which are right already unless it begins anew."""
        if not anew:
            return rates
        return [self.floor + (rate - self.floor) * self.factor(0) for rate in rates]

    def advance(self, rates: list[float]) -> list[float]:
        """The rates of the epoch just reached, from those of the epoch before it."""
        before, after = self.factor(self.last_epoch - 1), self.factor(self.last_epoch)
        if before == 0.0:
            # nothing is left to multiply: begin again from the starting rates
            pairs = zip(rates, self.base_lrs, strict=True)
            return [rate + (base - self.floor) * after for rate, base in pairs]
        return [self.floor + (rate - self.floor) * (after / before) for rate in rates]

    def step(self) -> None:
        """Go on by one epoch and set the groups' rates."""
        self.last_epoch += 1
        self._set_rates(self.advance(self._rates()))

    def get_last_lr(self) -> list[float]:
        """The rates last set, one a group."""
        return list(self._last_lr)

    def _rates(self) -> list[float]:
        return [float(group["lr"]) for group in self.optimizer.param_groups]

    def _set_rates(self, rates: Sequence[float]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = list(rates)

    def state_dict(self) -> dict[str, Any]:
        """What the schedule needs to go on, as numbers; save the optimizer's state with it."""
        return state_of(self)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned; the optimizer's rates stay as they are."""
        load_state(self, state)


class StepLR(LRScheduler):
    """The rate falls by a factor every few epochs: f(t) = gamma^⌊t/step_size⌋.

    Arguments:
        optimizer: whose groups' "lr" is set.
        step_size: epochs between falls.
        gamma: the factor.
        last_epoch: as for LRScheduler.
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        if step_size < 1:
            raise ValueError(f"step_size must be at least 1, not {step_size}")
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def factor(self, epoch: int) -> float:
        return float(self.gamma ** (epoch // self.step_size))


class ExponentialLR(LRScheduler):
    """The rate falls by a factor every epoch: f(t) = gamma^t.

    Arguments:
        optimizer: whose groups' "lr" is set.
        gamma: the factor.
        last_epoch: as for LRScheduler.
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def factor(self, epoch: int) -> float:
        return float(self.gamma**epoch)


class CosineAnnealingLR(LRScheduler):
    """The rate falls from lr to eta_min along half a cosine, and rises again after that.

    lr_t = eta_min + (lr − eta_min)·(1 + cos(π·t/T_max))/2.

    Arguments:
        optimizer: whose groups' "lr" is set.
        T_max: epochs from the top to the bottom.
        eta_min: the lowest rate.
        last_epoch: as for LRScheduler.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_max: int,  # noqa: N803 - PyTorch's name
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if T_max < 1:
            raise ValueError(f"T_max must be at least 1, not {T_max}")
        self.T_max = T_max
        self.floor = eta_min
        super().__init__(optimizer, last_epoch)

    def factor(self, epoch: int) -> float:
        # taken within one period, so that the bottom is 0 and not nearly 0
        phase = epoch % (2 * self.T_max)
        return (1.0 + math.cos(math.pi * phase / self.T_max)) / 2.0


class LinearLR(LRScheduler):
    """The rate goes from one share of lr to another along a line, and stays there: a warm-up.

    Arguments:
        optimizer: whose groups' "lr" is set.
        start_factor: the share of lr at epoch 0.
        end_factor: the share of lr from epoch total_iters on.
        total_iters: epochs from one to the other.
        last_epoch: as for LRScheduler.

    >>> from microgradseq import Tensor
    >>> from microgradseq.optim import SGD
    >>> optimizer = SGD([Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> schedule = LinearLR(optimizer, start_factor=0.25, total_iters=3)
    >>> rates = []
    >>> for _ in range(5):
    ...     rates += schedule.get_last_lr()
    ...     schedule.step()
    >>> rates
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3.0,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not (0.0 <= start_factor <= 1.0 and 0.0 <= end_factor <= 1.0):
            raise ValueError(
                f"start_factor and end_factor lie between 0 and 1, not {start_factor}, {end_factor}"
            )
        if total_iters < 1:
            raise ValueError(f"total_iters must be at least 1, not {total_iters}")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def factor(self, epoch: int) -> float:
        way = min(epoch, self.total_iters) / self.total_iters
        return self.start_factor + (self.end_factor - self.start_factor) * way


class LambdaLR(LRScheduler):
    """The rate is lr times whatever a function says; what is set by hand is overwritten.

    Arguments:
        optimizer: whose groups' "lr" is set.
        lr_lambda: (epoch) to a factor, or a list of such functions, one a group.
        last_epoch: as for LRScheduler.

    Functions are not saved: give the same ones when a state is loaded.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        groups = len(optimizer.param_groups)
        self.lr_lambdas = [lr_lambda] * groups if callable(lr_lambda) else list(lr_lambda)
        if len(self.lr_lambdas) != groups:
            raise ValueError(f"{len(self.lr_lambdas)} functions do not fit {groups} groups")
        super().__init__(optimizer, last_epoch)

    def start(self, rates: list[float], anew: bool) -> list[float]:
        return self.advance(rates)

    def advance(self, rates: list[float]) -> list[float]:
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [base * float(function(self.last_epoch)) for base, function in pairs]
