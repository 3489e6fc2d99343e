"""The labs that learn: each with its headline number, in a shorter run than the default one."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq.errors import UserError
from microgradseq.labs.compressor import compressed, unexpected
from microgradseq.labs.digits import decided
from microgradseq.labs.registry import lab
from microgradseq.labs.rtrl import gradients, largest_difference
from microgradseq.labs.truncation import biases


def numbers_of(name: str, **changes: Any) -> dict[str, Any]:
    chosen = lab(name)
    return dict(chosen.run(chosen.settings(**changes)).numbers)


@pytest.mark.parametrize(("units", "steps"), [(1, 1), (3, 50), (12, 7)])
def test_rtrl_has_the_gradient_of_backpropagation(units: int, steps: int) -> None:
    assert largest_difference(*gradients(units, steps, seed=1)) < 1e-12


def test_rtrl_learns_delayed_xor_online() -> None:
    numbers = numbers_of("rtrl", bits=2500)
    assert numbers["online_accuracy"] > 0.95
    assert numbers["rtrl_bytes_n32_t20"] > 200 * numbers["rtrl_bytes_n4_t20"]
    assert numbers["rtrl_bytes_n8_t80"] == numbers["rtrl_bytes_n8_t10"]


def test_random_truncation_has_no_bias_and_regular_truncation_has() -> None:
    chosen = lab("truncation").settings(draws=100)
    found = list(biases(chosen))
    draws, bias, deviation = found[-1]
    assert draws == 100
    # the mean of N draws without bias is about deviation/√N away
    assert bias < 2.5 * deviation / 10
    assert found[0][1] == pytest.approx(found[0][2])


def test_regular_truncation_cannot_learn_a_lag_beyond_its_cut() -> None:
    numbers = numbers_of("truncation", draws=1, max_steps=220)
    assert numbers["regular_bias"] > 0.1
    assert numbers["full_loss"] < 0.1
    assert numbers["random_loss"] < 0.5
    assert numbers["regular_loss"] > 0.6


def test_the_compressor_learns_what_the_flat_network_cannot() -> None:
    numbers = numbers_of("compressor", lag=30, max_steps=200)
    assert numbers["two_levels_accuracy"] == 1.0
    assert numbers["flat_accuracy"] < 0.7
    assert numbers["passed"] == 2.0


def test_what_was_expected_is_not_passed_on() -> None:
    sequences = numpy.array([[0, 0], [1, 1], [2, 0]])
    said = numpy.array([[[0.0, 1.0, 0.0], [0.9, 0.1, 0.0]], [[0.5, 0.0, 0.5], [1.0, 0.0, 0.0]]])
    passed = unexpected(sequences, said, 0.6)
    assert passed.tolist() == [[True, True], [False, True], [True, False]]
    closed, lengths = compressed(sequences, passed)
    assert closed[:2].T.tolist() == [[0, 2], [0, 1]]
    assert lengths.tolist() == [2, 2]


def test_each_feedback_loop_wins_where_its_memory_is_right() -> None:
    numbers = numbers_of("jordan", steps=40, max_steps=180)
    assert numbers["echo_elman"] > 0.95
    assert numbers["echo_jordan"] < 0.6
    assert numbers["parity_jordan"] > 0.95
    assert numbers["parity_elman"] < 0.6


def test_a_digit_is_read() -> None:
    numbers = numbers_of("digits", max_steps=160)
    assert numbers["accuracy"] > 0.85
    assert sum(numbers["chances"]) == pytest.approx(1.0)
    assert numbers["chances"][numbers["read_as"]] == max(numbers["chances"])
    assert 1 <= numbers["decided"] <= 29


def test_a_digit_that_is_never_decided() -> None:
    assert decided(numpy.full((3, 2), 0.5)) == 4


def test_gates_and_the_identity_solve_what_a_plain_network_does_not() -> None:
    numbers = numbers_of("remedies", steps=10, max_steps=300, hidden=32, seed=1)
    assert 0 < numbers["gru_solved"] <= 300
    assert 0 < numbers["identity_solved"] <= 300
    assert numbers["rnn_solved"] == -1


def test_larger_weights_explode_gradients() -> None:
    calm = numbers_of("remedies", hidden=32, max_steps=20)
    wild = numbers_of("remedies", hidden=32, max_steps=20, gain=5.0)
    assert wild["rnn_longest_gradient"] > 100 * calm["rnn_longest_gradient"]
    assert wild["norm_longest_gradient"] < 100
    assert wild["identity_longest_gradient"] > 1e6


@pytest.mark.parametrize(
    ("shape", "number", "least"),
    [("sentiment", "sentiment_accuracy", 0.9), ("tagging", "tagging_accuracy", 0.9)],
)
def test_a_shape_is_learned(shape: str, number: str, least: float) -> None:
    assert numbers_of("shapes", shape=shape, max_steps=300)[number] > least


@pytest.mark.parametrize(("name", "changes"), [("shapes", {"shape": "sentiment"}), ("digits", {})])
def test_the_seed_fixes_the_weights_too(name: str, changes: dict[str, Any]) -> None:
    first, second = (numbers_of(name, **changes, max_steps=2) for _ in range(2))
    assert first == second


def test_attention_finds_what_belongs_together() -> None:
    chosen = lab("shapes")
    frame = chosen.run(chosen.settings(shape="translation", max_steps=60))
    heat = next(figure for figure in frame.figures if "looks" in figure.title)
    weights = heat.heat_map.values  # type: ignore[attr-defined]
    assert numpy.allclose(weights.sum(axis=1), 1.0, atol=1e-5)


def test_reading_both_ways_helps_and_cheats() -> None:
    numbers = numbers_of("bidirectional", hidden=32, max_steps=120, length=10)
    assert numbers["blank_both"] < 0.9 * numbers["blank_forward"]
    assert numbers["next_both"] < 0.5 * numbers["next_forward"]
    # no honest model of this text comes near: the 5-gram has 4.05
    assert numbers["next_both"] < 4.0
    assert numbers["tagging_both"] > numbers["tagging_forward"]


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("truncation", {"lag": 20}, "a lag of 20 leaves no answer in 20 steps"),
        ("jordan", {"lag": 60}, "a lag of 60 leaves no answer in 60 steps"),
        ("digits", {"source": "nowhere/at/all"}, "nowhere/at/all"),
        ("remedies", {"problem": "copy"}, "one of adding, latch, echo"),
        ("rtrl", {"units": 0}, "at least 1 and at most 40"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    name: str, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        lab(name).settings(**changes)
