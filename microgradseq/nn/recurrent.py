"""The recurrent layers, with PyTorch's names and arguments; `Recurrent` says what they share.

Beyond PyTorch's arguments all take `mode`, `dtype`, `device`, and `bias="single"`. The formulas
stand with the cells, in `cells/`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from microgradseq.joint import JointRule
from microgradseq.nn.cells.ctrnn import CTRNN_CELL
from microgradseq.nn.cells.elman import ELMAN_CELL
from microgradseq.nn.cells.gru import GRU_CELL
from microgradseq.nn.cells.jordan import JORDAN_CELL
from microgradseq.nn.cells.lstm import LSTM_CELL
from microgradseq.nn.cells.minimal import MIN_GRU_CELL, MIN_LSTM_CELL
from microgradseq.nn.cells.peephole import PEEPHOLE_CELL
from microgradseq.nn.cells.specification import Cell
from microgradseq.nn.stack import Recurrent


class RNN(Recurrent):
    """Elman's plain recurrent network: h_t = φ(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh).

    Arguments:
        input_size, hidden_size, num_layers: the sizes.
        nonlinearity: φ, "tanh", "relu" or "sigmoid".
        bias, batch_first, dropout, bidirectional, mode, dtype, device: see `Recurrent`.

    >>> import numpy
    >>> output, h = RNN(5, 10, 2)(numpy.zeros((6, 3, 5), dtype="float32"))
    >>> output.shape, h.shape
    ((6, 3, 10), (2, 3, 10))
    """

    # "nonlinearity" stands where PyTorch has it, among the arguments that the others share
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool | str = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        **further: Any,
    ) -> None:
        super().__init__(
            ELMAN_CELL,
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            options={"nonlinearity": nonlinearity},
            **further,
        )


class CellLayer(Recurrent):
    """A recurrent layer of one known cell, whose options are arguments of the layer.

    Arguments:
        input_size, hidden_size, num_layers: the sizes.
        bias, batch_first, dropout, bidirectional, mode, dtype, device, kernel: see `Recurrent`.
        options: the cell's own; what is not given is as the cell has it.

    >>> GRU(5, 10, reset="between")
    Traceback (most recent call last):
        ...
    ValueError: reset="between" is unknown; choose "after" or "before"
    """

    of_cell: ClassVar[Cell]

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool | str = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        mode: str = "fused",
        dtype: Any = "float32",
        device: str | None = None,
        kernel: JointRule | None = None,
        **options: Any,
    ) -> None:
        unknown = next((name for name in options if name not in self.of_cell.options), None)
        if unknown is not None:
            raise TypeError(f"{type(self).__name__} has no argument {unknown!r}")
        super().__init__(
            self.of_cell,
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            mode=mode,
            dtype=dtype,
            device=device,
            kernel=kernel,
            options=options,
        )


class GRU(CellLayer):
    """The gated recurrent unit: h_t = z ⊙ h_{t−1} + (1 − z) ⊙ n.

    Arguments:
        input_size, hidden_size, num_layers: the sizes.
        bias, batch_first, dropout, bidirectional, mode, dtype, device: see `Recurrent`.
        reset: "after" the hidden product, as PyTorch, or "before" it, as the study notes.

    >>> GRU(5, 10).weight_ih_l0.shape
    (30, 5)
    """

    of_cell = GRU_CELL


class LSTM(CellLayer):
    """Long short-term memory; its state is a pair (h, c).

    Arguments:
        input_size, hidden_size, num_layers: the sizes.
        bias, batch_first, dropout, bidirectional, mode, dtype, device: see `Recurrent`.
        proj_size: PyTorch's projection of h; only 0, none, is possible here.

    >>> import numpy
    >>> output, (h, c) = LSTM(50, 100, 2)(numpy.zeros((10, 3, 50), dtype="float32"))
    >>> output.shape, h.shape, c.shape
    ((10, 3, 100), (2, 3, 100), (2, 3, 100))
    """

    of_cell = LSTM_CELL

    def __init__(
        self, input_size: int, hidden_size: int, *shared: Any, proj_size: int = 0, **further: Any
    ) -> None:
        if proj_size != 0:
            raise ValueError(
                f"LSTM: proj_size={proj_size} is not supported; put a Linear({hidden_size}, "
                f"{proj_size}) on the outputs instead"
            )
        super().__init__(input_size, hidden_size, *shared, **further)


class PeepholeLSTM(CellLayer):
    """The LSTM whose gates also look at the cell state; its state is a pair (h, c).

    Arguments:
        input_size, hidden_size, num_layers: the sizes.
        bias, batch_first, dropout, bidirectional, mode, dtype, device: see `Recurrent`.
        variant: "diagonal", "cell" or "both"; see `cells/peephole.py`.

    >>> PeepholeLSTM(5, 10).weight_ch_l0.shape
    (30,)
    """

    of_cell = PEEPHOLE_CELL


class JordanRNN(CellLayer):
    """Jordan's network, whose state is fed from the output y instead of the hidden layer.

    Arguments:
        input_size, hidden_size, num_layers: the sizes.
        bias, batch_first, dropout, bidirectional, mode, dtype, device: see `Recurrent`.
        output_size: of y; the hidden size if None.
        nonlinearity: of the hidden layer: "tanh", "relu" or "sigmoid".
        output_nonlinearity: of y: one of these, or "identity".

    >>> JordanRNN(5, 10, output_size=4).weight_hh_l0.shape
    (10, 4)
    """

    of_cell = JORDAN_CELL


class CTRNN(CellLayer):
    """The continuous-time network τ dy/dt = −y + W σ(y + θ) + I, in steps of length dt.

    Arguments:
        input_size, hidden_size, num_layers: the sizes.
        bias, batch_first, dropout, bidirectional, mode, dtype, device: see `Recurrent`.
        tau: the time constant, one number or one for each unit.
        dt: the length of a step.
        method: "euler", or "rk4" for Runge and Kutta's of fourth order.

    >>> CTRNN(1, 2, tau=(1.0, 2.0), dt=0.01)
    CTRNN(1, 2, tau=(1.0, 2.0), dt=0.01)
    """

    of_cell = CTRNN_CELL


class MinGRU(CellLayer):
    """The minimal GRU, whose gates look at the input only.

    Arguments:
        input_size, hidden_size, num_layers: the sizes.
        bias, batch_first, dropout, bidirectional, mode, dtype, device: see `Recurrent`.

    >>> list(MinGRU(5, 10).state_dict())
    ['weight_ih_l0', 'bias_ih_l0']
    """

    of_cell = MIN_GRU_CELL


class MinLSTM(CellLayer):
    """The minimal LSTM, whose gates look at the input only; it carries h alone.

    Arguments:
        input_size, hidden_size, num_layers: the sizes.
        bias, batch_first, dropout, bidirectional, mode, dtype, device: see `Recurrent`.

    >>> MinLSTM(5, 10).weight_ih_l0.shape
    (30, 5)
    """

    of_cell = MIN_LSTM_CELL
