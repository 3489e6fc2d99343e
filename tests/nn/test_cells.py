"""Cells: each formula written out once more in NumPy, derivatives, conversions, single steps."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import Tensor, check_gradients, nn
from microgradseq.errors import ShapeError
from microgradseq.nn.cells import CELLS
from microgradseq.nn.fused.generic import generic_rule
from microgradseq.nn.unrolled import unrolled_form
from tests.nn.layers import KINDS, made

random = numpy.random.default_rng(4)


def sigmoid(u: Any) -> Any:
    return 1 / (1 + numpy.exp(-u))


def plain_step(kind: str, x: Any, states: list[Any], weights: dict[str, Any]) -> list[Any]:
    """One step as the texts write it; weights by the first word of their names."""
    w, u = weights["weight_ih"], weights.get("weight_hh", numpy.empty(0))
    b, d = weights["bias_ih"], weights.get("bias_hh", 0)
    size = states[0].shape[-1]
    seen = x @ w.T + b

    def block(array: Any, place: int) -> Any:
        return array[..., place * size : (place + 1) * size]

    if kind.startswith("rnn"):
        sums = seen + states[0] @ u.T + d
        if kind == "rnn relu":
            return [numpy.maximum(sums, 0)]
        return [numpy.tanh(sums) if kind == "rnn" else sigmoid(sums)]
    if kind == "gru":
        recalled = states[0] @ u.T + d
        r, z = (sigmoid(block(seen + recalled, place)) for place in (0, 1))
        n = numpy.tanh(block(seen, 2) + r * block(recalled, 2))
        return [z * states[0] + (1 - z) * n]
    if kind == "gru reset before":
        r, z = (sigmoid(block(seen + states[0] @ u.T + d, place)) for place in (0, 1))
        n = numpy.tanh(block(seen, 2) + (r * states[0]) @ u[2 * size :].T + d[2 * size :])
        return [z * states[0] + (1 - z) * n]
    if kind.startswith("jordan"):
        h = numpy.tanh(x @ w.T + b + states[0] @ u.T + d)
        y = h @ weights["weight_ho"].T + weights["bias_ho"]
        return [y if kind == "jordan smaller output" else numpy.tanh(y)]
    if kind.startswith("min"):
        return plain_minimal(kind, [block(seen, place) for place in range(3)], states[0])
    if kind.startswith("ctrnn"):
        return plain_ctrnn(kind, seen, states[0], u, d)
    return plain_lstm(kind, seen, states, weights, block)


def plain_minimal(kind: str, parts: list[Any], h: Any) -> list[Any]:
    def g(u: Any) -> Any:
        return numpy.where(u >= 0, u + 0.5, sigmoid(u))

    if kind == "min gru":
        z = sigmoid(parts[0])
        return [(1 - z) * h + z * g(parts[1])]
    i, f = sigmoid(parts[0]), sigmoid(parts[1])
    return [(f * h + i * g(parts[2])) / (f + i)]


def plain_ctrnn(kind: str, current: Any, y: Any, u: Any, theta: Any) -> list[Any]:
    tau, dt = (2.0, 0.3) if kind == "ctrnn euler" else (1.0, 0.5)

    def slope(y: Any) -> Any:
        return (-y + sigmoid(y + theta) @ u.T + current) / tau

    if kind == "ctrnn euler":
        return [y + dt * slope(y)]
    k1 = slope(y)
    k2 = slope(y + dt / 2 * k1)
    k3 = slope(y + dt / 2 * k2)
    k4 = slope(y + dt * k3)
    return [y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)]


def plain_lstm(
    kind: str, seen: Any, states: list[Any], weights: dict[str, Any], block: Any
) -> list[Any]:
    h, c = states
    size = h.shape[-1]
    sums = seen + weights["bias_hh"]
    if kind != "peephole cell":
        sums = sums + h @ weights["weight_hh"].T
    i, f, g, o = (block(sums, place) for place in range(4))
    look = weights.get("weight_ch", numpy.empty(0))
    if kind == "peephole diagonal":
        i, f = i + look[:size] * c, f + look[size : 2 * size] * c
    elif look.size:
        i, f, o = (part + block(c @ look.T, place) for place, part in enumerate((i, f, o)))
    new = sigmoid(f) * c + sigmoid(i) * numpy.tanh(g)
    if kind == "peephole diagonal":
        o = o + look[2 * size :] * new
    return [sigmoid(o) * numpy.tanh(new), new]


@pytest.mark.parametrize("mode", ["fused", "unrolled"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_formula(kind: str, mode: str) -> None:
    layer = made(kind, 3, 5, mode=mode)
    x = random.standard_normal((4, 2, 3))
    states = [random.standard_normal((2, layer.state_size)) for _ in layer.cell.states]
    given = tuple(state[None] for state in states)
    output, final = layer(x, given if len(given) > 1 else given[0])
    weights = {name.removesuffix("_l0"): array for name, array in layer.state_dict().items()}
    for t in range(4):
        states = plain_step(kind, x[t], states, weights)
        numpy.testing.assert_allclose(output.data[t], states[0], rtol=0, atol=1e-13)
    finals = final if isinstance(final, tuple) else (final,)
    for ours, theirs in zip(finals, states, strict=True):
        numpy.testing.assert_allclose(ours.data[0], theirs, rtol=0, atol=1e-13)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("mode", ["fused", "unrolled"])
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_of_parameters_inputs_and_states(kind: str, mode: str, reverse: bool) -> None:
    layer = made(kind, 2, 3)
    x = random.standard_normal((3, 2, 2))
    states = [random.standard_normal((2, layer.state_size)) for _ in layer.cell.states]
    weights = [random.standard_normal(one.shape) for one in layer.parameters()]
    run = layer.kernel if mode == "fused" else unrolled_form(layer.cell)
    lengths = numpy.array([3, 2])

    def all_results(*operands: Any) -> Any:
        tensors = [one if isinstance(one, Tensor) else Tensor(one) for one in operands]
        return run(*tensors, bias=True, reverse=reverse, lengths=lengths, **layer.options)

    report = check_gradients(all_results, x, *states, *weights, modes="reverse")
    assert report.checked == sum(one.size for one in (x, *states, *weights))


def test_the_generic_rule_serves_any_cell() -> None:
    rule, cell = generic_rule(CELLS["gru"]), CELLS["gru"]
    x, h = random.standard_normal((3, 2, 2)), random.standard_normal((2, 4))
    weights = [
        random.standard_normal(shape) for shape in cell.parameters(2, 4, {"bias": True}).values()
    ]
    check_gradients(lambda *all_: rule(*all_, bias=True), x, h, *weights, modes="reverse")
    output, last = rule(Tensor(x), h, *weights, reset="before")
    own, _ = unrolled_form(cell)(*map(Tensor, (x, h, *weights)), reset="before")
    numpy.testing.assert_array_equal(output.data, own.data)
    numpy.testing.assert_array_equal(output.data[-1], last.data)


def test_update_gate_conversion_there_and_back() -> None:
    layer = made("gru", 3, 4, 2)
    state = layer.state_dict()
    there = nn.to_one_minus_z(state)
    x, h = random.standard_normal((2, 3)), random.standard_normal((2, 4))
    sums = x @ there["weight_ih_l0"].T + there["bias_ih_l0"]
    recalled = h @ there["weight_hh_l0"].T + there["bias_hh_l0"]
    r, z = sigmoid(sums + recalled)[:, :4], sigmoid(sums + recalled)[:, 4:8]
    n = numpy.tanh(sums[:, 8:] + r * recalled[:, 8:])
    first = nn.GRU(3, 4, dtype="float64")
    first.load_state_dict({name: one for name, one in state.items() if name.endswith("_l0")})
    ours = first(x[None], h[None])[0].data[0]
    numpy.testing.assert_allclose((1 - z) * h + z * n, ours, atol=1e-15)
    for name, array in nn.from_one_minus_z(there).items():
        numpy.testing.assert_array_equal(array, state[name])


def test_between_the_two_resets_there_is_no_converter() -> None:
    with pytest.raises(ValueError, match=r"no converter between .* can exist"):
        nn.to_other_reset(nn.GRU(3, 4).state_dict())


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("gru", {"reset": "never"}, 'reset="never" is unknown; choose "after" or "before"'),
        ("rnn", {"nonlinearity": "sin"}, 'nonlinearity="sin" is unknown'),
        ("peephole cell", {"variant": "full"}, 'variant="full" is unknown'),
        ("ctrnn rk4", {"method": "rk5"}, 'method="rk5" is unknown'),
        ("ctrnn rk4", {"dt": 0.0}, "dt must be positive"),
        ("ctrnn rk4", {"tau": -1.0}, "tau must be positive"),
        ("jordan", {"output_nonlinearity": "sin"}, 'output_nonlinearity="sin" is unknown'),
        ("jordan", {"output_size": 0}, "output_size must be a whole number"),
    ],
)
def test_unknown_choices_are_named(kind: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        made(kind, 3, 4, **options)


def test_a_time_constant_for_each_unit() -> None:
    x = random.standard_normal((3, 2, 2))
    both = made("ctrnn euler", 2, 3, tau=(1.0, 2.0, 4.0))(x)[0].data
    same = made("ctrnn euler", 2, 3, tau=2.0)(x)[0].data
    numpy.testing.assert_allclose(both[0, :, 1], same[0, :, 1], atol=1e-15)
    assert (both[0, :, 0] != same[0, :, 0]).all()
    with pytest.raises(ValueError, match=r"one for each of the 3 units, got shape \(2,\)"):
        made("ctrnn euler", 2, 3, tau=(1.0, 2.0), mode="unrolled")(x)


def test_the_ctrnn_oscillates_where_it_is_known_to() -> None:
    layer = nn.CTRNN(1, 2, dt=0.01, dtype="float64")
    layer.load_state_dict(
        {
            "weight_ih_l0": numpy.zeros((2, 1)),
            "weight_hh_l0": [[4.5, 1.0], [-1.0, 4.5]],
            "bias_ih_l0": numpy.zeros(2),
            "bias_hh_l0": [-2.75, -1.75],
        }
    )
    y = layer(numpy.zeros((6000, 1)))[0].data
    late = y[3000:, 0] - y[3000:, 0].mean()
    crossings = int((late[1:] * late[:-1] < 0).sum())
    assert crossings >= 2
    assert late.max() - late.min() > 0.5


STEPS: dict[str, Any] = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}


@pytest.mark.parametrize("kind", STEPS)
def test_a_single_step_is_a_layer_of_one_step(kind: str) -> None:
    layer, cell = made(kind, 3, 4), STEPS[kind](3, 4, dtype="float64")
    state = layer.state_dict()
    cell.load_state_dict({name.removesuffix("_l0"): one for name, one in state.items()})
    x = random.standard_normal((2, 3))
    expected = layer(x[None])[0].data[0]

    def first(found: Any) -> Any:
        return (found[0] if isinstance(found, tuple) else found).data

    numpy.testing.assert_allclose(first(cell(x)), expected, atol=1e-15)
    numpy.testing.assert_allclose(first(cell(Tensor(x[0]))), expected[0], atol=1e-15)
    numpy.testing.assert_allclose(first(cell([0, 2])), first(cell(numpy.eye(3)[[0, 2]])))
    again = cell(x, cell(x))
    assert first(again).shape == (2, 4)
    with pytest.raises(ShapeError, match=r"one step takes \(B, 3\) or whole numbers \(B,\), got"):
        cell(x[None])
    with pytest.raises(ShapeError, match="index 3, but input_size is 3"):
        cell([0, 3])
    with pytest.raises(ShapeError, match=r"state h must have shape \(2, 4\)"):
        cell(x, (numpy.zeros((3, 4)),) * len(layer.cell.states))
