"""An encoder–decoder that learns, and searches that find what there is to find."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy
import pytest

from microgradseq import manual_seed, optim
from microgradseq.nn import functional
from microgradseq.nn.encoder_decoder import EncoderDecoder
from microgradseq.nn.search import Hypothesis, beam_search, greedy_search
from tests.nn.given import check_parameters

START, END = 0, 1


def tiny(**options: Any) -> EncoderDecoder:
    manual_seed(2)
    return EncoderDecoder(7, 7, 6, start=START, end=END, dtype="float64", **options)


def reversal_batch(random: numpy.random.Generator, count: int) -> tuple[Any, Any, Any]:
    """Sources of 1 to 5 tokens, padded with 0; targets backwards, with an end, padded with −100."""
    lengths = random.integers(1, 6, count)
    source = numpy.zeros((5, count), dtype=int)
    target = numpy.full((6, count), -100)
    for place, length in enumerate(lengths):
        source[:length, place] = random.integers(2, 7, length)
        target[:length, place] = source[:length, place][::-1]
        target[length, place] = END
    return source, target, lengths


def trained(steps: int, **options: Any) -> EncoderDecoder:
    manual_seed(5)
    random = numpy.random.default_rng(6)
    model = EncoderDecoder(7, 7, 32, start=START, end=END, **options)
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        source, target, lengths = reversal_batch(random, 48)
        logits, _ = model(source, numpy.maximum(target, 0), lengths, teacher_forcing=0.9)
        optimizer.zero_grad()
        functional.cross_entropy(logits.reshape(-1, 7), target.reshape(-1)).backward()
        optim.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model.eval()


@pytest.mark.parametrize(
    "options", [{"attention": "additive"}, {"attention": "dot", "cell": "lstm"}]
)
def test_it_learns_to_write_backwards(options: dict[str, Any]) -> None:
    model = trained(200, **options)
    source, _, lengths = reversal_batch(numpy.random.default_rng(7), 100)
    expected = [
        tuple(source[:length, place][::-1].tolist()) for place, length in enumerate(lengths)
    ]
    greedy = model.greedy(source, lengths, limit=10)
    right = [
        one.tokens == wanted and one.ended for one, wanted in zip(greedy, expected, strict=True)
    ]
    assert sum(right) >= 95
    best = [found[0] for found in model.beam(source[:, :20], lengths[:20], width=3, limit=10)]
    assert sum(one.tokens == wanted for one, wanted in zip(best, expected[:20], strict=True)) >= 18
    for one, length in zip(greedy, lengths, strict=True):
        assert one.weights is not None
        assert one.weights.shape == (len(one.tokens) + one.ended, 5)
        assert (one.weights[:, length:] == 0).all()
        numpy.testing.assert_allclose(one.weights.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("attention", ["additive", "dot", None])
@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_padding_changes_nothing(attention: str | None, cell: str) -> None:
    model = tiny(attention=attention, cell=cell, num_layers=2)
    source, target, lengths = reversal_batch(numpy.random.default_rng(1), 4)
    lengths[0] = 3
    results = []
    for filler in (0, 6):
        padded = source.copy()
        padded[numpy.arange(5)[:, None] >= lengths] = filler
        model.zero_grad()
        logits, _ = model(padded, numpy.maximum(target, 0), lengths)
        functional.cross_entropy(logits.reshape(-1, 7), target.reshape(-1)).backward()
        gradients = [parameter.grad for parameter in model.parameters()]
        results.append([logits.data, *gradients])
    for one, other in zip(*results, strict=True):
        numpy.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("attention", ["additive", "dot", None])
def test_gradients_agree_with_differences(attention: str | None) -> None:
    manual_seed(2)
    model = EncoderDecoder(4, 4, 2, start=0, end=1, dtype="float64", attention=attention)
    source, target = numpy.array([[2, 3], [3, 0]]), numpy.array([[3, 3], [1, 2]])

    def loss() -> Any:
        logits, _ = model(source, target, [2, 1])
        return functional.cross_entropy(logits.reshape(-1, 4), target.reshape(-1))

    report = check_parameters(model, loss, modes="reverse")
    assert report.checked == sum(one.numel() for one in model.parameters())


def test_reading_along_equals_going_step_by_step() -> None:
    model = tiny(attention=None, cell="lstm")
    source, target, lengths = reversal_batch(numpy.random.default_rng(1), 3)
    told = numpy.maximum(target, 0)
    logits, weights = model(source, told, lengths)
    assert weights is None
    state = model.encode(source, lengths)
    tokens = numpy.full(3, START)
    for t, next_tokens in enumerate(told):
        chances, state, _ = model.step(tokens, state)
        numpy.testing.assert_allclose(chances.data, logits[t].log_softmax().data, rtol=1e-12)
        tokens = next_tokens


def test_without_teacher_forcing_the_target_is_not_read() -> None:
    model = tiny()
    source, target, lengths = reversal_batch(numpy.random.default_rng(1), 3)
    alone, _ = model(source, numpy.maximum(target, 0), lengths, teacher_forcing=0.0)
    other, _ = model(source, numpy.full_like(target, 5), lengths, teacher_forcing=0.0)
    forced, _ = model(source, numpy.full_like(target, 5), lengths)
    numpy.testing.assert_array_equal(alone.data, other.data)
    assert not numpy.array_equal(alone.data, forced.data)


def test_a_batch_is_decoded_as_each_sequence_alone() -> None:
    model = tiny()
    source, _, lengths = reversal_batch(numpy.random.default_rng(3), 5)
    together = model.greedy(source, lengths, limit=8)
    for place, one in enumerate(together):
        alone = model.greedy(source[:, [place]], lengths[[place]], limit=8)[0]
        assert alone.tokens == one.tokens
        assert alone.score == pytest.approx(one.score, rel=1e-12)
        beam = model.beam(source[:, [place]], lengths[[place]], width=1, limit=8)[0][0]
        assert beam.tokens == one.tokens


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match='cell="perceptron" is unknown; choose "rnn" or "gru"'):
        tiny(cell="perceptron")
    with pytest.raises(ValueError, match='attention="none" is unknown'):
        tiny(attention="none")
    with pytest.raises(ValueError, match="token 9 is outside the 7 target tokens"):
        EncoderDecoder(7, 7, 4, start=9, end=1)
    with pytest.raises(ValueError, match="teacher_forcing is a chance"):
        tiny()([[1]], [[1]], teacher_forcing=2.0)
    with pytest.raises(ValueError, match="at least one step"):
        tiny()([[1]], numpy.zeros((0, 1), dtype=int))
    with pytest.raises(ValueError, match="width must be at least 1"):
        tiny().beam([[1]], width=0)


class Chain:
    """A model whose next token depends on all tokens so far, by a table or by a seed."""

    def __init__(self, vocabulary: int, table: dict[tuple[int, ...], list[float]] | None = None):
        self.vocabulary, self.table = vocabulary, table
        self.calls = 0

    def chances(self, said: tuple[int, ...]) -> Any:
        if self.table is not None:
            with numpy.errstate(divide="ignore"):
                return numpy.log(numpy.array(self.table[said]))
        random = numpy.random.default_rng([9, *said])
        return numpy.log(random.dirichlet(numpy.full(self.vocabulary, 0.5)))

    def step(self, tokens: Any, state: Any) -> tuple[Any, Any, None]:
        self.calls += 1
        after = [(*said, token) for said, token in zip(state, tokens.tolist(), strict=True)]
        return numpy.stack([self.chances(said[1:]) for said in after]), after, None

    def pick(self, state: Any, rows: Any) -> Any:
        return [state[row] for row in rows]

    def best_of_all(self, limit: int, power: float) -> Hypothesis:
        """The best sequence that ends within a limit, by trying every one."""
        everything = []
        others = [token for token in range(self.vocabulary) if token != END]
        for length in range(limit):
            for said in itertools.product(others, repeat=length):
                whole = (*said, END)
                score = sum(self.chances(whole[:t])[token] for t, token in enumerate(whole))
                everything.append(Hypothesis(said, score, ended=True))
        return max(everything, key=lambda one: one.normalised(power))


# tokens 2 and 3: the likelier first step leads to where every second step is unlikely
TRAP: dict[tuple[int, ...], list[float]] = {
    (): [0.0, 0.0, 0.6, 0.4],
    (2,): [0.0, 0.4, 0.3, 0.3],
    (3,): [0.0, 0.9, 0.05, 0.05],
    **{
        (first, second): [0.0, 1.0, 0.0, 0.0]
        for first, second in itertools.product((2, 3), repeat=2)
    },
}


def test_a_beam_finds_what_greedy_misses() -> None:
    greedy = greedy_search(Chain(4, TRAP), [()], count=1, start=START, end=END, limit=5)[0]
    assert (greedy.tokens, greedy.ended) == ((2,), True)
    assert greedy.score == pytest.approx(math.log(0.24))
    found = beam_search(Chain(4, TRAP), [()], start=START, end=END, width=2, limit=5)
    assert found[0].tokens == (3,)
    assert found[0].score == pytest.approx(math.log(0.36))
    assert len(found) == 2


@pytest.mark.parametrize("power", [0.0, 0.75, 1.0])
def test_a_beam_as_wide_as_all_sequences_finds_the_best(power: float) -> None:
    model = Chain(3)
    found = beam_search(model, [()], start=START, end=END, width=3**5, limit=5, length_power=power)[
        0
    ]
    best = model.best_of_all(5, power)
    assert found.tokens == best.tokens
    assert found.score == pytest.approx(best.score)


def test_normalising_by_length_favours_longer_sequences() -> None:
    model = Chain(3)
    short, long = (
        beam_search(model, [()], start=START, end=END, width=243, limit=5, length_power=power)[0]
        for power in (0.0, 2.0)
    )
    assert len(long.tokens) > len(short.tokens)
    assert long.score < short.score


def test_searches_stop_at_the_end_and_at_the_limit() -> None:
    ends = Chain(4, {(): [0.0, 1.0, 0.0, 0.0]})
    assert beam_search(ends, [()], start=START, end=END, width=2, limit=9)[0].tokens == ()
    assert ends.calls == 1
    never = Chain(4, {(2,) * length: [0.0, 0.0, 1.0, 0.0] for length in range(9)})
    stopped = beam_search(never, [()], start=START, end=END, width=2, limit=4)
    assert stopped == [Hypothesis((2, 2, 2, 2), 0.0, ended=False)]
    assert greedy_search(never, [()], count=1, start=START, end=END, limit=4) == stopped
