"""The Hopfield network: patterns stored as weights, recalled by going downhill in energy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy
from numpy.typing import NDArray

Floats = NDArray[numpy.float64]
_MOST_SWEEPS = 100


def hebbian_weights(patterns: Floats) -> Floats:
    """W = (1/N) Σ x xᵀ over the patterns, without connections of a unit to itself.

    Arguments:
        patterns: of +1 and −1, (P, N).
    Returns:
        Shape (N, N), symmetric.

    >>> hebbian_weights(numpy.array([[1.0, -1.0]])).tolist()
    [[0.0, -0.5], [-0.5, 0.0]]
    """
    weights: Floats = patterns.T @ patterns / patterns.shape[1]
    numpy.fill_diagonal(weights, 0.0)
    return weights


def projection_weights(patterns: Floats) -> Floats:
    """The weights that make every pattern a fixed point, however alike the patterns are.

    They project onto the space that the patterns span (the pseudo-inverse rule).

    Arguments:
        patterns: of +1 and −1, (P, N), P at most N.
    """
    weights: Floats = numpy.linalg.pinv(patterns) @ patterns
    numpy.fill_diagonal(weights, 0.0)
    return weights


def energy(weights: Floats, states: Floats) -> Floats:
    """E = −½ sᵀ W s of each state.

    Arguments:
        weights: (N, N).
        states: (..., N).
    """
    found: Floats = -0.5 * ((states @ weights) * states).sum(axis=-1)
    return found


def overlap(states: Floats, patterns: Floats) -> Floats:
    """m = (1/N) Σ s x: 1 where a state is the pattern, 0 where they have nothing in common.

    Arguments:
        states, patterns: (..., N).
    """
    found: Floats = (states * patterns).mean(axis=-1)
    return found


def corrupted(patterns: Floats, share: float, chance: numpy.random.Generator) -> Floats:
    """Patterns with some of their units turned over.

    Arguments:
        patterns: (P, N).
        share: of units turned over, exactly so many in each pattern.
        chance: where the choice comes from.
    """
    changed, count = patterns.copy(), round(share * patterns.shape[1])
    for row in changed:
        row[chance.permutation(len(row))[:count]] *= -1
    return changed


def asynchronous_sweep(weights: Floats, states: Floats, order: NDArray[numpy.int64]) -> bool:
    """Let every unit follow the sign of its input once, one after the other, in place.

    Arguments:
        weights: (N, N), symmetric.
        states: changed in place, (K, N); the K states do not see each other.
        order: of the units, (N,).
    Returns:
        Whether anything changed.
    """
    changed = False
    for unit in order.tolist():
        field = states @ weights[unit]
        before = states[:, unit]
        after = numpy.where(field > 0, 1.0, numpy.where(field < 0, -1.0, before))
        if (after != before).any():
            states[:, unit] = after
            changed = True
    return changed


def synchronous_step(weights: Floats, states: Floats) -> Floats:
    """Let all units follow the sign of their input at once.

    Arguments:
        weights: (N, N).
        states: (..., N).
    """
    field = states @ weights
    return numpy.where(field > 0, 1.0, numpy.where(field < 0, -1.0, states))


def settled(weights: Floats, states: Floats, chance: numpy.random.Generator) -> Floats:
    """The fixed points that asynchronous updates reach.

    Arguments:
        weights: (N, N), symmetric, so that the energy falls and an end is reached.
        states: where to begin, (K, N).
        chance: where the order of the units comes from.
    """
    states = states.copy()
    for _ in range(_MOST_SWEEPS):
        if not asynchronous_sweep(weights, states, chance.permutation(states.shape[1])):
            break
    return states


def capacity_curve(
    units: int, loads: tuple[float, ...], shown: int, chance: numpy.random.Generator
) -> Iterator[tuple[float, float]]:
    """How well random patterns hold when so many are stored: the overlap after settling.

    Arguments:
        units: N.
        loads: patterns stored for each unit, P/N.
        shown: how many of the patterns are started from, at most.
        chance: where patterns come from.
    Returns:
        Pairs of a load and the mean overlap of a stored pattern with where it settles.
    """
    for load in loads:
        patterns = random_patterns(max(round(load * units), 1), units, chance)
        starts = patterns[:shown]
        ends = settled(hebbian_weights(patterns), starts, chance)
        yield load, float(overlap(ends, starts).mean())


def random_patterns(count: int, units: int, chance: numpy.random.Generator) -> Floats:
    """Patterns of +1 and −1, each unit a coin's throw.

    Arguments:
        count, units: P and N.
        chance: the coin.
    """
    return chance.choice([-1.0, 1.0], size=(count, units))


def spurious_shares(
    patterns: Floats, starts: int, chance: numpy.random.Generator
) -> dict[str, float]:
    """Where random starts end: at a pattern, at its negative, at a mixture of three, elsewhere.

    Arguments:
        patterns: stored with the Hebbian rule, (P, N).
        starts: how many.
        chance: where they come from.
    Returns:
        Shares of the starts by the kind of their end; they sum to 1.
    """
    ends = settled(
        hebbian_weights(patterns), random_patterns(starts, patterns.shape[1], chance), chance
    )
    agreement = ends @ patterns.T / patterns.shape[1]
    kinds = {
        "pattern": (agreement > 0.999).any(axis=1),
        "negative": (agreement < -0.999).any(axis=1),
        "mixture": (numpy.abs(ends @ mixtures(patterns).T) > 0.9 * ends.shape[1]).any(axis=1),
    }
    shares, left = {}, numpy.ones(starts, dtype=bool)
    for name, found in kinds.items():
        shares[name] = float((found & left).mean())
        left &= ~found
    return {**shares, "elsewhere": float(left.mean())}


def mixtures(patterns: Floats) -> Floats:
    """The states sign(±x ± y ± z) of every three patterns: minima that nobody stored.

    Arguments:
        patterns: (P, N), P at least 3, or there are none.
    Returns:
        Shape (M, N); of two mixtures that are each other's negative only one.
    """
    count = len(patterns)
    found = [
        numpy.sign(patterns[one] + second * patterns[two] + third * patterns[three])
        for one in range(count)
        for two in range(one + 1, count)
        for three in range(two + 1, count)
        for second in (1.0, -1.0)
        for third in (1.0, -1.0)
    ]
    return numpy.array(found).reshape(len(found), patterns.shape[1])


def softmax_update(patterns: Floats, states: Floats, sharpness: float) -> tuple[Floats, Floats]:
    """One step of the modern Hopfield network: attention over the stored patterns.

    Arguments:
        patterns: keys and values at once, (P, N).
        states: queries, (K, N).
        sharpness: β.
    Returns:
        The new states softmax(β s Xᵀ) X, (K, N), and the weights, (K, P).
    """
    scores = sharpness * states @ patterns.T
    weights = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights @ patterns, weights
