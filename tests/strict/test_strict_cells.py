"""Every recurrent layer on a GPU: the same numbers as on the CPU, and no copy to the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

from microgradseq import nn, tensor
from microgradseq.nn.rtrl import RTRL
from microgradseq.nn.truncation import TruncationPlan, backward_through_time
from tests.nn.layers import KINDS, made
from tests.strict.elementwise_kernel import ElementwiseKernel
from tests.strict.gpu import Gpu, gpu_of

STEPS, BATCH, INPUTS, HIDDEN = 5, 3, 4, 6
# so many symbols are looked up, where a few are made one-hot
MANY = 300
MODES = ("fused", "unrolled")
LENGTHS = [5, 2, 4]

SHAPES: dict[str, dict[str, Any]] = {
    "one layer": {},
    "two layers, both ways": {"num_layers": 2, "bidirectional": True},
    "batch first, one bias": {"batch_first": True, "bias": "single"},
    "no bias": {"bias": False},
}


def features(seed: int = 0) -> Any:
    return numpy.random.default_rng(seed).standard_normal((STEPS, BATCH, INPUTS))


def indices() -> Any:
    return numpy.random.default_rng(1).integers(0, INPUTS, (STEPS, BATCH))


def run(layer: nn.Recurrent, x: Any, lengths: Any, there: Callable[[Any], Any]) -> dict[str, Any]:
    """Outputs, states and gradients; `there` brings arrays to where the layer lives."""
    batch = x.shape[0] if layer.batch_first else x.shape[1]
    shape = (layer.num_layers * layer.directions, batch, layer.state_size)
    random = numpy.random.default_rng(2)
    states = [
        tensor(there(random.standard_normal(shape)), requires_grad=True) for _ in layer.cell.states
    ]
    inputs = tensor(there(x), requires_grad=True) if x.dtype.kind == "f" else there(x)
    output, final = layer(inputs, tuple(states) if len(states) > 1 else states[0], lengths)
    finals = final if isinstance(final, tuple) else (final,)
    loss: Any = 0.0
    for one in (output, *finals):
        loss = loss + (one * tensor(there(random.standard_normal(one.shape)))).sum()
    loss.backward()
    found = {"output": output.plain()}
    found |= {f"final {place}": one.plain() for place, one in enumerate(finals)}
    found |= {f"start {place}": one.grad for place, one in enumerate(states)}
    found |= {name: one.grad for name, one in layer.named_parameters()}
    return {**found, "x": inputs.grad} if x.dtype.kind == "f" else found


def require_same(gpu: Gpu, found: dict[str, Any], expected: dict[str, Any]) -> None:
    for name, array in found.items():
        if expected.get(name) is None:
            assert array is None, name
            continue
        numpy.testing.assert_allclose(
            gpu.here(array), expected[name], rtol=1e-9, atol=1e-11, err_msg=name
        )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_outputs_and_gradients(gpu: Gpu, kind: str, mode: str, shape: str) -> None:
    for x, lengths in ((features(), None), (features(), LENGTHS), (indices(), None)):
        layer = made(kind, INPUTS, HIDDEN, mode=mode, **SHAPES[shape])
        given = numpy.ascontiguousarray(x.swapaxes(0, 1)) if layer.batch_first else x
        expected = run(layer, given, lengths, lambda array: array)
        layer.zero_grad()
        layer.to("cuda")
        with gpu.no_host_copies():
            found = run(layer, given, lengths, gpu.there)
        require_same(gpu, found, expected)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("min")])
def test_elementwise_work_is_one_kernel_each_way(kind: str) -> None:
    with gpu_of("stand-in") as gpu:
        layer = made(kind, INPUTS, HIDDEN).to("cuda")
        ElementwiseKernel.runs.clear()
        run(layer, features(), None, gpu.there)
    directions = {"backward" in name for name in ElementwiseKernel.runs}
    assert directions == {True, False}, "no kernel of nn/fused/cuda.py was run"


@pytest.mark.parametrize("kind", KINDS)
def test_single_precision_stays_single(gpu: Gpu, kind: str) -> None:
    layer = made(kind, INPUTS, HIDDEN, dtype="float32").to("cuda")
    output, _ = layer(gpu.there(features().astype("float32")))
    output.sum().backward()
    kinds = {output.dtype, *(one.grad.dtype for one in layer.parameters())}
    assert kinds == {numpy.dtype("float32")}


@pytest.mark.parametrize("kind", KINDS)
def test_no_steps_and_no_sequences(gpu: Gpu, kind: str) -> None:
    layer = made(kind, INPUTS, HIDDEN).to("cuda")
    for steps, batch in ((0, BATCH), (STEPS, 0)):
        output, _ = layer(gpu.there(numpy.zeros((steps, batch, INPUTS))))
        output.sum().backward()
        assert output.shape == (steps, batch, layer.state_size)


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_vocabulary(gpu: Gpu, kind: str) -> None:
    layer = made(kind, MANY, HIDDEN)
    x = indices() * (MANY // INPUTS)
    expected = run(layer, x, LENGTHS, lambda array: array)
    layer.zero_grad()
    layer.to("cuda")
    with gpu.no_host_copies():
        found = run(layer, x, LENGTHS, gpu.there)
    require_same(gpu, found, expected)


@pytest.mark.parametrize("symbols", [INPUTS, MANY])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_index_out_of_range_is_seen_without_waiting(
    gpu: Gpu, kind: str, mode: str, symbols: int
) -> None:
    layer = made(kind, symbols, HIDDEN, mode=mode).to("cuda")
    wrong = indices()
    wrong[2, 1] = symbols
    with gpu.no_host_copies():
        output, _ = layer(gpu.there(wrong))
    numbers = gpu.here(output.plain())
    assert numpy.isnan(numbers[2:, 1]).all()
    assert numpy.isfinite(numbers[:2]).all()
    assert numpy.isfinite(numbers[:, [0, 2]]).all()


@pytest.mark.parametrize("whole", [False, True])
def test_learning_in_real_time(gpu: Gpu, whole: bool) -> None:
    def learned(layer: nn.RNN, there: Callable[[Any], Any]) -> dict[str, Any]:
        learning = RTRL(layer, BATCH)
        for t in range(STEPS):
            learning.step(there(indices()[t] if whole else features()[t]), lambda h: 2 * h)
        learning.add_to_parameters()
        return learning.gradients

    layer = nn.RNN(INPUTS, HIDDEN, dtype="float64")
    expected = learned(layer, lambda array: array)
    layer.to("cuda").zero_grad()
    with gpu.no_host_copies():
        found = learned(layer, gpu.there)
    require_same(gpu, found, expected)


def test_truncated_gradients(gpu: Gpu) -> None:
    layer = made("gru", INPUTS, HIDDEN)
    plan = TruncationPlan((1.0, 0.0, 2.0, 1.0, 1.0))

    def losses(output: Any, steps: slice) -> Any:
        return (output * output).sum()

    expected, _ = backward_through_time(layer, features(), losses, plan)
    there = made("gru", INPUTS, HIDDEN).to("cuda")
    found, _ = backward_through_time(there, gpu.there(features()), losses, plan)
    assert found == pytest.approx(expected)
    for ours, theirs in zip(there.parameters(), layer.parameters(), strict=True):
        numpy.testing.assert_allclose(gpu.here(ours.grad), theirs.grad, rtol=1e-9)


@pytest.mark.parametrize("cell", [nn.RNNCell, nn.GRUCell, nn.LSTMCell])
def test_one_step(gpu: Gpu, cell: Any) -> None:
    module = cell(INPUTS, HIDDEN, dtype="float64")
    x = features()[0]
    expected = module(x)
    found = module.to("cuda")(gpu.there(x))
    for ours, theirs in zip(_tuple(found), _tuple(expected), strict=True):
        numpy.testing.assert_allclose(gpu.here(ours.plain()), theirs.data, rtol=1e-12)


def _tuple(state: Any) -> tuple[Any, ...]:
    return state if isinstance(state, tuple) else (state,)
