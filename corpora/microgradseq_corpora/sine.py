"""The noisy sine of Dive into Deep Learning."""

from __future__ import annotations

import numpy

from microgradseq.backend import Array
from microgradseq_corpora.drawing import how_many

USUAL_COUNT = 1_000
STEP = 0.01
NOISE = 0.2
# Libraries of mathematics differ in the last bits of a sine; the series should not.
DECIMALS = 6


def sine(seed: int, count: int | None = None) -> Array:
    """sin(0.01 t) with normal noise of standard deviation 0.2, for t from 1 to count.

    Numbers are rounded to six decimals, so that every machine gets the same.

    Arguments:
        seed: the same seed gives the same noise.
        count: how many points; 1,000 if None.
    Returns:
        (count,) float64.

    >>> sine(0, 3)
    array([ 0.035146, -0.006422,  0.15808 ])
    """
    points = how_many(count, USUAL_COUNT)
    noise = numpy.random.default_rng(seed).standard_normal(points)
    clean = numpy.sin(STEP * numpy.arange(1, points + 1))
    return numpy.round(clean + NOISE * noise, DECIMALS)
