"""Units made by hand are found to follow what they were made to follow."""

from __future__ import annotations

import numpy
import pytest

from microgradseq.backend import Array
from microgradseq.data.vocabulary import Vocabulary
from microgradseq.insight.features import features_of
from microgradseq.insight.neurons import correlations, ranked_units
from microgradseq.tasks.language import LanguageTask
from microgradseq.tasks.settings import Settings
from microgradseq.tasks.task import SampleRequest
from microgradseq.tasks.writing import WritingSession
from microgradseq.training.inside import inside_of

TEXT = "He said «no more» and left.\nShe said «come back at 9» twice.\n" * 4
LETTERS = Vocabulary.of(TEXT)


def values_of(name: str, text: str) -> list[float]:
    return next([*map(float, one.values)] for one in features_of([*text]) if one.name == name)


def hand_made() -> LanguageTask:
    """Unit 0 remembers quotation marks, unit 1 is low at blanks, unit 2 does nothing."""
    how = Settings(cell="rnn", hidden=3, dtype="float64")
    task = LanguageTask.restore(how, {"vocabulary": LETTERS.as_dict()})
    weights: dict[str, Array] = {
        name: numpy.zeros_like(array) for name, array in task.model.state_dict().items()
    }
    seen = weights["recurrent.weight_ih_l0"]
    seen[0, LETTERS.index("«")], seen[0, LETTERS.index("»")] = 20.0, -20.0
    weights["recurrent.weight_hh_l0"][0, 0] = 6.0
    weights["recurrent.bias_ih_l0"][1] = 3.0
    seen[1, LETTERS.index(" ")] = -6.0
    task.model.load_state_dict(weights)
    return task


def test_a_unit_follows_what_it_was_made_for() -> None:
    # the latch begins at 0, so the text begins with a pair of marks that sets it
    inside = inside_of(WritingSession(hand_made(), SampleRequest("«a» " + TEXT)))
    first, second, last = inside.units
    assert {first.number, second.number} == {0, 1}
    quotes, blanks = sorted((first, second), key=lambda unit: unit.number)
    assert quotes.words == "high inside quotation marks"
    assert quotes.correlation > 0.999
    assert blanks.words == "low at a blank"
    assert blanks.correlation < -0.999
    assert (last.number, last.correlation) == (2, 0.0)


def test_correlations_are_numpys_own() -> None:
    random = numpy.random.default_rng(1)
    symbols = [*TEXT]
    activity = random.standard_normal((len(symbols), 4))
    features = features_of(symbols)
    found = correlations(activity, features)
    for row, feature in zip(found, features, strict=True):
        for column in range(4):
            wanted = numpy.corrcoef(feature.values, activity[:, column])[0, 1]
            assert row[column] == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("in quotes", '"a" “b”', [1, 1, 0, 0, 1, 1, 0]),
        ("in brackets", "a(b)c", [0, 1, 1, 0, 0]),
        ("place in line", "ab\ncd", [1, 2, 0, 1, 2]),
        ("place in word", "to be", [1, 2, 0, 1, 2]),
        ("after a stop", "a. b", [0, 0, 1, 0]),
        ("vowel", "xéy1", [0, 1, 1, 0]),
        ("digit", "a1", [0, 1]),
        ("capital", "aÄ", [0, 1]),
        ("after a break", "a\nb", [0, 0, 1]),
        ("punctuation", "a，b", [0, 1, 0]),
    ],
)
def test_features(name: str, text: str, wanted: list[float]) -> None:
    assert values_of(name, text) == wanted


def test_words_are_read_without_the_blanks_before_them() -> None:
    found = {one.name: one.values.tolist() for one in features_of(["Oh", ",", " Dear", " 9"])}
    assert found["capital"] == [1, 0, 1, 0]
    assert found["digit"] == [0, 0, 0, 1]


def test_what_does_not_vary_is_followed_by_nobody() -> None:
    units = ranked_units("aaa", numpy.zeros((3, 1, 2)))
    assert [unit.correlation for unit in units] == [0.0, 0.0]
    with pytest.raises(ValueError, match="2 symbols"):
        ranked_units("ab", numpy.zeros((3, 1, 2)))
