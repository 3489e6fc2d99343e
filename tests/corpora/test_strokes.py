"""Drawn digits."""

from __future__ import annotations

import numpy
import pytest

from microgradseq_corpora.strokes import strokes

IMAGES, LABELS = strokes(0, 2_000)


def test_images_and_labels_have_the_shape_and_type_of_mnist() -> None:
    assert (IMAGES.shape, IMAGES.dtype) == ((2_000, 28, 28), numpy.uint8)
    assert (LABELS.shape, LABELS.dtype) == ((2_000,), numpy.uint8)


@pytest.mark.parametrize("count", [10, 1_003])
def test_every_digit_is_as_frequent_as_the_others(count: int) -> None:
    counts = numpy.bincount(strokes(2, count)[1], minlength=10)
    assert counts.max() - counts.min() <= 1


def test_ink_stays_on_the_paper_and_has_soft_edges() -> None:
    rim = numpy.concatenate((IMAGES[:, [0, -1]], IMAGES[:, :, [0, -1]].swapaxes(1, 2)), axis=1)
    assert (rim > 100).mean() < 0.001
    assert (IMAGES.reshape(2_000, -1).max(axis=1) > 180).all()
    ink = (IMAGES > 100).mean(axis=(1, 2))
    assert ink.min() > 0.03
    assert ink.max() < 0.35
    between = ((IMAGES > 60) & (IMAGES < 180)).sum(axis=(1, 2))
    assert numpy.median(between) > 20


def test_no_two_images_are_the_same() -> None:
    assert len(numpy.unique(IMAGES.reshape(2_000, -1), axis=0)) == 2_000


def test_digits_vary_but_can_be_told_apart() -> None:
    """The nearest of 1,500 images: far better than chance, and not everything."""
    rows = IMAGES.reshape(2_000, -1).astype(numpy.float32)
    known, asked = rows[:1_500], rows[1_500:]
    distances = (known * known).sum(1) - 2 * asked @ known.T
    right = (LABELS[:1_500][distances.argmin(1)] == LABELS[1_500:]).mean()
    assert 0.75 < right < 0.995
