"""Shapes, indices and subscripts that nobody thought of: made by hypothesis, checked by numbers."""

from __future__ import annotations

import string
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from microgradseq import check_gradients, tensor
from microgradseq.rules import RULES
from microgradseq.structure import take_apart

BROADCAST = arrays.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3)
short = settings(max_examples=40)


def numbers(*shape: int, seed: int = 0) -> Any:
    """Different numbers between ½ and 2, with both signs."""
    random = numpy.random.default_rng([seed, *shape])
    return numpy.asarray(random.uniform(0.5, 2.0, shape) * random.choice([-1.0, 1.0], shape))


@short
@given(BROADCAST, st.sampled_from(["add", "sub", "mul", "div", "maximum", "minimum"]))
def test_broadcasting(shapes: arrays.BroadcastableShapes, name: str) -> None:
    first, second = shapes.input_shapes
    a, b = numbers(*first), numbers(*second, seed=1)
    result = RULES[name](tensor(a), tensor(b))
    assert result.shape == shapes.result_shape
    check_gradients(RULES[name], a, b, order=2)


@short
@given(st.data())
def test_indexing(data: st.DataObject) -> None:
    x = numbers(*data.draw(arrays.array_shapes(min_dims=1, max_dims=3, max_side=4)))
    index = data.draw(
        arrays.basic_indices(x.shape, allow_newaxis=True, allow_ellipsis=True)
        | arrays.integer_array_indices(x.shape)
        | arrays.arrays(bool, x.shape[:1])
    )
    numpy.testing.assert_array_equal(tensor(x)[index].data, x[index])
    check_gradients(lambda t: t[index], x)


@short
@given(st.data())
def test_einsum(data: st.DataObject) -> None:
    lengths = dict(zip("abcd", data.draw(st.tuples(*[st.integers(1, 3)] * 4)), strict=True))
    terms = data.draw(
        st.lists(st.lists(st.sampled_from("abcd"), unique=True, max_size=3), min_size=1, max_size=3)
    )
    used = sorted({letter for term in terms for letter in term})
    kept = data.draw(st.lists(st.sampled_from(used), unique=True)) if used else []
    subscripts = ",".join("".join(term) for term in terms) + "->" + "".join(kept)
    operands = [
        numbers(*(lengths[letter] for letter in term), seed=place)
        for place, term in enumerate(terms)
    ]
    result = RULES["einsum"](*map(tensor, operands), subscripts=subscripts)
    numpy.testing.assert_allclose(result.data, numpy.einsum(subscripts, *operands))
    check_gradients(lambda *each: RULES["einsum"](*each, subscripts=subscripts), *operands, order=2)


@short
@given(st.data())
def test_matmul(data: st.DataObject) -> None:
    shapes = data.draw(
        arrays.mutually_broadcastable_shapes(signature="(m?,n),(n,p?)->(m?,p?)", max_dims=2)
    )
    a, b = (numbers(*shape, seed=place) for place, shape in enumerate(shapes.input_shapes))
    assert (tensor(a) @ tensor(b)).shape == shapes.result_shape
    check_gradients(lambda x, y: x @ y, a, b)


@short
@given(st.data())
def test_concatenate_and_split_undo_each_other(data: st.DataObject) -> None:
    shape = data.draw(arrays.array_shapes(min_dims=1, max_dims=3, max_side=3))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    sizes = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
    pieces = []
    for place, size in enumerate(sizes):
        lengths = list(shape)
        lengths[axis] = size
        pieces.append(numbers(*lengths, seed=place))
    joined = RULES["concatenate"](*map(tensor, pieces), axis=axis)
    for piece, part in zip(pieces, joined.split(sizes, axis), strict=True):
        numpy.testing.assert_array_equal(part.data, piece)
    check_gradients(lambda *each: RULES["concatenate"](*each, axis=axis), *pieces)


@short
@given(st.data())
def test_pad(data: st.DataObject) -> None:
    x = numbers(*data.draw(arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3)))
    widths = data.draw(st.tuples(*[st.tuples(st.integers(0, 2), st.integers(0, 2))] * x.ndim))
    padded = tensor(x).pad(widths, value=3.0)
    numpy.testing.assert_array_equal(padded.data, numpy.pad(x, widths, constant_values=3.0))
    check_gradients(lambda t: t.pad(widths, value=3.0), x)


@short
@given(st.data(), st.sampled_from(["sum", "mean", "var", "max", "min", "logsumexp", "norm"]))
def test_reductions(data: st.DataObject, name: str) -> None:
    x = numbers(*data.draw(arrays.array_shapes(min_dims=1, max_dims=3, max_side=3)))
    axis = data.draw(st.none() | arrays.valid_tuple_axes(x.ndim, min_size=1))
    keepdims = data.draw(st.booleans())
    result = RULES[name](tensor(x), axis=axis, keepdims=keepdims)
    assert result.shape == x.sum(axis=axis, keepdims=keepdims).shape
    if name != "var" or x.size > 1:
        check_gradients(lambda t: RULES[name](t, axis=axis, keepdims=keepdims), x)


@short
@given(
    st.recursive(
        st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.tuples(inner, inner)
            | st.dictionaries(st.sampled_from(string.ascii_lowercase), inner, max_size=3)
        ),
    )
)
def test_a_structure_taken_apart_can_be_built_again(structure: Any) -> None:
    leaves, layout = take_apart(structure)
    assert layout.build(leaves) == structure
    assert all(isinstance(leaf, int) for leaf in leaves)


@pytest.mark.parametrize("logit", [-1e4, -40.0, 0.0, 40.0, 1e4])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_large_logits_neither_overflow_nor_vanish(logit: float, dtype: str) -> None:
    x = numpy.array([[logit, 0.0, 1.0], [0.0, -logit, logit]], dtype=dtype)
    for rule, options in (
        ("sigmoid", {}),
        ("softplus", {}),
        ("softmax", {}),
        ("log_softmax", {}),
        ("logsumexp", {"axis": 1}),
    ):
        t = tensor(x, requires_grad=True)
        y = RULES[rule](t, **options)
        y.backward(numpy.ones(y.shape))
        assert numpy.isfinite(y.data).all()
        assert numpy.isfinite(t.grad).all()
    for rule, target in (
        ("cross_entropy", numpy.array([1, 2])),
        ("binary_cross_entropy_with_logits", numpy.ones_like(x)),
    ):
        t = tensor(x, requires_grad=True)
        loss = RULES[rule](t, target)
        loss.backward()
        assert numpy.isfinite(loss.item())
        assert numpy.isfinite(t.grad).all()
