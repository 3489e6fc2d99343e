"""What every fused layer does with its sequences: turn them round, hide padding, read the input.

Inside a layer time is the order of processing: step 0 is each sequence's first step, or its last
one where it is read in reverse. Arrays are feature-major, (features, steps, batch): then the state
of one step is a block that a product reads as it is, and all steps side by side are one matrix.
"""

from __future__ import annotations

from typing import Any

import numpy

from microgradseq.backend import Array


def turned(m: Any, array: Array, reverse: bool, lengths: Array | None) -> Array:
    """Sequences from input order to the order of processing; applied again, back.

    Arguments:
        m: the array library.
        array: shape (T, B, ...).
        reverse: whether time runs from the end; if not, the array itself is returned.
        lengths: the number of valid steps of each sequence, shape (B,), or None for all.
    Returns:
        Shape (T, B, ...): a view without lengths, else a copy. Padding stays where it is.

    >>> import numpy
    >>> turned(numpy, numpy.array([[1, 4], [2, 5], [3, 6]]), True, numpy.array([2, 3])).tolist()
    [[2, 6], [1, 5], [3, 4]]
    """
    if not reverse:
        return array
    if lengths is None:
        return array[::-1]
    steps = m.arange(array.shape[0])[:, None]
    valid = m.asarray(lengths)[None, :]
    source = m.where(steps < valid, valid - 1 - steps, steps)
    return array[source, m.arange(array.shape[1])[None, :]]


def padding(m: Any, steps: int, lengths: Array | None) -> Array | None:
    """Which steps of which sequences are padding.

    Arguments:
        m: the array library.
        steps: T.
        lengths: shape (B,), or None.
    Returns:
        Booleans of shape (T, B); None where nothing is padded.

    >>> import numpy
    >>> padding(numpy, 3, numpy.array([1, 3])).tolist()
    [[False, False], [True, False], [True, False]]
    """
    # lengths are kept on the CPU, so that a GPU need not be asked
    if lengths is None or not (numpy.asarray(lengths) < steps).any():
        return None
    return m.arange(steps)[:, None] >= m.asarray(lengths)[None, :]


def fill_input(m: Any, rows: Array, x: Array, padded: Array | None) -> None:
    """Write a layer's input, as columns, to where its products read it.

    Arguments:
        m: the array library.
        rows: to be written, shape (I, T, B).
        x: numbers of shape (T, B, I) or indices of shape (T, B), in the order of processing.
        padded: booleans of shape (T, B), or None. Padding becomes 0 whatever it holds.

    >>> import numpy
    >>> rows = numpy.empty((3, 2, 1))
    >>> fill_input(numpy, rows, numpy.array([[2], [0]]), None)
    >>> rows[:, :, 0].tolist()
    [[0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]
    """
    if x.ndim == 2:
        m.equal(x[None], m.arange(rows.shape[0])[:, None, None], out=rows)
        if m is not numpy:
            # a GPU is not asked whether an index is out of range, so what comes of it is NaN
            m.copyto(rows, numpy.nan, where=((x < 0) | (x >= rows.shape[0]))[None])
    else:
        rows[...] = x.transpose(2, 0, 1)
    if padded is not None:
        m.copyto(rows, 0, where=padded[None])
