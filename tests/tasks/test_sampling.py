"""Choosing symbols, lean steps, and writing."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy
import pytest

from microgradseq.data.errors import DataError
from microgradseq.data.symbols import UNITS, join, split
from microgradseq.data.vocabulary import Vocabulary
from microgradseq.nn.steps import GRUStep
from microgradseq.randomness import manual_seed
from microgradseq.tasks import stepping as steps_of_models
from microgradseq.tasks.markov_window import WindowModel
from microgradseq.tasks.models import SequenceModel
from microgradseq.tasks.sampling import chances, choose, log_chances
from microgradseq.tasks.settings import CELLS, WINDOW, Settings
from microgradseq.tasks.stepping import LeanSteps, PlainSteps, stepping
from microgradseq.tasks.task import SampleRequest
from microgradseq.tasks.writer import Joiner, Writer, shown
from tests.nn.layers import made

SCORES = numpy.log(numpy.array([0.1, 0.4, 0.2, 0.3]))
VOCABULARY = Vocabulary("abcdef")


def shares(request: SampleRequest, draws: int = 4000) -> Any:
    random = numpy.random.default_rng(7)
    found = [choose(SCORES, request, random) for _ in range(draws)]
    return numpy.bincount(found, minlength=4) / draws


def model_of(cell: str = "lstm", **changes: Any) -> Any:
    settings = Settings(**{"cell": cell, "hidden": 6, "dtype": "float64", "unroll": 3, **changes})
    manual_seed(2)
    kind = WindowModel if cell == WINDOW else SequenceModel
    return kind(settings, len(VOCABULARY), len(VOCABULARY))


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (SampleRequest(), [0.1, 0.4, 0.2, 0.3]),
        (SampleRequest(temperature=0.5), [1 / 30, 16 / 30, 4 / 30, 9 / 30]),
        (SampleRequest(temperature=1e9), [0.25] * 4),
        (SampleRequest(temperature=1e-3), [0, 1, 0, 0]),
        (SampleRequest(temperature=0.0), [0, 1, 0, 0]),
        (SampleRequest(top_k=2), [0, 4 / 7, 0, 3 / 7]),
        (SampleRequest(top_k=9), [0.1, 0.4, 0.2, 0.3]),
        (SampleRequest(top_p=0.5), [0, 4 / 7, 0, 3 / 7]),
        (SampleRequest(top_p=0.01), [0, 1, 0, 0]),
        (SampleRequest(top_k=3, top_p=0.7), [0, 4 / 7, 0, 3 / 7]),
    ],
)
def test_symbols_are_chosen_as_often_as_they_should(
    request_: SampleRequest, expected: list[float]
) -> None:
    numpy.testing.assert_allclose(shares(request_), expected, rtol=0, atol=0.03)


def test_great_scores_do_not_overflow() -> None:
    scores = numpy.array([-1e30, 1e4, -numpy.inf], dtype=numpy.float32)
    assert choose(scores, SampleRequest(), numpy.random.default_rng(0)) == 1
    numpy.testing.assert_array_equal(chances(scores), [0, 1, 0])
    numpy.testing.assert_allclose(log_chances(numpy.array([[1e4, 1e4]])), -numpy.log([[2, 2]]))


@pytest.mark.parametrize("bad", [numpy.nan, numpy.inf])
def test_a_diverged_model_is_named(bad: float) -> None:
    with pytest.raises(DataError, match="diverged"), numpy.errstate(invalid="ignore"):
        choose(numpy.array([0.0, bad]), SampleRequest(), numpy.random.default_rng(0))


def test_the_last_symbol_with_a_chance_is_the_last_one_taken() -> None:
    class One:
        """A generator at the edge of what rounding allows."""

        def random(self) -> float:
            return 1.0

    random: Any = One()
    assert choose(numpy.array([0.0, 0.0, -numpy.inf]), SampleRequest(), random) == 1


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("changes", [{}, {"embedding": 3}, {"layers": 2}])
def test_steps_give_what_the_model_gives(cell: str, changes: dict[str, Any]) -> None:
    model = model_of(cell, **changes)
    text = numpy.random.default_rng(0).integers(0, 7, (6, 2))
    expected = model(text)[0].plain()
    step, state = stepping(model), None
    for index, symbols in enumerate(text):
        scores, state = step(symbols, state)
        numpy.testing.assert_allclose(scores, expected[index], rtol=0, atol=1e-12)
    step, state = stepping(model), None
    for index, symbol in enumerate(text[:, 1].tolist()):
        scores, state = step(symbol, state)
        numpy.testing.assert_allclose(scores[0], expected[index, 1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", ["rnn", "relu-rnn", "gru", "lstm"])
def test_usual_cells_have_lean_steps(cell: str) -> None:
    assert isinstance(stepping(model_of(cell)), LeanSteps)


def test_a_large_vocabulary_is_looked_up_first(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(embedding=3)
    expected, _ = stepping(model)(4, None)
    monkeypatch.setattr(steps_of_models, "MOST_FOLDED", 2)
    for symbols in (4, numpy.array([4])):
        numpy.testing.assert_allclose(stepping(model)(symbols, None)[0], expected, atol=1e-12)


@pytest.mark.parametrize("reset", ["after", "before"])
@pytest.mark.parametrize("bias", [True, False, "single"])
@pytest.mark.parametrize("x", [numpy.linspace(-1, 1, 12).reshape(3, 4), numpy.array([3, 0, 1])])
def test_a_lean_gru_is_one_step_of_the_layer(x: Any, bias: Any, reset: str) -> None:
    layer = made("gru", 4, 5, bias=bias, reset=reset)
    weight_ih, weight_hh, *biases = (one.plain() for one in layer.parameters_of(0).values())
    h = numpy.random.default_rng(0).standard_normal((3, 5))
    before = h.copy()
    after, scores = GRUStep(weight_ih, weight_hh, biases, reset=reset)(x, h)
    expected, _ = layer(x[None], h[None])
    numpy.testing.assert_allclose(after, expected.plain()[0], rtol=0, atol=1e-12)
    numpy.testing.assert_array_equal(h, before)
    assert scores is None


@pytest.mark.parametrize("cell", ["lstm", "jordan", WINDOW])
def test_states_can_be_picked_and_are_not_changed(cell: str) -> None:
    step = stepping(model_of(cell))
    _, state = step(numpy.array([1, 2]), None)
    swapped = step.pick(state, numpy.array([1, 0, 1]))
    first, _ = step(numpy.array([3, 3]), state)
    again, _ = step(numpy.array([3, 3, 3]), swapped)
    numpy.testing.assert_allclose(again, first[[1, 0, 1]], rtol=0, atol=1e-12)


@pytest.mark.parametrize("unit", UNITS)
def test_symbols_joined_one_by_one_are_the_text(unit: str) -> None:
    text = 'She said: "汉字 don\'t," 👩‍👩‍👧 é.\nAnd "so" on (é).'
    symbols = split(text, unit)
    joiner = Joiner(unit)
    pieces = [joiner.add(symbol) for symbol in symbols]
    assert "".join(pieces) + joiner.end() == join(symbols, unit)
    assert len(pieces) == len(symbols)


def test_a_character_cut_short_is_shown_as_such() -> None:
    joiner = Joiner("bytes")
    assert [joiner.add(byte) for byte in "é".encode()] == ["", "é"]
    assert joiner.add(0xE6) == ""
    assert joiner.end() == "\N{REPLACEMENT CHARACTER}"
    assert (shown(0xE6, "bytes"), shown(0x41, "bytes")) == ("\\xe6", "A")


def test_a_very_long_text_of_words_still_joins() -> None:
    joiner = Joiner("words")
    text = "".join(joiner.add(word) for word in ["go", ","] * 1100)
    assert text == ", ".join(["go"] * 1100) + ","


def written(request: SampleRequest, **changes: Any) -> tuple[int, ...]:
    writer = Writer(model_of(**changes), VOCABULARY)
    writer.read([1, 2])
    return tuple(each.number for each in writer.write(request, numpy.random.default_rng(1)))


def test_writing_repeats_with_the_seed_and_never_writes_the_unknown() -> None:
    request = SampleRequest(length=300, temperature=3.0)
    first = written(request)
    assert first == written(request)
    assert len(first) == 300
    assert set(first) == {1, 2, 3, 4, 5, 6}
    assert first != written(SampleRequest(length=300))


def test_greedy_takes_the_likeliest_that_is_told() -> None:
    writer = Writer(model_of(), VOCABULARY)
    writer.read([3])
    request = SampleRequest(length=20, temperature=0.0)
    for each in writer.write(request, numpy.random.default_rng(0), likely=5):
        assert len(each.likely) == 5
        told = [symbol for symbol, _ in each.likely if symbol != "<unk>"]
        assert each.text == told[0]
        chances_told = [chance for _, chance in each.likely]
        assert chances_told == sorted(chances_told, reverse=True)
        assert 0 < sum(chances_told) <= 1


def nats(model: Any, numbers: tuple[int, ...]) -> float:
    text = numpy.array([1, 2, *numbers])
    found = log_chances(model(text[:-1, None])[0].plain()[:, 0])
    return float(-found[numpy.arange(len(found)), text[1:]][1:].sum())


@pytest.mark.parametrize("cell", ["lstm", "peephole"])
def test_a_wide_beam_finds_the_likeliest_text_of_all(cell: str) -> None:
    model = model_of(cell)
    for parameter in model.parameters():
        parameter.overwrite(parameter.plain() * 4)
    known = range(1, len(VOCABULARY))
    costs = {each: nats(model, each) for each in product(known, repeat=3)}
    found = {}
    for beam in (1, 3, 6**3):
        writer = Writer(model, VOCABULARY)
        writer.read([1, 2])
        request = SampleRequest(length=3, beam=beam)
        written_now = writer.write(request, numpy.random.default_rng(0))
        found[beam] = tuple(each.number for each in written_now)
    assert found[6**3] == min(costs, key=costs.__getitem__)
    assert costs[found[6**3]] <= costs[found[3]] <= costs[found[1]]


def test_a_beam_of_one_is_greedy() -> None:
    greedy = written(SampleRequest(length=12, temperature=0.0))
    assert written(SampleRequest(length=12, beam=1)) == greedy


def test_plain_steps_serve_where_lean_ones_do_not() -> None:
    assert isinstance(stepping(model_of("ctrnn")), PlainSteps)
