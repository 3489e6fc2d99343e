"""Modules: a computation together with the tensors it learns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy

from microgradseq.backend import Array, device_of, library_of, move
from microgradseq.nn.loading import fitting_arrays
from microgradseq.nn.summary import summary_of
from microgradseq.tensor import Tensor


class Module:
    """A part of a model. Tensors and modules that are set as attributes belong to it.

    A leaf tensor that requires a gradient is a parameter; `register_buffer` adds a tensor that is
    saved but not learned. Modules may also stand in lists, tuples and dicts. A subclass says what
    it computes in `forward`.

    >>> class Scale(Module):
    ...     def __init__(self):
    ...         self.factor = Tensor([2.0], requires_grad=True)
    ...     def forward(self, x):
    ...         return self.factor * x
    >>> scale = Scale()
    >>> scale(Tensor([3.0])).tolist(), list(scale.state_dict())
    ([6.0], ['factor'])
    """

    training: bool = True
    if TYPE_CHECKING:
        # which attributes there are is known only when a module has been built
        def __getattr__(self, name: str) -> Any: ...

    def __setattr__(self, name: str, value: Any) -> None:
        held = self._held()
        if isinstance(value, Tensor) and value.requires_grad and not value.parents:
            held[name] = True
        elif not (isinstance(value, Tensor) and held.get(name) is False):
            held.pop(name, None)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        self._held().pop(name, None)
        super().__delattr__(name)

    def _held(self) -> dict[str, bool]:
        """The names of its own tensors, and whether each is a parameter."""
        held: dict[str, bool] = self.__dict__.setdefault("_tensors", {})
        return held

    def register_buffer(self, name: str, tensor: Tensor) -> None:
        """Set a tensor as an attribute that is saved and moved with the module, but not learned.

        Arguments:
            name: of the attribute.
            tensor: a leaf.

        >>> module = Module()
        >>> module.register_buffer("mean", Tensor([0.0]))
        >>> list(module.state_dict()), list(module.parameters())
        (['mean'], [])
        """
        self._held()[name] = False
        super().__setattr__(name, tensor)

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the module computes; every subclass has its own."""
        raise NotImplementedError(f"{type(self).__name__} has no forward()")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Run `forward`."""
        return self.forward(*inputs, **options)

    # --- what it holds ----------------------------------------------------------------------

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly inside, with their names.

        >>> module = Module()
        >>> module.parts = [Module(), Module()]
        >>> [name for name, _ in module.named_children()]
        ['parts.0', 'parts.1']
        """
        for name, value in vars(self).items():
            yield from _modules_in(name, value)

    def children(self) -> Iterator[Module]:
        """The modules directly inside."""
        return (child for _, child in self.named_children())

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """The module itself and all inside it, each with its dotted name; "" for itself."""
        yield prefix, self
        for name, child in self.named_children():
            yield from child.named_modules(f"{prefix}.{name}" if prefix else name)

    def modules(self) -> Iterator[Module]:
        """The module itself and all inside it."""
        return (module for _, module in self.named_modules())

    def _named_tensors(self) -> Iterator[tuple[str, Tensor, bool]]:
        for prefix, module in self.named_modules():
            for name, learned in module._held().items():
                yield f"{prefix}.{name}" if prefix else name, getattr(module, name), learned

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """The parameters of this module and all inside it; a shared one once.

        Returns:
            Pairs of a dotted name and a leaf.
        """
        seen: set[Tensor] = set()
        for name, tensor, learned in self._named_tensors():
            if learned and tensor not in seen:
                seen.add(tensor)
                yield name, tensor

    def parameters(self) -> Iterator[Tensor]:
        """The parameters of this module and all inside it; a shared one once."""
        return (parameter for _, parameter in self.named_parameters())

    # --- saving and loading -----------------------------------------------------------------

    def state_dict(self) -> dict[str, Array]:
        """Copies of all parameters and buffers.

        Returns:
            Arrays by dotted name, with PyTorch's names.
        """
        return {name: tensor.plain().copy() for name, tensor, _ in self._named_tensors()}

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> None:
        """Write saved numbers into the parameters and buffers; nothing is written on an error.

        Arguments:
            state: arrays by name; PyTorch's tensors serve as well.
            strict: whether every entry must be there and no other; shapes must fit in any case.
        """
        own = {name: tensor for name, tensor, _ in self._named_tensors()}
        for name, array in fitting_arrays(type(self).__name__, own, state, strict).items():
            tensor = own[name]
            bare = tensor.plain()
            at_home = array if library_of(array) is library_of(bare) else None
            tensor.overwrite(move(array, device_of(bare)) if at_home is None else array)

    # --- switching --------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Switch to training, where dropout drops; with False, to evaluation.

        >>> Module().train(False).training
        False
        """
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Switch to evaluation, where dropout does nothing."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.grad = None

    def to(self, *targets: Any) -> Self:
        """Change the dtype of all floating-point tensors, or move all to a device, in place.

        Arguments:
            targets: a dtype such as "float64", a device such as "cuda", or both.
        Returns:
            The module. Its parameters stay the same objects, so optimizers keep working.

        >>> module = Module()
        >>> module.weight = Tensor([1.0], requires_grad=True)
        >>> module.to("float32").weight.dtype
        dtype('float32')
        """
        for target in targets:
            change = _mover(target)
            for tensor in {tensor: None for _, tensor, _ in self._named_tensors()}:
                tensor.adopt(change(tensor.plain()))
                if tensor.grad is not None:
                    tensor.grad = change(tensor.grad)
        return self

    # --- telling ----------------------------------------------------------------------------

    def summary(self) -> str:
        """A table of the module and all inside it: what they are, and how much they learn.

        >>> module = Module()
        >>> module.weight = Tensor([[1.0, 2.0]], requires_grad=True)
        >>> print(module.summary())
        module  kind    tensors     parameters
        (all)   Module  weight 1×2           2
        total                                2
        """
        rows = [
            (name, type(module).__name__, _own_shapes(module))
            for name, module in self.named_modules()
        ]
        return summary_of(rows, sum(one.plain().size for one in self.parameters()))

    def extra_repr(self) -> str:
        """What stands between the brackets of `repr`; a subclass names its sizes here."""
        return ""

    def __repr__(self) -> str:
        children = list(self.named_children())
        if not children:
            return f"{type(self).__name__}({self.extra_repr()})"
        lines = [f"({name}): {child!r}".replace("\n", "\n  ") for name, child in children]
        return f"{type(self).__name__}({self.extra_repr()}\n  " + "\n  ".join(lines) + "\n)"


def _modules_in(name: str, value: Any) -> Iterator[tuple[str, Module]]:
    if isinstance(value, Module):
        yield name, value
    elif isinstance(value, (list, tuple)):
        for place, one in enumerate(value):
            yield from _modules_in(f"{name}.{place}", one)
    elif isinstance(value, dict) and name != "_tensors":
        for key, one in value.items():
            yield from _modules_in(f"{name}.{key}", one)


def _own_shapes(module: Module) -> dict[str, tuple[int, ...]]:
    return {name: getattr(module, name).shape for name, held in module._held().items() if held}


def _mover(target: Any) -> Any:
    """What `to(target)` does to an array."""
    if isinstance(target, str) and target.partition(":")[0] in ("cpu", "cuda"):
        return lambda array: move(array, target)
    dtype = numpy.dtype(target)
    if dtype.kind != "f":
        raise TypeError(f"to(): a model is made of floating-point numbers, not {dtype}")
    return lambda array: array.astype(dtype) if array.dtype.kind == "f" else array
