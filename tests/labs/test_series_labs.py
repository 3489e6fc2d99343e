"""The labs sine and markov: published numbers, and counting done another way."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy
import pytest

from microgradseq.errors import UserError
from microgradseq.labs.frequencies import Frequencies
from microgradseq.labs.markov import Source, factorisations, of_order
from microgradseq.labs.registry import lab


def test_sine_is_foretold_as_well_as_elsewhere() -> None:
    found = [
        lab("sine").run(lab("sine").settings(states=False, seed=seed)).numbers for seed in range(5)
    ]

    def median(name: str) -> float:
        return float(numpy.median([float(each[name]) for each in found]))  # type: ignore[arg-type]

    # Dive into Deep Learning ends at .0517; the median of 50 seeds elsewhere was .0516
    assert 0.045 < median("window_loss") < 0.060
    # against the clean sine elsewhere: .013, .020, .071, .33; free running 1.42
    assert 0.005 < median("window_error_1") < 0.025
    assert 0.010 < median("window_error_4") < 0.045
    assert 0.030 < median("window_error_16") < 0.160
    assert 0.150 < median("window_error_64") < 0.700
    assert median("window_free") > float(found[0]["signal_variance"])  # type: ignore[arg-type]


def test_a_state_foretells_the_sine_better_than_a_window() -> None:
    numbers = lab("sine").run(lab("sine").settings(points=600)).numbers
    assert float(numbers["gru_error_4"]) < float(numbers["window_error_4"])  # type: ignore[arg-type]


def test_a_series_too_short_is_refused() -> None:
    with pytest.raises(UserError, match="400 points leave too few"):
        lab("sine").settings(points=400, window=64)


def test_frequencies_are_those_of_a_counter() -> None:
    text = numpy.random.default_rng(0).integers(0, 3, 200)
    around = [*text.tolist(), *text[:2].tolist()]
    grams = Counter(zip(around, around[1:], around[2:], strict=False))
    pairs = Counter(pairwise(around[:-1]))
    told = Frequencies(text, 3, 3).probabilities(text)
    wanted = [
        grams[(one, two, three)] / pairs[(one, two)]
        for one, two, three in zip(
            text.tolist(), text[1:].tolist(), text[2:].tolist(), strict=False
        )
    ]
    assert numpy.allclose(told, wanted, rtol=1e-14)


def test_both_factorisations_give_the_joint_probability() -> None:
    assert factorisations(Source("tunes")) < 1e-12


@pytest.mark.parametrize("n", [1, 2, 4])
def test_bare_counts_are_equally_surprised_both_ways(n: int) -> None:
    text = numpy.random.default_rng(1).integers(0, 5, 3000).cumsum() % 7

    def nats(read: numpy.ndarray) -> float:
        around = numpy.concatenate([read, read[: n - 1]])
        return float(-numpy.log(Frequencies(read, n, 7).probabilities(around)).mean())

    assert nats(text) == pytest.approx(nats(text[::-1]), rel=1e-12)


def test_perplexity_against_order() -> None:
    source = Source("")
    found = [of_order(source, n) for n in range(6)]
    # knowing nothing costs |V|, and every further symbol of context helps
    assert found[0]["smoothed"] == pytest.approx(source.symbols)
    smoothed = [each["smoothed"] for each in found]
    assert smoothed == sorted(smoothed, reverse=True)
    # the 5-gram baseline of the language task, measured by itself
    assert smoothed[5] == pytest.approx(4.05, abs=0.1)
    assert [each["table"] for each in found] == [source.symbols**n for n in range(6)]
    assert math.isinf(found[5]["held_out"])
    assert found[5]["train"] < found[5]["smoothed"]


def test_a_text_that_is_not_there_is_refused() -> None:
    with pytest.raises(UserError, match="no-such-file"):
        lab("markov").settings(text="no-such-file.txt")
