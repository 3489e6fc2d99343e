"""What goes into a tensor and what comes out: dtypes, numbers, lists, text."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import manual_seed, ones, randn, tensor, zeros
from microgradseq.rules import RULES


def test_an_array_keeps_its_dtype_and_lists_become_float64() -> None:
    for dtype in ("float32", "float64", "int64", "bool"):
        assert tensor(numpy.ones(2, dtype=dtype)).dtype == dtype
    assert tensor([1, 2]).dtype == numpy.float64
    assert tensor(3).dtype == numpy.float64
    assert tensor([1, 2], dtype="float32").dtype == numpy.float32


def test_an_array_is_copied() -> None:
    mine = numpy.ones(2)
    t = tensor(mine)
    mine[0] = 9.0
    assert t.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("number", [2, 2.0, True])
def test_a_bare_number_takes_the_tensors_dtype(number: Any) -> None:
    t = ones(2, dtype="float32")
    for result in (t * number, number * t, t + number, number - t, t**number, number / t):
        assert result.dtype == numpy.float32


@pytest.mark.parametrize("wrong", ["text", [1j], None, [None], {}])
def test_a_tensor_holds_numbers(wrong: Any) -> None:
    with pytest.raises(TypeError, match="a tensor holds numbers, got"):
        tensor(wrong)


def test_a_list_of_whole_numbers_can_be_targets() -> None:
    logits = tensor([[2.0, 0.0], [0.0, 2.0]], requires_grad=True)
    from_list = RULES["cross_entropy"](logits, [0, 1])
    assert from_list.item() == RULES["cross_entropy"](logits, numpy.array([0, 1])).item()
    assert RULES["embedding"](logits, [1, 1]).tolist() == [[0.0, 2.0]] * 2


def test_casts() -> None:
    x = tensor([1.5, 2.5], requires_grad=True)
    (x.float() * 2).double().sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    assert x.grad.dtype == numpy.float64
    whole = x.to("int64")
    assert (whole.tolist(), whole.requires_grad) == ([1, 2], False)


def test_one_number_reads_like_a_number() -> None:
    t = tensor([[2.75]])
    assert (float(t), int(t), t.item(), bool(t), f"{t:.1f}") == (2.75, 2, 2.75, True, "2.8")
    assert f"{ones(2)}" == "Tensor([1., 1.], dtype=float64)"


def test_shapes_under_pytorchs_names() -> None:
    t = zeros(2, 3, 4)
    assert (t.shape, t.size(), t.size(-1), t.dim(), t.ndim, t.numel(), len(t)) == (
        (2, 3, 4), (2, 3, 4), 4, 3, 3, 24, 2,
    )  # fmt: skip
    assert t.flatten().shape == (24,)
    assert t.flatten(1).shape == (2, 12)
    assert t.mT.shape == (2, 4, 3)
    assert t.T.shape == (4, 3, 2)
    assert t.view(4, -1).shape == (4, 6)
    assert [part.shape for part in t.chunk(3, axis=-1)] == [(2, 3, 2), (2, 3, 2)]
    assert [row.shape for row in t] == [(3, 4), (3, 4)]
    assert tensor(1.0).flatten().shape == (1,)
    with pytest.raises(TypeError, match="one number has no length"):
        len(tensor(1.0))


def test_axes_may_be_numpys_numbers() -> None:
    t = ones(2, 3)
    axis: Any = numpy.int64(1)
    assert t.sum(axis=axis).shape == (2,)
    assert t.softmax(axis=axis).shape == (2, 3)
    assert t[axis].shape == (3,)


def test_random_tensors_can_be_repeated() -> None:
    manual_seed(3)
    first = randn(2, 2, dtype="float32")
    manual_seed(3)
    assert first.dtype == numpy.float32
    assert randn(2, 2, dtype="float32").tolist() == first.tolist()
