"""A plain recurrent network whose sums are normalised over the units before the nonlinearity."""

from __future__ import annotations

from typing import Any

import numpy

from microgradseq import nn
from microgradseq.backend import Array
from microgradseq.rules import RULES
from microgradseq.tensor import Tensor


class NormedModel(nn.Module):
    """h_t = tanh(LayerNorm(W x_t + U h_{t−1})), and an output layer.

    It is called as the models of tasks are.

    Arguments:
        inputs: symbols to read as one-hot rows, or numbers a step.
        hidden: units.
        outputs: scores.
        at_end: whether there is one answer after the last step, rather than one after each.

    >>> model = NormedModel(2, 5, 3, at_end=True)
    >>> scores, state = model(numpy.zeros((4, 6, 2)))
    >>> scores.shape, state.shape
    ((6, 3), (6, 5))
    """

    def __init__(self, inputs: int, hidden: int, outputs: int, at_end: bool) -> None:
        self.hidden = hidden
        self.at_end = at_end
        self.read = nn.Linear(inputs, hidden, bias=False)
        self.back = nn.Linear(hidden, hidden, bias=False)
        self.norm = nn.LayerNorm(hidden)
        self.output = nn.Linear(hidden, outputs)

    def forward(self, x: Array, state: Any = None, lengths: Any = None) -> tuple[Tensor, Any]:
        """Read a sequence.

        Arguments:
            x: indices (T, B), or numbers (T, B, I).
            state: h, (B, H); None for zeros.
            lengths: not needed: all sequences are equally long.
        Returns:
            Scores (T, B, outputs), or (B, outputs) after the end; and the last h.
        """
        if x.dtype.kind in "iu":
            x = RULES["one_hot"](x, classes=self.read.weight.shape[1])
        h = Tensor(numpy.zeros((x.shape[1], self.hidden), "float32")) if state is None else state
        sums = self.read(x.astype("float32"))
        states = []
        for step in range(len(x)):
            h = self.norm(sums[step] + self.back(h)).tanh()
            states.append(h)
        seen = h if self.at_end else RULES["stack"](*states)
        return self.output(seen), h
