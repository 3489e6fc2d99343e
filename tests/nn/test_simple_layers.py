"""Layers without a state: shapes, starts, derivatives, training and evaluation."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import Tensor, manual_seed, nn, tensor
from microgradseq.errors import ShapeError
from microgradseq.nn.layers import Dropout, Embedding, LayerNorm, Linear, Sequential
from tests.nn.given import check_parameters


def numbers(*shape: int, seed: int = 0) -> Any:
    return numpy.random.default_rng([seed, *shape]).normal(size=shape)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 2, 3), (0, 3), (2, 0, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear_maps_the_last_axis(shape: tuple[int, ...], bias: bool) -> None:
    layer = Linear(3, 5, bias, dtype="float64")
    x = numbers(*shape)
    expected = x @ layer.weight.data.T + (0 if layer.bias is None else layer.bias.data)
    numpy.testing.assert_allclose(layer(tensor(x)).data, expected, rtol=1e-13, atol=1e-15)
    report = check_parameters(layer, layer.forward, tensor(x))
    assert report.checked == 2 * (15 + 5 * bias + x.size)


def test_linear_used_again_and_again_sums_its_gradients() -> None:
    layer = Linear(3, 3, dtype="float64")

    def run(x: Any) -> Any:
        for _ in range(4):
            x = layer(x).tanh()
        return x

    assert check_parameters(layer, run, tensor(numbers(2, 3)), order=2).passed


def test_layers_start_as_pytorchs_do() -> None:
    manual_seed(1)
    layer = Linear(100, 400)
    bound = 0.1
    assert layer.bias is not None
    for parameter in (layer.weight.data, layer.bias.data):
        assert parameter.dtype == numpy.float32
        assert abs(parameter).max() <= bound
        assert abs(parameter).max() > 0.97 * bound
        assert abs(parameter.mean()) < 0.01
    table = Embedding(100, 100).weight.data
    assert table.std() == pytest.approx(1.0, abs=0.05)
    assert abs(table.mean()) < 0.05
    manual_seed(1)
    numpy.testing.assert_array_equal(Linear(100, 400).weight.data, layer.weight.data)


def test_embedding_looks_rows_up() -> None:
    layer = Embedding(5, 3, dtype="float64")
    rows = layer([[4, 0], [4, 4]])
    numpy.testing.assert_array_equal(rows.data, layer.weight.data[[[4, 0], [4, 4]]])
    rows.sum().backward()
    assert layer.weight.grad.tolist() == [[1.0] * 3, [0.0] * 3, [0.0] * 3, [0.0] * 3, [3.0] * 3]
    assert check_parameters(layer, lambda: layer(numpy.array([1, 1, 2])), order=2).passed


@pytest.mark.parametrize("padding", [2, -3])
def test_padding_starts_as_zeros_and_is_never_learned(padding: int) -> None:
    layer = Embedding(5, 3, padding_idx=padding, dtype="float64")
    assert layer.padding_idx == 2
    assert layer.weight.data[2].tolist() == [0.0] * 3
    layer.weight.data[2] = 7.0
    rows = layer([2, 1])
    assert rows.data[0].tolist() == [7.0] * 3
    rows.sum().backward()
    assert layer.weight.grad.sum(axis=1).tolist() == [0.0, 3.0, 0.0, 0.0, 0.0]


def test_dropout_keeps_the_mean_and_does_nothing_in_evaluation() -> None:
    manual_seed(3)
    layer = Dropout(0.25)
    x = tensor(numpy.ones((200, 200)), requires_grad=True)
    y = layer(x)
    assert set(numpy.unique(y.data)) == {0.0, 1 / 0.75}
    assert y.data.mean() == pytest.approx(1.0, abs=0.02)
    y.sum().backward()
    numpy.testing.assert_array_equal(x.grad, y.data)
    assert layer.eval()(x) is x
    assert Dropout(0.0)(x) is x
    assert not Dropout(1.0)(x).data.any()
    assert layer.train()(Tensor([1.0], dtype="float32")).dtype == numpy.float32


@pytest.mark.parametrize("shape", [4, (3, 4)])
@pytest.mark.parametrize("options", [{}, {"bias": False}, {"elementwise_affine": False}])
def test_layer_norm_brings_mean_0_and_variance_1(shape: Any, options: dict[str, Any]) -> None:
    layer = LayerNorm(shape, eps=0.0, dtype="float64", **options)
    axes = tuple(range(-len(layer.normalized_shape), 0))
    y = layer(tensor(5 * numbers(2, 3, 4) + 3)).data
    numpy.testing.assert_allclose(y.mean(axis=axes), 0, atol=1e-14)
    numpy.testing.assert_allclose(y.var(axis=axes), 1, rtol=1e-12)
    for parameter in layer.parameters():
        parameter.data = numbers(*parameter.shape)
    assert check_parameters(layer, layer.forward, tensor(numbers(2, 3, 4)), order=2).passed


def test_layer_norm_of_equal_numbers_is_finite() -> None:
    x = tensor(numpy.full((2, 4), 3.0), requires_grad=True)
    y = LayerNorm(4, dtype="float64")(x)
    (y * numbers(2, 4)).sum().backward()
    assert y.data.tolist() == [[0.0] * 4] * 2
    assert numpy.isfinite(x.grad).all()


def test_sequential_runs_in_a_row() -> None:
    first, last = Linear(3, 4, dtype="float64"), Linear(4, 2, dtype="float64")
    model = Sequential(first, Dropout(0.5), last).eval()
    x = tensor(numbers(5, 3))
    numpy.testing.assert_array_equal(model(x).data, last(first(x)).data)
    assert [type(module) for module in model] == [Linear, Dropout, Linear]
    assert model[-1] is last
    assert not model[1].training
    assert Sequential()(x) is x
    other = Sequential(Linear(3, 4, dtype="float64"), Dropout(0.5), Linear(4, 2, dtype="float64"))
    other.load_state_dict(model.state_dict())
    numpy.testing.assert_array_equal(other.eval()(x).data, model(x).data)


def test_layers_say_what_they_are() -> None:
    assert repr(Linear(3, 4, bias=False)) == "Linear(3, 4, bias=False)"
    assert repr(Linear(3, 4)) == "Linear(3, 4)"
    assert repr(Embedding(3, 4, padding_idx=-1)) == "Embedding(3, 4, padding_idx=2)"
    assert repr(Dropout(0.5)) == "Dropout(p=0.5)"
    assert repr(LayerNorm(3)) == "LayerNorm((3,), eps=1e-05)"


def test_mistakes_are_named() -> None:
    with pytest.raises(ShapeError, match=r"Linear\(3, 4\) takes \(..., 3\), got \(2, 5\)"):
        Linear(3, 4)(tensor(numbers(2, 5)))
    with pytest.raises(ShapeError, match=r"layer_norm over \(3,\) does not fit .* \(2, 5\)"):
        LayerNorm(3)(tensor(numbers(2, 5)))
    with pytest.raises(ValueError, match="between 0 and 1, not 2"):
        Dropout(2)
    with pytest.raises(ValueError, match="padding_idx=5 is outside 5 rows"):
        Embedding(5, 2, padding_idx=5)
    with pytest.raises(ShapeError, match=r'"weight", .* index 5 is outside 0 to 4'):
        Embedding(5, 2)([5])
    with pytest.raises(TypeError, match="must be a whole number"):
        Embedding(5, 2)([0.5])
    with pytest.raises(TypeError, match="Sequential takes modules, not function"):
        Sequential(Linear(1, 1), lambda x: x)  # type: ignore[arg-type]


def test_they_are_found_in_nn() -> None:
    for layer in (Linear, Embedding, Dropout, Sequential, LayerNorm):
        assert getattr(nn, layer.__name__) is layer
