"""Optimizers, clipping, simple layers, attention and decoding on a GPU, as on the CPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

from microgradseq import Tensor, manual_seed, nn, optim
from microgradseq.nn import functional
from tests.strict.gpu import Gpu

OPTIMIZERS: dict[str, Callable[[Any], optim.Optimizer]] = {
    "sgd": lambda p: optim.SGD(p, lr=0.1),
    "nesterov": lambda p: optim.SGD(p, 0.1, 0.9, 0.0, 0.1, nesterov=True, maximize=True),
    "dampened": lambda p: optim.SGD(p, 0.1, 0.9, 0.5),
    "adagrad": lambda p: optim.Adagrad(p, lr=0.1, lr_decay=0.1, weight_decay=0.1),
    "rmsprop": lambda p: optim.RMSprop(p, momentum=0.5, centered=True),
    "adam": lambda p: optim.Adam(p, lr=0.1, amsgrad=True, weight_decay=0.1),
    "adamw": lambda p: optim.AdamW(p, lr=0.1),
}


def numbers(*shape: int, seed: int = 0) -> Any:
    return numpy.random.default_rng([seed, *shape]).normal(size=shape)


def stepped(make: Callable[[Any], optim.Optimizer], there: Callable[[Any], Any]) -> Any:
    parameter = Tensor(there(numbers(3, 4)), requires_grad=True)
    gradients = [there(numbers(3, 4, seed=seed)) for seed in (1, 2, 3)]
    optimizer = make([parameter])

    def run() -> None:
        for gradient in gradients:
            parameter.grad = gradient
            optimizer.step()

    return run, parameter, optimizer


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_an_optimizer_stays_on_the_gpu(gpu: Gpu, kind: str) -> None:
    run, expected, _ = stepped(OPTIMIZERS[kind], lambda array: array)
    run()
    run, parameter, optimizer = stepped(OPTIMIZERS[kind], gpu.there)
    with gpu.no_host_copies():
        run()
    numpy.testing.assert_allclose(gpu.here(parameter.plain()), expected.plain(), rtol=1e-10)
    saved = optimizer.state_dict()
    other = OPTIMIZERS[kind]([parameter])
    other.load_state_dict(saved)
    for name, entry in other.state_dict()["state"].get(0, {}).items():
        if isinstance(entry, gpu.m.ndarray):
            numpy.testing.assert_array_equal(gpu.here(entry), saved["state"][0][name].get())


@pytest.mark.parametrize("limit", [0.5, 50.0])
def test_clipping_stays_on_the_gpu(gpu: Gpu, limit: float) -> None:
    parameters = [Tensor(gpu.there(numbers(3, 4)), requires_grad=True) for _ in range(2)]
    gradients = [numbers(3, 4, seed=seed) for seed in (1, 2)]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gpu.there(gradient)
    with gpu.no_host_copies():
        norm = optim.clip_grad_norm_(parameters, limit)
    expected = float(numpy.linalg.norm(numpy.stack(gradients)))
    assert float(norm) == pytest.approx(expected, rel=1e-12)
    factor = min(1.0, limit / expected)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        numpy.testing.assert_allclose(gpu.here(parameter.grad), gradient * factor, rtol=1e-12)
    with gpu.no_host_copies():
        optim.clip_grad_value_(parameters, 0.01)
    assert abs(gpu.here(parameters[0].grad)).max() <= 0.01


def test_layers_and_attention_compute_the_same(gpu: Gpu) -> None:
    manual_seed(1)
    model = nn.Sequential(
        nn.Embedding(5, 4, padding_idx=0, dtype="float64"),
        nn.Linear(4, 4, dtype="float64"),
        nn.LayerNorm(4, dtype="float64"),
    )
    attention = nn.AdditiveAttention(4, 4, 3, dtype="float64")
    indices, query = numpy.array([[1, 0], [4, 2]]), numbers(2, 4)
    results: list[list[Any]] = []
    places: list[Callable[[Any], Any]] = [lambda array: array, gpu.there]
    for there in places:
        for module in (model, attention):
            module.zero_grad()
            for parameter in module.parameters():
                parameter.data = there(parameter.plain())
        context, weights = attention(Tensor(there(query)), model(there(indices)), lengths=[2, 1])
        ((context * context).sum() + weights.sum()).backward()
        gradients = [one.grad for one in (*model.parameters(), *attention.parameters())]
        results.append([context.plain(), weights.plain(), *gradients])
    for expected, found in zip(*results, strict=True):
        numpy.testing.assert_allclose(gpu.here(found), expected, rtol=1e-10, atol=1e-14)


def test_an_encoder_decoder_trains_and_writes(gpu: Gpu) -> None:
    manual_seed(1)
    model = nn.EncoderDecoder(6, 6, 4, start=0, end=1, cell="lstm", dropout=0.1)
    for parameter in model.parameters():
        parameter.data = gpu.there(parameter.plain())
    source, target = gpu.there(numpy.array([[2, 3], [4, 5]])), gpu.there(numpy.array([[3], [1]]))
    target = gpu.m.concatenate([target, target], axis=1)
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    losses = []
    for _ in range(30):
        logits, _ = model(source, target, lengths=[2, 1], teacher_forcing=0.5)
        loss = functional.cross_entropy(logits.reshape(-1, 6), target.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optim.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(float(gpu.here(loss.plain())))
    assert losses[-1] < 0.5 * losses[0]
    model.eval()
    assert [one.tokens for one in model.greedy(source, [2, 1], limit=5)] == [(3,), (3,)]
    assert [found[0].tokens for found in model.beam(source, [2, 1], width=2)] == [(3,), (3,)]
