"""A snapshot names every node, keeps its numbers, and does not disturb the engine."""

import json
import math

import numpy
import pytest

from microgradseq import Graph, Tensor, Value, no_grad, scope


def product_graph() -> Graph:
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    c, d = a + b, b + 1
    c.name, d.name = "c", "d"
    e = c * d
    e.name = "e"
    return Graph.of(e)


def test_nodes_are_in_topological_order_with_ids_that_are_their_places() -> None:
    graph = product_graph()
    assert [node.id for node in graph.nodes] == list(range(len(graph.nodes)))
    assert all(edge.source < edge.target for edge in graph.edges)
    assert [node.name for node in graph.nodes] == ["a", "b", "c", "1", "d", "e"]
    assert graph.node(graph.output).name == "e"


def test_values_gradients_and_local_derivatives() -> None:
    graph = product_graph()
    assert {node.name: node.value for node in graph.nodes if node.kind == "leaf"} == {
        "a": 2.0,
        "b": 1.0,
    }
    assert graph.derivatives() == {"a": 2.0, "b": 5.0}
    assert graph.find("d").gradient == 3.0
    into_e = graph.operands(graph.output)
    assert [edge.derivative for edge in into_e] == [2.0, 3.0]
    assert [edge.position for edge in into_e] == [0, 1]


def test_a_constant_is_a_node_without_a_gradient() -> None:
    one = product_graph().find("1")
    assert one.kind == "constant"
    assert one.gradient is None


def test_a_constant_operand_has_its_local_derivative_too() -> None:
    graph = Graph.of(Value(2.0, name="a") ** 2)
    into_power = graph.operands(graph.output)
    assert [edge.derivative for edge in into_power] == pytest.approx([4.0, 4 * math.log(2)])


def test_the_same_operand_twice_makes_two_edges() -> None:
    a = Value(3.0, name="a")
    graph = Graph.of(a * a)
    assert [edge.source for edge in graph.operands(graph.output)] == [0, 0]
    assert graph.derivatives() == {"a": 6.0}


def test_a_snapshot_leaves_gradients_alone_and_stays_as_it_was() -> None:
    a = Value(3.0, name="a")
    y = a * a
    graph = Graph.of(y)
    assert a.grad == 0.0
    a.data = 100.0
    assert graph.find("a").value == 3.0
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    picture = Graph.of((w * w).sum())
    assert w.grad is None
    w.data[0] = 7.0
    assert picture.find("w").value.tolist() == [1.0, 2.0]


def test_names_are_unique_even_where_people_or_numbers_repeat_them() -> None:
    a = Value(1.0, name="h")
    b = a * 2
    b.name = "h"
    c = (b + 2).tanh()
    c.name = "mul1"
    names = [node.name for node in Graph.of(c * c).nodes]
    assert len(set(names)) == len(names)
    assert {"h", "h#2", "2", "2#2", "mul1", "mul2"} <= set(names)


def test_an_unknown_name_suggests_near_ones() -> None:
    x = Value(1.0, name="forget")
    with pytest.raises(ValueError, match=r'"forgot".*forget'):
        Graph.of(x * 2).find("forgot")


def test_tags_come_along() -> None:
    x = Value(1.0, name="x")
    with scope(t=3, gate="forget"):
        y = x * 2
    assert Graph.of(y).node(2).tags == {"t": 3, "gate": "forget"}


def test_a_graph_of_arrays() -> None:
    w = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, name="w")
    x = Tensor([1.0, -1.0], name="x")
    graph = Graph.of((w @ x).tanh())
    y = numpy.tanh(numpy.array([-1.0, -1.0]))
    assert numpy.allclose(graph.derivatives()["w"], numpy.outer(1 - y**2, [1.0, -1.0]))
    assert graph.find("x").gradient is None
    (into_tanh,) = graph.operands(graph.output)
    assert numpy.allclose(into_tanh.derivative, 1 - y**2)
    assert graph.operands(into_tanh.source)[0].derivative is None


def test_a_local_derivative_has_the_shape_of_the_result() -> None:
    a = Tensor([[1.0], [2.0]], requires_grad=True)
    b = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    for result in (a * b, a + b, a.maximum(b)):
        graph = Graph.of(result)
        shapes = [edge.derivative.shape for edge in graph.operands(graph.output)]
        assert shapes == [(2, 3), (2, 3)]


def test_a_single_leaf_is_a_graph() -> None:
    graph = Graph.of(Value(2.0, name="a"))
    assert graph.derivatives() == {"a": 1.0}
    assert graph.edges == ()


def test_a_result_without_recording_has_no_gradients() -> None:
    with no_grad():
        y = Value(2.0) * 3
    graph = Graph.of(y)
    assert [node.kind for node in graph.nodes] == ["constant"]
    assert graph.node(0).gradient is None


def test_a_leaf_that_the_output_cannot_feel_has_derivative_zero() -> None:
    a = Value(-1.0, name="a")
    assert Graph.of(a.relu()).derivatives() == {"a": 0.0}


def test_json_is_valid_even_with_infinities() -> None:
    a = Value(0.0, name="a")
    written = json.loads(Graph.of(1 / a).to_json())
    assert written["nodes"][-1]["value"] == "inf"
    assert written["edges"][-1] == {"from": 0, "to": 2, "position": 1, "derivative": "-inf"}
    assert written["output"] == 2


def test_a_long_chain_needs_no_recursion() -> None:
    y = Value(1.0, name="x")
    for _ in range(20_000):
        y = y * 1.0
    graph = Graph.of(y)
    assert graph.derivatives() == {"x": 1.0}
    assert graph.paths("x").count == 1
    assert len(graph.steps()) == 20_001
