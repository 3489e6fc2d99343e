"""Operations that multiply and add: matrix products and their relatives."""

from __future__ import annotations

import math
import string
from typing import Any

import numpy

from microgradseq.backend import library_of
from microgradseq.rules.rule import Operation, Together, operation, sum_to_shape
from microgradseq.rules.shapes import broadcast_to, expand_dims, reshape, swapaxes

FEW_ROWS, LARGE_PRODUCT = 64, 500_000


def _transposed(u: Any) -> Any:
    return swapaxes(u, first=-1, second=-2)


def _matrices(a: Any, b: Any) -> tuple[Any, Any]:
    """Both operands as (stacks of) matrices: a vector is a row on the left, else a column."""
    row = reshape(a, shape=(1, a.shape[0])) if len(a.shape) == 1 else a
    column = reshape(b, shape=(b.shape[0], 1)) if len(b.shape) == 1 else b
    return row, column


def _product_gradient(g: Any, a: Any, b: Any) -> Any:
    """The gradient as a (stack of) matrices, where a vector operand has left an axis out."""
    shape = tuple(g.shape)
    if len(b.shape) == 1:
        shape = (*shape, 1)
    if len(a.shape) == 1:
        shape = (*shape[:-1], 1, shape[-1])
    return g if shape == tuple(g.shape) else reshape(g, shape=shape)


def _product(m: Any, a: Any, b: Any) -> Any:
    turned = m is numpy and a.ndim == 2 == b.ndim and len(a) <= FEW_ROWS and b.flags.fnc
    if turned and a.size * b.shape[1] >= LARGE_PRODUCT:
        # OpenBLAS takes up to twice as long for a few rows times a large transposed view
        return m.ascontiguousarray(m.matmul(b.T, a.T).T)
    return m.matmul(a, b)


def _left_gradient(g: Any, y: Any, a: Any, b: Any) -> Any:
    if len(a.shape) == 2 == len(b.shape):
        m = library_of(g)
        if m is None:
            return g @ b.T
        # BLAS is faster with the weights on the left than with a transposed view on the right
        return m.ascontiguousarray((b @ g.T).T)
    row, column = _matrices(a, b)
    share = _product_gradient(g, a, b) @ _transposed(column)
    return reshape(sum_to_shape(share, row), shape=a.shape)


def _right_gradient(g: Any, y: Any, a: Any, b: Any) -> Any:
    if len(a.shape) == 2 == len(b.shape):
        return a.T @ g
    if len(a.shape) > 2 == len(b.shape):
        # one large product instead of a stack of small ones that would be summed afterwards
        count = math.prod(a.shape[:-1])
        rows = reshape(a, shape=(count, a.shape[-1]))
        return _transposed(rows) @ reshape(g, shape=(count, b.shape[-1]))
    row, column = _matrices(a, b)
    share = _transposed(row) @ _product_gradient(g, a, b)
    return reshape(sum_to_shape(share, column), shape=b.shape)


def _right_gradients(gradients: list[Any], uses: list[Any]) -> Any:
    """One product for all uses of the same weights, such as those of all time steps."""
    if len(uses) == 1:
        return uses[0][0].T @ gradients[0]
    m = library_of(gradients[0])
    return m.concatenate([a for a, _ in uses]).T @ m.concatenate(gradients)


matmul = operation(
    "matmul",
    forward=_product,
    vjp=(_left_gradient, _right_gradient),
    jvp=(lambda t, y, a, b: t @ b, lambda t, y, a, b: a @ t),
    words=("∂(a@b)/∂a: gradient @ bᵀ", "∂(a@b)/∂b: aᵀ @ gradient"),
    needs=("a", "b"),
    symbol="@",
    numpy=("matmul",),
    pull_together=Together(
        1, lambda operands: len(operands[0].shape) == 2 == len(operands[1].shape), _right_gradients
    ),
)
outer: Operation = operation(
    "outer",
    forward=lambda m, u, v: m.outer(u, v),
    vjp=(
        lambda g, y, u, v: reshape(g @ reshape(v, shape=(-1,)), shape=u.shape),
        lambda g, y, u, v: reshape(reshape(u, shape=(-1,)) @ g, shape=v.shape),
    ),
    jvp=(lambda t, y, u, v: outer(t, v), lambda t, y, u, v: outer(u, t)),
    words=("∂(u⊗v)/∂u: gradient @ v", "∂(u⊗v)/∂v: u @ gradient"),
    needs=("u", "v"),
    symbol="⊗",
)


def _dot(m: Any, u: Any, v: Any) -> Any:
    if u.ndim != 1 or v.ndim != 1:
        raise ValueError("dot is for two vectors; use matmul (@) for matrices")
    return m.dot(u, v)


dot: Operation = operation(
    "dot",
    forward=_dot,
    vjp=(lambda g, y, u, v: g * v, lambda g, y, u, v: g * u),
    jvp=(lambda t, y, u, v: dot(t, v), lambda t, y, u, v: dot(u, t)),
    words=("∂(u·v)/∂u = v", "∂(u·v)/∂v = u"),
    needs=("u", "v"),
    symbol="·",
)


def _spelled_out(subscripts: str, operands: tuple[Any, ...]) -> tuple[list[str], str]:
    """The letters of each operand and of the result, with any ellipsis spelled out."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        raise ValueError(f'"{subscripts}" names {len(terms)} operands, {len(operands)} were given')
    if not arrow:
        letters = sorted(letter for letter in set(left) - set(",.") if left.count(letter) == 1)
        right = ("..." if "..." in left else "") + "".join(letters)
    free = [letter for letter in string.ascii_uppercase if letter not in subscripts]
    broadcast = 0
    for position, (term, operand) in enumerate(zip(terms, operands, strict=True)):
        if "..." in term:
            hidden = len(operand.shape) - len(term) + 3
            broadcast = max(broadcast, hidden)
            terms[position] = term.replace("...", "".join(free[:hidden][::-1]))
    right = right.replace("...", "".join(free[:broadcast][::-1]))
    for term, operand in zip(terms, operands, strict=True):
        if len(set(term)) != len(term):
            raise ValueError(
                f'"{subscripts}": a letter stands twice in "{term}"; take a diagonal first'
            )
        if len(term) != len(operand.shape):
            raise ValueError(f'"{term}" does not fit an operand of shape {tuple(operand.shape)}')
    return terms, right


def _einsum(m: Any, *operands: Any, subscripts: str) -> Any:
    terms, result = _spelled_out(subscripts, operands)
    return m.einsum(f"{','.join(terms)}->{result}", *operands)


def _einsum_vjp(position: int, g: Any, y: Any, *operands: Any, subscripts: str) -> Any:
    terms, result = _spelled_out(subscripts, operands)
    others = [term for place, term in enumerate(terms) if place != position]
    factors = [operand for place, operand in enumerate(operands) if place != position]
    mine = terms[position]
    reachable = "".join(letter for letter in mine if letter in result or letter in "".join(others))
    share = einsum(g, *factors, subscripts=f"{','.join([result, *others])}->{reachable}")
    # a letter that this operand alone has was summed: every element along it gets the same share
    for axis, letter in enumerate(mine):
        if letter not in reachable:
            share = expand_dims(share, axis=axis)
    lengths = tuple(
        length if letter not in reachable else share.shape[axis]
        for axis, (letter, length) in enumerate(zip(mine, operands[position].shape, strict=True))
    )
    return sum_to_shape(broadcast_to(share, shape=lengths), operands[position])


def _einsum_jvp(position: int, t: Any, y: Any, *operands: Any, subscripts: str) -> Any:
    changed = (*operands[:position], t, *operands[position + 1 :])
    return einsum(*changed, subscripts=subscripts)


einsum = operation(
    "einsum",
    forward=_einsum,
    vjp=_einsum_vjp,
    jvp=_einsum_jvp,
    words="an operand gets the einsum of the gradient with all other operands",
    needs=("operands",),
    symbol="Σ×",
)
