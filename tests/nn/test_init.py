"""Where weights start: the distributions, written in place, repeatable."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
import pytest

from microgradseq import Tensor, manual_seed, nn
from microgradseq.errors import ShapeError
from microgradseq.nn import init
from microgradseq.nn.layers import Linear

DRAWN: dict[str, tuple[Callable[[Tensor], Tensor], float]] = {
    "uniform": (lambda w: init.uniform_(w, -0.3, 0.3), 0.3 / math.sqrt(3)),
    "normal": (lambda w: init.normal_(w, std=0.01), 0.01),
    "xavier uniform": (init.xavier_uniform_, math.sqrt(2 / 250)),
    "xavier normal": (lambda w: init.xavier_normal_(w, gain=2.0), 2 * math.sqrt(2 / 250)),
    "orthogonal": (init.orthogonal_, 1 / math.sqrt(150)),
}


def weight(*shape: int, dtype: str = "float64") -> Tensor:
    return Tensor(numpy.zeros(shape), dtype, None, True)


@pytest.mark.parametrize("kind", DRAWN)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_spread_place_and_seed(kind: str, dtype: str) -> None:
    draw, deviation = DRAWN[kind]
    manual_seed(1)
    drawn = weight(150, 100, dtype=dtype)
    array = drawn.plain()
    assert draw(drawn) is drawn
    assert drawn.plain() is array
    assert array.dtype == dtype
    assert array.std() == pytest.approx(deviation, rel=0.03)
    assert abs(array.mean()) < 0.03 * deviation
    manual_seed(1)
    numpy.testing.assert_array_equal(draw(weight(150, 100, dtype=dtype)).data, array)


def test_even_numbers_fill_their_range() -> None:
    manual_seed(2)
    numbers = init.uniform_(weight(1000), 2.0, 5.0).data
    assert numbers.min() == pytest.approx(2.0, abs=0.02)
    assert numbers.max() == pytest.approx(5.0, abs=0.02)
    bound = math.sqrt(6 / 50)
    assert abs(init.xavier_uniform_(weight(20, 30)).data).max() == pytest.approx(bound, rel=0.02)


@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6), (4, 2, 3)])
def test_orthogonal_rows_or_columns(shape: tuple[int, ...]) -> None:
    matrix = init.orthogonal_(weight(*shape), gain=2.0).data.reshape(shape[0], -1)
    product = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    numpy.testing.assert_allclose(product, 4 * numpy.eye(len(product)), atol=1e-12)


def test_both_kinds_of_orthogonal_matrix_occur() -> None:
    manual_seed(3)
    signs = {round(float(numpy.linalg.det(init.orthogonal_(weight(3, 3)).data))) for _ in range(20)}
    assert signs == {-1, 1}


def test_the_identity_keeps_the_state_of_a_relu_network() -> None:
    layer = nn.RNN(1, 3, nonlinearity="relu", dtype="float64")
    for parameter in layer.parameters():
        init.zeros_(parameter)
    init.identity_(layer.weight_hh_l0)
    start = numpy.array([[[1.0, 2.0, 3.0]]])
    _, h = layer(numpy.zeros((50, 1, 1)), start)
    numpy.testing.assert_array_equal(h.data, start)
    blocks = init.identity_(weight(6, 3), gain=0.5).data
    numpy.testing.assert_array_equal(blocks, 0.5 * numpy.vstack([numpy.eye(3)] * 2))


def test_constants() -> None:
    assert init.ones_(weight(2)).tolist() == [1.0, 1.0]
    assert init.zeros_(Tensor([3.0])).tolist() == [0.0]
    assert init.constant_(weight(1), -2.0).tolist() == [-2.0]


def test_whole_modules() -> None:
    manual_seed(4)
    layer = Linear(50, 60, dtype="float64")
    assert layer.bias is not None
    init.d2l_(layer)
    assert layer.weight.data.std() == pytest.approx(0.01, rel=0.05)
    assert not layer.bias.data.any()
    init.recurrent_uniform_(layer.parameters(), 16)
    for parameter in layer.parameters():
        assert 0.2 < abs(parameter.data).max() <= 0.25


@pytest.mark.parametrize("options", [{}, {"bias": "single"}, {"num_layers": 2}])
@pytest.mark.parametrize("kind", [nn.LSTM, nn.PeepholeLSTM])
def test_the_forget_gate_starts_open(kind: Any, options: dict[str, Any]) -> None:
    layer = kind(3, 2, bidirectional=True, **options)
    before = layer.state_dict()
    init.forget_gate_bias_(layer, 1.5)
    for name, array in layer.state_dict().items():
        others = numpy.r_[0:2, 4:8]
        if not name.startswith("bias"):
            numpy.testing.assert_array_equal(array, before[name])
            continue
        numpy.testing.assert_array_equal(array[others], before[name][others])
        assert array[2:4].tolist() == ([1.5, 1.5] if "ih" in name else [0.0, 0.0])
    cell = nn.LSTMCell(3, 2)
    init.forget_gate_bias_(cell)
    assert (cell.bias_ih + cell.bias_hh).tolist()[2:4] == [1.0, 1.0]


def test_mistakes_are_named() -> None:
    with pytest.raises(ShapeError, match="xavier needs a weight of two axes"):
        init.xavier_uniform_(weight(3))
    with pytest.raises(ShapeError, match="orthogonal_ needs two axes"):
        init.orthogonal_(weight(3))
    with pytest.raises(
        ShapeError, match=r"identity_ needs shape \(H, H\) or \(G·H, H\), got \(3, 2\)"
    ):
        init.identity_(weight(3, 2))
    with pytest.raises(TypeError, match="GRU has no forget gate"):
        init.forget_gate_bias_(nn.GRU(3, 2))
    with pytest.raises(TypeError, match="Linear has no forget gate"):
        init.forget_gate_bias_(Linear(3, 2))
    with pytest.raises(ValueError, match="LSTM has no biases"):
        init.forget_gate_bias_(nn.LSTM(3, 2, bias=False))
