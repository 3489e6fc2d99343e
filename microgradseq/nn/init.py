"""Where weights start. Each function writes into a tensor in place and returns it.

Numbers are drawn from the one seeded source; see `manual_seed`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy

from microgradseq.backend import library_of
from microgradseq.errors import ShapeError
from microgradseq.nn.module import Module
from microgradseq.randomness import generator
from microgradseq.tensor import Tensor


def _write(tensor: Tensor, numbers: Any) -> Tensor:
    library = library_of(tensor.plain())
    tensor.overwrite(library.asarray(numpy.asarray(numbers, dtype=tensor.dtype)))
    return tensor


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Evenly from a to b.

    >>> bool((uniform_(Tensor([0.0] * 9), 2.0, 3.0).data >= 2.0).all())
    True
    """
    return _write(tensor, generator().uniform(a, b, tensor.shape))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """From a normal distribution.

    >>> normal_(Tensor([0.0] * 9), mean=5.0, std=0.0).tolist()[0]
    5.0
    """
    return _write(tensor, generator().normal(mean, std, tensor.shape))


def constant_(tensor: Tensor, value: float) -> Tensor:
    """One number everywhere.

    >>> constant_(Tensor([0.0, 0.0]), 3.0).tolist()
    [3.0, 3.0]
    """
    return _write(tensor, numpy.full(tensor.shape, value))


def zeros_(tensor: Tensor) -> Tensor:
    """Zeros.

    >>> zeros_(Tensor([1.0])).tolist()
    [0.0]
    """
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Ones.

    >>> ones_(Tensor([0.0])).tolist()
    [1.0]
    """
    return constant_(tensor, 1.0)


def _fans(tensor: Tensor) -> tuple[int, int]:
    """How many inputs and outputs a weight (O, I, ...) has."""
    if tensor.ndim < 2:
        raise ShapeError(f"xavier needs a weight of two axes or more, got shape {tensor.shape}")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def xavier_uniform_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Evenly from ±gain·√(6/(inputs + outputs)), after Glorot and Bengio.

    >>> weight = xavier_uniform_(Tensor([[0.0] * 3] * 3))
    >>> bool((abs(weight.data) <= 1.0).all())
    True
    """
    bound = gain * math.sqrt(6.0 / sum(_fans(tensor)))
    return uniform_(tensor, -bound, bound)


def xavier_normal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Normal, with a standard deviation of gain·√(2/(inputs + outputs)).

    >>> xavier_normal_(Tensor([[0.0] * 3] * 3), gain=0.0).tolist()[0]
    [0.0, 0.0, 0.0]
    """
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / sum(_fans(tensor))))


def orthogonal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Rows (or columns, where there are more rows) of length `gain` at right angles.

    Further axes count as one with the second. A product with such a square matrix neither shrinks
    nor grows a vector, so gradients last longer in a recurrent network.

    >>> q = orthogonal_(Tensor([[0.0] * 3] * 3)).data
    >>> bool(abs(q @ q.T - numpy.eye(3)).max() < 1e-12)
    True
    """
    if tensor.ndim < 2:
        raise ShapeError(f"orthogonal_ needs two axes or more, got shape {tensor.shape}")
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    tall = generator().standard_normal((max(rows, columns), min(rows, columns)))
    q, r = numpy.linalg.qr(tall)
    # with these signs every orthogonal matrix is equally likely
    q = q * numpy.sign(numpy.diag(r))
    return _write(tensor, gain * (q if rows >= columns else q.T).reshape(tensor.shape))


def identity_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """The identity, times a gain; stacked for each block of a tall weight (G·H, H).

    With ReLU and zero biases a recurrent network then keeps its state, as Le, Jaitly and Hinton
    propose.

    >>> identity_(Tensor([[5.0, 5.0], [5.0, 5.0]])).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    if tensor.ndim != 2 or tensor.shape[1] == 0 or tensor.shape[0] % tensor.shape[1]:
        raise ShapeError(f"identity_ needs shape (H, H) or (G·H, H), got {tensor.shape}")
    blocks = tensor.shape[0] // tensor.shape[1]
    return _write(tensor, gain * numpy.tile(numpy.eye(tensor.shape[1]), (blocks, 1)))


def d2l_(parameters: Module | Iterable[Tensor], std: float = 0.01) -> None:
    """As the Dive into Deep Learning texts: weights normal with 0.01, biases zero.

    Arguments:
        parameters: a module, or tensors; those of one axis count as biases.
        std: the standard deviation.

    >>> bias = Tensor([1.0])
    >>> d2l_([bias])
    >>> bias.tolist()
    [0.0]
    """
    for parameter in _tensors(parameters):
        if parameter.ndim > 1:
            normal_(parameter, 0.0, std)
        else:
            zeros_(parameter)


def recurrent_uniform_(parameters: Module | Iterable[Tensor], hidden_size: int) -> None:
    """As PyTorch's recurrent layers: all evenly from ±1/√H.

    Arguments:
        parameters: a module, or tensors.
        hidden_size: H.

    >>> weight = Tensor([9.0] * 4)
    >>> recurrent_uniform_([weight], 4)
    >>> bool((abs(weight.data) <= 0.5).all())
    True
    """
    bound = 1.0 / math.sqrt(hidden_size)
    for parameter in _tensors(parameters):
        uniform_(parameter, -bound, bound)


def _tensors(parameters: Module | Iterable[Tensor]) -> list[Tensor]:
    return list(parameters.parameters() if isinstance(parameters, Module) else parameters)


def forget_gate_bias_(lstm: Any, value: float = 1.0) -> None:
    """Let an LSTM remember at first: set the sum of its forget gate's biases, in all layers.

    Arguments:
        lstm: an LSTM, a PeepholeLSTM, or a cell of them.
        value: the sum; a second bias, if there is one, becomes 0.

    >>> from microgradseq.nn.recurrent import LSTM
    >>> lstm = LSTM(3, 2)
    >>> forget_gate_bias_(lstm)
    >>> (lstm.bias_ih_l0 + lstm.bias_hh_l0).tolist()[2:4]
    [1.0, 1.0]
    """
    cell = getattr(lstm, "cell", None)
    if cell is None or "forget" not in cell.gates:
        raise TypeError(f"{type(lstm).__name__} has no forget gate")
    place, size = cell.gates.index("forget"), lstm.hidden_size
    biases = [(name, one) for name, one in lstm.named_parameters() if name.startswith("bias_")]
    if not biases:
        raise ValueError(f"{type(lstm).__name__} has no biases; build it with bias=True")
    for name, bias in biases:
        numbers = bias.plain().copy()
        numbers[place * size : (place + 1) * size] = value if name.startswith("bias_ih") else 0.0
        bias.overwrite(numbers)
