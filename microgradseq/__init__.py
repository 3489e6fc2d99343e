"""See what backpropagation through time does, number by number, and train with the same rules.

>>> from microgradseq import Value
>>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
>>> e = (a + b) * (b + 1)
>>> e.backward()
>>> e.data, a.grad, b.grad
(6.0, 2.0, 5.0)
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from microgradseq.version import VERSION

if TYPE_CHECKING:
    from microgradseq import nn, optim
    from microgradseq.context import debug, no_grad, scope
    from microgradseq.creation import ones, randn, zeros
    from microgradseq.derivatives import (
        check_gradients,
        grad,
        hessian,
        hvp,
        jacobian,
        jvp,
        value_and_grad,
        vjp,
    )
    from microgradseq.graph import Graph
    from microgradseq.randomness import manual_seed
    from microgradseq.tensor import Tensor, tensor
    from microgradseq.value import Value

__version__ = VERSION
__all__ = [
    "Graph",
    "Tensor",
    "Value",
    "__version__",
    "check_gradients",
    "debug",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "manual_seed",
    "nn",
    "no_grad",
    "ones",
    "optim",
    "randn",
    "scope",
    "tensor",
    "value_and_grad",
    "vjp",
    "zeros",
]

# A module is at home in the package itself.
_HOMES = {
    "": ("nn", "optim"),
    "context": ("debug", "no_grad", "scope"),
    "creation": ("ones", "randn", "zeros"),
    "derivatives": (
        "check_gradients",
        "grad",
        "hessian",
        "hvp",
        "jacobian",
        "jvp",
        "value_and_grad",
        "vjp",
    ),
    "graph": ("Graph",),
    "randomness": ("manual_seed",),
    "tensor": ("Tensor", "tensor"),
    "value": ("Value",),
}
_HOME_OF = {
    name: f"{__name__}.{home}" if home else __name__
    for home, names in _HOMES.items()
    for name in names
}


class _LazyPackage(ModuleType):
    """Imports a public name's module when the name is first used, so that `--version` is quick."""

    def __getattr__(self, name: str) -> object:
        if name not in _HOME_OF:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if name in _HOMES[""]:
            return import_module(f"{self.__name__}.{name}")
        found: object = getattr(import_module(_HOME_OF[name]), name)
        setattr(self, name, found)
        return found

    def __setattr__(self, name: str, value: object) -> None:
        # Python binds every submodule it has imported as an attribute of its package; the module
        # `tensor` must not hide the function `tensor`.
        if isinstance(value, ModuleType) and name in _HOME_OF and name not in _HOMES[""]:
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _LazyPackage
