"""NumPy functions on tensors: recorded like methods, or refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

from microgradseq import tensor
from microgradseq.rules import RULES, Elementwise

A = numpy.array([[0.5, 1.5, 2.0], [0.25, 3.0, 1.0]])
B = numpy.array([2.0, 0.5, 1.5])

RECORDED: list[Callable[[Any, Any], Any]] = [
    lambda a, b: numpy.reshape(a, (3, 2)),
    lambda a, b: numpy.ravel(a),
    lambda a, b: numpy.transpose(a),
    lambda a, b: numpy.transpose(a, (1, 0)),
    lambda a, b: numpy.permute_dims(a, (1, 0)),
    lambda a, b: numpy.swapaxes(a, 0, 1),
    lambda a, b: numpy.expand_dims(a, 1),
    lambda a, b: numpy.squeeze(a[:1]),
    lambda a, b: numpy.broadcast_to(a, (2, 2, 3)),
    lambda a, b: numpy.flip(a, 1),
    lambda a, b: numpy.sum(a, axis=0),
    lambda a, b: numpy.sum(a, axis=1, keepdims=True),
    lambda a, b: numpy.mean(a, 1),
    lambda a, b: numpy.var(a, axis=0),
    lambda a, b: numpy.var(a, axis=1, ddof=1),
    lambda a, b: numpy.max(a, axis=1),
    lambda a, b: numpy.amax(a, 1),
    lambda a, b: numpy.min(a),
    lambda a, b: numpy.amin(a),
    lambda a, b: numpy.cumsum(a, axis=1),
    lambda a, b: numpy.cumsum(a),
    lambda a, b: numpy.take(a, [0, 0, 4]),
    lambda a, b: numpy.take(a, numpy.array([1, 1]), axis=1),
    lambda a, b: numpy.linalg.norm(a, axis=1),
    numpy.dot,
    lambda a, b: numpy.dot(b, b),
    lambda a, b: numpy.dot(a, 2.0),
    lambda a, b: numpy.outer(b, a),
    numpy.matmul,
    lambda a, b: numpy.split(a, 3, axis=1)[1],
    lambda a, b: numpy.split(a, [1], axis=1)[1],
    lambda a, b: numpy.pad(a, 1),
    lambda a, b: numpy.pad(a, ((0, 1), (1, 0)), constant_values=2.0),
    lambda a, b: numpy.clip(a, 0.4, 1.7),
    lambda a, b: numpy.clip(a, None, 1.7),
    lambda a, b: numpy.where(A > 1, a, b),
    lambda a, b: numpy.concatenate([a, a], axis=1),
    lambda a, b: numpy.concat([a, A]),
    lambda a, b: numpy.stack([b, b], axis=1),
    lambda a, b: numpy.einsum("ij,j->i", a, b),
    lambda a, b: numpy.square(a),
    lambda a, b: A * b,
    lambda a, b: numpy.float64(2.0) * a,
    lambda a, b: A @ b,
    lambda a, b: b**A,
]


@pytest.mark.parametrize("function", RECORDED)
def test_a_numpy_function_records(function: Callable[[Any, Any], Any]) -> None:
    a, b = tensor(A, requires_grad=True), tensor(B, requires_grad=True)
    result = function(a, b)
    numpy.testing.assert_allclose(result.data, function(A, B))
    assert result.requires_grad
    result.backward(numpy.ones(result.shape))
    assert a.grad is not None or b.grad is not None


UFUNCS = {
    name: rule for rule in RULES.values() for name in rule.numpy if isinstance(rule, Elementwise)
}


@pytest.mark.parametrize("name", UFUNCS)
def test_a_universal_function_is_its_rule(name: str) -> None:
    operands = [A, B][: UFUNCS[name].arity]
    function = getattr(numpy, name)
    result = function(*(tensor(one, requires_grad=True) for one in operands))
    assert result.rule is UFUNCS[name]
    numpy.testing.assert_allclose(result.data, function(*operands))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (numpy.arctan, r"numpy\.arctan"),
        (numpy.sort, r"numpy\.sort"),
        (numpy.linalg.inv, r"numpy\.linalg\.inv"),
        (numpy.fft.fft, r"numpy\.fft\.fft"),
        (numpy.add.reduce, r"numpy\.add\.reduce"),
        (lambda t: numpy.tanh(t, out=numpy.zeros((2, 3))), r"numpy\.tanh with out"),
        (lambda t: numpy.sum(t, dtype="float32"), r"numpy\.sum with .*dtype"),
        (lambda t: numpy.pad(t, 1, mode="edge"), "numpy.pad with mode"),
        (lambda t: numpy.dot(t, numpy.ones((2, 3, 2))), r"numpy\.dot with more than two axes"),
    ],
)
def test_a_numpy_function_without_a_rule_is_refused_by_name(
    call: Callable[[Any], Any], name: str
) -> None:
    with pytest.raises(TypeError, match=f"{name}.* has no rule for tensors"):
        call(tensor(A, requires_grad=True))


def test_questions_get_plain_answers() -> None:
    a = tensor(A, requires_grad=True)
    assert numpy.shape(a) == (2, 3)
    assert numpy.ndim(a) == 2
    assert numpy.size(a) == 6
    assert numpy.array_equal(numpy.greater(a, 1), A > 1)
    assert numpy.allclose(a, A)
    assert numpy.all(numpy.isclose(a, A))
    assert numpy.zeros_like(a).tolist() == [[0.0] * 3] * 2
    assert type(a > 1) is numpy.ndarray
    assert numpy.array_equal(a == A, numpy.ones((2, 3), dtype=bool))


def test_no_gradient_is_lost_on_the_way_to_numpy() -> None:
    with pytest.raises(RuntimeError, match="requires a gradient"):
        numpy.asarray(tensor(A, requires_grad=True))
    assert numpy.asarray(tensor(A)).tolist() == A.tolist()
