"""Generated texts: DNA, tunes and brackets."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

import pytest

from microgradseq_corpora import brackets as stack
from microgradseq_corpora.brackets import brackets
from microgradseq_corpora.dna import LINE_LENGTH, MOTIFS, dna
from microgradseq_corpora.tunes import TONICS, tunes

NOTE = re.compile(r"([A-Ga-g])(\d*)")
SEVERAL = tunes(4, 60).strip().split("\n\n")


def nearly(window: str, motif: str) -> bool:
    return sum(a != b for a, b in zip(window, motif, strict=True)) <= 1


def test_dna_has_lines_of_four_letters() -> None:
    lines = dna(2, 500).splitlines()
    assert {len(line) for line in lines} == {LINE_LENGTH}
    letters = Counter("".join(lines))
    assert letters.keys() == set("ACGT")
    assert min(letters.values()) > 0.2 * LINE_LENGTH * 500


@pytest.mark.parametrize("motif", MOTIFS)
def test_motifs_are_planted_and_mutate(motif: str) -> None:
    text = dna(2, 500)
    windows = [text[k : k + len(motif)] for k in range(len(text) - len(motif))]
    exact = windows.count(motif)
    changed = sum(nearly(window, motif) for window in windows) - exact
    # Planted 500 × 3 × 0.7 / 4 = 262 times, unchanged in 0.96¹⁰ = 66% of them: 174.
    assert 130 < exact < 220
    # One letter changed in 28%: 73, and a few by chance.
    assert 40 < changed < 120


def bars_of(tune: str) -> list[str]:
    body = "".join(tune.splitlines()[5:])
    return [bar for bar in re.split(r"[|:]+", body) if bar]


def length_of(bar: str) -> Fraction:
    assert NOTE.sub("", bar).strip() == ""
    return sum((Fraction(int(times or 1), 8) for _, times in NOTE.findall(bar)), Fraction())


@pytest.mark.parametrize("tune", SEVERAL, ids=lambda tune: tune.splitlines()[0])
def test_every_bar_adds_up(tune: str) -> None:
    headers = dict(line.split(":", 1) for line in tune.splitlines()[:5])
    assert list(headers) == ["X", "T", "M", "L", "K"]
    assert headers["L"] == "1/8"
    bars = bars_of(tune)
    assert len(bars) == 16
    assert {length_of(bar) for bar in bars} == {Fraction(headers["M"])}


@pytest.mark.parametrize("tune", SEVERAL, ids=lambda tune: tune.splitlines()[0])
def test_phrases_repeat_and_both_parts_end_on_the_tonic(tune: str) -> None:
    key = tune.splitlines()[4].removeprefix("K:")
    bars = bars_of(tune)
    assert key in TONICS
    for part in (bars[:8], bars[8:]):
        assert part[0:2] == part[4:6]
        last, times = NOTE.findall(part[-1])[-1]
        assert last.upper() == key[0]
        assert int(times) >= 3
    assert bars[6:8] == bars[14:16]


def test_tunes_come_in_every_metre_and_key() -> None:
    text = "\n".join(SEVERAL)
    assert set(re.findall(r"M:(\S+)", text)) == {"4/4", "3/4", "6/8"}
    assert set(re.findall(r"K:(\S+)", text)) == TONICS.keys()


def deepest(line: str) -> int:
    """The greatest depth; fails where a bracket does not match."""
    partners = {closing: opening for opening, closing in stack.PAIRS}
    waiting: list[str] = []
    most = 0
    for letter in line:
        if letter in partners:
            assert waiting.pop() == partners[letter]
        else:
            waiting.append(letter)
        most = max(most, len(waiting))
    assert waiting == []
    return most


def test_brackets_balance_and_reach_their_depth_but_no_more() -> None:
    lines = brackets(1, 600).splitlines()
    depths = [deepest(line) for line in lines]
    assert max(depths) == stack.DEEPEST
    assert min(depths) < 4
    assert {len(line) for line in lines} == set(range(8, 41, 2))
    assert set("".join(lines)) == set("()[]{}<>")
