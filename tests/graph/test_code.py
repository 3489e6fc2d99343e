"""Source code and compiled graphs compute what the engine computes."""

import math
import subprocess
import sys

import pytest

from microgradseq import Graph, Tensor, Value
from microgradseq.rules import RULES, Rule

from .test_steps import busy_graph

ELEMENTWISE = [rule for rule in RULES.values() if rule.elementwise and rule.name != "where"]


def test_replay_gives_value_and_gradients() -> None:
    graph = busy_graph()
    value, gradients = graph.compile()()
    assert value == graph.node(graph.output).value
    assert gradients == pytest.approx(graph.derivatives())


def test_replay_with_new_numbers_equals_building_anew() -> None:
    f = busy_graph().compile()
    a, b, c = Value(1.5, name="a"), Value(0.4, name="b"), Value(3.0, name="c")
    fresh = Graph.of((a * b).tanh() * c + (a + c).sigmoid() / (b**2 + a.exp()) - c.sqrt() * a)
    value, gradients = f(a=1.5, b=0.4, c=3.0)
    assert value == pytest.approx(fresh.node(fresh.output).value, rel=1e-14)
    assert gradients == pytest.approx(fresh.derivatives(), rel=1e-12)


@pytest.mark.parametrize("rule", ELEMENTWISE, ids=lambda rule: rule.name)
@pytest.mark.parametrize("number", [-1e4, -2.5, -1.0, 0.0, 0.5, 1.0, 3.0, 1e4])
def test_every_rule_is_replayed_as_it_was_built(rule: Rule, number: float) -> None:
    operands = [Value(number, name="a"), Value(1.25, name="b")][: rule.arity]
    graph = Graph.of(rule(*operands))
    value, gradients = graph.compile()()
    assert value == pytest.approx(graph.node(graph.output).value, nan_ok=True)
    assert gradients == pytest.approx(graph.derivatives(), nan_ok=True)


def test_infinities_are_replayed_too() -> None:
    f = Graph.of(1 / Value(2.0, name="x")).compile()
    assert f(x=0.0) == (math.inf, {"x": -math.inf})
    assert f(x=4.0) == (0.25, {"x": -0.0625})


def test_an_unknown_leaf_is_refused() -> None:
    with pytest.raises(TypeError, match="no leaf is named y; there is x"):
        Graph.of(Value(2.0, name="x") * 2).compile()(y=1.0)


def test_names_that_python_does_not_allow() -> None:
    a, b = Value(2.0, name="forget gate"), Value(3.0, name="class")
    c, d = Value(5.0, name="权重"), Value(7.0, name="exp")
    f = Graph.of(a * b * c * d).compile()
    assert f(**{"forget gate": 1.0, "class": 1.0, "exp": 2.0}) == (
        10.0,
        {"forget gate": 10.0, "class": 10.0, "权重": 2.0, "exp": 5.0},
    )


def test_the_source_runs_on_its_own() -> None:
    graph = busy_graph()
    run = subprocess.run(
        [sys.executable, "-I", "-c", graph.to_python()],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    value, gradients = eval(run.stdout)
    assert value == graph.node(graph.output).value
    assert gradients == pytest.approx(graph.derivatives())


def test_sign_comes_along_with_the_source() -> None:
    x = Value(-2.0, name="x")
    source = Graph.of(x.sign() * x.abs()).to_python()
    namespace: dict[str, object] = {"__name__": "elsewhere"}
    exec(source, namespace)
    assert namespace["replay"]() == (-2.0, {"x": 1.0})  # type: ignore[operator]


def test_a_shared_part_is_computed_once() -> None:
    assert Graph.of(Value(0.3, name="x").sigmoid()).to_python().count("exp(") == 1


def test_graphs_of_arrays_and_folded_graphs_are_refused() -> None:
    w = Tensor([1.0], requires_grad=True, name="w")
    with pytest.raises(ValueError, match="this one has arrays"):
        Graph.of(w * w).compile()
    graph = Graph.of(Value(1.0, name="x") * 2)
    with pytest.raises(ValueError, match="unfold it first"):
        Graph(graph.nodes, graph.edges, graph.output).to_python()


def test_an_output_that_is_a_leaf() -> None:
    assert Graph.of(Value(2.0, name="x")).compile()(x=3.0) == (3.0, {"x": 1.0})
