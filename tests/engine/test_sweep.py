"""The sweep back: called twice, on long chains, with interior gradients, and memory afterwards."""

from __future__ import annotations

import copy
import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy
import pytest

from microgradseq import Value, check_gradients, debug, no_grad, randn, scope, tensor
from microgradseq.errors import GradientError
from microgradseq.node import Node

LONG = 200_000


@pytest.fixture
def no_collector() -> Iterator[None]:
    """The garbage collector switched off: what is freed is freed by reference counts alone."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def test_a_second_backward_gives_exactly_twice_for_values() -> None:
    a, b = Value(0.7), Value(-1.3)
    c = a * b
    d = c.tanh() + c * a
    d.backward()
    once, interior = (a.grad, b.grad), c.grad
    d.backward()
    assert (a.grad, b.grad) == (2 * once[0], 2 * once[1])
    assert c.grad == interior


def test_a_second_backward_gives_exactly_twice_for_tensors() -> None:
    w = randn(3, 3, requires_grad=True)
    y = ((w @ w).tanh() * w).sum()
    y.backward()
    once = w.grad.copy()
    y.backward()
    numpy.testing.assert_array_equal(w.grad, 2 * once)


def test_two_graphs_that_share_a_part_add_up() -> None:
    x = tensor([2.0], requires_grad=True)
    shared = x * x
    (shared * 3).sum().backward()
    (shared * 5).sum().backward()
    assert x.grad.tolist() == [32.0]


def test_a_gradient_is_nobody_elses_memory() -> None:
    a, b = tensor([1.0, 2.0], requires_grad=True), tensor([3.0, 4.0], requires_grad=True)
    seed = numpy.ones(2)
    (a + b).backward(seed)
    a.grad[0] = 100.0
    assert b.grad.tolist() == [1.0, 1.0]
    assert seed.tolist() == [1.0, 1.0]


def test_what_an_index_adds_goes_to_its_operand_alone() -> None:
    a, b = tensor([1.0, 2.0], requires_grad=True), tensor([3.0, 4.0], requires_grad=True)
    picked = a[numpy.array([0])]
    seed = numpy.ones(2)
    # the sum hands one gradient to both; the index then adds to that of a in place
    ((a + b) + picked.sum()).backward(seed)
    assert a.grad.tolist() == [3.0, 1.0]
    assert b.grad.tolist() == [1.0, 1.0]
    assert seed.tolist() == [1.0, 1.0]


def test_retained_gradients_of_results() -> None:
    x = tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    y.retain_grad()
    z = (y + y * 2).sum()
    z.backward()
    z.backward()
    assert y.grad.tolist() == [3.0, 3.0]
    assert x.grad.tolist() == [12.0, 24.0]


def test_retained_gradients_are_nobody_elses_memory() -> None:
    x, seed = tensor([1.0, 2.0], requires_grad=True), numpy.ones(2)
    y = x * x
    z = y + 0.0
    y.retain_grad()
    z.retain_grad()
    z.backward(seed)
    z.grad[0] = 9.0
    assert y.grad.tolist() == seed.tolist() == [1.0, 1.0]


def test_results_keep_no_gradient_unless_asked() -> None:
    x = tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    y.sum().backward()
    assert y.grad is None


def test_backward_of_a_leaf_adds_the_seed() -> None:
    x = tensor(2.0, requires_grad=True)
    x.backward()
    x.backward()
    assert x.grad == 2.0
    v = Value(2.0)
    v.backward(3.0)
    assert v.grad == 3.0


def test_gradients_meet_at_a_picked_single_number() -> None:
    x = tensor(3.0, requires_grad=True)
    (x * 2 + x[None].sum() + x[()]).backward()
    assert x.grad == 4.0


def test_picked_parts_add_into_one_gradient() -> None:
    x = tensor([1.0, 2.0, 3.0], requires_grad=True)
    (x[0] * 2 + x[1:].sum() + (x * x).sum() + x[[0, 0]].sum()).backward()
    assert x.grad.tolist() == [6.0, 5.0, 7.0]


def many_uses(w: Any, v: Any) -> Any:
    """One weight used with different numbers of rows, and otherwise too."""
    rows = [w.constant(numpy.full((count, 3), 1.0 / (count + 1))) for count in (1, 4, 0, 2)]
    uses = sum(((row @ w).tanh() ** 2).sum() for row in rows)
    return uses + (w @ w * v).sum() + (w[0] @ w).sum() + (rows[1] @ (w @ w)).sum()


def test_the_shares_of_one_weight_add_up_whichever_way_they_are_computed() -> None:
    numbers = numpy.random.default_rng(0).normal(size=(3, 3))
    w, v = tensor(numbers, requires_grad=True), tensor(numbers, requires_grad=True)
    many_uses(w, v).backward()
    gradients = (w.grad, v.grad)
    w.grad = v.grad = None
    with debug():
        # one after the other, each looked at
        many_uses(w, v).backward()
    numpy.testing.assert_allclose(w.grad, gradients[0], rtol=1e-12)
    numpy.testing.assert_allclose(v.grad, gradients[1], rtol=1e-12)
    check_gradients(many_uses, numbers, numbers, order=2)


def test_a_copy_of_a_leaf_is_a_leaf_of_its_own() -> None:
    with scope(layer=1):
        w = tensor([1.0, 2.0], requires_grad=True, name="w")
    (w * w).sum().backward()
    twin = copy.deepcopy({"w": w})["w"]
    assert (twin.name, dict(twin.tags), twin.requires_grad) == ("w", {"layer": 1}, True)
    twin.data[0] = 9.0
    twin.grad[0] = 9.0
    assert w.tolist() == [1.0, 2.0]
    assert w.grad.tolist() == [2.0, 4.0]
    assert copy.deepcopy(Value(2.0, name="a")).name == "a"
    with pytest.raises(GradientError, match="only leaves can be copied"):
        copy.deepcopy(w * w)


@pytest.mark.parametrize("leaf", [lambda: Value(0.0), lambda: tensor(0.0, requires_grad=True)])
def test_a_long_chain_needs_no_recursion(leaf: Callable[[], Any], no_collector: None) -> None:
    x = y = leaf()
    for _ in range(LONG if isinstance(x, Value) else LONG // 10):
        y = y + 1.0
    y.backward()
    assert x.grad == 1.0
    last = weakref.ref(y)
    del y
    assert last() is None


def value_graph() -> list[Node]:
    a, b = Value(2.0, name="a"), Value(3.0)
    c = (a * b + a**2).tanh().leaky_relu(0.1)
    c.backward()
    return [a, b, c]


def tensor_graph() -> list[Node]:
    w, x = randn(3, 3, requires_grad=True, name="w"), randn(2, 3)
    h = (x @ w).tanh()
    held = h.data
    loss = (h[0].softmax() * held[0]).sum() + h.reshape(6)[1:3].mean()
    loss.backward()
    return [w, x, h, loss]


def failed_graph() -> list[Node]:
    w = randn(3, requires_grad=True)
    y = w * w
    with pytest.raises(GradientError):
        y.backward()
    return [w, y]


def unrecorded_graph() -> list[Node]:
    w = randn(3, requires_grad=True)
    with no_grad():
        return [w, w * w]


@pytest.mark.parametrize("make", [value_graph, tensor_graph, failed_graph, unrecorded_graph])
def test_memory_returns_without_the_garbage_collector(
    make: Callable[[], list[Node]], no_collector: None
) -> None:
    nodes = make()
    watched = [weakref.ref(node) for node in nodes]
    nodes.clear()
    assert [one() for one in watched] == [None] * len(watched)


def test_micrograds_own_expressions() -> None:
    """What micrograd's readme computes, with its published results."""
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert round(g.data, 4) == 24.7041
    assert round(a.grad, 4) == 138.8338
    assert round(b.grad, 4) == 645.5773
