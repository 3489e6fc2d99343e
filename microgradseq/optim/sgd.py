"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from microgradseq.backend import Array, library_of
from microgradseq.optim.optimizer import Group, Optimizer, State, require_options


class SGD(Optimizer):
    """Gradient descent: p ← p − lr·d.

    The direction d is the gradient g (plus weight_decay·p). With momentum μ, a buffer
    b ← μ·b + (1 − dampening)·g takes its place, which starts as g; with Nesterov, d = g + μ·b.

    Arguments:
        params: tensors, or groups as for Optimizer.
        lr: the learning rate.
        momentum: μ, the share of the last direction that is kept.
        dampening: how much less of a new gradient enters the buffer.
        weight_decay: weight of an L2 penalty.
        nesterov: look ahead along the buffer; needs momentum without dampening.
        maximize: climb instead of descend.

    >>> from microgradseq import Tensor
    >>> w = Tensor([1.0], requires_grad=True)
    >>> optimizer = SGD([w], lr=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (2 * w).sum().backward()
    ...     optimizer.step()
    >>> round(w.item(), 6)
    0.5
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        options = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, options)

    def check(self, group: Group) -> None:
        require_options(group, "lr", "momentum", "weight_decay")
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ValueError("nesterov needs a momentum above 0 and a dampening of 0")

    def fresh_state(self, array: Array, group: Group) -> State:
        return {"momentum_buffer": None}

    def update(self, array: Array, gradient: Array, state: State, group: Group) -> None:
        direction = gradient
        if group["momentum"]:
            direction = self._with_momentum(array, gradient, state, group)
        library = library_of(array)
        step = self.scratch(array, "step")
        library.multiply(direction, float(group["lr"]), out=step)
        library.subtract(array, step, out=array)

    def _with_momentum(self, array: Array, gradient: Array, state: State, group: Group) -> Array:
        library, momentum = library_of(array), float(group["momentum"])
        step = self.scratch(array, "step")
        buffer = state["momentum_buffer"]
        if buffer is None:
            buffer = state["momentum_buffer"] = gradient.copy()
        else:
            buffer *= momentum
            if group["dampening"]:
                buffer += library.multiply(gradient, 1.0 - float(group["dampening"]), out=step)
            else:
                buffer += gradient
        if not group["nesterov"]:
            return buffer
        library.multiply(buffer, momentum, out=step)
        return library.add(step, gradient, out=step)
