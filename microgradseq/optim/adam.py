"""Adam, and AdamW with weight decay apart from the gradient."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar

from microgradseq.backend import Array, library_of
from microgradseq.optim.optimizer import Group, Optimizer, State, fade, require_options


class Adam(Optimizer):
    """Running means of the gradient and of its square, both corrected for their start at zero.

    m ← β₁·m + (1 − β₁)·g and v ← β₂·v + (1 − β₂)·g²; with m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ),
    p ← p − lr·m̂/(√v̂ + eps).

    Arguments:
        params: tensors, or groups as for Optimizer.
        lr: the learning rate.
        betas: β₁ and β₂, the shares of the old means that are kept.
        eps: keeps the division defined.
        weight_decay: weight of an L2 penalty.
        amsgrad: whether the largest v so far takes the place of v.
        maximize: climb instead of descend.

    >>> from microgradseq import Tensor
    >>> w = Tensor([1.0], requires_grad=True)
    >>> optimizer = Adam([w], lr=0.1)
    >>> (3 * w).sum().backward()
    >>> optimizer.step()
    >>> round(w.item(), 6)
    0.9
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        options = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
        }
        super().__init__(params, options)

    def check(self, group: Group) -> None:
        require_options(group, "lr", "eps", "weight_decay")
        require_options(group, "betas", below=1.0)

    def fresh_state(self, array: Array, group: Group) -> State:
        zeros_like = library_of(array).zeros_like
        state = {"step": 0, "exp_avg": zeros_like(array), "exp_avg_sq": zeros_like(array)}
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = zeros_like(array)
        return state

    def update(self, array: Array, gradient: Array, state: State, group: Group) -> None:
        library = library_of(array)
        first, second = map(float, group["betas"])
        step = self.scratch(array, "step")
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        fade(mean, gradient, first, step)
        library.multiply(gradient, gradient, out=step)
        fade(square, step, second, step)
        if group["amsgrad"]:
            square = library.maximum(state["max_exp_avg_sq"], square, out=state["max_exp_avg_sq"])
        # both corrections at once: m̂/(√v̂ + eps) = root/(1 − β₁ᵗ)·m/(√v + eps·root)
        root = math.sqrt(1.0 - second ** state["step"])
        library.sqrt(square, out=step)
        step += float(group["eps"]) * root
        library.divide(mean, step, out=step)
        step *= float(group["lr"]) * root / (1.0 - first ** state["step"])
        library.subtract(array, step, out=array)


class AdamW(Adam):
    """Adam with weight decay apart from the gradient: p ← p − lr·weight_decay·p before the step.

    Arguments:
        params: tensors, or groups as for Optimizer.
        lr: the learning rate.
        betas: β₁ and β₂, the shares of the old means that are kept.
        eps: keeps the division defined.
        weight_decay: the share of each number, times lr, that a step takes away.
        amsgrad: whether the largest v so far takes the place of v.
        maximize: climb instead of descend.

    >>> from microgradseq import Tensor
    >>> w = Tensor([1.0], requires_grad=True)
    >>> optimizer = AdamW([w], lr=0.1, weight_decay=0.5)
    >>> (0 * w).sum().backward()
    >>> optimizer.step()
    >>> w.tolist()
    [0.95]
    """

    penalizes: ClassVar[bool] = False

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)

    def update(self, array: Array, gradient: Array, state: State, group: Group) -> None:
        array *= 1.0 - float(group["lr"]) * float(group["weight_decay"])
        super().update(array, gradient, state, group)
