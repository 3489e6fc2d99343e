"""Networks unrolled over a word, against PyTorch's autograd step by step."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq.lessons.through_time import ThroughTime
from microgradseq.lessons.time_state import TimeState

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

CELLS: dict[str, Any] = {
    "rnn": torch.nn.RNNCell,
    "gru": torch.nn.GRUCell,
    "lstm": torch.nn.LSTMCell,
}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("word", ["machine", "时间机器"])
def test_state_gradients_and_contributions(cell: str, word: str) -> None:
    network = ThroughTime(TimeState(cell, word))
    size = len(network.alphabet) - 1
    theirs = CELLS[cell](size, network.state.hidden, dtype=torch.float64)
    weights = {name: torch.tensor(array) for name, array in network.layers.state_dict().items()}
    readout = torch.tensor(network.readout.data)
    h = torch.zeros(1, network.state.hidden, dtype=torch.float64)
    state: Any = (h, h.clone()) if cell == "lstm" else h
    loss, used, kept = torch.zeros((), dtype=torch.float64), [], []
    for letter, target in zip(network.letters, network.targets, strict=True):
        # each step reads a copy of the weights of its own
        own = {
            "weight_ih": weights["weight_ih_l0"].clone().requires_grad_(),
            "weight_hh": weights["weight_hh_l0"].clone().requires_grad_(),
            "bias_ih": weights["bias_ih_l0"].clone().requires_grad_(),
            "bias_hh": torch.zeros_like(theirs.bias_hh),
        }
        x = torch.zeros(1, size, dtype=torch.float64)
        x[0, network.alphabet.index(letter)] = 1
        state = torch.func.functional_call(theirs, own, (x, state))
        h = state[0] if cell == "lstm" else state
        h.retain_grad()
        used.append(own)
        kept.append(h)
        wanted = torch.tensor([network.alphabet.index(target)])
        loss = loss + torch.nn.functional.cross_entropy(h @ readout.T, wanted)
    loss.backward()
    assert network.loss.item() == pytest.approx(loss.item())
    norms = [float(h.grad.norm()) for h in kept]
    numpy.testing.assert_allclose(network.state_gradients[0].norms, norms, rtol=1e-10)
    for name in ("weight_ih", "weight_hh", "bias_ih"):
        expected = numpy.stack([own[name].grad.numpy() for own in used])
        found = network.weight(f"{name}_l0").shares
        numpy.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
