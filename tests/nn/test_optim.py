"""Optimizers: small cases by hand, groups, saved states, and writing in place."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy
import pytest

from microgradseq import Tensor, optim
from microgradseq.errors import ChangedError

KINDS: dict[str, Callable[[Any], optim.Optimizer]] = {
    "sgd": lambda params: optim.SGD(params, lr=0.1),
    "momentum": lambda params: optim.SGD(params, lr=0.1, momentum=0.9, weight_decay=0.1),
    "nesterov": lambda params: optim.SGD(params, lr=0.1, momentum=0.9, nesterov=True),
    "adagrad": lambda params: optim.Adagrad(params, lr=0.1, lr_decay=0.1),
    "rmsprop": lambda params: optim.RMSprop(params, momentum=0.5, centered=True),
    "adam": lambda params: optim.Adam(params, lr=0.1, amsgrad=True, weight_decay=0.1),
    "adamw": lambda params: optim.AdamW(params, lr=0.1),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def leaves(dtype: str = "float64") -> list[Tensor]:
    random = numpy.random.default_rng(2)
    return [Tensor(random.normal(size=shape), dtype, None, True) for shape in ((3, 2), (4,))]


def descend(optimizer: optim.Optimizer, parameters: list[Tensor], steps: int) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        for parameter in parameters:
            (parameter * parameter).sum().backward()
        optimizer.step()


@every_kind
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_goes_downhill_in_the_parameters_own_dtype(kind: str, dtype: str) -> None:
    parameters = leaves(dtype)
    before = sum(float((one.data**2).sum()) for one in parameters)
    descend(KINDS[kind](parameters), parameters, 100)
    assert sum(float((one.data**2).sum()) for one in parameters) < 0.5 * before
    assert {one.dtype for one in parameters} == {numpy.dtype(dtype)}


@every_kind
def test_it_writes_in_place_and_leaves_gradients_alone(kind: str) -> None:
    parameter = leaves()[0]
    array = parameter.plain()
    parameter.grad = numpy.ones((3, 2))
    before = array.copy()
    KINDS[kind]([parameter]).step()
    assert parameter.plain() is array
    assert (array != before).all()
    numpy.testing.assert_array_equal(parameter.grad, numpy.ones((3, 2)))


@every_kind
def test_a_parameter_without_a_gradient_stays(kind: str) -> None:
    first, second = leaves()
    before = second.data.copy()
    optimizer = KINDS[kind]([first, second])
    first.grad = numpy.ones((3, 2))
    optimizer.step()
    numpy.testing.assert_array_equal(second.data, before)
    optimizer.zero_grad()
    assert first.grad is None


@every_kind
def test_a_saved_state_continues_to_the_same_bits(kind: str) -> None:
    parameters = leaves()
    optimizer = KINDS[kind](parameters)
    descend(optimizer, parameters, 7)
    saved = optimizer.state_dict()
    copies = [Tensor(one.data, requires_grad=True) for one in parameters]
    descend(optimizer, parameters, 5)
    # through JSON, arrays as lists: what a checkpoint may do to it
    text = json.dumps(saved, default=lambda array: array.tolist())
    other = KINDS[kind](copies)
    other.load_state_dict(json.loads(text))
    descend(other, copies, 5)
    for one, copy in zip(parameters, copies, strict=True):
        numpy.testing.assert_array_equal(one.data, copy.data)


@every_kind
def test_a_saved_state_is_a_copy_and_holds_no_tensor(kind: str) -> None:
    parameters = leaves()
    optimizer = KINDS[kind](parameters)
    descend(optimizer, parameters, 2)
    saved = optimizer.state_dict()
    text = json.dumps(saved, default=lambda array: array.tolist())
    descend(optimizer, parameters, 2)
    assert json.dumps(saved, default=lambda array: array.tolist()) == text
    assert saved["param_groups"][0]["params"] == [0, 1]


@every_kind
def test_a_step_makes_no_new_arrays(kind: str) -> None:
    parameter = Tensor(numpy.zeros(100_000), requires_grad=True)
    parameter.grad = numpy.ones(100_000)
    optimizer = KINDS[kind]([parameter])
    optimizer.step()
    optimizer.step()
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(3):
            optimizer.step()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50_000


def test_a_graph_that_needs_the_old_numbers_refuses() -> None:
    w = Tensor([3.0], requires_grad=True)
    loss = (w * w).sum()
    loss.backward()
    optim.SGD([w], lr=0.1).step()
    with pytest.raises(ChangedError, match="was changed after the forward pass"):
        loss.backward()


def test_momentum_by_hand() -> None:
    w = Tensor([0.0], requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0, momentum=0.5, dampening=0.25)
    seen = []
    for gradient in (1.0, 2.0, 0.0):
        w.grad = numpy.array([gradient])
        optimizer.step()
        seen.append(w.item())
    # buffers: 1, then 0.5·1 + 0.75·2 = 2, then 0.5·2 = 1
    assert seen == [-1.0, -3.0, -4.0]


@pytest.mark.parametrize("kind", ["adagrad", "rmsprop", "adam", "adamw"])
def test_adaptive_steps_follow_their_formulas(kind: str) -> None:
    """The formulas of the papers, written out on plain numbers."""
    parameter = Tensor([1.0], requires_grad=True)
    made: dict[str, optim.Optimizer] = {
        "adagrad": optim.Adagrad([parameter], lr=0.1),
        "rmsprop": optim.RMSprop([parameter], lr=0.1, alpha=0.9),
        "adam": optim.Adam([parameter], lr=0.1),
        "adamw": optim.AdamW([parameter], lr=0.1, weight_decay=0.5),
    }
    optimizer = made[kind]
    value, mean, square = 1.0, 0.0, 0.0
    for step, gradient in enumerate((0.5, -2.0, 3.0), start=1):
        parameter.grad = numpy.array([gradient])
        optimizer.step()
        if kind == "adagrad":
            square += gradient**2
            value -= 0.1 * gradient / (square**0.5 + 1e-10)
        elif kind == "rmsprop":
            square = 0.9 * square + 0.1 * gradient**2
            value -= 0.1 * gradient / (square**0.5 + 1e-8)
        else:
            value *= 1 - 0.1 * 0.5 if kind == "adamw" else 1
            mean = 0.9 * mean + 0.1 * gradient
            square = 0.999 * square + 0.001 * gradient**2
            corrected = (square / (1 - 0.999**step)) ** 0.5
            value -= 0.1 * (mean / (1 - 0.9**step)) / (corrected + 1e-8)
        assert parameter.item() == pytest.approx(value, rel=1e-12)


def test_groups_have_options_of_their_own() -> None:
    first, second, third = (Tensor([0.0], requires_grad=True) for _ in range(3))
    optimizer = optim.SGD([{"params": first, "lr": 0.5}, {"params": [second]}], lr=0.25)
    optimizer.add_param_group({"params": [third], "lr": 2.0, "name": "late"})
    for parameter in (first, second, third):
        parameter.grad = numpy.ones(1)
    optimizer.step()
    assert [first.item(), second.item(), third.item()] == [-0.5, -0.25, -2.0]
    optimizer.param_groups[0]["lr"] = 1.0
    optimizer.step()
    assert first.item() == -1.5


def test_a_closure_computes_the_loss_first() -> None:
    w = Tensor([1.0], requires_grad=True)
    optimizer = optim.SGD([w], lr=0.25)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = (w * w).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 1.0
    assert w.item() == 0.5


def test_gradients_that_hardly_change_give_no_nan() -> None:
    w = Tensor(numpy.zeros(50), requires_grad=True)
    optimizer = optim.RMSprop([w], alpha=0.5, centered=True)
    for _ in range(200):
        w.grad = numpy.linspace(0.1, 3.0, 50)
        optimizer.step()
    assert numpy.isfinite(w.data).all()


def test_empty_parameters_are_stepped_over() -> None:
    w = Tensor(numpy.zeros((0, 3)), requires_grad=True)
    w.grad = numpy.zeros((0, 3))
    for make in KINDS.values():
        make([w]).step()
    assert w.shape == (0, 3)


def test_mistakes_are_named() -> None:
    w = Tensor([1.0], requires_grad=True)
    with pytest.raises(TypeError, match="takes a list of parameters"):
        optim.SGD(w)
    with pytest.raises(ValueError, match="needs at least one parameter"):
        optim.Adam([])
    with pytest.raises(TypeError, match="changes Tensors, not ndarray"):
        optim.SGD([numpy.zeros(2)])
    with pytest.raises(ValueError, match="changes leaves"):
        optim.SGD([w * 2])
    with pytest.raises(ValueError, match="given twice"):
        optim.SGD([w, w])
    with pytest.raises(TypeError, match="SGD has no option learning_rate; its options: lr"):
        optim.SGD([{"params": [w], "learning_rate": 0.1}])
    with pytest.raises(ValueError, match="lr must be at least"):
        optim.SGD([w], lr=-1.0)
    with pytest.raises(ValueError, match="nesterov needs a momentum"):
        optim.SGD([w], nesterov=True)
    with pytest.raises(ValueError, match="betas must be below 1"):
        optim.Adam([{"params": [w], "betas": [0.9, 1.0]}])
    with pytest.raises(ValueError, match="lr must be at least"):
        optim.Adagrad([w], lr=float("nan"))


def test_a_state_that_does_not_fit_is_refused_and_changes_nothing() -> None:
    parameters = leaves()
    optimizer = optim.Adam(parameters)
    descend(optimizer, parameters, 1)
    saved = optimizer.state_dict()
    with pytest.raises(ValueError, match=r"groups of \[2\] parameters, this optimizer of \[1\]"):
        optim.Adam(parameters[:1]).load_state_dict(saved)
    saved["state"][0]["exp_avg"] = numpy.zeros(4)
    with pytest.raises(
        ValueError, match=r"exp_avg of parameter 0 has shape \(4,\), needs \(3, 2\)"
    ):
        optimizer.load_state_dict(saved)
    with pytest.raises(ValueError, match="parameter 7, this optimizer has 2"):
        optimizer.load_state_dict({**saved, "state": {7: {}}})
    with pytest.raises(ValueError, match="the state lacks momentum"):
        optim.SGD(parameters).load_state_dict(saved)
    assert optimizer.state_dict()["state"][0]["step"] == 1
