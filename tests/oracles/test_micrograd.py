"""micrograd: what its own tests check, and the same random graphs built with both."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from microgradseq import Value

pytestmark = pytest.mark.oracle


def small_expression(x: Any) -> tuple[Any, list[Any]]:
    """A few operations with one input used many times, and a kink; also the interior nodes."""
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    return h + q + q * x, [z, q, h]


def larger_expression(a: Any, b: Any) -> tuple[Any, list[Any]]:
    """Every operation that micrograd's Value has, with in-place operators."""
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
    return g, [c, d, e, f]


@pytest.mark.parametrize(
    ("expression", "numbers"), [(small_expression, [-4.0]), (larger_expression, [-4.0, 2.0])]
)
def test_expressions_agree_with_pytorch(
    expression: Callable[..., tuple[Any, list[Any]]], numbers: list[float]
) -> None:
    torch = pytest.importorskip("torch")
    ours = [Value(number) for number in numbers]
    theirs = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    result, _ = expression(*ours)
    expected, _ = expression(*theirs)
    result.backward()
    expected.backward()
    assert result.data == pytest.approx(expected.item(), rel=1e-12)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.grad == pytest.approx(other.grad.item(), rel=1e-12)


@pytest.mark.parametrize(
    ("expression", "numbers"), [(small_expression, [-4.0]), (larger_expression, [-4.0, 2.0])]
)
def test_expressions_agree_with_micrograd_at_every_node(
    expression: Callable[..., tuple[Any, list[Any]]], numbers: list[float]
) -> None:
    engine = pytest.importorskip("micrograd.engine")
    ours = [Value(number) for number in numbers]
    theirs = [engine.Value(number) for number in numbers]
    result, nodes = expression(*ours)
    expected, their_nodes = expression(*theirs)
    result.backward()
    expected.backward()
    for mine, other in zip([*ours, *nodes, result], [*theirs, *their_nodes, expected], strict=True):
        assert mine.data == pytest.approx(other.data, rel=1e-12)
        assert mine.grad == pytest.approx(other.grad, rel=1e-12)


# squashed, so that the numbers of a random graph stay of ordinary size
STEPS: list[Callable[[Any, Any], Any]] = [
    lambda a, b: (a + b) * 0.5,
    lambda a, b: a - b * 0.5,
    lambda a, b: a * b * 0.5,
    lambda a, b: a / (b**2 + 1.0),
    lambda a, b: a.relu() - 0.1,
    lambda a, b: -a,
    lambda a, b: 1.0 / (a**2 + 2.0),
    lambda a, b: 0.3 * a + (1 - b) * 0.2,
]


def grow(leaves: list[Any], steps: int, seed: int) -> Any:
    """A random graph over some leaves: the same for every engine."""
    choose = random.Random(seed)
    nodes = list(leaves)
    for _ in range(steps):
        step = choose.choice(STEPS)
        nodes.append(step(choose.choice(nodes), choose.choice(nodes)))
    return sum(nodes[-5:], 0.0)


@pytest.mark.parametrize("seed", range(20))
def test_random_graphs_agree_with_micrograd(seed: int) -> None:
    engine = pytest.importorskip("micrograd.engine")
    numbers = [random.Random(seed).uniform(-2, 2) for _ in range(4)]
    ours = [Value(number) for number in numbers]
    theirs = [engine.Value(number) for number in numbers]
    result, expected = grow(ours, 60, seed), grow(theirs, 60, seed)
    result.backward()
    expected.backward()
    assert result.data == pytest.approx(expected.data, rel=1e-12)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.grad == pytest.approx(other.grad, rel=1e-10, abs=1e-14)
