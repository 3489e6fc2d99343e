"""Every fused kernel against its unrolled form: odd, single, wide, long and empty sizes."""

from __future__ import annotations

import numpy
import pytest

from microgradseq.nn.fused import problem
from tests.nn.kernels import EVERY_KIND, SIZES, require_equal_modes


@EVERY_KIND
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_in_every_size(
    kind: str, sizes: tuple[int, ...], whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problem, "GRADIENT_COLUMNS", 1)
    for bias in (True, False):
        require_equal_modes(kind, sizes, whole, bidirectional=True, bias=bias)
        lengths = numpy.arange(sizes[1]) % (sizes[0] + 1)
        require_equal_modes(kind, sizes, whole, lengths, bidirectional=True, bias=bias)


@EVERY_KIND
def test_over_many_steps(kind: str) -> None:
    require_equal_modes(kind, (150, 3, 2, 7))
