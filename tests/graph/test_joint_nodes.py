"""A fused layer in a graph: one node, with its derivatives, steps and drawing."""

from __future__ import annotations

import json

import numpy
import pytest

from microgradseq import Graph, nn, tensor


@pytest.fixture
def graph() -> Graph:
    layer = nn.LSTM(3, 4, dtype="float64")
    output, _ = layer(tensor(numpy.linspace(-1, 1, 30).reshape(5, 2, 3)))
    return Graph.of((output * output).sum())


def test_a_fused_layer_is_one_node(graph: Graph) -> None:
    operations = [node.op for node in graph.nodes if node.kind == "operation"]
    assert operations == ["lstm layer", "pick", "mul", "sum"]


def test_its_derivatives_are_those_of_the_sweep(graph: Graph) -> None:
    sources = {node.name: source for node, source in zip(graph.nodes, graph.sources, strict=True)}
    sources["sum1"].backward()  # type: ignore[attr-defined]
    assert list(graph.derivatives()) == ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
    for name, gradient in graph.derivatives().items():
        numpy.testing.assert_allclose(gradient, sources[name].grad)


def test_steps_in_both_modes(graph: Graph) -> None:
    totals = {step.node: step.total for step in graph.steps()}
    for leaf in graph.leaves():
        numpy.testing.assert_allclose(totals[leaf.id], leaf.gradient)
    pushed = graph.steps("forward", wrt="bias_ih_l0")[-1].total
    assert float(pushed) == pytest.approx(float(graph.derivatives()["bias_ih_l0"].sum()))


def test_it_can_be_drawn_and_written(graph: Graph) -> None:
    assert "lstm layer" in graph.to_text()
    assert "lstm layer" in graph.to_svg()
    assert json.loads(graph.to_json())["nodes"][-1]["name"] == "sum1"
