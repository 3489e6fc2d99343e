"""A network without memory: it sees the last few symbols or numbers only, like a Markov model."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy

from microgradseq import nn, optim
from microgradseq.backend import Array, move
from microgradseq.context import no_grad
from microgradseq.data.lookup import AnyIndices
from microgradseq.randomness import generator, manual_seed
from microgradseq.tasks.models import initialise
from microgradseq.tasks.settings import WINDOW, Settings
from microgradseq.tensor import Tensor

EMBEDDED = 16
"""The length of a symbol's vector, unless the settings name one."""
STEPS, PAIRS, RATE = 1500, 256, 0.004
"""How the baseline is trained: so many steps of so many pairs, a few seconds in all."""


class WindowModel(nn.Module):
    """Scores from the last τ symbols or numbers, through hidden layers of rectified units.

    It is called as a recurrent model is; its state are the τ − 1 inputs before the next one.

    Arguments:
        settings: unroll is τ; hidden, layers, embedding, init, dtype and device are read.
        inputs: how many symbols there are, or how many numbers a step has.
        outputs: how many scores are given.
        symbols: whether symbols are read, by their indices, rather than numbers.

    >>> model = WindowModel(Settings(cell="window", unroll=4, hidden=10), 1, 1, symbols=False)
    >>> scores, state = model(numpy.zeros((4, 16, 1)))
    >>> scores.shape, state.shape
    ((4, 16, 1), (3, 16, 1))
    """

    def __init__(self, settings: Settings, inputs: int, outputs: int, symbols: bool = True) -> None:
        self.settings = settings
        self.window = settings.unroll
        # before the beginning of a text stands a symbol of its own
        self.nothing = inputs
        placed: dict[str, Any] = {"dtype": settings.dtype, "device": settings.device}
        length = settings.embedding or EMBEDDED
        self.embedding = nn.Embedding(inputs + 1, length, **placed) if symbols else None
        sizes = [self.window * (length if symbols else inputs)]
        sizes += [settings.hidden] * settings.layers
        self.hidden = [nn.Linear(below, size, **placed) for below, size in pairwise(sizes)]
        self.dropout = nn.Dropout(settings.dropout)
        self.output = nn.Linear(settings.hidden, outputs, **placed)
        initialise(self, settings)

    def forward(self, x: Array, state: Any = None, lengths: Any = None) -> tuple[Tensor, Any]:
        """Read a sequence.

        Arguments:
            x: indices (T, B), or numbers (T, B, I).
            state: the inputs before it, (τ − 1, B) or (τ − 1, B, I); None for a beginning.
            lengths: not needed: no step sees what comes after it.
        Returns:
            Scores (T, B, outputs), and the state to go on from.
        """
        if state is None:
            filling = 0 if self.embedding is None else self.nothing
            state = numpy.full((self.window - 1, *x.shape[1:]), filling, x.dtype)
        read = numpy.concatenate([state, x])
        steps = numpy.arange(len(x))[:, None] + numpy.arange(self.window)
        # (T, τ, B, …) to (T, B, τ, …)
        windows = move(read[steps].swapaxes(1, 2), self.settings.device)
        return self._scored(windows), read[len(x) :]

    def _scored(self, windows: Array) -> Tensor:
        flat = (*windows.shape[:2], -1)
        if self.embedding is None:
            hidden = Tensor(windows.reshape(flat), self.settings.dtype)
        else:
            hidden = self.embedding(windows).reshape(flat)
        for layer in self.hidden:
            hidden = nn.functional.relu(layer(hidden))
        return self.output(self.dropout(hidden))  # type: ignore[no-any-return]


def markov_window_nats(
    train: AnyIndices, test: AnyIndices, symbols: int, window: int = 4, seed: int = 0
) -> float:
    """Nats per symbol of a network that sees the last τ symbols; it is trained a few seconds.

    Arguments:
        train: indices to learn from, (N,).
        test: indices to foretell, (M,); the first is not counted.
        symbols: how many symbols there are.
        window: τ.
        seed: of its weights and of the pairs that it is shown.

    >>> text = numpy.arange(60) % 3
    >>> markov_window_nats(text, text, symbols=3, window=2) < 0.1
    True
    """
    before = generator().bit_generator.state
    manual_seed(seed)
    try:
        model = WindowModel(Settings(cell=WINDOW, unroll=window, hidden=128), symbols, symbols)
    finally:
        # what is trained beside a run must not change the run
        generator().bit_generator.state = before
    _train(model, train, numpy.random.default_rng(seed))
    with no_grad():
        indices = test.astype(numpy.int64)
        scores, _ = model(indices[:-1, None])
        return float(nn.functional.cross_entropy(scores[:, 0], indices[1:]).item())


def _train(model: WindowModel, train: AnyIndices, random: numpy.random.Generator) -> None:
    optimizer = optim.Adam(model.parameters(), lr=RATE)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    steps = numpy.arange(model.window)[:, None]
    padded = numpy.concatenate([numpy.full(model.window - 1, model.nothing), train])
    for _ in range(STEPS):
        starts = random.integers(0, len(train) - 1, PAIRS)
        read = padded[starts + steps]
        scores, _ = model(read[-1:], read[:-1])
        loss = nn.functional.cross_entropy(scores[0], train[starts + 1].astype(numpy.int64))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
