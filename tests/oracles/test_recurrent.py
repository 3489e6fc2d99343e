"""Recurrent layers against PyTorch: numbers, gradients, and ten steps of training."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy
import pytest

from microgradseq import Tensor, nn, tensor

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

STEPS, BATCH, INPUTS, HIDDEN = 7, 3, 5, 6
EXACT = 1e-10
CLOSE = 1e-8
KINDS: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "rnn": (nn.RNN, torch.nn.RNN, {}),
    "rnn relu": (nn.RNN, torch.nn.RNN, {"nonlinearity": "relu"}),
    "gru": (nn.GRU, torch.nn.GRU, {}),
    "lstm": (nn.LSTM, torch.nn.LSTM, {}),
}
MODES = ("fused", "unrolled")
OPTIONS = [
    dict(zip(("num_layers", "bidirectional", "bias", "batch_first"), chosen, strict=True))
    for chosen in itertools.product((1, 2), (False, True), (False, True), (False, True))
]
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)
EVERY_MODE = pytest.mark.parametrize("mode", MODES)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """The threads of two libraries spin against each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def pair(kind: str, mode: str, **options: Any) -> tuple[Any, Any]:
    """A layer of ours and PyTorch's with the same weights."""
    torch.manual_seed(11)
    ours, theirs, own = KINDS[kind]
    reference = theirs(INPUTS, HIDDEN, dtype=torch.float64, **own, **options)
    layer = ours(INPUTS, HIDDEN, dtype="float64", mode=mode, **own, **options)
    layer.load_state_dict(reference.state_dict())
    return layer, reference


def same(what: str, ours: Any, theirs: Any, tolerance: float = EXACT) -> None:
    numpy.testing.assert_allclose(
        ours, theirs.detach().numpy(), rtol=tolerance, atol=tolerance, err_msg=what
    )


def all_of(output: Any, state: Any) -> list[Any]:
    return [output, *(state if isinstance(state, tuple) else (state,))]


def weighted(results: list[Any], make: Any) -> Any:
    random = numpy.random.default_rng(5)
    return sum((one * make(random.standard_normal(tuple(one.shape)))).sum() for one in results)


def compare(layer: Any, reference: Any, x: Any, states: list[Any]) -> None:
    """Outputs, final states and all gradients of one run."""
    our_x, their_x = tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    our_states = [tensor(one, requires_grad=True) for one in states]
    their_states = [torch.tensor(one, requires_grad=True) for one in states]
    ours = all_of(*layer(our_x, tuple(our_states) if len(states) > 1 else our_states[0]))
    given = tuple(their_states) if len(states) > 1 else their_states[0]
    theirs = all_of(*reference(their_x, given))
    for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        same(f"result {place}", one.data, other)
    weighted(ours, Tensor).backward()
    weighted(theirs, torch.tensor).backward()
    same("input's gradient", our_x.grad, their_x.grad)
    for one, other in zip(our_states, their_states, strict=True):
        same("initial state's gradient", one.grad, other.grad)
    expected = dict(reference.named_parameters())
    for name, parameter in layer.named_parameters():
        same(name, parameter.grad, expected.pop(name).grad)
    assert not expected


@EVERY_MODE
@EVERY_KIND
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_outputs_states_and_gradients(kind: str, mode: str, options: dict[str, Any]) -> None:
    layer, reference = pair(kind, mode, **options)
    random = numpy.random.default_rng(2)
    lead = (BATCH, STEPS) if options["batch_first"] else (STEPS, BATCH)
    x = random.standard_normal((*lead, INPUTS))
    depth = options["num_layers"] * (2 if options["bidirectional"] else 1)
    states = [random.standard_normal((depth, BATCH, HIDDEN)) for _ in layer.cell.states]
    compare(layer, reference, x, states)


@EVERY_MODE
@EVERY_KIND
def test_without_a_batch(kind: str, mode: str) -> None:
    layer, reference = pair(kind, mode, num_layers=2, bidirectional=True)
    random = numpy.random.default_rng(2)
    states = [random.standard_normal((4, HIDDEN)) for _ in layer.cell.states]
    compare(layer, reference, random.standard_normal((STEPS, INPUTS)), states)


@EVERY_MODE
@EVERY_KIND
def test_parameters_have_pytorchs_names_and_order(kind: str, mode: str) -> None:
    layer, reference = pair(kind, mode, num_layers=2, bidirectional=True)
    assert list(layer.state_dict()) == list(reference.state_dict())


@EVERY_MODE
@EVERY_KIND
def test_lengths_are_pytorchs_packed_sequences(kind: str, mode: str) -> None:
    layer, reference = pair(kind, mode, num_layers=2, bidirectional=True)
    x = numpy.random.default_rng(2).standard_normal((STEPS, BATCH, INPUTS))
    lengths = [STEPS, 1, 4]
    packed = torch.nn.utils.rnn.pack_padded_sequence(torch.tensor(x), lengths, enforce_sorted=False)
    there, state = reference(packed)
    padded, _ = torch.nn.utils.rnn.pad_packed_sequence(there)
    ours = all_of(*layer(x, lengths=lengths))
    theirs = all_of(padded, state)
    for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        same(f"result {place}", one.data, other)
    weighted(ours, Tensor).backward()
    weighted(theirs, torch.tensor).backward()
    expected = dict(reference.named_parameters())
    for name, parameter in layer.named_parameters():
        same(name, parameter.grad, expected[name].grad)


@EVERY_MODE
@EVERY_KIND
def test_ten_steps_of_training_stay_together(kind: str, mode: str) -> None:
    layer, reference = pair(kind, mode, num_layers=2)
    x = numpy.random.default_rng(2).standard_normal((STEPS, BATCH, INPUTS))
    goal = numpy.random.default_rng(3).standard_normal((STEPS, BATCH, HIDDEN))
    optimizer = torch.optim.SGD(reference.parameters(), lr=0.5)
    for _ in range(10):
        optimizer.zero_grad()
        expected = ((reference(torch.tensor(x))[0] - torch.tensor(goal)) ** 2).mean()
        expected.backward()
        optimizer.step()
        layer.zero_grad()
        loss = ((layer(x)[0] - goal) ** 2).mean()
        loss.backward()
        for parameter in layer.parameters():
            parameter.overwrite(parameter.plain() - 0.5 * parameter.grad)
        same("loss", loss.data, expected, CLOSE)
    for name, array in reference.state_dict().items():
        same(name, layer.state_dict()[name], array, CLOSE)


@pytest.mark.parametrize("kind", ["RNNCell", "GRUCell", "LSTMCell"])
def test_single_steps(kind: str) -> None:
    reference = getattr(torch.nn, kind)(INPUTS, HIDDEN, dtype=torch.float64)
    cell = getattr(nn, kind)(INPUTS, HIDDEN, dtype="float64")
    cell.load_state_dict(reference.state_dict())
    x = numpy.random.default_rng(2).standard_normal((BATCH, INPUTS))
    our_state, their_state = cell(x), reference(torch.tensor(x))
    ours, theirs = cell(x, our_state), reference(torch.tensor(x), their_state)
    pairs = zip(*(one if isinstance(one, tuple) else (one,) for one in (ours, theirs)), strict=True)
    for one, other in pairs:
        same(kind, one.data, other)


def test_default_weights_have_pytorchs_spread() -> None:
    drawn = nn.LSTM(40, 50).weight_ih_l0.data
    theirs = torch.nn.LSTM(40, 50).weight_ih_l0.detach().numpy()
    assert abs(drawn).max() <= 1 / numpy.sqrt(50)
    assert abs(drawn.std() / theirs.std() - 1) < 0.05
