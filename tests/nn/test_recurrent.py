"""Recurrent layers: shapes, two modes of one mathematics, and errors that say what is wrong."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from microgradseq import Tensor, grad, manual_seed, nn, no_grad, tensor
from microgradseq.errors import ShapeError
from microgradseq.nn.cells.specification import Prepared
from tests.nn.layers import KINDS, made, numbers_of, require_close

random = numpy.random.default_rng(0)


def test_shapes_are_pytorchs() -> None:
    output, h = nn.RNN(5, 10, 2)(numpy.zeros((6, 3, 5), "float32"))
    assert (output.shape, h.shape) == ((6, 3, 10), (2, 3, 10))
    output, (h, c) = nn.LSTM(50, 100, 2)(numpy.zeros((10, 3, 50), "float32"))
    assert (output.shape, h.shape, c.shape) == ((10, 3, 100), (2, 3, 100), (2, 3, 100))
    output, h = nn.GRU(5, 10, 2, bidirectional=True, batch_first=True)(
        numpy.zeros((3, 6, 5), "float32")
    )
    assert (output.shape, h.shape) == ((3, 6, 20), (4, 3, 10))


@settings(max_examples=60)
@given(
    kind=some.sampled_from(sorted(KINDS)),
    sizes=some.tuples(*[some.integers(1, 7)] * 4),
    layers=some.integers(1, 2),
    bidirectional=some.booleans(),
    batch_first=some.booleans(),
    bias=some.sampled_from([True, False, "single"]),
    dtype=some.sampled_from(["float64", "float32"]),
    whole=some.booleans(),
    padded=some.booleans(),
    seed=some.integers(0, 1000),
)
def test_both_modes_give_the_same_numbers(
    kind: str,
    sizes: tuple[int, int, int, int],
    layers: int,
    bidirectional: bool,
    batch_first: bool,
    bias: bool | str,
    dtype: str,
    whole: bool,
    padded: bool,
    seed: int,
) -> None:
    steps, batch, inputs, hidden = sizes
    draw = numpy.random.default_rng(seed)
    shape = (batch, steps) if batch_first else (steps, batch)
    x = (
        draw.integers(0, inputs, shape)
        if whole
        else draw.standard_normal((*shape, inputs)).astype(dtype)
    )
    lengths = draw.integers(0, steps + 1, batch) if padded else None
    layer = made(
        kind,
        inputs,
        hidden,
        layers,
        seed=seed,
        dtype=dtype,
        bias=bias,
        bidirectional=bidirectional,
        batch_first=batch_first,
    )
    fused = numbers_of(layer, x, lengths, seed)
    layer.mode = "unrolled"
    require_close(fused, numbers_of(layer, x, lengths, seed), 1e-12 if dtype == "float64" else 2e-5)


@pytest.mark.parametrize("mode", ["fused", "unrolled"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_steps_and_no_sequences(kind: str, mode: str) -> None:
    layer = made(kind, 3, 4, 2, mode=mode)
    state = tensor(random.standard_normal((2, 5, layer.state_size)))
    given = (state,) * len(layer.cell.states) if len(layer.cell.states) > 1 else state
    output, final = layer(numpy.zeros((0, 5, 3)), given)
    assert output.shape == (0, 5, layer.state_size)
    last = final[0] if isinstance(final, tuple) else final
    numpy.testing.assert_array_equal(last.data, state.data)
    assert numbers_of(layer, numpy.zeros((0, 5, 3)))["initial 0"].any()
    output, final = layer(numpy.zeros((6, 0, 3)))
    assert output.shape == (6, 0, layer.state_size)
    assert numbers_of(layer, numpy.zeros((6, 0, 3)))["output"].shape == output.shape


@pytest.mark.parametrize("mode", ["fused", "unrolled"])
def test_an_input_without_a_batch(mode: str) -> None:
    layer = made("lstm", 3, 4, 2, mode=mode, batch_first=True)
    x = random.standard_normal((6, 3))
    output, (h, c) = layer(x)
    assert (output.shape, h.shape, c.shape) == ((6, 4), (2, 4), (2, 4))
    batched, _ = layer(x[None])
    numpy.testing.assert_array_equal(output.data, batched.data[0])
    again, _ = layer(x, (numpy.zeros((2, 4)), numpy.zeros((2, 4))))
    numpy.testing.assert_array_equal(output.data, again.data)


@pytest.mark.parametrize("mode", ["fused", "unrolled"])
@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm", "min gru"])
def test_whole_numbers_are_one_hot_rows(kind: str, mode: str) -> None:
    layer = made(kind, 7, 4, 2, mode=mode)
    indices = random.integers(0, 7, (5, 3))
    looked_up = numbers_of(layer, indices)
    multiplied = numbers_of(layer, numpy.eye(7)[indices])
    del multiplied["input"]
    require_close(looked_up, multiplied, 1e-13)
    assert layer(indices[:, 0])[0].shape == (5, layer.state_size)
    numpy.testing.assert_array_equal(
        layer(Tensor(indices))[0].data, looked_up_output(layer, indices)
    )


def looked_up_output(layer: nn.Recurrent, indices: Any) -> Any:
    return layer(indices.tolist())[0].data


def test_a_state_carried_on_equals_one_long_run() -> None:
    layer = made("lstm", 3, 4, 2)
    x = random.standard_normal((8, 2, 3))
    whole, last = layer(x)
    first, state = layer(x[:3])
    second, end = layer(x[3:], state)
    numpy.testing.assert_allclose(first.data, whole.data[:3], atol=1e-15)
    numpy.testing.assert_allclose(second.data, whole.data[3:], atol=1e-15)
    numpy.testing.assert_allclose(end[1].data, last[1].data, atol=1e-15)


def test_unrolled_nodes_are_tagged_and_named() -> None:
    layer = made("lstm", 3, 4, 2, bidirectional=True, mode="unrolled")
    output, _ = layer(random.standard_normal((3, 1, 3)))
    nodes, stack = {}, [output]
    while stack:
        node = stack.pop()
        if id(node) not in nodes:
            nodes[id(node)] = node
            stack.extend(node.parents)
    tags = [dict(node.tags) for node in nodes.values()]
    assert {tag.get("t") for tag in tags} == {None, 0, 1, 2}
    assert {tag.get("layer") for tag in tags} == {None, 0, 1}
    assert {tag.get("direction") for tag in tags} == {None, "forward", "reverse"}
    assert {tag["gate"] for tag in tags if "gate" in tag} == set(layer.cell.gates)
    names = {node.name for node in nodes.values()}
    assert {"h2_l0", "c0_l1_reverse", "weight_hh_l0"} <= names


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_a_fused_layer_differentiated_twice_unrolls_itself(kind: str) -> None:
    layer = made(kind, 2, 3)
    x = random.standard_normal((4, 2, 2))

    def slope_of_slope(mode: str) -> Any:
        layer.mode = mode

        def length_of_slope(x: Any) -> Any:
            slope = grad(lambda x: (layer(x)[0] ** 2).sum())(x)
            return (slope * slope).sum()

        return grad(length_of_slope)(x)

    fused = slope_of_slope("fused")
    assert abs(fused).max() > 1e-4
    numpy.testing.assert_allclose(fused, slope_of_slope("unrolled"), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("mode", ["fused", "unrolled"])
def test_ten_thousand_steps(mode: str) -> None:
    layer = made("gru", 2, 3, mode=mode, dtype="float32")
    output, h = layer(random.integers(0, 2, (10_000, 1)))
    assert output.shape == (10_000, 1, 3)
    (output * output).sum().backward()
    assert numpy.isfinite(layer.weight_hh_l0.grad).all()
    numpy.testing.assert_array_equal(h.data[0], output.data[-1])


def test_a_cell_of_ones_own() -> None:
    """A leaky sum: s_t = ½ s_{t−1} + W x_t."""
    cell = nn.Cell(
        name="rnn",
        gates=("sum",),
        states=("s",),
        shapes=lambda inputs, hidden, options: {"weights": (hidden, inputs)},
        prepare=lambda x, parameters, options: Prepared(x @ parameters["weights"].T, {}),
        step=lambda seen, states, parameters, options: (0.5 * states[0] + seen,),
    )
    layer = nn.Recurrent(cell, 2, 3, 2, bidirectional=True, dtype="float64")
    x = random.standard_normal((4, 2, 2))
    fused = numbers_of(layer, x)
    layer.mode = "unrolled"
    require_close(fused, numbers_of(layer, x), 1e-14)
    seen = x @ layer.weights_l0.data.T
    output = nn.Recurrent(cell, 2, 3, dtype="float64")
    output.load_state_dict({"weights_l0": layer.weights_l0})
    numpy.testing.assert_allclose(output(x)[0].data[1], 0.5 * seen[0] + seen[1], atol=1e-15)


def test_dropout_between_layers_only_in_training() -> None:
    layer = made("gru", 3, 50, 2, dropout=0.5)
    x = random.standard_normal((4, 2, 3))
    manual_seed(1)
    one = layer(x)[0].data
    manual_seed(1)
    numpy.testing.assert_array_equal(one, layer(x)[0].data)
    assert (one != layer(x)[0].data).any()
    layer.eval()
    still = layer(x)[0].data
    numpy.testing.assert_array_equal(still, layer(x)[0].data)
    layer.dropout = 0.0
    numpy.testing.assert_array_equal(still, layer.train()(x)[0].data)
    alone = made("gru", 3, 5, 1, dropout=0.5)
    numpy.testing.assert_array_equal(alone(x)[0].data, alone(x)[0].data)


def test_without_recording_nothing_is_kept() -> None:
    with no_grad():
        output, _ = made("lstm", 3, 4, mode="unrolled")(numpy.zeros((3, 1, 3)))
    assert not output.requires_grad


def test_the_same_seed_gives_the_same_numbers_in_another_process() -> None:
    code = (
        "import numpy; from microgradseq import nn, manual_seed\n"
        "manual_seed(5); layer = nn.LSTM(4, 6, 2)\n"
        "output, _ = layer(numpy.ones((3, 2, 4), 'float32')); output.sum().backward()\n"
        "print(output.data.tobytes().hex(), layer.weight_hh_l0.grad.tobytes().hex())"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 1
    assert runs.pop().strip()


def test_weights_are_drawn_between_the_bounds() -> None:
    layer = nn.LSTM(3, 16)
    drawn = numpy.concatenate([one.data.ravel() for one in layer.parameters()])
    assert 0.24 < abs(drawn).max() <= 0.25
    assert {one.dtype for one in layer.parameters()} == {numpy.dtype("float32")}


WRONG_INPUTS: list[tuple[Any, type[Exception], str]] = [
    (numpy.zeros((6, 3, 7)), ShapeError, r"7 features a step .* input_size is 5"),
    (numpy.zeros((6, 3)), ShapeError, r"one-hot rows must be whole numbers, these are float64"),
    (numpy.zeros((6,)), ShapeError, r"must have shape \(T, B, I\) or \(T, I\), got shape \(6,\)"),
    (numpy.zeros((1, 6, 3, 5)), ShapeError, r"\(T, B, I\) or \(T, I\), got shape \(1, 6, 3, 5\)"),
    (numpy.zeros((6, 3, 5), int), ShapeError, r"indices of shape \(T, B\) or \(T,\), got"),
    (numpy.zeros((6, 3, 5), "float32"), TypeError, "input is float32 but the weights are float64"),
    (numpy.zeros((6, 3), bool), TypeError, "whole-number indices, got bool"),
    (numpy.full((6, 3), 5), ShapeError, "index 5, but input_size is 5: indices go from 0 to 4"),
    (numpy.full((6, 3), -1), ShapeError, "index -1, but input_size is 5"),
]


@pytest.mark.parametrize(("x", "error", "words"), WRONG_INPUTS)
@pytest.mark.parametrize("mode", ["fused", "unrolled"])
def test_wrong_inputs_are_named(x: Any, error: type[Exception], words: str, mode: str) -> None:
    with pytest.raises(error, match="GRU: .*" + words):
        made("gru", 5, 4, mode=mode)(x)


@pytest.mark.parametrize(
    ("state", "error", "words"),
    [
        (numpy.zeros((2, 3, 4)), ShapeError, "must be a tuple .h, c."),
        ((numpy.zeros((2, 3, 4)),), ShapeError, "must be a tuple .h, c."),
        (
            (numpy.zeros((2, 3, 4)), numpy.zeros((1, 3, 4))),
            ShapeError,
            r"state c must .*\(2, 3, 4\)",
        ),
        ((numpy.zeros((2, 3, 4), "float32"),) * 2, TypeError, "state h is float32 but"),
    ],
)
def test_wrong_states_are_named(state: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match="LSTM: .*" + words):
        made("lstm", 5, 4, 2)(numpy.zeros((6, 3, 5)), state)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"hidden_size": 0}, "hidden_size must be a whole number"),
        ({"num_layers": 1.5}, "num_layers must be a whole number"),
        ({"dropout": 1.5}, "dropout is a share"),
        ({"bias": "both"}, "bias is True, False"),
        ({"mode": "fast"}, 'mode="fast" is unknown; choose "fused" or "unrolled"'),
        ({"proj_size": 2}, "proj_size=2 is not supported"),
    ],
)
def test_wrong_arguments_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        nn.LSTM(**{"input_size": 3, "hidden_size": 4, **options})


def test_what_it_is_stands_in_its_repr() -> None:
    assert repr(nn.GRU(3, 4, 2, reset="before")) == "GRU(3, 4, num_layers=2, reset='before')"


def test_an_unknown_argument_is_named() -> None:
    with pytest.raises(TypeError, match="GRU has no argument 'rest'"):
        nn.GRU(2, 3, rest="before")


def test_arguments_stand_where_pytorch_has_them() -> None:
    assert nn.RNN(2, 3, 1, "relu", False).options["nonlinearity"] == "relu"
    assert nn.RNN(2, 3, 1, "relu", False).bias is False
    layer = nn.LSTM(2, 3, 1, False, True, 0.5, True)
    assert (layer.bias, layer.batch_first, layer.dropout, layer.bidirectional) == (
        False,
        True,
        0.5,
        True,
    )
