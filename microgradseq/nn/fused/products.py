"""How the products of all steps are shaped so that the BLAS library does them fast."""

from __future__ import annotations

from typing import Any

import numpy

from microgradseq.backend import Array
from microgradseq.nn.fused.threads import has_small_products

SMALL_PRODUCT = 100**3


def padded_width(numbers: int, itemsize: int) -> int:
    """How far apart rows of so many numbers should lie: an odd count of cache lines.

    Rows whose distance is a power of two would all fall into the same few lines of the cache.

    >>> padded_width(1024, 4)
    1040
    """
    line = 64 // itemsize
    lines = -(-numbers // line)
    return (lines | 1) * line


def wide_matrix(m: Any, rows: int, columns: int, dtype: Any) -> Array:
    """An empty matrix whose rows lie a padded width apart.

    Arguments:
        m: the array library.
        rows, columns, dtype: of the matrix.

    >>> wide_matrix(numpy, 2, 1024, numpy.dtype("float32")).strides
    (4160, 4)
    """
    return m.empty((rows, padded_width(columns, dtype.itemsize)), dtype=dtype)[:, :columns]


def rows_per_block(small_products: bool, rows: int, inner: int, columns: int) -> int:
    """How many rows of the left operand a product should take at a time.

    OpenBLAS multiplies matrices in place while rows × inner × columns is at most 100³; larger
    operands it first copies into another order, all of the weights at every time step.

    Arguments:
        small_products: whether the BLAS has such products, see threads.has_small_products().
        rows, inner, columns: the sizes of the product.
    Returns:
        A divisor of `rows`; `rows` itself where blocks do not help.

    >>> rows_per_block(True, 1024, 285, 16)
    128
    """
    if not small_products:
        return rows
    most = SMALL_PRODUCT // max(inner * columns, 1)
    if most >= rows:
        return rows
    fitting = [size for size in range(16, most + 1, 16) if rows % size == 0]
    return fitting[-1] if fitting else rows


def block_height(m: Any, rows: int, inner: int, columns: int) -> int:
    """How many rows of the left operand a product should take at a time, on this machine.

    Arguments:
        m: the array library.
        rows, inner, columns: the sizes of the product.

    >>> block_height(numpy, 6, 2, 3)
    6
    """
    return rows_per_block(m is numpy and has_small_products(), rows, inner, columns)


def in_blocks(matrix: Array, height: int) -> Array:
    """A matrix as a stack of blocks of rows, where they are less than all rows.

    Arguments:
        matrix: the left operand of a product, or what the product is written to.
        height: of a block.
    Returns:
        The matrix itself, or a view.

    >>> in_blocks(numpy.zeros((6, 2)), 3).shape, in_blocks(numpy.zeros((6, 2)), 6).shape
    ((2, 3, 2), (6, 2))
    """
    rows = matrix.shape[0]
    return matrix if height == rows else matrix.reshape(rows // height, height, matrix.shape[1])
