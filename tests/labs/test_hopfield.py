"""The Hopfield lab against the measured capacity, and against what must hold of the energy."""

from __future__ import annotations

import numpy
import pytest

from microgradseq import Tensor
from microgradseq.errors import UserError
from microgradseq.labs.hopfield import LAB
from microgradseq.labs.hopfield_network import (
    corrupted,
    energy,
    hebbian_weights,
    mixtures,
    overlap,
    projection_weights,
    random_patterns,
    settled,
    softmax_update,
    synchronous_step,
)
from microgradseq.labs.lab import Frame

# measured for the project with another program: load, overlap, and how much networks differ
MEASURED = [(0.10, 0.999, 0.003), (0.138, 0.983, 0.03), (0.15, 0.936, 0.12), (0.17, 0.69, 0.12)]


@pytest.fixture(scope="module")
def last() -> Frame:
    return LAB.run()


@pytest.mark.parametrize(("load", "measured", "spread"), MEASURED)
def test_the_capacity_is_as_measured(
    last: Frame, load: float, measured: float, spread: float
) -> None:
    assert last.numbers[f"overlap_at_{load:g}"] == pytest.approx(measured, abs=spread)


def test_memory_breaks_down_behind_0_138(last: Frame) -> None:
    kept = [float(str(last.numbers[f"overlap_at_{load:g}"])) for load, _, _ in MEASURED]
    assert kept == sorted(kept, reverse=True)
    # the theory for many units: 0.967 at the limit, then a fall
    assert kept[1] == pytest.approx(0.967, abs=0.02)
    assert kept[1] - kept[3] > 0.2


def test_the_picture_comes_back_and_the_energy_never_rises(last: Frame) -> None:
    assert last.numbers["overlap"] == 1.0
    assert last.numbers["overlap_corrupted"] == pytest.approx(0.6)
    assert last.numbers["largest_rise_of_energy"] == 0.0
    assert last.numbers["energy_end"] == last.numbers["energy_stored"]
    assert last.progress == 1


def test_the_shares_of_ends_sum_to_one(last: Frame) -> None:
    shares = [
        last.numbers[f"ends_at_{kind}"] for kind in ("pattern", "negative", "mixture", "elsewhere")
    ]
    assert sum(map(float, map(str, shares))) == pytest.approx(1.0)
    assert all(float(str(share)) > 0 for share in shares)


def test_the_modern_update_holds_ten_patterns_a_unit(last: Frame) -> None:
    assert float(str(last.numbers["modern_overlap"])) > 0.999
    assert float(str(last.numbers["classic_overlap"])) < 0.3


def test_energy_falls_at_every_change_of_a_unit() -> None:
    chance = numpy.random.default_rng(3)
    weights = hebbian_weights(random_patterns(12, 40, chance))
    state = random_patterns(1, 40, chance)[0]
    for unit in chance.integers(0, 40, 200):
        before = -0.5 * sum(
            weights[i, j] * state[i] * state[j] for i in range(40) for j in range(40)
        )
        assert float(energy(weights, state)) == pytest.approx(before)
        field = float(weights[unit] @ state)
        state[unit] = numpy.sign(field) or state[unit]
        assert float(energy(weights, state)) <= before + 1e-12


def test_a_fixed_point_stays_and_has_no_unit_against_its_field() -> None:
    chance = numpy.random.default_rng(5)
    weights = hebbian_weights(random_patterns(30, 100, chance))
    ends = settled(weights, random_patterns(8, 100, chance), chance)
    assert (ends * (ends @ weights) >= 0).all()
    assert (settled(weights, ends, chance) == ends).all()
    assert (synchronous_step(weights, ends) == ends).all()


def test_updates_at_once_can_swing_for_ever() -> None:
    weights = numpy.array([[0.0, 1.0], [1.0, 0.0]])
    state = numpy.array([1.0, -1.0])
    once = synchronous_step(weights, state)
    assert (once == -state).all()
    assert (synchronous_step(weights, once) == state).all()


def test_mixtures_of_three_are_minima_that_nobody_stored() -> None:
    chance = numpy.random.default_rng(0)
    patterns = random_patterns(3, 2000, chance)
    found = mixtures(patterns)
    assert found.shape == (4, 2000)
    assert (synchronous_step(hebbian_weights(patterns), found) == found).mean() > 0.999
    assert overlap(found[:1], patterns[:1])[0] == pytest.approx(0.5, abs=0.05)


def test_projection_keeps_patterns_that_are_alike() -> None:
    patterns = numpy.sign(numpy.eye(6) * 2 - 1)[:, :6]
    weights = projection_weights(patterns[:3])
    assert (synchronous_step(weights, patterns[:3]) == patterns[:3]).all()


def test_the_modern_update_is_the_attention_of_the_engine() -> None:
    chance = numpy.random.default_rng(1)
    patterns, states = random_patterns(7, 12, chance), random_patterns(3, 12, chance)
    new, weights = softmax_update(patterns, states, 0.3)
    attention = (0.3 * Tensor(states) @ Tensor(patterns).T).softmax(axis=-1)
    assert weights == pytest.approx(attention.data, abs=1e-12)
    assert new == pytest.approx((attention @ Tensor(patterns)).data, abs=1e-12)


def test_exactly_so_many_units_are_turned_over() -> None:
    chance = numpy.random.default_rng(0)
    patterns = random_patterns(4, 50, chance)
    assert ((corrupted(patterns, 0.3, chance) != patterns).sum(axis=1) == 15).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stored": "a"}, "only A to Z and 0 to 9 have pictures, not 'a'"),
        ({"stored": ""}, "stored must be a text of at most 20 characters, not ''"),
        ({"noise": 1.5}, "noise must be at least 0 and at most 1, not 1.5"),
        ({"rule": "hebbian"}, "rule must be one of hebb, projection, not 'hebbian'"),
    ],
)
def test_bad_settings_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        LAB.settings(**changes)
    assert str(caught.value) == message
