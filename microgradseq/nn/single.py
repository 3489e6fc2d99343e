"""Cells as modules of their own: one time step, with PyTorch's names and arguments."""

from __future__ import annotations

import math
from typing import Any

from microgradseq.errors import ShapeError
from microgradseq.nn.cells.elman import ELMAN_CELL
from microgradseq.nn.cells.gru import GRU_CELL
from microgradseq.nn.cells.lstm import LSTM_CELL
from microgradseq.nn.cells.specification import Cell, Options
from microgradseq.nn.module import Module
from microgradseq.nn.sequences import Expected, as_input, read_sequence, read_states, require_rows
from microgradseq.randomness import generator
from microgradseq.tensor import Tensor


class SingleStep(Module):
    """One step of a cell.

    Arguments:
        cell: which.
        input_size: features, or how many rows whole-number input picks from.
        hidden_size: units.
        bias: True for both biases as in PyTorch, "single" for one, False for none.
        dtype, device: of the weights.
        options: the cell's own.
    """

    def __init__(
        self,
        cell: Cell,
        input_size: int,
        hidden_size: int,
        bias: bool | str = True,
        *,
        dtype: Any = "float32",
        device: str | None = None,
        options: Options | None = None,
    ) -> None:
        self.cell, self.input_size, self.hidden_size = cell, input_size, hidden_size
        self.options = {**cell.options, **(options or {}), "bias": bias}
        cell.check(self.options)
        bound = 1 / math.sqrt(hidden_size)
        shapes = cell.parameters(input_size, hidden_size, self.options)
        self._names = tuple(shapes)
        for name, shape in shapes.items():
            numbers = generator().uniform(-bound, bound, shape)
            setattr(self, name, Tensor(numbers, dtype, device, True, name))

    def forward(self, x: Any, state: Any = None) -> Any:
        """One step.

        Arguments:
            x: (B, I) or (I,); whole numbers (B,) mean one-hot rows.
            state: (B, H) or (H,), a pair of them for an LSTM; zeros if None.
        Returns:
            The new state, in the same form.
        """
        parameters = {name: getattr(self, name) for name in self._names}
        weight = parameters[self._names[0]].plain()
        expected = Expected(type(self).__name__, self.input_size, weight.dtype, False, weight)
        x, batched = _read_step(x, expected)
        shape = (x.shape[0], self.cell.state_size(self.hidden_size, self.options))
        states = read_states(state, self.cell.states, shape, batched, expected)
        prepared = self.cell.prepare(x, parameters, self.options)
        after = self.cell.step(prepared.projection, states, prepared.parameters, self.options)
        if not batched:
            after = tuple(one.squeeze(0) for one in after)
        return after if len(after) > 1 else after[0]

    def extra_repr(self) -> str:
        """Its sizes."""
        return f"{self.input_size}, {self.hidden_size}"


def _read_step(given: Any, expected: Expected) -> tuple[Any, bool]:
    """The input of one step as a batch, and whether it was one."""
    x = as_input(given, expected)
    batched = x.dtype.kind != "f" or x.ndim != 1
    # a step (B, I) is read like a sequence (T, I): both are rows of features
    rows, longer = read_sequence(x if batched else x.unsqueeze(0), expected)
    if longer:
        raise ShapeError(
            f"{expected.layer}: one step takes (B, {expected.input_size}) or whole numbers (B,), "
            f"got shape {tuple(x.shape)}"
        )
    rows = rows[:, 0]
    if rows.dtype.kind in "iu":
        require_rows(rows[None], expected, None)
    return rows, batched


class RNNCell(SingleStep):
    """One step of an Elman network.

    Arguments:
        input_size, hidden_size, bias, dtype, device: see `SingleStep`.
        nonlinearity: "tanh", "relu" or "sigmoid".

    >>> import numpy
    >>> RNNCell(3, 5)(numpy.zeros((2, 3), dtype="float32")).shape
    (2, 5)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool | str = True,
        nonlinearity: str = "tanh",
        **further: Any,
    ) -> None:
        options = {"nonlinearity": nonlinearity}
        super().__init__(ELMAN_CELL, input_size, hidden_size, bias, options=options, **further)


class GRUCell(SingleStep):
    """One step of a gated recurrent unit.

    Arguments:
        input_size, hidden_size, bias, dtype, device: see `SingleStep`.
        reset: "after" the hidden product, as PyTorch, or "before" it.

    >>> import numpy
    >>> GRUCell(3, 5)(numpy.array([0, 2])).shape
    (2, 5)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool | str = True,
        reset: str = "after",
        **further: Any,
    ) -> None:
        options = {"reset": reset}
        super().__init__(GRU_CELL, input_size, hidden_size, bias, options=options, **further)


class LSTMCell(SingleStep):
    """One step of an LSTM; its state is a pair (h, c).

    Arguments:
        input_size, hidden_size, bias, dtype, device: see `SingleStep`.

    >>> import numpy
    >>> h, c = LSTMCell(3, 5)(numpy.zeros((2, 3), dtype="float32"))
    >>> h.shape, c.shape
    ((2, 5), (2, 5))
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool | str = True, **further: Any
    ) -> None:
        super().__init__(LSTM_CELL, input_size, hidden_size, bias, **further)
