"""Networks unrolled over a word: against finite differences, truncated backpropagation, PyTorch."""

from __future__ import annotations

import itertools

import numpy
import pytest

from microgradseq import Tensor
from microgradseq.errors import UserError
from microgradseq.insight import jacobians, truncation_bias
from microgradseq.lessons.closed_form import closed_form
from microgradseq.lessons.through_time import ThroughTime
from microgradseq.lessons.time_cut import cut_at
from microgradseq.lessons.time_state import CELLS, MOST_LETTERS, TimeState
from microgradseq.nn.functional import cross_entropy
from microgradseq.nn.truncation import TruncationPlan

WORDS = ("machine", "时间机器", "a", "👩‍🚀🇫🇷👩‍🚀", "ab ab")
EVERY_CELL = pytest.mark.parametrize("cell", CELLS)


def fresh_loss(network: ThroughTime) -> float:
    """The loss once more, by the fused layers, with the weights as they are now."""
    seen = numpy.array([network.alphabet.index(letter) for letter in network.letters])
    network.layers.mode = "fused"
    output, _ = network.layers(seen)
    scores = output.plain() @ network.readout.plain().T
    targets = [network.alphabet.index(letter) for letter in network.targets]
    kept = slice(None) if network.state.loss == "every" else slice(-1, None)
    return float(cross_entropy(Tensor(scores[kept]), targets[kept], reduction="sum").item())


@EVERY_CELL
@pytest.mark.parametrize("loss", ["every", "last"])
@pytest.mark.parametrize("layers", [1, 2])
def test_contributions_add_up_to_finite_differences(cell: str, loss: str, layers: int) -> None:
    network = ThroughTime(
        TimeState.parse(f"time {cell} hello hidden=2 layers={layers} loss={loss}")
    )
    weights = network.weights
    assert float(network.loss.item()) == pytest.approx(fresh_loss(network))
    tiny = 1e-6
    for weight in weights:
        array = (
            network.readout.data
            if weight.key == "readout"
            else dict(network.layers.named_parameters())[weight.key].data
        )
        place = numpy.unravel_index(int(numpy.abs(weight.shares.sum(axis=0)).argmax()), array.shape)
        before = array[place]
        array[place] = before + tiny
        higher = fresh_loss(network)
        array[place] = before - tiny
        lower = fresh_loss(network)
        array[place] = before
        expected = (higher - lower) / (2 * tiny)
        assert weight.shares.sum(axis=0)[place] == pytest.approx(expected, rel=1e-6, abs=1e-9)


@EVERY_CELL
@pytest.mark.parametrize("word", WORDS)
def test_the_sweep_goes_from_right_to_left_and_ends_with_everything(cell: str, word: str) -> None:
    network = ThroughTime(TimeState(cell, word, layers=2))
    times = [network.time_of(number) for number in range(len(network.steps))]
    assert times[0] == len(network.letters) - 1
    assert all(later >= earlier for later, earlier in itertools.pairwise(times))
    assert sorted(set(times)) == list(range(len(network.letters)))
    last = len(network.steps) - 1
    for weight in network.weights:
        moment = network.moment(last, weight)
        numpy.testing.assert_allclose(numpy.nan_to_num(moment.norms), weight.norms, atol=1e-12)
        numpy.testing.assert_allclose(numpy.nan_to_num(moment.sums), weight.sums, atol=1e-12)
    found = {(one.layer, one.state): one.norms for one in network.state_gradients}
    order = [(run.layer, state) for run in network.passage.runs[::-1] for state in run.cell.states]
    expected = numpy.array([found[key] for key in order])
    numpy.testing.assert_allclose(numpy.nan_to_num(moment.flow.values), expected, atol=1e-12)


def test_contributions_fill_as_the_sweep_passes() -> None:
    network = ThroughTime(TimeState())
    weight = network.weight("weight_hh_l0")
    number, filled = 0, []
    for _ in network.letters:
        number = network.back_in_time(number)
        filled.append(int((~numpy.isnan(network.moment(number, weight).norms)).sum()))
    assert filled == [*range(1, len(network.letters) + 1)]
    assert number == len(network.steps) - 1
    assert network.back_in_time(number) == number
    back = []
    for _ in network.letters:
        number = network.forward_in_time(number)
        back.append(network.time_of(number))
    assert (number, back) == (0, [1, 2, 3, 4, 5, 6, 6])


@EVERY_CELL
@pytest.mark.parametrize("at", [0, 1, 4])
def test_a_cut_is_truncated_backpropagation(cell: str, at: int) -> None:
    network = ThroughTime(TimeState(cell, "machine", hidden=2))
    seen = numpy.array([[network.alphabet.index(letter)] for letter in network.letters])
    targets = [network.alphabet.index(letter) for letter in network.targets]

    def loss(output: Tensor, steps: slice) -> Tensor:
        scores = output[:, 0] @ Tensor(network.readout.data.T)
        return cross_entropy(scores, targets[steps], reduction="sum")

    factors = tuple(float(t != at or at == 0) for t in range(len(targets)))
    network.layers.mode = "fused"
    bias = truncation_bias(network.layers, seen, loss, TruncationPlan(factors))
    for weight in network.weights[:-1]:
        cut = cut_at(network, weight, at)
        full, left = bias.full[weight.key].ravel(), bias.truncated[weight.key].ravel()
        assert cut.difference == pytest.approx(
            numpy.linalg.norm(full - left) / numpy.linalg.norm(full), abs=1e-12
        )
        cosine = full @ left / (numpy.linalg.norm(full) * numpy.linalg.norm(left))
        assert cut.cosine == pytest.approx(cosine)
        assert (cut.share > 0) == (cut.difference > 1e-12)
        assert at or not cut.share


@EVERY_CELL
@pytest.mark.parametrize("layers", [1, 2])
def test_the_closed_form_is_what_the_last_loss_asks_of_the_weight(cell: str, layers: int) -> None:
    network = ThroughTime(TimeState(cell, "machine", layers=layers, loss="last"))
    for weight in network.weights:
        form = closed_form(network, weight)
        if weight.key == "readout":
            assert form is None
            continue
        assert form is not None
        assert form.recursive == pytest.approx(form.total, rel=1e-9, abs=1e-15)
        each = jacobians(network.passage, weight.layer).each[:, 0]
        ways = [numpy.eye(len(each[-1])), each[-1], each[-1] @ each[-2]]
        norms = [numpy.linalg.norm(way, ord=2) for way in ways]
        assert [term.carried for term in form.terms[:3]] == pytest.approx(norms)
        if weight.layer == layers - 1:
            # below the top, the last loss also hears of earlier states through the layer above
            by_step = [weight.shares[(term.step, *form.entry)] for term in form.terms]
            assert [term.term for term in form.terms] == pytest.approx(by_step, abs=1e-12)


def test_no_cut_takes_anything_from_the_readout() -> None:
    network = ThroughTime(TimeState("rnn", "hello"))
    cut = cut_at(network, network.weight("readout"), 3)
    assert (cut.share, cut.difference, cut.lost.tolist()) == (0.0, 0.0, [0.0] * 5)
    assert cut.cosine == pytest.approx(1.0)


def test_the_verdict_follows_the_radius() -> None:
    found = {}
    for radius in (0.5, 4.0):
        network = ThroughTime(TimeState("relu-rnn", "machine", radius=radius, seed=3))
        ((state, verdict),) = network.verdicts
        found[radius] = verdict.name
    assert state == "h"
    assert found == {0.5: "vanishing", 4.0: "exploding"}


def test_words_tell_where_the_sweep_stands() -> None:
    network = ThroughTime(TimeState("rnn", "时间", loss="last"))
    weight = network.weight("readout")
    assert "starts" in network.words(network.moment(0, weight), weight)
    words = network.words(network.moment(10**9, weight), weight)
    assert "t = 0 '时', 2 of 2 time steps" in words
    assert "nothing" in words


@pytest.mark.parametrize("word", [*WORDS, "it's", 'a "b"', "-"])
def test_a_state_is_shared_in_one_line(word: str) -> None:
    state = TimeState("gru", word, 2, 2, 7, 0.5, "last", "bias_ih_l1", 0, 31)
    assert TimeState.parse(state.share()) == state
    assert TimeState.parse(TimeState(word=word).share()) == TimeState(word=word)
    assert "\n" not in state.share()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("walk", "begins with 'time'"),
        ("", "begins with 'time'"),
        ("time conv", "no cell"),
        ("time rnn ''", "empty"),
        ("time rnn " + "a" * (MOST_LETTERS + 1), "at most 24"),
        ("time rnn 'a\tb'", "cannot be shown"),
        ("time rnn ab hidden=99", "hidden is between"),
        ("time rnn ab hidden=x", "needs a number"),
        ("time rnn ab cut=2", "cut is between"),
        ("time rnn ab radius=nan", "radius is above"),
        ("time rnn ab colour=2", "none of"),
        ("time rnn ab loss=none", "loss is"),
        ("time rnn 'ab", "quotation mark"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as told:
        TimeState.parse(text)
    assert "\n" not in str(told.value)


def test_a_weight_must_be_there() -> None:
    with pytest.raises(UserError, match="there are weight_ih_l0"):
        ThroughTime(TimeState("rnn")).weight("weight_hh_l1")
