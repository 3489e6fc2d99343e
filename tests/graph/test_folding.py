"""Folding: groups carry the same tags, never run in a circle, and open again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgradseq import Graph, Value, scope
from microgradseq.graph.folding import FoldedGraph
from microgradseq.graph.scene import Scene
from microgradseq.graph.scene_state import SceneState


def two_layer_network(steps: int) -> Value:
    weights = {
        name: Value(0.1 * k + 0.3, name=name) for k, name in enumerate(("w1", "u1", "w2", "u2"))
    }
    lower, upper = Value(0.0, name="h1_0"), Value(0.0, name="h2_0")
    for t in range(steps):
        with scope(t=t):
            x = Value(float(t), name=f"x{t}")
            with scope(layer=1):
                lower = (weights["w1"] * x + weights["u1"] * lower).tanh()
            with scope(layer=2):
                upper = (weights["w2"] * lower + weights["u2"] * upper + 1).tanh()
    return upper


def test_fold_by_time_makes_one_node_a_step() -> None:
    folded = Graph.of(two_layer_network(3)).fold(by="time")
    groups = [node for node in folded.nodes if node.kind == "group"]
    assert [node.name for node in groups] == ["t=0", "t=1", "t=2"]
    assert folded.output == groups[-1].id
    into_last = {folded.node(edge.source).name for edge in folded.operands(folded.output)}
    assert into_last == {"t=1", "w1", "u1", "w2", "u2"}


def test_fold_by_layer_makes_one_node_a_layer() -> None:
    folded = Graph.of(two_layer_network(3)).fold(by="layer")
    names = [node.name for node in folded.nodes if node.kind == "group"]
    assert names == ["layer=1", "layer=2"]


def test_a_group_shows_its_last_member_and_knows_all() -> None:
    graph = Graph.of(two_layer_network(2))
    folded = graph.fold()
    last = folded.node(folded.output)
    assert last.value == graph.node(graph.output).value
    assert last.gradient == 1.0
    assert last.members[-1] == graph.output
    assert last.tags == {"t": 1}
    name = graph.node(graph.output).name
    assert last.value_name == name
    assert f"{name} = {last.value:.4f}" in folded.to_text()
    scene = Scene(folded)
    lines = [scene.text(y, SceneState()) for y in range(scene.layout.height)]
    assert any(f"{name} = {last.value:.4f}" in line for line in lines)


def test_unfolding_one_group_and_everything() -> None:
    graph = Graph.of(two_layer_network(2))
    folded = graph.fold()
    opened = folded.unfold(folded.find("t=0").id)
    assert [node.name for node in opened.nodes if node.kind == "group"] == ["t=1"]
    assert isinstance(opened, FoldedGraph)
    assert opened.unfold(opened.find("t=1").id) is graph
    assert folded.unfold() is graph
    with pytest.raises(ValueError, match="w1 is no group"):
        folded.unfold(folded.find("w1").id)


def test_gates_of_different_steps_stay_apart() -> None:
    h = Value(0.5, name="h")
    for t in range(2):
        with scope(t=t):
            with scope(gate="update"):
                gate = (h * 2).sigmoid()
            h = gate * h
    folded = Graph.of(h).fold(by="gate")
    names = [node.name for node in folded.nodes if node.kind == "group"]
    assert names == ["update, t=0", "update, t=1"]


def test_nodes_that_would_run_in_a_circle_make_several_groups() -> None:
    x = Value(1.0, name="x")
    with scope(gate="g"):
        a = x * 2
    b = a.tanh()
    with scope(gate="g"):
        c = b * 3
    folded = Graph.of(c).fold(by="gate")
    assert [node.name for node in folded.nodes] == ["x", "g", "tanh1", "g (2)"]


def test_two_groups_that_lean_on_each_other_are_parted() -> None:
    x, y = Value(1.0, name="x"), Value(2.0, name="y")
    with scope(gate="a"):
        first = x.tanh()
    with scope(gate="b"):
        second = y.tanh()
        third = first.sin()
    with scope(gate="a"):
        fourth = second.sin()
    assert_runs_forward(Graph.of(third + fourth).fold(by="gate"))


def assert_runs_forward(graph: Graph) -> None:
    assert all(edge.source < edge.target for edge in graph.edges)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50), st.integers(0, 50)), max_size=30))
def test_no_fold_ever_runs_in_a_circle(plan: list[tuple[int, int, int]]) -> None:
    nodes = [Value(0.5, name="x")]
    for mark, left, right in plan:
        if mark == 3:
            nodes.append(nodes[left % len(nodes)] + nodes[right % len(nodes)])
        else:
            with scope(mark=mark):
                nodes.append(nodes[left % len(nodes)] * nodes[right % len(nodes)])
    with scope(mark=9):
        output = sum((node * 1.5 for node in nodes), start=Value(0.0))
    graph = Graph.of(output)
    folded = graph.fold(by="mark")
    assert_runs_forward(folded)
    members = [id for node in folded.nodes for id in node.members]
    singles = sum(node.kind != "group" for node in folded.nodes)
    assert len(members) == len(set(members))
    assert len(members) + singles == len(graph.nodes)


def test_folding_by_what_is_not_there_says_what_is() -> None:
    with pytest.raises(ValueError, match=r'tagged by "gate"; its tags are layer, t'):
        Graph.of(two_layer_network(1)).fold(by="gate")
    with pytest.raises(ValueError, match="it has no tags"):
        Graph.of(Value(1.0) * 2).fold()
