"""What a language model makes of a long text: every symbol counted once, its memory kept."""

from __future__ import annotations

from typing import Any

import numpy

from microgradseq import nn
from microgradseq.backend import move
from microgradseq.context import no_grad
from microgradseq.data.lookup import AnyIndices
from microgradseq.data.padded import IGNORED
from microgradseq.tasks.models import detached

WINDOW, SHORTEST, MOST = 256, 8192, 32
"""Steps at a time; symbols in a row at least; rows at most."""


def total_nats(model: nn.Module, indices: AnyIndices, device: str) -> tuple[float, int]:
    """The nats that a text costs a model in all.

    The state is carried through the whole text. One of more than 16,384 symbols is read in several
    rows side by side, which costs the first symbol of each row the memory of what came before.

    Arguments:
        model: (indices (T, B), state) to scores (T, B, V) and a state, in evaluation mode.
        indices: the text, (N,); the first symbol is read but not foretold.
        device: where the model is.
    Returns:
        Nats, and how many symbols were foretold: N − 1.
    """
    count = len(indices) - 1
    rows = max(1, min(MOST, count // SHORTEST))
    length = -(-count // rows)
    total, state = 0.0, None
    starts = numpy.arange(rows) * length
    with no_grad():
        for begin in range(0, length, WINDOW):
            steps = numpy.arange(begin, min(begin + WINDOW, length))[:, None]
            places = starts + steps
            inside = places < count
            read = indices[numpy.where(inside, places, 0)].astype(numpy.int64)
            told = indices[numpy.where(inside, places + 1, 0)].astype(numpy.int64)
            scores, state = model(read, state)
            targets = move(numpy.where(inside, told, IGNORED), device)
            total += _summed(scores, targets)
            state = detached(state)
    return total, count


def _summed(scores: Any, targets: Any) -> float:
    flat = scores.reshape(-1, scores.shape[-1])
    found = nn.functional.cross_entropy(flat, targets.reshape(-1), reduction="sum")
    return float(found.item())
