"""The fused peephole LSTM against its unrolled form and against differences."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nn import kernels

EVERY_KIND = pytest.mark.parametrize(
    "kind", ["peephole diagonal", "peephole cell", "peephole both"]
)


@EVERY_KIND
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("options", kernels.CASES, ids=str)
def test_equals_the_unrolled_layer(kind: str, options: dict[str, Any], whole: bool) -> None:
    kernels.require_equal_modes(kind, (6, 4, 3, 5), whole, **options)


@EVERY_KIND
@pytest.mark.parametrize("sizes", kernels.SIZES, ids=str)
def test_equals_it_in_every_size(kind: str, sizes: tuple[int, ...]) -> None:
    kernels.require_equal_modes(kind, sizes)


@EVERY_KIND
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_equals_it_with_lengths(kind: str, dtype: str) -> None:
    kernels.require_equal_with_lengths(kind, dtype=dtype)


@EVERY_KIND
def test_padding_is_never_read(kind: str) -> None:
    kernels.require_blind_to_padding(kind)


@EVERY_KIND
@pytest.mark.parametrize("bias", [True, False])
def test_gradients_are_right(kind: str, bias: bool) -> None:
    kernels.require_right_gradients(kind, bias=bias)


@EVERY_KIND
def test_passes_do_not_disturb_each_other(kind: str) -> None:
    kernels.require_two_passes_apart(kind)


@EVERY_KIND
def test_lookup_equals_one_hot_columns(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels.require_lookup_equal_to_columns(kind, monkeypatch)


@EVERY_KIND
def test_parts_of_a_batch_equal_the_whole(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels.require_same_in_parts(kind, monkeypatch)


@EVERY_KIND
def test_a_second_thread_changes_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels.require_same_with_help(kind, monkeypatch)
