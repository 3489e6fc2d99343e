"""The fused GRU against PyTorch's where batches are cut, sequences end early, indices are read."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import nn, tensor
from microgradseq.nn.fused import lookup, problem

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

STEPS, BATCH, INPUTS, HIDDEN = 40, 18, 6, 37
LENGTHS = numpy.random.default_rng(3).integers(1, STEPS + 1, BATCH)


@pytest.fixture(autouse=True)
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches are cut as large ones are."""
    monkeypatch.setattr(problem, "SPLIT_FROM", 0)
    monkeypatch.setattr(problem, "can_split", lambda: True)
    monkeypatch.setattr(problem, "threads", lambda: 2)


def pair(**options: Any) -> tuple[nn.GRU, Any]:
    """A GRU of ours and PyTorch's with the same weights."""
    torch.manual_seed(11)
    theirs = torch.nn.GRU(INPUTS, HIDDEN, bidirectional=True, dtype=torch.float64, **options)
    ours = nn.GRU(INPUTS, HIDDEN, bidirectional=True, dtype="float64", **options)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def same(what: str, ours: Any, theirs: Any) -> None:
    numpy.testing.assert_allclose(
        ours, theirs.detach().numpy(), rtol=1e-10, atol=1e-10, err_msg=what
    )


def same_gradients(ours: nn.GRU, theirs: Any) -> None:
    reference = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        same(name, parameter.grad, reference[name].grad)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bias", [True, False])
def test_packed_sequences(layers: int, bias: bool) -> None:
    ours, theirs = pair(num_layers=layers, bias=bias)
    random = numpy.random.default_rng(0)
    x = random.standard_normal((STEPS, BATCH, INPUTS))
    h = random.standard_normal((2 * layers, BATCH, HIDDEN))
    our_x, their_x = tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    our_h, their_h = tensor(h, requires_grad=True), torch.tensor(h, requires_grad=True)
    output, final = ours(our_x, our_h, LENGTHS)
    utils = torch.nn.utils.rnn
    packed = utils.pack_padded_sequence(their_x, torch.tensor(LENGTHS), enforce_sorted=False)
    packed_output, last = theirs(packed, their_h)
    padded, _ = utils.pad_packed_sequence(packed_output, total_length=STEPS)
    same("output", output.data, padded)
    same("final", final.data, last)
    weights = random.standard_normal(output.shape)
    ((output * weights).sum() + (final * final).sum()).backward()
    ((padded * torch.tensor(weights)).sum() + (last * last).sum()).backward()
    same("input", our_x.grad, their_x.grad)
    same("initial state", our_h.grad, their_h.grad)
    same_gradients(ours, theirs)


@pytest.mark.parametrize("most_one_hot", [INPUTS, 0])
def test_indices_are_one_hot_rows(most_one_hot: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "MOST_ONE_HOT", most_one_hot)
    ours, theirs = pair()
    indices = numpy.random.default_rng(0).integers(0, INPUTS, (STEPS, BATCH))
    rows = torch.nn.functional.one_hot(torch.tensor(indices), INPUTS).double()
    output, (padded, _) = ours(indices)[0], theirs(rows)
    same("output", output.data, padded)
    (output * output).sum().backward()
    (padded * padded).sum().backward()
    same_gradients(ours, theirs)
