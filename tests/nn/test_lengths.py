"""Sequences of different lengths: padding is never read, and each ends where it ends."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import nn, tensor
from microgradseq.errors import ShapeError
from tests.nn.layers import KINDS, made, numbers_of, require_close

STEPS, BATCH, INPUTS, HIDDEN = 6, 4, 3, 5
LENGTHS = numpy.array([4, 6, 0, 1])
PADDED = numpy.arange(STEPS)[:, None] >= LENGTHS
MODES = pytest.mark.parametrize("mode", ["fused", "unrolled"])
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


def stack_of(kind: str, mode: str) -> nn.Recurrent:
    return made(kind, INPUTS, HIDDEN, 2, bidirectional=True, mode=mode)


def sequences(filling: float) -> Any:
    x = numpy.random.default_rng(2).standard_normal((STEPS, BATCH, INPUTS))
    x[PADDED] = filling
    return x


@MODES
@EVERY_KIND
@pytest.mark.parametrize("filling", [1e300, numpy.nan, -numpy.inf])
def test_padding_changes_not_one_bit(kind: str, mode: str, filling: float) -> None:
    layer = stack_of(kind, mode)
    expected = numbers_of(layer, sequences(0.5), LENGTHS)
    found = numbers_of(layer, sequences(filling), LENGTHS)
    for name, array in expected.items():
        assert array.tobytes() == found[name].tobytes(), name
    assert not found["input"][PADDED].any()
    assert not found["output"][PADDED].any()


@MODES
@pytest.mark.parametrize("filling", [2, -1, 10**6])
def test_padded_indices_are_not_looked_up(mode: str, filling: int) -> None:
    layer = stack_of("lstm", mode)
    indices = numpy.random.default_rng(2).integers(0, INPUTS, (STEPS, BATCH))
    expected = numbers_of(layer, numpy.where(PADDED, 0, indices), LENGTHS)
    found = numbers_of(layer, numpy.where(PADDED, filling, indices), LENGTHS)
    for name, array in expected.items():
        assert array.tobytes() == found[name].tobytes(), name


@MODES
@EVERY_KIND
def test_a_padded_batch_equals_its_sequences_alone(kind: str, mode: str) -> None:
    layer = stack_of(kind, mode)
    x = sequences(numpy.nan)
    output, final = layer(x, lengths=LENGTHS)
    last = final[0] if isinstance(final, tuple) else final
    for place, length in enumerate(LENGTHS):
        alone, end = layer(x[:length, place : place + 1])
        end = end[0] if isinstance(end, tuple) else end
        numpy.testing.assert_allclose(
            output.data[:length, place], alone.data[:, 0], rtol=0, atol=1e-14
        )
        numpy.testing.assert_allclose(last.data[:, place], end.data[:, 0], rtol=0, atol=1e-14)


@MODES
def test_full_lengths_are_as_no_lengths(mode: str) -> None:
    layer = stack_of("gru", mode)
    x = sequences(0.5)
    require_close(numbers_of(layer, x, [STEPS] * BATCH), numbers_of(layer, x), 1e-14)


@MODES
def test_no_sequence_reaches_the_last_steps(mode: str) -> None:
    layer = stack_of("lstm", mode)
    x = sequences(0.5)
    short = [2, 0, 1, 2]
    found, cut = numbers_of(layer, x, short), layer(x[:2], lengths=short)[0]
    assert not found["output"][2:].any()
    zero_start = layer(x, lengths=short)[0]
    numpy.testing.assert_allclose(zero_start.data[:2], cut.data, atol=1e-15)


@MODES
def test_nobody_has_a_step(mode: str) -> None:
    layer = stack_of("rnn", mode)
    found = numbers_of(layer, sequences(0.5), [0] * BATCH)
    assert not found["output"].any()
    assert not found["weight_hh_l0"].any()
    assert found["initial 0"].all()


def test_batch_first_lengths() -> None:
    layer = made("gru", INPUTS, HIDDEN, 2, batch_first=True)
    x = sequences(0.5)
    first, _ = layer(x.swapaxes(0, 1), lengths=tensor(LENGTHS))
    layer.batch_first = False
    second, _ = layer(x, lengths=LENGTHS.tolist())
    numpy.testing.assert_array_equal(first.data.swapaxes(0, 1), second.data)


@pytest.mark.parametrize(
    ("lengths", "error", "words"),
    [
        ([1, 2, 3, 7], ShapeError, "length 7 is outside 0 to 6"),
        ([1, 2, 3, -1], ShapeError, "length -1 is outside 0 to 6"),
        ([1, 2, 3], ShapeError, r"one number for each of the 4 sequences, got shape \(3,\)"),
        ([1.0, 2.0, 3.0, 4.0], TypeError, "lengths must be whole numbers, got float64"),
    ],
)
def test_wrong_lengths_are_named(lengths: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match="RNN: .*" + words):
        made("rnn", INPUTS, HIDDEN)(sequences(0.5), lengths=lengths)
