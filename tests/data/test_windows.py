"""Windows on a long text, compared with the book's description."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgradseq.data import mapped
from microgradseq.data.batch import Batch, Batches
from microgradseq.data.errors import DataError
from microgradseq.data.token_file import token_file
from microgradseq.data.windows import RandomWindows, SequentialWindows, fitted

KINDS = [SequentialWindows, RandomWindows]
TEXT = numpy.arange(1000, dtype=numpy.uint16)


def epoch_of(batches: Batches) -> list[Batch]:
    return [batches.next() for _ in range(batches.per_epoch)]


def same(one: Batch, other: Batch) -> bool:
    return bool((one.inputs == other.inputs).all() and (one.targets == other.targets).all())


SIZES = st.tuples(st.integers(2, 300), st.integers(1, 12), st.integers(1, 12), st.integers(0, 9))


@given(SIZES)
def test_sequential_batches_go_on_where_the_last_ended(
    sizes: tuple[int, int, int, int],
) -> None:
    count, batch, unroll, seed = sizes
    batch, unroll, _ = fitted(count, batch, unroll)
    stream = SequentialWindows(numpy.arange(count), batch, unroll, seed)
    for _ in range(2):
        epoch = epoch_of(stream)
        start = int(epoch[0].inputs[0, 0])
        assert start < unroll
        row = (count - start - 1) // batch
        numpy.testing.assert_array_equal(epoch[0].inputs[0], start + row * numpy.arange(batch))
        whole = numpy.concatenate([each.inputs for each in epoch])
        assert (numpy.diff(whole, axis=0) == 1).all()
        for place, each in enumerate(epoch):
            assert each.inputs.shape == (unroll, batch)
            numpy.testing.assert_array_equal(each.targets, each.inputs + 1)
            assert each.fresh == (place == 0)


@given(SIZES)
def test_random_windows_do_not_overlap(sizes: tuple[int, int, int, int]) -> None:
    count, batch, unroll, seed = sizes
    batch, unroll, _ = fitted(count, batch, unroll)
    stream = RandomWindows(numpy.arange(count), batch, unroll, seed)
    for _ in range(2):
        epoch = epoch_of(stream)
        starts = numpy.concatenate([each.inputs[0] for each in epoch])
        assert len({*(starts % unroll).tolist()}) == 1
        assert len({*starts.tolist()}) == len(starts)
        for each in epoch:
            assert each.fresh
            assert (numpy.diff(each.inputs, axis=0) == 1).all()
            numpy.testing.assert_array_equal(each.targets, each.inputs + 1)


@pytest.mark.parametrize("kind", KINDS)
def test_epochs_and_seeds_start_elsewhere(kind: type[SequentialWindows | RandomWindows]) -> None:
    stream = kind(TEXT, 4, 30, seed=1)
    starts = {int(epoch_of(stream)[0].inputs.min()) % 30 for _ in range(12)}
    assert len(starts) > 4
    starts = {int(kind(TEXT, 4, 30, seed).next().inputs.min()) % 30 for seed in range(12)}
    assert len(starts) > 4


@pytest.mark.parametrize("kind", KINDS)
def test_a_position_can_be_returned_to(kind: type[SequentialWindows | RandomWindows]) -> None:
    stream = kind(TEXT, 4, 7, seed=3)
    for _ in range(stream.per_epoch + 5):
        stream.next()
    position = stream.position()
    assert position == {"epoch": 1, "index": 5}
    following = [stream.next() for _ in range(stream.per_epoch)]
    again = kind(TEXT, 4, 7, seed=3)
    again.seek(position)
    assert all(same(again.next(), each) for each in following)


@pytest.mark.parametrize("kind", KINDS)
def test_one_epoch_for_evaluation_moves_nothing(
    kind: type[SequentialWindows | RandomWindows],
) -> None:
    stream = kind(TEXT, 4, 7)
    first = epoch_of(stream)
    stream.next()
    once = list(stream.epoch_once())
    assert all(itertools.starmap(same, zip(once, first, strict=True)))
    assert stream.position() == {"epoch": 1, "index": 1}


@pytest.mark.parametrize(
    ("position", "problem"),
    [
        ({"epoch": 0, "index": 35}, "index in 0 to 34, not 35"),
        ({"epoch": -1, "index": 0}, "epoch from 0, not -1"),
        ({"index": 0}, "epoch from 0, not None"),
    ],
)
def test_a_wrong_position_is_refused(position: dict[str, int], problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        SequentialWindows(TEXT, 4, 7).seek(position)


@pytest.mark.parametrize(
    ("count", "asked", "given_sizes", "words"),
    [
        (1155, (32, 35), (32, 35), None),
        (1154, (32, 35), (31, 35), "batch shrinks from 32 to 31$"),
        (10, (4, 5), (1, 5), "10 symbols only: batch shrinks from 4 to 1$"),
        (9, (1, 5), (1, 4), "unroll shrinks from 5 to 4$"),
        (2, (32, 35), (1, 1), "batch shrinks from 32 to 1 and unroll from 35 to 1$"),
    ],
)
def test_sizes_shrink_for_tiny_texts(
    count: int, asked: tuple[int, int], given_sizes: tuple[int, int], words: str | None
) -> None:
    batch, unroll, note = fitted(count, *asked)
    assert (batch, unroll) == given_sizes
    assert note is None if words is None else re.search(words, note or "")


@given(st.integers(2, 500), st.integers(1, 40), st.integers(1, 40))
def test_fitted_sizes_always_give_a_batch(count: int, batch: int, unroll: int) -> None:
    batch, unroll, _ = fitted(count, batch, unroll)
    for kind in KINDS:
        assert kind(numpy.arange(count), batch, unroll).per_epoch >= 1


@pytest.mark.parametrize(("count", "words"), [(1, "a text of 1 symbol "), (0, "0 symbols ")])
def test_a_single_symbol_is_too_little(count: int, words: str) -> None:
    with pytest.raises(DataError, match=rf"{words}.* at least two symbols are needed"):
        fitted(count, 1, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_sizes_that_do_not_fit_are_refused(
    kind: type[SequentialWindows | RandomWindows],
) -> None:
    with pytest.raises(DataError, match="1,000 symbols are too few for batches of 32 × 35"):
        kind(TEXT, 32, 35)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mapped_file_gives_what_an_array_gives(
    kind: type[SequentialWindows | RandomWindows], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapped, "EVERY", 2)
    file = tmp_path / "text.txt"
    file.write_text("".join(map(chr, range(256, 1256))), encoding="utf-8")
    indices = token_file(file, cache=tmp_path / "cache").indices
    stream, plain = kind(indices, 4, 7), kind(numpy.array(indices), 4, 7)
    assert all(same(plain.next(), stream.next()) for _ in range(plain.per_epoch * 2))
