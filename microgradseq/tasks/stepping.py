"""Models run one symbol at a time without a graph: leanly where the cell allows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy

from microgradseq import nn
from microgradseq.backend import Array, library_of, move
from microgradseq.context import no_grad
from microgradseq.nn.stack import Recurrent
from microgradseq.nn.steps import GRUStep, RNNStep
from microgradseq.tasks.models import SequenceModel, detached

MOST_FOLDED = 4096
"""Of so many symbols at most the embedding is multiplied into the weights beforehand."""


class Stepping(Protocol):
    """A model that reads one symbol after another."""

    def __call__(self, symbols: Any, state: Any) -> tuple[Array, Any]:
        """Read a symbol.

        Arguments:
            symbols: an index, or indices (B,) of several texts.
            state: what the last call gave; None at the beginning. It is not changed.
        Returns:
            Scores on the host, (B, V), and the new state.
        """

    def pick(self, state: Any, rows: Array) -> Any:
        """The state of some of the texts, which may be named repeatedly."""

    def hidden(self, state: Any) -> Array:
        """The hidden units of every layer for the first text, (layers, H), on the host."""


class LeanSteps:
    """A sequence model with its weights prepared for single steps.

    Arguments:
        model: of a cell that `lean` knows. Its weights are copied.

    >>> from microgradseq.tasks.settings import Settings
    >>> steps = LeanSteps(SequenceModel(Settings(cell="gru", hidden=5), 3, 4))
    >>> scores, state = steps(2, None)
    >>> scores.shape
    (1, 4)
    """

    def __init__(self, model: SequenceModel) -> None:
        layers = model.recurrent
        self._size = layers.hidden_size
        self._embedding, table = None, None
        if model.embedding is not None:
            table = model.embedding.weight.plain()
            if len(table) > MOST_FOLDED:
                self._embedding, table = table.copy(), None
        head = model.output.weight.plain().copy(), model.output.bias.plain().copy()
        self._steps = []
        for layer in range(layers.num_layers):
            weight_ih, *rest = (one.plain() for one in layers.parameters_of(layer).values())
            if layer == 0 and table is not None:
                weight_ih = weight_ih @ table.T
            is_last = layer == layers.num_layers - 1
            make = _MAKERS[layers.cell.name]
            self._steps.append(make(layers, weight_ih, rest, head if is_last else None))
        self._like = head[0]
        self._states = len(layers.cell.states)

    def __call__(self, symbols: Any, state: Any) -> tuple[Array, Any]:
        """Read a symbol; see `Stepping`."""
        if state is None:
            state = self._start(1 if isinstance(symbols, int) else len(symbols))
        x = symbols if isinstance(symbols, int) else library_of(self._like).asarray(symbols)
        if self._embedding is not None:
            x = self._embedding[x : x + 1] if isinstance(x, int) else self._embedding[x]
        after, scores = [], None
        for step, before in zip(self._steps, state, strict=True):
            *new, scores = step(x, *before)
            after.append(new)
            x = new[0]
        return move(scores, "cpu"), after

    def pick(self, state: Any, rows: Array) -> Any:
        """The state of some of the texts."""
        return [[one[rows] for one in layer] for layer in state]

    def hidden(self, state: Any) -> Array:
        """The hidden units of every layer."""
        return numpy.stack([move(layer[0][0], "cpu") for layer in state])

    def _start(self, count: int) -> Any:
        zeros = library_of(self._like).zeros((count, self._size), dtype=self._like.dtype)
        return [[zeros] * self._states for _ in self._steps]


class PlainSteps:
    """Any model of sequences, run one step at a time as it is; slower, but for every cell.

    Arguments:
        model: (indices (1, B), state) to scores (1, B, V) and a state whose second axis is B.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = model

    def __call__(self, symbols: Any, state: Any) -> tuple[Array, Any]:
        """Read a symbol; see `Stepping`."""
        with no_grad():
            scores, after = self._model(numpy.atleast_1d(symbols)[None], state)
        return move(scores.plain()[0], "cpu"), detached(after)

    def pick(self, state: Any, rows: Array) -> Any:
        """The state of some of the texts."""
        if isinstance(state, tuple):
            return tuple(self.pick(one, rows) for one in state)
        return state[:, rows]

    def hidden(self, state: Any) -> Array:
        """The hidden units of every layer."""
        return move((state[0] if isinstance(state, tuple) else state)[:, 0], "cpu")


def stepping(model: nn.Module) -> Stepping:
    """The fastest way to run a model step by step, in evaluation mode.

    Arguments:
        model: a sequence model; others run as they are.

    >>> from microgradseq.tasks.settings import Settings
    >>> type(stepping(SequenceModel(Settings(cell="jordan", hidden=5), 3, 4))).__name__
    'PlainSteps'
    """
    model.eval()
    if isinstance(model, SequenceModel) and model.recurrent.cell.name in _MAKERS:
        return LeanSteps(model)
    return PlainSteps(model)


Weights = Sequence[Array]
Head = tuple[Array, Array] | None
_Maker = Callable[[Recurrent, Array, Weights, Head], Any]
_MAKERS: Mapping[str, _Maker] = {
    "rnn": lambda layers, weight_ih, rest, head: RNNStep(
        weight_ih, rest[0], rest[1:], head, layers.options["nonlinearity"]
    ),
    "gru": lambda layers, weight_ih, rest, head: GRUStep(
        weight_ih, rest[0], rest[1:], head, layers.options["reset"]
    ),
    "lstm": lambda layers, weight_ih, rest, head: nn.LSTMStep(weight_ih, rest[0], rest[1:], head),
}
"""By the name of a cell: from its layers, and one layer's weights, to a step."""
