"""Every fused kernel on several threads: the same numbers, the same bits."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from microgradseq.nn.fused import problem
from microgradseq.nn.fused.threads import set_threads
from tests.nn.kernels import EVERY_STEPWISE_KIND, require_same_bits, sequences
from tests.nn.layers import made, numbers_of, require_close

SIZES = (40, 5, 3, 4)
LENGTHS = [None, [40, 3, 7, 1, 0]]


@pytest.fixture(autouse=True)
def usual_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(problem, "GRADIENT_COLUMNS", 1)
    monkeypatch.setattr(problem, "can_split", lambda: True)
    set_threads(3)
    yield
    set_threads(None)


@EVERY_STEPWISE_KIND
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_parts_of_a_batch_equal_the_whole(
    kind: str, lengths: Any, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, layer = sequences(SIZES, whole=whole), made(kind, *SIZES[2:])
    alone = numbers_of(layer, x, lengths)
    monkeypatch.setattr(problem, "SPLIT_FROM", 0)
    monkeypatch.setattr(problem, "NARROWEST_PART", 1)
    together = numbers_of(layer, x, lengths)
    require_close(together, alone, 1e-13)
    require_same_bits(numbers_of(layer, x, lengths), together)


@EVERY_STEPWISE_KIND
@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_a_second_thread_that_collects_gradients_changes_no_bit(
    kind: str, lengths: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, layer = sequences(SIZES), made(kind, *SIZES[2:])
    alone = numbers_of(layer, x, lengths)
    monkeypatch.setattr(problem, "WORTH_A_THREAD", 0)
    require_same_bits(numbers_of(layer, x, lengths), alone)


PROGRAM = """
import hashlib
from tests.nn.kernels import sequences
from tests.nn.layers import made, numbers_of
for kind in ("rnn", "gru", "lstm"):
    found = numbers_of(made(kind, 5, 320, dtype="float32"), sequences((9, 20, 5, 320), "float32"))
    print(hashlib.sha256(b"".join(array.tobytes() for array in found.values())).hexdigest())
"""


def test_processes_agree_bit_for_bit() -> None:
    command = [sys.executable, "-c", PROGRAM]
    printed = [subprocess.check_output(command, text=True) for _ in range(2)]
    assert printed[0] == printed[1]
    assert len(printed[0].split()) == 3
