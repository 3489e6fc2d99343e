"""What goes into a recurrent layer: sequences, states and lengths, brought to one form or refused.

Inside a stack an input is time-major and batched: floating-point numbers (T, B, I), or whole
numbers (T, B) that stand for one-hot rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from microgradseq.backend import Array, library_of
from microgradseq.context import current_context
from microgradseq.errors import ShapeError
from microgradseq.tensor import Tensor


@dataclass(frozen=True)
class Expected:
    """What a layer can read.

    Arguments:
        layer: its name, for errors.
        input_size: features a step, or how many rows indices pick from.
        dtype: of its weights.
        batch_first: whether a batch comes as (B, T, ...).
        like: one of its weights; arrays are made by its library.
    """

    layer: str
    input_size: int
    dtype: Any
    batch_first: bool
    like: Array


def read_sequence(given: Any, expected: Expected) -> tuple[Any, bool]:
    """An input in the form that a stack works on.

    Arguments:
        given: tensor, array or nested lists: (T, B, I) or (T, I); whole numbers (T, B) or (T,).
        expected: what the layer can read.
    Returns:
        The input (T, B, I) or (T, B), and whether it came as a batch.

    >>> layer = Expected("RNN", 3, numpy.dtype("float64"), False, numpy.zeros(1))
    >>> x, batched = read_sequence(Tensor(numpy.zeros((4, 3))), layer)
    >>> x.shape, batched
    ((4, 1, 3), False)
    """
    x = as_input(given, expected)
    whole = x.dtype.kind in "iu"
    axes = 2 if whole else 3
    if x.ndim not in (axes, axes - 1):
        raise ShapeError(_axes_error(x, whole, expected))
    if not whole:
        _require_features(x, expected)
    batched = x.ndim == axes
    if not batched:
        return (x.reshape(x.shape[0], 1) if whole else x.unsqueeze(1)), batched
    return (x.swapaxes(0, 1) if expected.batch_first else x), batched


def as_input(given: Any, expected: Expected) -> Any:
    """A tensor of floating-point numbers, or a plain array of whole numbers.

    Arguments:
        given: tensor, array or nested lists.
        expected: what the layer can read.
    """
    if not isinstance(given, Tensor) and library_of(given) is None:
        array = numpy.asarray(given)
        if array.dtype.kind == "f":
            array = array.astype(expected.dtype)
        given = library_of(expected.like).asarray(array)
    if given.dtype.kind in "iu":
        return given.plain() if isinstance(given, Tensor) else given
    if given.dtype.kind != "f":
        raise TypeError(
            f"{expected.layer}: the input must be floating-point features or whole-number "
            f"indices, got {given.dtype}"
        )
    return given if isinstance(given, Tensor) else Tensor(given)


def _axes_error(x: Any, whole: bool, expected: Expected) -> str:
    order = "B, T" if expected.batch_first else "T, B"
    shape = f"got shape {tuple(x.shape)}"
    if whole:
        return (
            f"{expected.layer}: whole numbers are indices of shape ({order}) or (T,), {shape}; "
            f"features must be floating-point numbers, such as .astype({str(expected.dtype)!r})"
        )
    return f"{expected.layer}: the input must have shape ({order}, I) or (T, I), {shape}"


def _require_features(x: Tensor, expected: Expected) -> None:
    if x.shape[-1] != expected.input_size:
        hint = (
            "; indices of one-hot rows must be whole numbers, these are " + str(x.dtype)
            if x.ndim == 2
            else ""
        )
        raise ShapeError(
            f"{expected.layer}: the input has {x.shape[-1]} features a step "
            f"(shape {x.shape}), but input_size is {expected.input_size}{hint}"
        )
    if x.dtype != expected.dtype:
        raise TypeError(
            f"{expected.layer}: the input is {x.dtype} but the weights are {expected.dtype}; "
            f'convert one of them with .to("{expected.dtype}") or .to("{x.dtype}")'
        )


def require_rows(x: Array, expected: Expected, lengths: Array | None) -> None:
    """Refuse indices past the vocabulary; padded ones are not looked at.

    Arguments:
        x: whole numbers (T, B).
        expected: what the layer can read.
        lengths: how many steps of each sequence count.
    """
    library = library_of(x)
    if library is not numpy and not current_context().debugging:
        # a GPU is not asked, which would mean waiting for it: what comes of such an index is NaN
        return
    outside = (x < 0) | (x >= expected.input_size)
    if lengths is not None:
        outside = outside & (library.arange(x.shape[0])[:, None] < library.asarray(lengths))
    if bool(outside.any()):
        worst = int(x[outside].reshape(-1)[0])
        raise ShapeError(
            f"{expected.layer}: the input holds index {worst}, but input_size is "
            f"{expected.input_size}: indices go from 0 to {expected.input_size - 1}"
        )


def read_lengths(given: Any, steps: int, batch: int, layer: str) -> Array | None:
    """Lengths as an array of the CPU.

    Arguments:
        given: B whole numbers between 0 and T, or None.
        steps: T.
        batch: B.
        layer: its name, for errors.

    >>> read_lengths([2, 5], 4, 2, "RNN")
    Traceback (most recent call last):
        ...
    microgradseq.errors.ShapeError: RNN: length 5 is outside 0 to 4, the steps of the input
    """
    if given is None:
        return None
    array = given.plain() if isinstance(given, Tensor) else given
    if library_of(array) not in (None, numpy):
        array = array.get()
    lengths = numpy.asarray(array, dtype=None if numpy.size(array) else numpy.intp)
    if lengths.dtype.kind not in "iu":
        raise TypeError(f"{layer}: lengths must be whole numbers, got {lengths.dtype}")
    if lengths.shape != (batch,):
        raise ShapeError(
            f"{layer}: lengths must hold one number for each of the {batch} sequences, "
            f"got shape {lengths.shape}"
        )
    outside = (lengths < 0) | (lengths > steps)
    if outside.any():
        raise ShapeError(
            f"{layer}: length {lengths[outside][0]} is outside 0 to {steps}, the steps of the input"
        )
    return lengths.astype(numpy.intp)


def read_states(
    given: Any, names: Sequence[str], shape: tuple[int, ...], batched: bool, expected: Expected
) -> tuple[Tensor, ...]:
    """Initial states as tensors of shape (L·D, B, H), zeros where none are given.

    Arguments:
        given: None; a tensor or array; a pair of them where a cell carries two states.
        names: of the states.
        shape: (L·D, B, H).
        batched: whether the input came as a batch; otherwise states have no axis B.
        expected: what the layer can read.
    """
    if given is None:
        zeros = library_of(expected.like).zeros(shape, dtype=expected.dtype)
        return tuple(Tensor(zeros) for _ in names)
    single = len(names) == 1 and not isinstance(given, (tuple, list))
    states = (given,) if single else tuple(given) if isinstance(given, (tuple, list)) else ()
    if len(states) != len(names):
        wanted = f"a tuple ({', '.join(names)})" if len(names) > 1 else "one tensor"
        raise ShapeError(f"{expected.layer}: the state must be {wanted}")
    fitting = shape if batched else (*shape[:-2], shape[-1])
    tensors = [
        _state(state, name, fitting, expected) for state, name in zip(states, names, strict=True)
    ]
    return tuple(one if batched else one.reshape(shape) for one in tensors)


def _state(given: Any, name: str, shape: tuple[int, ...], expected: Expected) -> Tensor:
    if not isinstance(given, Tensor):
        known = library_of(given) is not None
        given = Tensor(given) if known else Tensor(given, dtype=expected.dtype)
    state: Tensor = given
    if state.shape != shape:
        raise ShapeError(
            f"{expected.layer}: the state {name} must have shape {shape}, got {state.shape}"
        )
    if state.dtype != expected.dtype:
        raise TypeError(
            f"{expected.layer}: the state {name} is {state.dtype} but the weights are "
            f'{expected.dtype}; convert it with .to("{expected.dtype}")'
        )
    return state
