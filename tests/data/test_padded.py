"""Padded batches: every example once, like lengths together."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgradseq.data.batch import Batch
from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.padded import IGNORED, PaddedBatches


def sentences(lengths: list[int]) -> list[list[int]]:
    """Each says its own number, counted from 1, as often as it is long."""
    return [[place] * length for place, length in enumerate(lengths, 1)]


def rows(batch: Batch) -> list[tuple[list[int], Any]]:
    """Inputs and targets of each example without what was filled in."""
    assert batch.lengths is not None
    found = []
    for place, length in enumerate(batch.lengths):
        column, target = batch.inputs[:, place], batch.targets[..., place]
        assert (column[length:] == 0).all()
        if batch.targets.ndim > 1:
            own = int((target != IGNORED).sum())
            assert (target[own:] == IGNORED).all()
            target = target[:own].tolist()
        found.append((column[:length].tolist(), target))
    return found


LENGTHS = st.lists(st.integers(1, 9), min_size=1, max_size=40)


@given(LENGTHS, st.integers(1, 7), st.sampled_from(["aligned", "labels", "sequences"]))
def test_every_example_comes_once_an_epoch(lengths: list[int], batch: int, kind: str) -> None:
    inputs = sentences(lengths)
    kinds: dict[str, list[Any]] = {
        "aligned": inputs,
        "labels": list(range(len(inputs))),
        "sequences": [one[:1] * (10 - len(one)) for one in inputs],
    }
    targets = kinds[kind]
    stream = PaddedBatches(inputs, targets, batch, seed=2, aligned=kind == "aligned")
    for epoch in range(2):
        found = [row for _ in range(stream.per_epoch) for row in rows(stream.next())]
        assert sorted(found) == sorted(zip(inputs, targets, strict=True))
        assert stream.position() == {"epoch": epoch + 1, "index": 0}


def test_like_lengths_go_together() -> None:
    lengths = numpy.random.default_rng(0).integers(1, 50, 400).tolist()
    stream = PaddedBatches(sentences(lengths), lengths, 8)
    filled = sum(each.inputs.size for each in stream.epoch_once())
    assert filled < 1.1 * sum(lengths)


def test_epochs_differ_and_seeds_decide() -> None:
    inputs = sentences([1, 2, 3] * 20)
    stream, again = (PaddedBatches(inputs, inputs, 4, seed=5, aligned=True) for _ in range(2))
    first = [rows(stream.next()) for _ in range(stream.per_epoch)]
    second = [rows(stream.next()) for _ in range(stream.per_epoch)]
    assert first != second
    again.seek({"epoch": 1, "index": 0})
    assert [rows(again.next()) for _ in range(again.per_epoch)] == second
    assert [rows(each) for each in again.epoch_once()] == first


def test_numbers_as_inputs_keep_their_type() -> None:
    inputs = [numpy.ones((length, 3), "float32") for length in (2, 4)]
    batch = PaddedBatches(inputs, [7, 8], 2, shuffled=False).next()
    assert (batch.inputs.shape, batch.inputs.dtype) == ((4, 2, 3), numpy.float32)
    assert (batch.inputs[2:, 0] == 0).all()
    assert batch.targets.tolist() == [7, 8]


def test_without_shuffling_the_order_stays() -> None:
    inputs = sentences([3, 1, 2])
    stream = PaddedBatches(inputs, inputs, 2, aligned=True, shuffled=False)
    assert [row[0] for _ in range(2) for row in rows(stream.next())] == inputs


@pytest.mark.parametrize(
    ("inputs", "targets", "problem"),
    [
        ([], [], "no examples"),
        ([[1]], [], "1 inputs but 0 targets"),
        ([[1], []], [[1], []], "example 1 is empty"),
        ([[1, 2]], [[1]], "example 0 has 2 steps but 1 targets"),
        ([[1, 2]], [[]], "example 0 has an empty target"),
    ],
)
def test_what_does_not_fit_is_refused(inputs: Any, targets: Any, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        PaddedBatches(inputs, targets, 2, aligned=True)


def test_a_batch_needs_room() -> None:
    with pytest.raises(SettingError, match="at least one example"):
        PaddedBatches([[1]], [[1]], 0)
