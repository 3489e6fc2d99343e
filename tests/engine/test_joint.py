"""A rule with several results: one node, right in both modes and to second order."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence
from typing import Any

import numpy
import pytest

from microgradseq import Tensor, check_gradients, grad, no_grad, tensor
from microgradseq.errors import ChangedError, ShapeError
from microgradseq.joint import joint_rule


def forward(m: Any, u: Any, v: Any, *, scale: float = 1.0) -> tuple[tuple[Any, Any], Any]:
    return (m.sin(u) * v * scale, m.cos(u) + v), "saved"


def backward(
    m: Any,
    gradients: tuple[Any, ...],
    results: tuple[Any, ...],
    saved: Any,
    operands: tuple[Any, ...],
    options: dict[str, Any],
    wanted: tuple[bool, ...],
) -> Sequence[Any]:
    assert saved == "saved"
    (first, second), (u, v), scale = gradients, operands, options.get("scale", 1.0)
    by_u = by_v = 0.0
    if first is not None:
        by_u, by_v = by_u + first * m.cos(u) * v * scale, by_v + first * m.sin(u) * scale
    if second is not None:
        by_u, by_v = by_u - second * m.sin(u), by_v + second
    return [by_u, by_v if wanted[1] else None]


def unrolled(u: Tensor, v: Tensor, *, scale: float = 1.0) -> tuple[Tensor, ...]:
    return u.sin() * v * scale, u.cos() + v


WAVES = joint_rule("waves", forward=forward, backward=backward, unrolled=unrolled, words="waves")
U, V = numpy.array([0.3, -1.2, 2.0]), numpy.array([1.5, 0.2, -0.7])


def product(u: Any, v: Any) -> Any:
    first, second = WAVES(u, v, scale=2.0)
    return (first * second).sum()


def test_gradients_equal_those_of_the_unrolled_form() -> None:
    u, v = tensor(U, requires_grad=True), tensor(V, requires_grad=True)
    product(u, v).backward()
    a, b = tensor(U, requires_grad=True), tensor(V, requires_grad=True)
    first, second = unrolled(a, b, scale=2.0)
    (first * second).sum().backward()
    numpy.testing.assert_allclose(u.grad, a.grad)
    numpy.testing.assert_allclose(v.grad, b.grad)


def test_both_modes_to_second_order() -> None:
    check_gradients(product, U, V, order=2)


def test_one_result_alone() -> None:
    u, v = tensor(U, requires_grad=True), tensor(V)
    WAVES(u, v)[1].sum().backward()
    numpy.testing.assert_allclose(u.grad, -numpy.sin(U))
    assert v.grad is None


def test_second_derivative_through_the_rule() -> None:
    second = grad(lambda u: grad(lambda w: WAVES(w, V)[0].sum())(u).sum())(U)
    numpy.testing.assert_allclose(second, -numpy.sin(U) * V)


def test_a_result_used_twice_and_two_sweeps() -> None:
    u = tensor(U, requires_grad=True)
    first, _ = WAVES(u, V)
    loss = (first * first).sum()
    loss.backward()
    once = u.grad.copy()
    loss.backward()
    numpy.testing.assert_allclose(once, 2 * numpy.sin(U) * V * numpy.cos(U) * V)
    numpy.testing.assert_allclose(u.grad, 2 * once)


def test_without_recording_nothing_is_kept() -> None:
    with no_grad():
        first, _ = WAVES(tensor(U, requires_grad=True), V)
    assert not first.requires_grad
    assert first.parents == ()


def test_memory_returns_without_the_garbage_collector() -> None:
    gc.disable()
    try:
        u = tensor(U, requires_grad=True)
        first, _ = WAVES(u, V)
        bundle = weakref.ref(first.parents[0])
        first.sum().backward()
        del first, _
        assert bundle() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("which", ["operand", "result"])
def test_a_change_before_the_sweep_is_refused(which: str) -> None:
    u = tensor(U, requires_grad=True)
    first, _ = WAVES(u, V)
    (u if which == "operand" else first).data[0] = 9.0
    with pytest.raises(ChangedError, match="waves"):
        first.sum().backward()


def test_shapes_that_do_not_fit_are_named() -> None:
    with pytest.raises(ShapeError, match=r'waves of \(3,\) "u", \(2,\)'):
        WAVES(tensor(U, name="u"), numpy.zeros(2))
