"""The models of the tasks: recurrent layers between what is read and what is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy

from microgradseq import nn
from microgradseq.backend import Array, move
from microgradseq.data.errors import SettingError
from microgradseq.nn.stack import Recurrent
from microgradseq.rules import RULES
from microgradseq.tasks.settings import WINDOW, Settings
from microgradseq.tasks.truncated import checked_truncation, plan_for, run_pieces
from microgradseq.tensor import Tensor

_LAYERS: Mapping[str, Callable[..., Recurrent]] = {
    "rnn": nn.RNN,
    "relu-rnn": partial(nn.RNN, nonlinearity="relu"),
    "gru": nn.GRU,
    "lstm": nn.LSTM,
    "peephole": partial(nn.PeepholeLSTM, variant="diagonal"),
    "jordan": nn.JordanRNN,
    "ctrnn": nn.CTRNN,
    "mingru": nn.MinGRU,
    "minlstm": nn.MinLSTM,
}


def recurrent(settings: Settings, input_size: int) -> Recurrent:
    """The recurrent layers that the settings name, with weights drawn as they say.

    A ReLU network starts with the identity and zero biases, as Le, Jaitly and Hinton propose,
    unless another way to draw weights is asked for.

    Arguments:
        settings: cell, hidden, layers, bidirectional, dropout, init, forget_bias, dtype and
            device are read.
        input_size: features a step, or how many symbols there are.

    >>> recurrent(Settings(cell="gru", hidden=5), 3)
    GRU(3, 5)
    """
    if settings.cell == WINDOW:
        raise SettingError(
            "this task needs a memory, and the cell window has none; choose another --cell"
        )
    layers = _LAYERS[settings.cell](
        input_size,
        settings.hidden,
        settings.layers,
        dropout=settings.dropout if settings.layers > 1 else 0.0,
        bidirectional=settings.bidirectional,
        dtype=settings.dtype,
        device=settings.device,
    )
    initialise(layers, settings)
    if settings.cell == "relu-rnn" and settings.init == "uniform":
        for name, parameter in layers.named_parameters():
            if "bias" in name:
                nn.init.zeros_(parameter)
            elif "_hh_" in name:
                nn.init.identity_(parameter)
    if settings.forget_bias and "forget" in layers.cell.gates:
        nn.init.forget_gate_bias_(layers, settings.forget_bias)
    return layers


def initialise(module: nn.Module, settings: Settings) -> None:
    """Draw a module's weights anew as the settings say; "uniform" leaves them as they were made.

    Arguments:
        module: any; numbers of one axis count as biases, which become 0.
        settings: init is read.

    >>> layer = nn.Linear(2, 2)
    >>> initialise(layer, Settings(init="xavier"))
    >>> layer.bias.tolist()
    [0.0, 0.0]
    """
    if settings.init == "normal":
        nn.init.d2l_(module)
    elif settings.init in ("xavier", "orthogonal"):
        xavier = settings.init == "xavier"
        draw = nn.init.xavier_uniform_ if xavier else nn.init.orthogonal_
        for parameter in module.parameters():
            (nn.init.zeros_ if parameter.ndim < 2 else draw)(parameter)


class _Layered(nn.Module):
    """What the models share: an embedding or none, recurrent layers, dropout, an output layer.

    Arguments:
        settings: all of them.
        inputs: how many symbols there are to read, or how many numbers a step has.
        outputs: how many scores are given.
        symbols: whether symbols are read, by their indices, rather than numbers.
    """

    def __init__(self, settings: Settings, inputs: int, outputs: int, symbols: bool = True) -> None:
        checked_truncation(settings)
        self.settings = settings
        placed: dict[str, Any] = {"dtype": settings.dtype, "device": settings.device}
        length = settings.embedding if symbols else 0
        self.embedding = nn.Embedding(inputs, length, **placed) if length else None
        self.recurrent = recurrent(settings, length or inputs)
        self.dropout = nn.Dropout(settings.dropout)
        width = self.recurrent.state_size * self.recurrent.directions
        self.output: Any = nn.Linear(width, outputs, **placed)
        initialise(self.output, settings)
        if self.embedding is not None:
            initialise(self.embedding, settings)

    def embedded(self, x: Array) -> Any:
        """What the recurrent layers read.

        Arguments:
            x: indices (T, B), or numbers (T, B, I).
        Returns:
            Indices for one-hot rows, vectors (T, B, E), or numbers of the model's own type.
        """
        x = move(x, self.settings.device)
        if x.dtype.kind == "f":
            return x.astype(self.settings.dtype, copy=False)
        return x if self.embedding is None else self.dropout(self.embedding(x))

    def run(self, x: Array, state: Any, lengths: Any) -> tuple[Tensor, Any]:
        """Run the recurrent layers; in training, the gradient is cut where the settings say.

        Arguments:
            x: as for `embedded`.
            state: where to start; None for zeros.
            lengths: how many steps of each sequence count, (B,), or None.
        Returns:
            The outputs (T, B, D·H) and the final state.
        """
        read = self.embedded(x)
        plan = plan_for(self.settings, len(x)) if self.training else None
        if plan is None:
            return self.recurrent(read, state, lengths)  # type: ignore[no-any-return]
        if lengths is not None:
            raise SettingError(
                "gradients of padded sequences cannot be truncated; leave --truncation at full"
            )
        return run_pieces(self.recurrent, read, plan, state)


class SequenceModel(_Layered):
    """Symbols or numbers to scores, at every step.

    Arguments:
        settings, inputs, outputs, symbols: see `_Layered`.

    >>> model = SequenceModel(Settings(cell="gru", hidden=5), inputs=3, outputs=4)
    >>> scores, state = model(numpy.array([[0, 2], [1, 1]]))
    >>> scores.shape, state.shape
    ((2, 2, 4), (1, 2, 5))
    """

    def scored(self, outputs: Tensor, lengths: Any = None) -> Tensor:
        """Scores from the outputs of the recurrent layers.

        Arguments:
            outputs: (T, B, D·H).
            lengths: not needed.
        Returns:
            (T, B, outputs).
        """
        return self.output(self.dropout(outputs))  # type: ignore[no-any-return]

    def forward(self, x: Array, state: Any = None, lengths: Any = None) -> tuple[Tensor, Any]:
        """Read a sequence.

        Arguments:
            x: indices (T, B), or numbers (T, B, I).
            state: where to start, as the last call gave it; None for zeros.
            lengths: how many steps of each sequence count, (B,); None for all.
        Returns:
            Scores (T, B, outputs), and the state to go on from.
        """
        outputs, after = self.run(x, state, lengths)
        return self.scored(outputs, lengths), after


class Classifier(_Layered):
    """A sequence to scores for the whole of it, from the last outputs of the last layer.

    With two directions, the last output of the one that runs back is the one at the first step.

    Arguments:
        settings, inputs, outputs, symbols: see `_Layered`.

    >>> model = Classifier(Settings(cell="gru", hidden=5), inputs=28, outputs=10, symbols=False)
    >>> scores, state = model(numpy.zeros((28, 3, 28)))
    >>> scores.shape
    (3, 10)
    """

    def scored(self, outputs: Tensor, lengths: Any = None) -> Tensor:
        """Scores from the outputs of the recurrent layers.

        Arguments:
            outputs: (T, B, D·H).
            lengths: how many steps of each sequence count, (B,); None for all.
        Returns:
            (B, outputs).
        """
        last = outputs[-1] if lengths is None else _at_ends(outputs, lengths)
        if self.recurrent.bidirectional:
            size = self.recurrent.state_size
            last = RULES["concatenate"](last[:, :size], outputs[0, :, size:], axis=1)
        return self.output(self.dropout(last))  # type: ignore[no-any-return]

    def forward(self, x: Array, state: Any = None, lengths: Any = None) -> tuple[Tensor, Any]:
        """Read a sequence.

        Arguments:
            x: indices (T, B), or numbers (T, B, I).
            state: where to start; None for zeros.
            lengths: how many steps of each sequence count, (B,); None for all.
        Returns:
            Scores (B, outputs), and the final state.
        """
        outputs, after = self.run(x, state, lengths)
        return self.scored(outputs, lengths), after


def _at_ends(outputs: Tensor, lengths: Any) -> Tensor:
    """The output at the last real step of each sequence, (B, D·H)."""
    ends = numpy.asarray(lengths) - 1
    return outputs[ends, numpy.arange(len(ends))]


def detached(state: Any) -> Any:
    """A recurrent state as plain arrays, to be carried into the next batch.

    Arguments:
        state: a tensor, a tuple of them, or None.

    >>> detached((Tensor([1.0]), None))
    (array([1.]), None)
    """
    if isinstance(state, tuple):
        return tuple(map(detached, state))
    return state.plain() if isinstance(state, Tensor) else state
