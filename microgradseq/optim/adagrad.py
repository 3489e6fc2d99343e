"""Adagrad: smaller steps where gradients have been large."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from microgradseq.backend import Array, library_of
from microgradseq.optim.optimizer import Group, Optimizer, State, require_options


class Adagrad(Optimizer):
    """Gradient descent with a rate per number: s ← s + g², p ← p − lr_t·g/(√s + eps).

    lr_t = lr/(1 + (t − 1)·lr_decay), where t counts steps from 1.

    Arguments:
        params: tensors, or groups as for Optimizer.
        lr: the learning rate.
        lr_decay: how fast it falls.
        weight_decay: weight of an L2 penalty.
        initial_accumulator_value: what s starts with.
        eps: keeps the division defined.
        maximize: climb instead of descend.

    >>> from microgradseq import Tensor
    >>> w = Tensor([1.0, 1.0], requires_grad=True)
    >>> optimizer = Adagrad([w], lr=0.5)
    >>> (w * [1.0, 100.0]).sum().backward()
    >>> optimizer.step()
    >>> [round(number, 6) for number in w.tolist()]
    [0.5, 0.5]
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        options = {
            "lr": lr,
            "lr_decay": lr_decay,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "eps": eps,
            "maximize": maximize,
        }
        super().__init__(params, options)

    def check(self, group: Group) -> None:
        require_options(group, "lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps")

    def fresh_state(self, array: Array, group: Group) -> State:
        start = float(group["initial_accumulator_value"])
        return {"step": 0, "sum": library_of(array).full_like(array, start)}

    def update(self, array: Array, gradient: Array, state: State, group: Group) -> None:
        library = library_of(array)
        rate = float(group["lr"]) / (1.0 + (state["step"] - 1) * float(group["lr_decay"]))
        step = self.scratch(array, "step")
        library.multiply(gradient, gradient, out=step)
        squares = state["sum"]
        squares += step
        library.sqrt(squares, out=step)
        step += float(group["eps"])
        library.divide(gradient, step, out=step)
        step *= rate
        library.subtract(array, step, out=array)
