"""What single hidden units follow in a text, told by correlation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy

from microgradseq.backend import Array
from microgradseq.insight.features import Feature, features_of
from microgradseq.numbers import plural

CLEAR, SOME = 0.6, 0.3
"""From these sizes of the correlation on, a unit follows something clearly, or somewhat."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One hidden unit and what it follows best.

    Arguments:
        layer, number: which, both counted from 0.
        follows: the feature's name; "" where no feature or no activity varies.
        words: the same as a sentence's end, such as "high inside quotation marks".
        correlation: of its activity with the feature, from −1 to 1.
    """

    layer: int
    number: int
    follows: str
    words: str
    correlation: float


def ranked_units(symbols: Sequence[str], activity: Array) -> tuple[Unit, ...]:
    """All units, those first that follow something best.

    Arguments:
        symbols: what each adds to the text, T of them.
        activity: of every unit after each symbol, (T, layers, H).

    >>> quoted = numpy.array([-1.0, -1, 1, 1, -1])[:, None, None]
    >>> ranked_units([*'a "b"'], quoted)[0].words
    'high inside quotation marks'
    """
    steps, layers, size = activity.shape
    if steps != len(symbols):
        raise ValueError(f"{plural(len(symbols), 'symbol')} need as many activities, got {steps}")
    features = features_of(symbols)
    found = correlations(activity.reshape(steps, -1), features)
    units = []
    for place in range(layers * size):
        layer, number = divmod(place, size)
        if not features:
            units.append(Unit(layer, number, "", "nothing varies in this text", 0.0))
            continue
        best = int(numpy.abs(found[:, place]).argmax())
        units.append(_unit(layer, number, features[best], float(found[best, place])))
    units.sort(key=lambda unit: -abs(unit.correlation))
    return tuple(units)


def correlations(activity: Array, features: Sequence[Feature]) -> Array:
    """Pearson's correlation of every unit with every feature.

    Arguments:
        activity: (T, units).
        features: of the same T symbols.
    Returns:
        (features, units); 0 for what does not vary.

    >>> feature = Feature("f", "at f", numpy.array([0.0, 1, 0, 1]))
    >>> correlations(numpy.array([[2.0, 5], [4, 5], [2, 5], [4, 5]]), [feature]).round(6).tolist()
    [[1.0, 0.0]]
    """
    units = _standard(activity.astype("float64"))
    if not features:
        return numpy.zeros((0, units.shape[1]))
    wanted = _standard(numpy.stack([one.values for one in features], axis=1))
    return wanted.T @ units / max(len(units), 1)


def _standard(columns: Array) -> Array:
    """Columns of mean 0 and deviation 1; 0 where a column does not vary."""
    centred = columns - columns.mean(axis=0) if len(columns) else columns
    deviation = numpy.sqrt((centred**2).mean(axis=0)) if len(columns) else columns.sum(axis=0)
    # what rounding alone makes vary does not vary
    varies = deviation > 1e-7 * numpy.abs(columns).max(axis=0, initial=1e-30)
    standard: Array = numpy.where(varies, centred / numpy.where(varies, deviation, 1.0), 0.0)
    return standard


def _unit(layer: int, number: int, feature: Feature, correlation: float) -> Unit:
    size = abs(correlation)
    side = "high" if correlation > 0 else "low"
    if size >= CLEAR:
        words = f"{side} {feature.words}"
    elif size >= SOME:
        words = f"rather {side} {feature.words}"
    else:
        words = f"nothing simple; a trace of: {side} {feature.words}"
    return Unit(layer, number, feature.name, words, correlation)
