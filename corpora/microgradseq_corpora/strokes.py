"""Images of digits, drawn by an unsteady hand instead of scanned."""

from __future__ import annotations

from collections.abc import Callable

import numpy
from numpy.random import Generator

from microgradseq.backend import Array
from microgradseq_corpora.drawing import how_many
from microgradseq_corpora.glyphs import GLYPHS, Glyph

USUAL_COUNT = 5_000
SIDE = 28
# Before chance changes them; a little smaller than MNIST's, which stay inside by being centred.
HEIGHT, WIDTH = 18.0, 13.0
CURVE_POINTS = 3
# As many images at once as stay in a processor's nearest memory.
TOGETHER = 64
# The most that chance adds or takes away.
UNSTEADY, SHRINK, SLANT, TURN, SHIFT = 0.045, 0.17, 0.3, 0.12, 1.8
THINNEST, THICKEST = 0.7, 1.7
SPECKLE = 24


def strokes(seed: int, count: int | None = None) -> tuple[Array, Array]:
    """Grey images of the digits 0 to 9, each digit as often as the others, in random order.

    Every image has its own hand: which way to draw the digit, where the pen misses, shift, slant,
    turn, size, thickness and ink. Edges are soft, and speckles lie over everything.

    Arguments:
        seed: the same seed gives the same images.
        count: how many; 5,000 if None.
    Returns:
        Images (count, 28, 28), 255 for ink, and labels (count,), both uint8.

    >>> images, labels = strokes(0, 20)
    >>> images.shape, sorted(labels.tolist())[:4]
    ((20, 28, 28), [0, 0, 1, 1])
    """
    images_wanted = how_many(count, USUAL_COUNT)
    random = numpy.random.default_rng(seed)
    labels = (random.permutation(images_wanted) % len(GLYPHS)).astype(numpy.uint8)
    ways = random.integers(numpy.array([len(glyphs) for glyphs in GLYPHS])[labels])
    images = numpy.empty((images_wanted, SIDE, SIDE), numpy.uint8)
    for digit, glyphs in enumerate(GLYPHS):
        for way, glyph in enumerate(glyphs):
            alike = numpy.flatnonzero((labels == digit) & (ways == way))
            for start in range(0, len(alike), TOGETHER):
                some = alike[start : start + TOGETHER]
                images[some] = _drawn(random, glyph, len(some))
    return images, labels


def _drawn(random: Generator, glyph: Glyph, count: int) -> Array:
    """One glyph in many hands: (count, 28, 28)."""
    place = _hands(random, count)
    nearest = numpy.full((count, SIDE, SIDE), numpy.inf, numpy.float32)
    for stroke in glyph:
        points = numpy.array(stroke.points)
        missed = points + UNSTEADY * _around_zero(random, (count, *points.shape))
        path = place(_curve(missed) if stroke.smooth else missed)
        for segment in range(path.shape[1] - 1):
            numpy.minimum(
                nearest, _squared_distance(path[:, segment], path[:, segment + 1]), out=nearest
            )
    thickness = _between(random, THINNEST, THICKEST, count)
    ink = _between(random, 200, 255, count)
    grey = ink * numpy.clip(thickness + 0.5 - numpy.sqrt(nearest), 0, 1)
    grey = grey + random.integers(-SPECKLE, SPECKLE + 1, size=grey.shape)
    return numpy.clip(grey, 0, 255).astype(numpy.uint8)


def _hands(random: Generator, count: int) -> Callable[[Array], Array]:
    """What each of several hands makes of points (count, P, 2): where they lie on the image."""
    width = WIDTH * (1 + _around_zero(random, (count, 1)) * SHRINK)
    height = HEIGHT * (1 + _around_zero(random, (count, 1)) * SHRINK)
    slant, turn = (_around_zero(random, (count, 1)) * most for most in (SLANT, TURN))
    across, down = (_around_zero(random, (count, 1)) * SHIFT for _ in range(2))
    middle = (SIDE - 1) / 2

    def place(points: Array) -> Array:
        x = width * (points[..., 0] - 0.5)
        y = height * (points[..., 1] - 0.5)
        placed = (x - slant * y, y + turn * x)
        moved = (placed[0] + across + middle, placed[1] + down + middle)
        return numpy.stack(moved, axis=-1).astype(numpy.float32)

    return place


def _curve(points: Array) -> Array:
    """Points along Catmull and Rom's smooth curve through (count, P, 2)."""
    ends = (points[:, :1], points[:, -1:])
    padded = numpy.concatenate((ends[0], points, ends[1]), axis=1)
    before, start, end, after = (padded[:, k : k + points.shape[1] - 1] for k in range(4))
    spans = []
    for part in range(CURVE_POINTS):
        t = part / CURVE_POINTS
        bend = 2 * before - 5 * start + 4 * end - after
        twist = 3 * start - before - 3 * end + after
        spans.append(start + t / 2 * (end - before + t * (bend + t * twist)))
    along = numpy.stack(spans, axis=2).reshape(len(points), -1, 2)
    return numpy.concatenate((along, ends[1]), axis=1)


def _squared_distance(start: Array, end: Array) -> Array:
    """From every pixel to the nearest point between start and end (count, 2)."""
    pixels = numpy.arange(SIDE, dtype=numpy.float32)
    x = pixels[None, None, :] - start[:, 0, None, None]
    y = pixels[None, :, None] - start[:, 1, None, None]
    way = end - start
    along_x, along_y = way[:, 0, None, None], way[:, 1, None, None]
    length = numpy.maximum(along_x * along_x + along_y * along_y, numpy.float32(1e-6))
    passed = numpy.clip(x * (along_x / length) + y * (along_y / length), 0, 1)
    aside, below = x - passed * along_x, y - passed * along_y
    return aside * aside + below * below


def _around_zero(random: Generator, shape: tuple[int, ...]) -> Array:
    # Uniform draws and plain arithmetic only: other functions differ between machines in last bits.
    return 2 * random.random(shape) - 1


def _between(random: Generator, least: float, most: float, count: int) -> Array:
    return (least + (most - least) * random.random((count, 1, 1))).astype(numpy.float32)
