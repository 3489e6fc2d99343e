"""Jacobians through time agree with the sweep, with formulas and with what they bound."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq.insight import jacobians, reach, record, state_gradients
from microgradseq.insight.jacobian_products import spectral_norms
from tests.nn.layers import KINDS, made

STEPS, BATCH, INPUTS, HIDDEN = 5, 2, 3, 4


def inputs(steps: int = STEPS) -> numpy.ndarray[Any, Any]:
    return numpy.random.default_rng(2).standard_normal((steps, BATCH, INPUTS))


def test_elmans_jacobian_is_the_formula() -> None:
    layer = made("rnn", INPUTS, HIDDEN)
    found = jacobians(record(layer, inputs()))
    h = layer(inputs())[0].plain()
    expected = (1 - h**2)[..., None] * layer.weight_hh_l0.plain()
    numpy.testing.assert_allclose(found.each, expected, rtol=1e-12)
    radii = numpy.abs(numpy.linalg.eigvals(expected)).max(axis=-1)
    numpy.testing.assert_allclose(found.spectral_radii, radii, rtol=1e-10)
    numpy.testing.assert_allclose(
        found.norms, numpy.linalg.norm(expected, ord=2, axis=(-2, -1)), rtol=1e-10
    )


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("kind", KINDS)
def test_products_carry_gradients_as_the_sweep_does(kind: str, direction: str) -> None:
    """∂L/∂h_k is (∂h_T/∂h_k)ᵀ u for the loss u · h_T, and its norm is at most ‖∂h_T/∂h_k‖."""
    layers = made(kind, INPUTS, HIDDEN, num_layers=2, bidirectional=True)
    passage = record(layers, inputs())
    run = passage.run(1, direction)
    last = run.steps[-1].after[0]
    u = numpy.random.default_rng(3).standard_normal(last.shape)
    u /= numpy.linalg.norm(u, axis=1, keepdims=True)
    found = [
        one
        for one in state_gradients(passage, (last * u).sum())
        if (one.layer, one.direction) == (1, direction)
    ]
    each = jacobians(passage, 1, direction)
    width, order = last.shape[1], [step.t for step in run.steps]
    felt = reach(passage, 1, direction)
    for place, t in enumerate(order):
        block = each.between(STEPS - 1, place)[:, :width, :width]
        expected = numpy.einsum("bij,bi->bj", block, u)
        numpy.testing.assert_allclose(found[0].gradients[t], expected, rtol=1e-9, atol=1e-13)
        for of_state, at_end in zip(found, felt, strict=True):
            lengths = numpy.linalg.norm(of_state.gradients[t], axis=1)
            assert (lengths <= at_end.norms[place] * (1 + 1e-9) + 1e-15).all()
    numpy.testing.assert_allclose(
        felt[0].norms[0], spectral_norms(each.between(STEPS - 1, 0)[:, :width, :width]), rtol=1e-9
    )


@pytest.mark.parametrize("kind", ["lstm", "peephole diagonal"])
def test_the_reach_of_a_cell_state_counts_every_way(kind: str) -> None:
    """‖∂h_T/∂c_t‖ from one sweep for each unit of h_T."""
    layer = made(kind, INPUTS, HIDDEN)
    passage = record(layer, inputs())
    rows = [
        state_gradients(passage, passage.output[-1, 0, unit])[1].gradients[:, 0]
        for unit in range(HIDDEN)
    ]
    expected = numpy.linalg.norm(numpy.stack(rows, axis=1), ord=2, axis=(-2, -1))
    _, of_c = reach(passage)
    assert of_c.state == "c"
    numpy.testing.assert_allclose(of_c.norms[:, 0], expected, rtol=1e-9)


def test_nothing_is_lost_at_the_last_step() -> None:
    (felt,) = reach(record(made("gru", INPUTS, HIDDEN), inputs()))
    numpy.testing.assert_array_equal(felt.norms[-1], [1.0, 1.0])


def test_between() -> None:
    found = jacobians(record(made("rnn", INPUTS, HIDDEN), inputs()))
    numpy.testing.assert_allclose(found.between(2, 0), found.each[2] @ found.each[1])
    numpy.testing.assert_array_equal(found.between(1, 1), numpy.stack([numpy.eye(HIDDEN)] * 2))
    for later, earlier in [(0, 1), (STEPS, 0), (1, -2)]:
        with pytest.raises(ValueError, match="steps must be ordered"):
            found.between(later, earlier)


def test_what_is_too_large_for_numbers_is_infinite() -> None:
    layer = made("rnn relu", INPUTS, HIDDEN, bias=False)
    for parameter in layer.parameters():
        parameter.overwrite(numpy.full(parameter.shape, 30.0))
    (felt,) = reach(record(layer, numpy.full((200, 1, INPUTS), 1e-300)))
    # each step back multiplies by 4 · 30
    numpy.testing.assert_allclose(felt.norms[-4:, 0], [120.0**3, 120.0**2, 120, 1], rtol=1e-12)
    assert felt.norms[0, 0] == numpy.inf


def test_spectral_norms_far_from_one() -> None:
    tiny = numpy.array([[3e-300, 0.0], [0.0, 4e-300]])
    assert spectral_norms(numpy.stack([tiny, tiny * 1e300])) == pytest.approx([4e-300, 4.0])
    assert spectral_norms(numpy.full((2, 2), numpy.nan)) == numpy.inf
