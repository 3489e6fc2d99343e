"""A module as a function of its parameters, so that derivatives can be checked by differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgradseq import Tensor, check_gradients, nn
from microgradseq.gradient_check import GradientReport
from microgradseq.node import Node


def check_parameters(
    module: nn.Module, run: Callable[..., Any], *inputs: Any, **options: Any
) -> GradientReport:
    """Check the derivatives of `run(*inputs)` also with respect to the module's parameters."""
    parameters = dict(module.named_parameters())
    count = len(parameters)

    def function(*given: Any) -> Any:
        nodes = [one if isinstance(one, Node) else Tensor(one) for one in given]
        _put(module, dict(zip(parameters, nodes[:count], strict=True)))
        try:
            return run(*nodes[count:])
        finally:
            _put(module, parameters)

    return check_gradients(function, *parameters.values(), *inputs, **options)


def _put(module: nn.Module, tensors: dict[str, Any]) -> None:
    modules = dict(module.named_modules())
    for name, tensor in tensors.items():
        owner, _, own_name = name.rpartition(".")
        # past Module.__setattr__, which would no longer count a result as a parameter
        vars(modules[owner])[own_name] = tensor
