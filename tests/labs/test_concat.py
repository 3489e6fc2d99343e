"""The concat lab: equal to the last bits, and timed."""

from __future__ import annotations

import pytest

from microgradseq.errors import UserError
from microgradseq.labs.concat import HIDDEN, LAB
from microgradseq.labs.drawing import figures_text


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_both_ways_agree_to_rounding(seed: int) -> None:
    settings = LAB.settings(seed=seed, repeats=3, hidden=64, inputs=32, batch=8)
    numbers = LAB.run(settings).numbers
    assert 0 < float(str(numbers["largest_difference"])) < 1e-12
    for hidden in HIDDEN:
        for way in ("two_products", "joining_and_one_product", "one_product"):
            assert float(str(numbers[f"{way}_{hidden}_us"])) > 0


def test_the_sums_that_are_shown_add_up() -> None:
    last = LAB.run(LAB.settings(repeats=3))
    lines = figures_text("", last.figures, 100).splitlines()
    x, h, both = (
        float(next(line for line in lines if line.startswith(start)).removeprefix(start).split()[0])
        for start in ("X W_x:", "H W_h:", "joined:")
    )
    assert x + h == pytest.approx(both, abs=2e-4)


@pytest.mark.parametrize("width", [80, 100])
def test_the_times_have_a_unit_at_every_width(width: int) -> None:
    last = LAB.run(LAB.settings(repeats=3))
    assert "inputs (µs)" in figures_text("", last.figures, width)


def test_bad_settings_are_refused() -> None:
    with pytest.raises(UserError, match=r"^repeats must be at least 3 and at most 20,000, not 1"):
        LAB.settings(repeats=1)
