"""Saved numbers on their way into a module: what fits, and one error for all that does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy

from microgradseq.backend import Array, library_of
from microgradseq.numbers import plural
from microgradseq.tensor import Tensor


class StateError(ValueError):
    """A saved state that does not fit a module."""


def fitting_arrays(
    module: str, own: Mapping[str, Tensor], state: Mapping[str, Any], strict: bool
) -> dict[str, Array]:
    """The entries of a saved state that belong to a module, as arrays.

    Arguments:
        module: its name, for the error.
        own: the module's tensors by name.
        state: the saved entries by name.
        strict: whether every tensor needs an entry and every entry a tensor.
    Returns:
        Arrays of the tensors' shapes. Raises StateError that lists everything that is wrong.

    >>> fitting_arrays("Linear", {"weight": Tensor([1.0])}, {"wait": [1.0]}, True)
    Traceback (most recent call last):
        ...
    microgradseq.nn.loading.StateError: the state does not fit Linear:
      1 entry missing: weight
      1 entry unexpected: wait
    """
    arrays = {name: as_array(state[name]) for name in own if name in state}
    misshaped = [
        f"{name} has shape {tuple(array.shape)}, needs {own[name].shape}"
        for name, array in arrays.items()
        if tuple(array.shape) != own[name].shape
    ]
    missing = [name for name in own if name not in state] if strict else []
    unexpected = [name for name in state if name not in own] if strict else []
    complaints = [
        f"  {_entries(len(names))} {what}: {separator.join(names)}"
        for what, names, separator in (
            ("missing", missing, ", "),
            ("unexpected", unexpected, ", "),
            ("misshaped", misshaped, "; "),
        )
        if names
    ]
    if complaints:
        raise StateError("\n".join([f"the state does not fit {module}:", *complaints]))
    return arrays


def _entries(count: int) -> str:
    return plural(count, "entry") if count == 1 else f"{count} entries"


def as_array(entry: Any) -> Array:
    """An entry of a saved state as an array, also where it is another library's tensor.

    Arguments:
        entry: an array, a tensor of this library or of PyTorch, or nested lists.

    >>> as_array([[1.0, 2.0]]).shape
    (1, 2)
    """
    if isinstance(entry, Tensor):
        return entry.plain()
    if library_of(entry) is not None:
        return entry
    for method in ("detach", "cpu", "numpy"):
        if hasattr(entry, method):
            entry = getattr(entry, method)()
    array = numpy.asarray(entry)
    if array.dtype.kind not in "biuf":
        raise StateError(f"an entry of a state must hold numbers, got {type(entry).__name__}")
    return array
