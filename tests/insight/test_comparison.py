"""Cells side by side: the same inputs, repeatable, and the lesson that the curves teach."""

from __future__ import annotations

import numpy
import pytest

from microgradseq import manual_seed, randn
from microgradseq.insight.comparison import COMPARED, compare_flow, draw_weights
from microgradseq.nn import LSTM


@pytest.mark.parametrize("cell", COMPARED)
def test_every_cell_can_be_compared(cell: str) -> None:
    found = compare_flow([cell], steps=6, hidden=5)
    for curve in found.curves:
        assert curve.gradients.shape == curve.reach.shape == (6,)
        assert numpy.isfinite(curve.gradients).all()
        assert (curve.gradients <= curve.reach * (1 + 1e-9)).all()
    # the loss is u · h_T with a u of length 1
    assert found.curves[0].gradients[-1] == pytest.approx(1)
    assert found.curves[0].reach[-1] == 1


def test_the_same_seed_gives_the_same_curves_and_disturbs_nobody() -> None:
    first = compare_flow(["gru"], steps=8, hidden=4, seed=5)
    second = compare_flow(["lstm", "gru"], steps=8, hidden=4, seed=5)
    numpy.testing.assert_array_equal(first.curves[0].gradients, second.curves[-1].gradients)
    other = compare_flow(["gru"], steps=8, hidden=4, seed=6)
    assert (other.curves[0].gradients != first.curves[0].gradients).any()


def test_large_hidden_weights_make_gradients_explode_and_small_ones_vanish() -> None:
    verdicts = [
        compare_flow(["rnn"], scale=scale).curves[0].on_gradients.name for scale in (0.5, 3.0)
    ]
    assert verdicts == ["vanishing", "exploding"]


def test_open_gates_keep_gradients_that_a_plain_network_loses() -> None:
    rnn, gru, lstm, cell = compare_flow(["rnn", "gru", "lstm"], forget_bias=5.0).curves
    assert (rnn.label, lstm.label, cell.label) == ("rnn", "lstm", "lstm (c)")
    assert rnn.on_gradients.name == "vanishing"
    assert gru.on_gradients.name == cell.on_gradients.name == "steady"
    shut = compare_flow(["gru"], forget_bias=-5.0).curves[0]
    assert shut.on_gradients.factor < gru.on_gradients.factor


def test_without_hidden_weights_nothing_comes_through() -> None:
    (found,) = compare_flow(["rnn"], steps=5, hidden=4, scale=0.0).curves
    assert not found.gradients[:-1].any()
    assert found.on_gradients.name == "vanishing"


def test_random_numbers_of_the_process_are_drawn_evenly_many() -> None:
    manual_seed(1)
    compare_flow(["rnn"], steps=3, hidden=4)
    first = randn(3).tolist()
    manual_seed(1)
    compare_flow(["rnn"], steps=30, hidden=4, seed=9, scale=2.0)
    assert randn(3).tolist() == first


def test_named_errors() -> None:
    with pytest.raises(ValueError, match="there is no cell 'foo'; known: rnn"):
        compare_flow(["foo"])
    with pytest.raises(ValueError, match="at least 2 steps"):
        compare_flow(["rnn"], steps=1)


def test_weights_of_every_layer_get_the_radius() -> None:
    layers = LSTM(3, 4, 2, dtype="float64")
    draw_weights(layers, numpy.random.default_rng(0), scale=2.0, forget_bias=10.0)
    drawn = layers.state_dict()
    for layer in range(2):
        for block in numpy.split(drawn[f"weight_hh_l{layer}"], 4):
            assert numpy.abs(numpy.linalg.eigvals(block)).max() == pytest.approx(2.0)
        biases = drawn[f"bias_ih_l{layer}"].reshape(4, 4)
        assert [bool((row > 9).all()) for row in biases] == [False, True, False, False]
