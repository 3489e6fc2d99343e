"""The models: cells by name, carried states, truncation inside a batch."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import nn
from microgradseq.data.errors import SettingError
from microgradseq.randomness import manual_seed
from microgradseq.tasks.markov_window import WindowModel
from microgradseq.tasks.models import Classifier, SequenceModel, detached, recurrent
from microgradseq.tasks.settings import CELLS, WINDOW, Settings

MEMORIES = [cell for cell in CELLS if cell != WINDOW]
RANDOM = numpy.random.default_rng(5)
INDICES = RANDOM.integers(0, 5, (9, 3))


def settings(**changes: Any) -> Settings:
    return Settings(**{"hidden": 6, "dtype": "float64", "unroll": 4, **changes})


def gradients(model: nn.Module, total: Any) -> dict[str, Any]:
    model.zero_grad()
    total.backward()
    return {name: one.grad.copy() for name, one in model.named_parameters() if one.grad is not None}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("changes", [{}, {"embedding": 3}, {"layers": 2}])
def test_a_state_carried_on_equals_one_long_window(cell: str, changes: dict[str, Any]) -> None:
    kind = WindowModel if cell == WINDOW else SequenceModel
    model = kind(settings(cell=cell, **changes), 5, 7)
    whole, _ = model(INDICES)
    first, state = model(INDICES[:4])
    second, _ = model(INDICES[4:], detached(state))
    joined = numpy.concatenate([first.plain(), second.plain()])
    assert whole.shape == (9, 3, 7)
    numpy.testing.assert_allclose(joined, whole.plain(), rtol=0, atol=1e-12)


def test_a_window_sees_so_many_symbols_and_no_more() -> None:
    model = WindowModel(settings(cell=WINDOW, unroll=3), 5, 7)
    before = model(INDICES)[0].plain()
    changed = INDICES.copy()
    changed[4] = (changed[4] + 1) % 5
    after = model(changed)[0].plain()
    differs = (before != after).any(axis=(1, 2))
    assert differs.tolist() == [False] * 4 + [True] * 3 + [False] * 2


@pytest.mark.parametrize("cell", MEMORIES)
def test_a_classifier_reads_the_ends_whatever_the_padding_holds(cell: str) -> None:
    model = Classifier(settings(cell=cell, bidirectional=True), 5, 4)
    lengths = numpy.array([9, 4, 1])
    scores, _ = model(INDICES, None, lengths)
    for column, length in enumerate(lengths):
        alone, _ = model(INDICES[:length, column : column + 1])
        numpy.testing.assert_allclose(scores.plain()[column], alone.plain()[0], rtol=0, atol=1e-12)


def test_a_classifier_says_what_its_final_state_says() -> None:
    model = Classifier(settings(cell="gru", bidirectional=True, layers=2), 5, 4)
    scores, finals = model(INDICES)
    last = numpy.concatenate(list(finals.plain()[-2:]), axis=1)
    expected = last @ model.output.weight.plain().T + model.output.bias.plain()
    numpy.testing.assert_allclose(scores.plain(), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("model", [SequenceModel, Classifier])
def test_the_parts_are_the_whole(model: type[Any]) -> None:
    whole = model(settings(embedding=3, dropout=0.5), 5, 4).eval()
    outputs, _ = whole.recurrent(whole.embedded(INDICES))
    numpy.testing.assert_array_equal(whole.scored(outputs).plain(), whole(INDICES)[0].plain())


def test_numbers_take_the_type_of_the_model() -> None:
    model = SequenceModel(settings(dtype="float32"), 2, 1, symbols=False)
    scores, state = model(numpy.zeros((3, 2, 2)))
    assert scores.dtype == numpy.float32
    assert detached(state)[0].dtype == numpy.float32


def test_a_rectified_network_starts_with_the_identity() -> None:
    layers = recurrent(settings(cell="relu-rnn", layers=2), 5)
    for layer in (0, 1):
        weights = layers.parameters_of(layer)
        numpy.testing.assert_array_equal(weights["weight_hh"].plain(), numpy.eye(6))
        assert not weights["bias_ih"].plain().any()
        assert weights["weight_ih"].plain().any()


@pytest.mark.parametrize(
    ("init", "spread"), [("normal", 0.01), ("xavier", None), ("orthogonal", None)]
)
def test_weights_are_drawn_as_asked(init: str, spread: float | None) -> None:
    model = SequenceModel(settings(init=init, cell="rnn", hidden=64, embedding=30), 50, 7)
    state = model.state_dict()
    assert not any(state[name].any() for name in state if "bias" in name)
    recurrent_weight = state["recurrent.weight_hh_l0"]
    if init == "orthogonal":
        numpy.testing.assert_allclose(
            recurrent_weight @ recurrent_weight.T, numpy.eye(64), rtol=0, atol=1e-12
        )
    elif spread is None:
        assert abs(recurrent_weight).max() <= numpy.sqrt(6 / 128)
    else:
        weights = [array for array in state.values() if array.ndim == 2]
        assert all(abs(array.std() - spread) < 0.002 for array in weights)


@pytest.mark.parametrize("cell", MEMORIES)
@pytest.mark.parametrize("truncation", ["regular", "random"])
def test_truncation_changes_gradients_but_no_number(cell: str, truncation: str) -> None:
    manual_seed(1)
    full = SequenceModel(settings(cell=cell), 5, 5)
    cut = SequenceModel(settings(cell=cell, truncation=truncation, truncate_at=3), 5, 5)
    cut.load_state_dict(full.state_dict())
    expected, expected_state = full(INDICES)
    found, state = cut(INDICES)
    numpy.testing.assert_allclose(found.plain(), expected.plain(), rtol=0, atol=1e-12)
    for one, other in zip(
        numpy.atleast_1d(detached(state)), numpy.atleast_1d(detached(expected_state)), strict=True
    ):
        numpy.testing.assert_allclose(one, other, rtol=0, atol=1e-12)
    complete, shortened = gradients(full, expected.sum()), gradients(cut, found.sum())
    name = "recurrent.weight_ih_l0"
    assert abs(complete[name] - shortened[name]).max() > 1e-6
    numpy.testing.assert_allclose(complete["output.weight"], shortened["output.weight"], rtol=1e-9)


def test_regular_truncation_is_a_new_start_with_the_state_as_a_constant() -> None:
    model = SequenceModel(settings(cell="lstm", truncation="regular", truncate_at=4), 5, 5)
    found = gradients(model, model(INDICES)[0].sum())
    model.eval()
    state, total = None, []
    for begin in (0, 4, 8):
        scores, state = model(INDICES[begin : begin + 4], detached(state))
        total.append(scores.sum())
    expected = gradients(model, total[0] + total[1] + total[2])
    for name, gradient in expected.items():
        numpy.testing.assert_allclose(found[name], gradient, rtol=0, atol=1e-11)


def test_random_truncation_is_right_on_average() -> None:
    model = SequenceModel(settings(cell="rnn", hidden=3), 5, 5)
    other = SequenceModel(settings(cell="rnn", hidden=3, truncation="random", truncate_at=5), 5, 5)
    other.load_state_dict(model.state_dict())
    manual_seed(0)
    read = INDICES[:4]
    expected = gradients(model, model(read)[0].sum())["recurrent.weight_ih_l0"]
    draws = [gradients(other, other(read)[0].sum())["recurrent.weight_ih_l0"] for _ in range(400)]
    error = abs(numpy.mean(draws, axis=0) - expected)
    deviation = numpy.std(draws, axis=0) / numpy.sqrt(len(draws))
    assert (error <= 5 * deviation + 1e-12).all()


def test_truncation_is_only_for_training() -> None:
    model = SequenceModel(settings(truncation="random", truncate_at=2), 5, 5).eval()
    before = model(INDICES)[0]
    whole = SequenceModel(settings(), 5, 5)
    whole.load_state_dict(model.state_dict())
    expected = gradients(whole, whole(INDICES)[0].sum())
    for name, gradient in gradients(model, before.sum()).items():
        numpy.testing.assert_array_equal(gradient, expected[name])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"truncation": "regular", "bidirectional": True}, "whole sequence"),
        ({"truncation": "random", "truncate_at": 1}, "2 or more"),
        ({"cell": "window"}, "window"),
    ],
)
def test_what_cannot_be_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        SequenceModel(settings(**changes), 5, 5)


def test_padded_sequences_cannot_be_truncated() -> None:
    model = SequenceModel(settings(truncation="regular"), 5, 5)
    with pytest.raises(SettingError, match="padded"):
        model(INDICES, None, numpy.array([9, 3, 2]))


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", ["lstm", "peephole", "gru", "rnn"])
def test_the_forget_gate_begins_as_asked_and_nothing_else_changes(cell: str, layers: int) -> None:
    def made(bias: float) -> dict[str, Any]:
        manual_seed(3)
        model = recurrent(settings(cell=cell, layers=layers, forget_bias=bias), 5)
        return {name: one.plain() for name, one in model.named_parameters()}

    drawn, asked = made(0.0), made(2.5)
    for name in drawn:
        gate = slice(6, 12) if cell in ("lstm", "peephole") and "bias_" in name else slice(0, 0)
        numpy.testing.assert_array_equal(
            numpy.delete(asked[name], gate, 0), numpy.delete(drawn[name], gate, 0)
        )
    for layer in range(layers) if cell in ("lstm", "peephole") else ():
        sums = sum(
            asked[name] for name in asked if name.startswith("bias_") and f"_l{layer}" in name
        )
        assert sums[6:12].tolist() == [2.5] * 6
