"""Steps: each is upstream × local = contribution, and the totals end at the derivatives."""

import math

import numpy
import pytest

from microgradseq import Graph, Tensor, Value
from microgradseq.graph.narration import evaluate, numbers_put_in
from microgradseq.graph.steps import Step
from microgradseq.rules import RULES
from microgradseq.rules.formula import name

from .test_snapshot import product_graph


def busy_graph() -> Graph:
    a, b, c = Value(0.3, name="a"), Value(-1.2, name="b"), Value(2.5, name="c")
    return Graph.of((a * b).tanh() * c + (a + c).sigmoid() / (b**2 + a.exp()) - c.sqrt() * a)


def last_totals(steps: list[Step]) -> dict[int, float]:
    return {step.node: step.total for step in steps}


def test_reverse_steps_of_the_product() -> None:
    graph = product_graph()
    steps = graph.steps()
    assert [step.number for step in steps] == list(range(6))
    names = [graph.node(step.node).name for step in steps]
    assert names == ["e", "c", "d", "b", "a", "b"]
    assert steps[1].rule == "∂(u·v)/∂u = v"
    assert steps[1].numbers == "∂(u·v)/∂u = v = 2"
    assert (steps[5].upstream, steps[5].local, steps[5].contribution) == (2.0, 1.0, 2.0)
    assert steps[5].total == 5.0
    assert steps[5].text == "c hands its gradient to b: 2 × 1 = 2. b has 3 + 2 = 5 so far."


def test_forward_steps_of_the_product() -> None:
    graph = product_graph()
    steps = graph.steps("forward", wrt="b")
    assert [graph.node(step.node).name for step in steps] == ["b", "c", "d", "e", "e"]
    assert steps[-1].total == 5.0
    assert last_totals(graph.steps("forward", wrt="a"))[graph.output] == 2.0


def test_both_modes_end_at_the_derivatives() -> None:
    graph = busy_graph()
    totals = last_totals(graph.steps())
    for leaf in graph.leaves():
        assert totals[leaf.id] == pytest.approx(leaf.gradient)
        forward = last_totals(graph.steps("forward", wrt=leaf.name))
        assert forward[graph.output] == pytest.approx(leaf.gradient)


def test_every_step_multiplies_and_adds_up() -> None:
    sums: dict[int, float] = {}
    for step in busy_graph().steps():
        if step.local is not None:
            assert step.contribution == pytest.approx(step.upstream * step.local)
        sums[step.node] = sums.get(step.node, 0.0) + step.contribution
        assert step.total == pytest.approx(sums[step.node])


def test_forward_mode_asks_for_its_leaf() -> None:
    with pytest.raises(ValueError, match="say which of a, b"):
        product_graph().steps("forward")
    only = Value(2.0, name="x")
    assert Graph.of(only * only).steps("forward")[-1].total == 4.0
    with pytest.raises(ValueError, match='unknown mode "sideways"'):
        product_graph().steps("sideways")  # type: ignore[arg-type]


def test_steps_of_arrays_reach_the_same_derivatives() -> None:
    w = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, name="w")
    graph = Graph.of((w @ w).tanh().sum())
    totals = last_totals(graph.steps())
    numpy.testing.assert_allclose(totals[0], graph.derivatives()["w"])
    pushed = graph.steps("forward", wrt="w")[-1].total
    assert float(pushed) == pytest.approx(float(graph.derivatives()["w"].sum()))


def test_a_folded_graph_has_no_steps() -> None:
    graph = Graph.of(Value(1.0, name="x") * 2)
    folded = Graph(graph.nodes, graph.edges, graph.output)
    with pytest.raises(ValueError, match="unfold it first"):
        folded.steps()


@pytest.mark.parametrize(
    ("rule", "position", "operands", "expected"),
    [
        ("add", 0, (1.0, 2.0), "∂(u + v)/∂u = 1"),
        ("sub", 1, (1.0, 2.0), "∂(u − v)/∂v = −1"),
        ("div", 1, (6.0, 2.0), "∂(u/v)/∂v = −(u/v)/v = −3 / 2 = -1.5"),
        ("pow", 0, (3.0, 2.0), "∂(u^v)/∂u = v·u^(v−1) = 2 · 3^(2 − 1) = 6"),
        ("exp", 0, (0.0,), "∂exp(u)/∂u = exp(u) = 1"),
        ("sqrt", 0, (4.0,), "∂√u/∂u = 1/(2·√u) = 0.5 / 2 = 0.25"),
        ("relu", 0, (-3.0,), "∂relu(u)/∂u = 1 where u > 0, else 0 = 0"),
        ("sigmoid", 0, (0.0,), "∂σ(u)/∂u = σ(u)·(1 − σ(u)) = 0.5 · (1 − 0.5) = 0.25"),
        ("mul", 0, (2.0, -3.0), "∂(u·v)/∂u = v = -3"),
    ],
)
def test_numbers_put_into_the_words(
    rule: str, position: int, operands: tuple[float, ...], expected: str
) -> None:
    node = RULES[rule](*(Value(operand) for operand in operands))
    shown = numbers_put_in(
        RULES[rule], position, node.data, operands, node.options, node.slopes[position]
    )
    assert shown == expected


def test_a_formula_has_the_number_of_its_function() -> None:
    u = name("u")
    assert evaluate((1 - u * u) / 2, {"u": 3.0}) == -4.0
    assert evaluate(RULES["tanh"](u), {"u": 0.5}) == pytest.approx(math.tanh(0.5))
