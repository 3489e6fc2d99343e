"""A whole training step on a GPU: nothing of it is copied to the host, and it learns the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

from microgradseq import Tensor, manual_seed, nn, optim
from microgradseq.nn import functional
from tests.nn.layers import KINDS
from tests.strict.gpu import Gpu

SYMBOLS, STEPS, BATCH, HIDDEN = 7, 5, 3, 6
RANDOM = numpy.random.default_rng(0)
TOKENS = RANDOM.integers(0, SYMBOLS, (STEPS + 1, BATCH))
Clip = Callable[..., Any]


class Writer(nn.Module):
    """Embedding, recurrent layer, normalisation and output, as a language model has them."""

    def __init__(self, kind: str, mode: str = "fused") -> None:
        self.table = nn.Embedding(SYMBOLS, 4, padding_idx=0, dtype="float64")
        self.layer = KINDS[kind](
            4, HIDDEN, 2, dropout=0.25, bidirectional=True, mode=mode, dtype="float64"
        )
        self.norm = nn.LayerNorm(2 * self.layer.state_size, dtype="float64")
        self.drop = nn.Dropout(0.5)
        self.output = nn.Linear(2 * self.layer.state_size, SYMBOLS, dtype="float64")

    def forward(self, tokens: Any) -> Tensor:
        hidden, _ = self.layer(self.table(tokens))
        logits: Tensor = self.output(self.drop(self.norm(hidden)))
        return logits


def learn(model: nn.Module, optimizer: optim.Optimizer, clip: Clip, tokens: Any) -> Tensor:
    """One step; the loss stays where it is."""
    logits = model(tokens[:-1])
    loss = functional.cross_entropy(logits.reshape(-1, SYMBOLS), tokens[1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    clip(model.parameters(), 0.1)
    optimizer.step()
    return loss


OPTIMIZERS: dict[str, Callable[[Any], optim.Optimizer]] = {
    "SGD": lambda parameters: optim.SGD(parameters, 0.1),
    "momentum": lambda parameters: optim.SGD(
        parameters, 0.1, momentum=0.9, dampening=0.1, weight_decay=0.01
    ),
    "Nesterov": lambda parameters: optim.SGD(parameters, 0.1, momentum=0.9, nesterov=True),
    "Adagrad": lambda parameters: optim.Adagrad(parameters, 0.1, maximize=True),
    "RMSprop": lambda parameters: optim.RMSprop(parameters, 0.01, centered=True, momentum=0.5),
    "plain RMSprop": lambda parameters: optim.RMSprop(parameters, 0.01),
    "Adam": lambda parameters: optim.Adam(parameters, 0.01, weight_decay=0.1, amsgrad=True),
    "AdamW": lambda parameters: optim.AdamW(parameters, 0.01),
}
CLIPS: dict[str, Clip] = {"norm": optim.clip_grad_norm_, "value": optim.clip_grad_value_}


def trained(
    make: Callable[[], nn.Module], optimizer: str, clip: Clip, gpu: Gpu | None
) -> tuple[list[Any], nn.Module]:
    """The loss of three steps, and the model after them."""
    manual_seed(4)
    model = make()
    if gpu is None:
        chosen = OPTIMIZERS[optimizer](model.parameters())
        return [learn(model, chosen, clip, TOKENS).plain() for _ in range(3)], model
    model.to("cuda")
    chosen, tokens = OPTIMIZERS[optimizer](model.parameters()), gpu.there(TOKENS)
    with gpu.no_host_copies():
        losses = [learn(model, chosen, clip, tokens).plain() for _ in range(3)]
    return [gpu.here(loss) for loss in losses], model


def require_same_training(
    gpu: Gpu, make: Callable[[], nn.Module], optimizer: str = "Adam", clip: str = "norm"
) -> None:
    expected, there = trained(make, optimizer, CLIPS[clip], None)
    found, here = trained(make, optimizer, CLIPS[clip], gpu)
    numpy.testing.assert_allclose(found, expected, rtol=1e-9)
    for (name, ours), theirs in zip(here.named_parameters(), there.parameters(), strict=True):
        assert ours.device == "cuda:0"
        numpy.testing.assert_allclose(
            gpu.here(ours.plain()), theirs.plain(), rtol=1e-7, atol=1e-9, err_msg=name
        )


@pytest.mark.parametrize("mode", ["fused", "unrolled"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_cell(gpu: Gpu, kind: str, mode: str) -> None:
    require_same_training(gpu, lambda: Writer(kind, mode))


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(gpu: Gpu, optimizer: str, clip: str) -> None:
    require_same_training(gpu, lambda: Writer("rnn"), optimizer, clip)


def test_an_optimizer_goes_on_from_a_saved_state(gpu: Gpu) -> None:
    model = Writer("rnn").to("cuda")
    optimizer = optim.Adam(model.parameters())
    learn(model, optimizer, optim.clip_grad_norm_, gpu.there(TOKENS))
    twin = Writer("rnn").to("cuda")
    twin.load_state_dict(model.state_dict())
    further = optim.Adam(twin.parameters())
    further.load_state_dict(optimizer.state_dict())
    for one, chosen in ((model, optimizer), (twin, further)):
        manual_seed(5)
        learn(one, chosen, optim.clip_grad_norm_, gpu.there(TOKENS))
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        numpy.testing.assert_array_equal(gpu.here(ours.plain()), gpu.here(theirs.plain()))


def test_a_model_of_the_cpu_is_loaded_and_comes_back(gpu: Gpu) -> None:
    model, there = Writer("lstm"), Writer("lstm").to("cuda")
    there.load_state_dict(model.state_dict())
    back = there.to("cpu")
    for ours, theirs in zip(model.parameters(), back.parameters(), strict=True):
        assert theirs.device == "cpu"
        numpy.testing.assert_array_equal(ours.data, theirs.data)


LOSSES: dict[str, Callable[[Tensor, Any, Any], Tensor]] = {
    "cross entropy": lambda logits, targets, _: functional.cross_entropy(
        logits, targets, ignore_index=2
    ),
    "binary": lambda logits, _, chances: functional.binary_cross_entropy_with_logits(
        logits, chances
    ),
    "squares": lambda logits, _, chances: functional.mse_loss(logits, chances),
}


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss(gpu: Gpu, name: str) -> None:
    logits, chances = RANDOM.standard_normal((4, 5)), RANDOM.random((4, 5))
    targets = numpy.array([1, 2, 4, 0])
    on_cpu = Tensor(logits, requires_grad=True)
    expected = LOSSES[name](on_cpu, targets, chances)
    expected.backward()
    there = Tensor(logits, device="cuda", requires_grad=True)
    arguments = gpu.there((targets, chances))
    with gpu.no_host_copies():
        loss = LOSSES[name](there, *arguments)
        loss.backward()
    numpy.testing.assert_allclose(gpu.here(loss.plain()), expected.data, rtol=1e-12)
    numpy.testing.assert_allclose(gpu.here(there.grad), on_cpu.grad, rtol=1e-12)


def test_a_target_out_of_range_is_seen_without_waiting(gpu: Gpu) -> None:
    logits = Tensor(numpy.zeros((2, 3)), device="cuda", requires_grad=True)
    targets = gpu.there(numpy.array([1, 3]))
    with gpu.no_host_copies():
        loss = functional.cross_entropy(logits, targets)
        loss.backward()
    assert numpy.isnan(gpu.here(loss.plain()))
    assert numpy.isnan(gpu.here(logits.grad)[1]).all()


@pytest.mark.parametrize("attention", ["additive", "dot", None])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_an_encoder_decoder(gpu: Gpu, cell: str, attention: str | None) -> None:
    def loss_of(there: Callable[[Any], Any], device: str) -> Any:
        manual_seed(3)
        model = nn.EncoderDecoder(
            SYMBOLS, SYMBOLS, 4, start=0, end=1, cell=cell, attention=attention, dtype="float64"
        ).to(device)
        source, target = there(TOKENS[:4]), there(TOKENS[1:5])

        def learned() -> Tensor:
            logits, _ = model(source, target, [4, 2, 3], teacher_forcing=0.5)
            loss = functional.cross_entropy(logits.reshape(-1, SYMBOLS), target.reshape(-1))
            loss.backward()
            return loss

        if device == "cpu":
            return learned().plain(), model.output.weight.grad
        with gpu.no_host_copies():
            loss = learned()
        assert len(model.eval().greedy(source, [4, 2, 3], limit=3)) == BATCH
        return gpu.here(loss.plain()), gpu.here(model.output.weight.grad)

    expected = loss_of(lambda array: array, "cpu")
    for ours, theirs in zip(loss_of(gpu.there, "cuda"), expected, strict=True):
        numpy.testing.assert_allclose(ours, theirs, rtol=1e-9)
