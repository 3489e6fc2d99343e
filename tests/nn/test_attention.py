"""Attention: weights that add up to 1, padding that counts for nothing, derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
import pytest

from microgradseq import Tensor, manual_seed, tensor
from microgradseq.errors import ShapeError
from microgradseq.nn.attention import AdditiveAttention, Attention, DotProductAttention
from tests.nn.given import check_parameters

STEPS, BATCH, SIZE = 4, 3, 2
LENGTHS = [4, 1, 2]

KINDS: dict[str, Callable[[], Attention]] = {
    "additive": lambda: AdditiveAttention(SIZE, SIZE, 5, dtype="float64"),
    "dot": DotProductAttention,
    "dot unscaled": lambda: DotProductAttention(scaled=False),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def made(kind: str) -> Attention:
    manual_seed(1)
    return KINDS[kind]()


def numbers(*shape: int, seed: int = 0) -> Any:
    return numpy.random.default_rng([seed, *shape]).normal(size=shape)


QUERY, STATES = numbers(BATCH, SIZE), numbers(STEPS, BATCH, SIZE)


@every_kind
def test_the_context_is_a_weighted_mean(kind: str) -> None:
    context, weights = made(kind)(tensor(QUERY), tensor(STATES))
    assert (context.shape, weights.shape) == ((BATCH, SIZE), (BATCH, STEPS))
    numpy.testing.assert_allclose(weights.data.sum(axis=1), 1, rtol=1e-14)
    numpy.testing.assert_allclose(
        context.data, numpy.einsum("bs,sbk->bk", weights.data, STATES), rtol=1e-13
    )


def test_additive_scores_by_the_formula() -> None:
    attention = made("additive")
    _, weights = attention(tensor(QUERY), tensor(STATES))
    of_query, of_key, v = (one.data for one in attention.parameters())
    scores = numpy.tanh(QUERY @ of_query.T + STATES @ of_key.T) @ v[0]
    expected = numpy.exp(scores) / numpy.exp(scores).sum(axis=0)
    numpy.testing.assert_allclose(weights.data, expected.T, rtol=1e-13)


@pytest.mark.parametrize("scaled", [True, False])
def test_dot_products_by_the_formula(scaled: bool) -> None:
    _, weights = DotProductAttention(scaled)(tensor(QUERY), tensor(STATES))
    scores = (STATES * QUERY).sum(axis=2) / (math.sqrt(SIZE) if scaled else 1)
    expected = numpy.exp(scores) / numpy.exp(scores).sum(axis=0)
    numpy.testing.assert_allclose(weights.data, expected.T, rtol=1e-13)


@every_kind
@pytest.mark.parametrize("filler", [0.0, 1e300, math.nan, math.inf])
def test_padding_counts_for_nothing_whatever_stands_there(kind: str, filler: float) -> None:
    attention = made(kind)
    padded = STATES.copy()
    padded[numpy.arange(STEPS)[:, None] >= numpy.array(LENGTHS)] = filler
    states = tensor(padded, requires_grad=True)
    context, weights = attention(tensor(QUERY), states, lengths=LENGTHS)
    (context * context).sum().backward()
    for place, length in enumerate(LENGTHS):
        assert weights.data[place, length:].tolist() == [0.0] * (STEPS - length)
        assert states.grad[length:, place].tolist() == [[0.0] * SIZE] * (STEPS - length)
        alone = slice(place, place + 1)
        expected, _ = attention(tensor(QUERY[alone]), tensor(STATES[:length, alone]))
        numpy.testing.assert_allclose(context.data[alone], expected.data, rtol=1e-12)
    assert all(numpy.isfinite(one.grad).all() for one in attention.parameters())


@every_kind
def test_a_mask_says_the_same_as_lengths(kind: str) -> None:
    attention = made(kind)
    mask = numpy.arange(STEPS)[:, None] < numpy.array(LENGTHS)
    by_lengths = attention(tensor(QUERY), tensor(STATES), lengths=LENGTHS)
    for given in (mask, tensor(mask.astype("int64"))):
        by_mask = attention(tensor(QUERY), tensor(STATES), mask=given)
        for one, other in zip(by_lengths, by_mask, strict=True):
            numpy.testing.assert_array_equal(one.data, other.data)


@every_kind
def test_a_sequence_without_states_gets_a_context_of_zeros(kind: str) -> None:
    states = tensor(STATES, requires_grad=True)
    context, weights = made(kind)(tensor(QUERY), states, lengths=[0, 4, 4])
    assert weights.data[0].tolist() == [0.0] * STEPS
    assert context.data[0].tolist() == [0.0] * SIZE
    context.sum().backward()
    assert states.grad[:, 0].tolist() == [[0.0] * SIZE] * STEPS
    assert numpy.isfinite(states.grad).all()


@every_kind
def test_many_queries_at_once_and_one_by_one(kind: str) -> None:
    attention = made(kind)
    queries = tensor(numbers(5, BATCH, SIZE))
    memory = attention.remember(tensor(STATES), LENGTHS)
    contexts, weights = attention.look(queries, memory)
    assert (contexts.shape, weights.shape) == ((5, BATCH, SIZE), (5, BATCH, STEPS))
    for place in range(5):
        context, weight = attention.look(queries[place], memory)
        numpy.testing.assert_allclose(contexts.data[place], context.data, rtol=1e-13)
        numpy.testing.assert_allclose(weights.data[place], weight.data, rtol=1e-13)


@every_kind
def test_derivatives_agree_with_differences(kind: str) -> None:
    attention = made(kind)

    def run(query: Any, states: Any) -> Any:
        return attention(query, states, lengths=LENGTHS)

    report = check_parameters(attention, run, tensor(QUERY), tensor(STATES), order=2)
    # the weights are differentiated, and so are the query and the states
    learned = sum(one.numel() for one in attention.parameters())
    assert report.checked >= 2 * (learned + QUERY.size + STATES.size)


@every_kind
def test_large_scores_do_not_overflow(kind: str) -> None:
    states = tensor(1e4 * STATES, requires_grad=True)
    context, weights = made(kind)(tensor(1e4 * QUERY), states)
    context.sum().backward()
    assert numpy.isfinite(weights.data).all()
    assert numpy.isfinite(states.grad).all()


def test_single_precision_stays_single() -> None:
    attention = AdditiveAttention(SIZE, SIZE, 5)
    query, states = Tensor(QUERY, "float32"), Tensor(STATES, "float32")
    context, weights = attention(query, states, lengths=LENGTHS)
    assert {context.dtype, weights.dtype} == {numpy.dtype("float32")}


def test_mistakes_are_named() -> None:
    attention = DotProductAttention()
    query, states = tensor(QUERY), tensor(STATES)
    with pytest.raises(ShapeError, match="query of length 2 cannot be multiplied with states of"):
        attention(query, tensor(numbers(STEPS, BATCH, 3)))
    with pytest.raises(ShapeError, match=r"states have shape \(S, B, K\), got \(3, 2\)"):
        attention(query, query)
    with pytest.raises(ShapeError, match="length 5 is outside 0 to 4"):
        attention(query, states, lengths=[5, 1, 1])
    with pytest.raises(ShapeError, match=r"the mask must have shape \(4, 3\), got \(3, 4\)"):
        attention(query, states, mask=numpy.ones((3, 4)))
    with pytest.raises(ValueError, match="give lengths or a mask, not both"):
        attention(query, states, lengths=LENGTHS, mask=numpy.ones((4, 3)))
