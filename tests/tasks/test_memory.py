"""The memory tests: what they draw, what they promise, and that they can be learned."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq.data.errors import SettingError
from microgradseq.data.padded import IGNORED
from microgradseq.tasks.memory.base import MemoryTask
from microgradseq.tasks.memory.reber import SYMBOLS, legal
from microgradseq.tasks.task import SampleRequest
from tests.tasks.short_training import assert_goes_on_after_seek, made, restored, trained

KINDS = ("adding", "copy", "latch", "parity", "echo", "anbn", "reber", "selective-copy")
SMALL = {"hidden": 16, "batch": 16, "unroll": 16}
# sizes at which a short training comes far, and what it must bring the loss below
LEARNED: dict[str, tuple[dict[str, Any], int, float]] = {
    "adding": ({"unroll": 6, "lr": 0.01}, 250, 0.05),
    "copy": ({"unroll": 1, "lr": 0.02}, 300, 0.9),
    "latch": ({"unroll": 8, "lr": 0.01}, 80, 0.1),
    "parity": ({"unroll": 4, "lr": 0.02}, 250, 0.3),
    "echo": ({"unroll": 8, "lr": 0.01}, 120, 0.2),
    "anbn": ({"unroll": 6, "lr": 0.02}, 150, 0.1),
    "reber": ({"unroll": 14, "lr": 0.01}, 150, 0.6),
    "selective-copy": ({"unroll": 4, "lr": 0.02}, 200, 1.5),
}


def drawn(kind: str, **changes: Any) -> MemoryTask:
    found = made(kind, **{**SMALL, **changes})
    assert isinstance(found, MemoryTask)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_short_training_beats_the_start_and_the_bound(kind: str) -> None:
    changes, steps, bound = LEARNED[kind]
    learner = drawn(kind, hidden=32, batch=32, **{"unroll": 8, **changes})
    before = learner.evaluate()
    after = trained(learner, steps).evaluate()
    baseline = learner.baselines()[0].metrics
    assert after["loss"] < min(bound, before["loss"])
    assert after["loss"] < baseline["loss"]
    assert after["accuracy"] > max(baseline["accuracy"], before["accuracy"])


@pytest.mark.parametrize("kind", KINDS)
def test_batches_depend_on_the_position_alone(kind: str) -> None:
    assert_goes_on_after_seek(drawn(kind, batch=2))


@pytest.mark.parametrize("kind", KINDS)
def test_a_restored_task_says_the_same(kind: str) -> None:
    learner = drawn(kind)
    text = learner.sample(SampleRequest(), numpy.random.default_rng(3))
    assert restored(learner).sample(SampleRequest(), numpy.random.default_rng(3)) == text
    assert [line.split()[0] for line in text.splitlines()] == ["reads", "right", "says"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_evaluated_is_never_trained_on(kind: str) -> None:
    learner = drawn(kind, unroll=40)
    seen = {learner.batches().next().inputs.tobytes()}
    assert learner.batches("validation").next().inputs.tobytes() not in seen
    assert learner.evaluate() == learner.evaluate()


@pytest.mark.parametrize("kind", KINDS)
def test_a_corpus_a_window_and_a_senseless_length_are_refused(kind: str) -> None:
    with pytest.raises(SettingError, match="its own data"):
        made(kind, "sine")
    with pytest.raises(SettingError, match="memory"):
        made(kind, cell="window")
    if drawn(kind).shortest > 1:
        with pytest.raises(SettingError, match="unroll"):
            made(kind, unroll=drawn(kind).shortest - 1)


def test_adding_marks_one_number_in_each_half() -> None:
    batch = drawn("adding", unroll=7).batches().next()
    numbers, marks = batch.inputs[..., 0], batch.inputs[..., 1]
    assert (marks[:3].sum(axis=0) == 1).all()
    assert (marks[3:].sum(axis=0) == 1).all()
    numpy.testing.assert_allclose((numbers * marks).sum(axis=0), batch.targets)
    assert drawn("adding").baselines()[0].metrics["loss"] == 1 / 6


def test_the_adding_baseline_is_what_saying_one_comes_to() -> None:
    learner = drawn("adding", batch=20_000)
    batch = learner.batches().next()
    ones = numpy.ones((20_000, 1))
    promised = learner.baselines()[0].metrics
    assert abs(((1 - batch.targets) ** 2).mean() - promised["loss"]) < 0.003
    assert abs(learner.right(ones, batch).mean() - promised["accuracy"]) < 0.005


def test_copy_asks_for_the_ten_symbols_after_the_sign() -> None:
    learner = drawn("copy", unroll=5)
    batch = learner.batches().next()
    assert batch.inputs.shape == batch.targets.shape == (25, 16)
    numpy.testing.assert_array_equal(batch.inputs[:10], batch.targets[-10:])
    assert (batch.inputs[14] == 9).all()
    assert (batch.inputs == 9).sum() == 16
    assert not batch.targets[:15].any()
    assert learner.baselines()[0].metrics["loss"] == 10 * numpy.log(8) / 25


def test_latch_parity_and_echo_by_hand() -> None:
    latch = drawn("latch").batches().next()
    numpy.testing.assert_array_equal(latch.inputs[0, :, 0], 2 * latch.targets - 1)
    assert 0.1 < latch.inputs[1:].std() < 0.3
    parity = drawn("parity").batches().next()
    for step in range(16):
        ones = parity.inputs[: step + 1].sum(axis=0)
        numpy.testing.assert_array_equal(parity.targets[step], ones % 2)
    echo = drawn("echo").batches().next()
    numpy.testing.assert_array_equal(echo.targets[4:], echo.inputs[:-4])
    assert (echo.targets[:4] == IGNORED).all()


def test_anbn_asks_from_the_first_b_on() -> None:
    learner = drawn("anbn", unroll=6, batch=200)
    batch = learner.batches().next()
    assert batch.lengths is not None
    for column, length in enumerate(batch.lengths):
        n = length // 2
        row = batch.inputs[:length, column].tolist()
        assert row == [0] * n + [1] * n
        assert batch.targets[:length, column].tolist() == [IGNORED] * n + [1] * (n - 1) + [2]
        assert (batch.targets[length:, column] == IGNORED).all()
    # always saying b is right as often as promised
    asked = batch.targets != IGNORED
    share = (batch.targets[asked] == 1).mean()
    assert abs(share - learner.baselines()[0].metrics["accuracy"]) < 0.05


def test_reber_words_follow_the_grammar_and_keep_their_frame() -> None:
    learner = drawn("reber", unroll=14)
    batch = learner.batches().next()
    assert batch.lengths is not None
    assert batch.lengths.max() <= 14
    for column, length in enumerate(batch.lengths):
        told = "".join(SYMBOLS[each] for each in batch.inputs[:length, column])
        word = told + SYMBOLS[batch.targets[length - 1, column]]
        assert word[0] == "B"
        assert word[1] == word[-2]
        assert word[-1] == "E"
        assert all(symbol in allowed for symbol, allowed in zip(word, legal(word), strict=True))


def test_reber_counts_an_answer_right_where_all_that_may_follow_is_on_top() -> None:
    learner = drawn("reber")
    batch = learner.batches().next()
    assert batch.lengths is not None
    scores = numpy.zeros((*batch.inputs.shape, 7))
    right = 0
    for column, length in enumerate(batch.lengths):
        told = "".join(SYMBOLS[each] for each in batch.inputs[:length, column])
        word = told + SYMBOLS[batch.targets[length - 1, column]]
        for step, allowed in enumerate(legal(word)[1:]):
            scores[step, column, [SYMBOLS.index(each) for each in allowed]] = 1.0
        right += length
        # a model that forgot the beginning errs at the last but one symbol
        scores[length - 2, column] = 0.0
        scores[length - 2, column, SYMBOLS.index("TP"["TP".index(word[1]) - 1])] = 1.0
    found = learner.right(scores, batch)
    assert (len(found), found.sum()) == (right, right - 16)


def test_selective_copy_keeps_the_order() -> None:
    batch = drawn("selective-copy", unroll=9).batches().next()
    for column in range(16):
        read = batch.inputs[:9, column]
        numpy.testing.assert_array_equal(read[read > 0], batch.targets[9:, column])
    assert (batch.inputs[9:] == 9).all()
    assert (batch.targets[:9] == IGNORED).all()


def test_solved_is_told_as_documented() -> None:
    assert drawn("adding").is_solved({"loss": 0.0099, "accuracy": 0.0})
    assert not drawn("adding").is_solved({"loss": 0.01, "accuracy": 1.0})
    assert drawn("latch").is_solved({"loss": 0.0, "accuracy": 0.99})
    assert not drawn("reber").is_solved({"loss": 0.0, "accuracy": 0.99})
