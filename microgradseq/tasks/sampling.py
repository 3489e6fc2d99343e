"""Choosing the next symbol from a model's scores."""

from __future__ import annotations

import math

import numpy
from numpy.typing import NDArray

from microgradseq.backend import Array
from microgradseq.data.errors import DataError
from microgradseq.tasks.task import SampleRequest

Floats = NDArray[numpy.float64]
COLDEST = 1e-6
"""Below this temperature the likeliest symbol is taken, as at 0."""


def choose(scores: Array, request: SampleRequest, random: numpy.random.Generator) -> int:
    """The index of the next symbol.

    Arguments:
        scores: of every symbol, (V,).
        request: temperature, top_k and top_p are read; top_k comes first.
        random: where the draw comes from; not asked at temperature 0.

    >>> scores, random = numpy.array([0.0, 2.0, 1.0]), numpy.random.default_rng(0)
    >>> choose(scores, SampleRequest(temperature=0.0), random)
    1
    >>> sorted({choose(scores, SampleRequest(top_k=2), random) for _ in range(50)})
    [1, 2]
    """
    if request.temperature < COLDEST:
        return int(scores.argmax())
    weights = _weights(scores, request.temperature)
    if 0 < request.top_k < len(weights):
        weights[numpy.argpartition(weights, -request.top_k)[: -request.top_k]] = 0.0
    if request.top_p < 1:
        _keep_top(weights, request.top_p)
    sums = weights.cumsum()
    if not math.isfinite(sums[-1]):
        raise DataError("the model's scores are not numbers: its training has diverged")
    place = int(sums.searchsorted(random.random() * sums[-1], side="right"))
    # rounding may lead past the last symbol that has a chance
    return place if place < len(weights) else int(weights.nonzero()[0][-1])


def chances(scores: Array) -> Floats:
    """What the scores say: the chance of every symbol at temperature 1.

    Arguments:
        scores: (V,).

    >>> chances(numpy.array([0.0, 0.0])).tolist()
    [0.5, 0.5]
    """
    weights = _weights(scores, 1.0)
    weights /= weights.sum()
    return weights


def log_chances(scores: Array) -> Floats:
    """The logarithms of the chances.

    Arguments:
        scores: (..., V).

    >>> log_chances(numpy.array([0.0, -2000.0])).tolist()
    [0.0, -2000.0]
    """
    above: Floats = scores.astype(numpy.float64)
    above -= above.max(axis=-1, keepdims=True)
    above -= numpy.log(numpy.exp(above).sum(axis=-1, keepdims=True))
    return above


def _weights(scores: Array, temperature: float) -> Floats:
    """What is proportional to the chances, 1 for the likeliest."""
    weights: Floats = scores.astype(numpy.float64)
    weights -= weights.max()
    weights /= temperature
    numpy.exp(weights, out=weights)
    return weights


def _keep_top(weights: Floats, share: float) -> None:
    """Set to 0 what is not among the likeliest that together reach a share of all."""
    order = numpy.argsort(-weights, kind="stable")
    sums = weights[order].cumsum()
    needed = int(sums.searchsorted(share * sums[-1])) + 1
    weights[order[needed:]] = 0.0
