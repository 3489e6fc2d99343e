"""Paths: their products add up to the derivative, and are counted without being listed."""

import itertools

import pytest

from microgradseq import Graph, Tensor, Value

from .test_snapshot import product_graph
from .test_steps import busy_graph


def test_the_two_paths_of_the_product() -> None:
    graph = product_graph()
    paths = graph.paths("b")
    assert (paths.count, paths.sum, paths.derivative) == (2, 5.0, 5.0)
    assert paths.agrees
    routes = [tuple(graph.node(id).name for id in path.nodes) for path in paths.listed]
    assert routes == [("b", "c", "e"), ("b", "d", "e")]
    assert [path.product for path in paths.listed] == [2.0, 3.0]


def test_nine_paths_factor_into_two_sums() -> None:
    weights = [Value(number) for number in (2.0, 3.0, 5.0, 7.0, 11.0, 13.0)]
    x = Value(1.0, name="x")
    y = sum((weight * x for weight in weights[:3]), start=Value(0.0))
    z = sum((weight * y for weight in weights[3:]), start=Value(0.0))
    paths = Graph.of(z).paths("x")
    assert paths.count == 9
    assert paths.sum == (2 + 3 + 5) * (7 + 11 + 13)
    expected = sorted(first * second for first, second in itertools.product((2, 3, 5), (7, 11, 13)))
    assert sorted(path.product for path in paths.listed) == expected


def test_two_edges_between_the_same_nodes_are_two_paths() -> None:
    x = Value(3.0, name="x")
    assert Graph.of(x * x).paths("x").count == 2


def test_too_many_paths_are_counted_but_not_listed() -> None:
    y = Value(1.0, name="x")
    for _ in range(60):
        y = y + y
    paths = Graph.of(y).paths("x", limit=5)
    assert paths.count == 2**60
    assert paths.sum == paths.derivative == 2.0**60
    assert len(paths.listed) == 5


@pytest.mark.parametrize("leaf", ["a", "b", "c"])
def test_the_sum_is_the_derivative(leaf: str) -> None:
    paths = busy_graph().paths(leaf)
    assert paths.agrees
    assert sum(path.product for path in paths.listed) == pytest.approx(paths.sum)
    assert len(paths.listed) == paths.count


def test_paths_from_a_node_in_the_middle_and_from_the_output() -> None:
    graph = product_graph()
    assert graph.paths("d").sum == 3.0
    assert graph.paths("e").listed[0].nodes == (graph.output,)


def test_paths_need_single_numbers() -> None:
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    with pytest.raises(ValueError, match="single numbers"):
        Graph.of(w * w).paths("w")
