"""RMSprop: steps measured in recent gradients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from microgradseq.backend import Array, library_of
from microgradseq.optim.optimizer import Group, Optimizer, State, fade, require_options


class RMSprop(Optimizer):
    """Gradient descent with a rate per number: v ← α·v + (1 − α)·g², p ← p − lr·g/(√v + eps).

    Centered, the running mean m of g is taken off: √(v − m²) in place of √v. With momentum μ, a
    buffer b ← μ·b + g/(√v + eps) gives the direction.

    Arguments:
        params: tensors, or groups as for Optimizer.
        lr: the learning rate.
        alpha: α, the share of the old average that is kept.
        eps: keeps the division defined.
        weight_decay: weight of an L2 penalty.
        momentum: μ, the share of the last direction that is kept.
        centered: whether steps are measured in the spread of gradients, not in their size.
        maximize: climb instead of descend.

    >>> from microgradseq import Tensor
    >>> w = Tensor([1.0], requires_grad=True)
    >>> optimizer = RMSprop([w], lr=0.1, alpha=0.75)
    >>> (3 * w).sum().backward()
    >>> optimizer.step()
    >>> round(w.item(), 6)
    0.8
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        options = {
            "lr": lr,
            "alpha": alpha,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "centered": centered,
            "maximize": maximize,
        }
        super().__init__(params, options)

    def check(self, group: Group) -> None:
        require_options(group, "lr", "alpha", "eps", "weight_decay", "momentum")

    def fresh_state(self, array: Array, group: Group) -> State:
        zeros_like = library_of(array).zeros_like
        state = {"step": 0, "square_avg": zeros_like(array)}
        if group["momentum"]:
            state["momentum_buffer"] = zeros_like(array)
        if group["centered"]:
            state["grad_avg"] = zeros_like(array)
        return state

    def update(self, array: Array, gradient: Array, state: State, group: Group) -> None:
        library = library_of(array)
        step = self.scratch(array, "step")
        library.multiply(gradient, gradient, out=step)
        fade(state["square_avg"], step, float(group["alpha"]), step)
        if group["centered"]:
            self._spread(gradient, state, group, step)
        else:
            library.sqrt(state["square_avg"], out=step)
        step += float(group["eps"])
        library.divide(gradient, step, out=step)
        if group["momentum"]:
            buffer = state["momentum_buffer"]
            buffer *= float(group["momentum"])
            buffer += step
            library.multiply(buffer, float(group["lr"]), out=step)
        else:
            step *= float(group["lr"])
        library.subtract(array, step, out=array)

    def _spread(self, gradient: Array, state: State, group: Group, out: Array) -> None:
        """√(v − m²), written to `out`."""
        library, mean = library_of(gradient), state["grad_avg"]
        fade(mean, gradient, float(group["alpha"]), out)
        library.multiply(mean, mean, out=out)
        library.subtract(state["square_avg"], out, out=out)
        # of gradients that hardly change, rounding can leave less than nothing
        library.maximum(out, 0.0, out=out)
        library.sqrt(out, out=out)
