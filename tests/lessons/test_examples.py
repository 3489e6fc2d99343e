"""The examples: exact values, derivatives against finite differences, and the tables they show."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy
import pytest

from microgradseq import Graph
from microgradseq.lessons.examples import EXAMPLES, ExampleError, Table
from microgradseq.lessons.examples.time_terms import terms_through_time

NAMES = [
    *("chain", "branches", "product", "paths", "neuron", "softmax"),
    *("rnn", "bptt", "gru", "lstm", "vanishing", "clip"),
]


def graph_of(name: str, **at: float) -> Graph:
    return Graph.of(EXAMPLES[name].node(at))


def value_of(graph: Graph, name: str) -> float:
    return float(graph.find(name).value)


def table_of(name: str, number: int = 0, **at: float) -> Table:
    return EXAMPLES[name].tables(graph_of(name, **at))[number]


def test_the_twelve_are_there_in_order() -> None:
    assert list(EXAMPLES) == NAMES
    assert all(name == example.name for name, example in EXAMPLES.items())


@pytest.mark.parametrize("name", NAMES)
def test_every_derivative_agrees_with_finite_differences(name: str) -> None:
    example = EXAMPLES[name]
    derivatives = graph_of(name).derivatives()
    assert set(derivatives) >= set(example.leaves)
    step = 1e-5
    for leaf, number in example.leaves.items():
        above = example.node({leaf: number + step}).data
        below = example.node({leaf: number - step}).data
        assert derivatives[leaf] == pytest.approx((above - below) / (2 * step), rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_every_example_explains_itself(name: str) -> None:
    example = EXAMPLES[name]
    assert example.title
    assert example.formula
    assert 2 <= example.explanation.count(". ") + 1 <= 5
    graph = graph_of(name)
    for table in example.tables(graph):
        assert table.conclusion.endswith(".")
        assert all(len(row) == len(table.columns) for row in table.rows)


@pytest.mark.parametrize("name", NAMES)
def test_the_output_has_a_name(name: str) -> None:
    assert EXAMPLES[name].node().name


def test_chain_multiplies_two_slopes() -> None:
    assert graph_of("chain").derivatives() == pytest.approx({"x": 6 / 9})


def test_branches_add_up() -> None:
    graph = graph_of("branches")
    assert graph.derivatives() == pytest.approx({"s": 36.0})
    assert graph.paths("s").count == 2


def test_product_has_the_published_numbers() -> None:
    graph = graph_of("product")
    assert value_of(graph, "e") == 6.0
    assert graph.derivatives() == {"a": 2.0, "b": 5.0}


def test_nine_paths_factor() -> None:
    paths = graph_of("paths").paths("X")
    assert paths.count == 9
    assert paths.sum == paths.derivative == (1 + 2 + 3) * (4 + 5 + 6)
    *products, total, factored = (row[-1] for row in table_of("paths").rows)
    assert sorted(products) == sorted(path.product for path in paths.listed)
    assert total == factored == paths.sum


def test_neuron_has_the_published_numbers() -> None:
    graph = graph_of("neuron")
    assert value_of(graph, "o") == pytest.approx(math.sqrt(0.5))
    published = {"x1": -1.5, "x2": 0.5, "w1": 1.0, "w2": 0.0, "b": 0.5}
    assert graph.derivatives() == pytest.approx(published)


def test_softmax_gives_p_minus_y() -> None:
    scores = numpy.array([1.0, 2.0, 0.5])
    p = numpy.exp(scores) / numpy.exp(scores).sum()
    graph = graph_of("softmax")
    assert value_of(graph, "loss") == pytest.approx(-math.log(p[1]))
    derivatives = [graph.derivatives()[f"z_{k}"] for k in (1, 2, 3)]
    assert derivatives == pytest.approx(list(p - [0, 1, 0]))
    for *_, difference, derivative in table_of("softmax").rows:
        assert difference == pytest.approx(derivative)


def test_rnn_is_a_character_network_over_the_word() -> None:
    leaves = EXAMPLES["rnn"].leaves
    letters = "machine"
    to_letter = numpy.array(
        [[leaves[f"V_{unit}{letter}"] for letter in letters] for unit in (1, 2)]
    )
    to_state = numpy.array([[leaves[f"U_{before}{unit}"] for unit in (1, 2)] for before in (1, 2)])
    b = numpy.array([leaves["b_1"], leaves["b_2"]])
    h, losses = numpy.zeros(2), []
    for seen, wanted in pairwise(letters):
        h = numpy.tanh([leaves[f"W_{seen}1"], leaves[f"W_{seen}2"]] + h @ to_state + b)
        scores = h @ to_letter
        losses.append(numpy.log(numpy.exp(scores).sum()) - scores[letters.index(wanted)])
    graph = graph_of("rnn")
    assert value_of(graph, "h2_6") == pytest.approx(h[1])
    assert value_of(graph, "loss") == pytest.approx(numpy.mean(losses))
    assert [row[-1] for row in table_of("rnn").rows] == pytest.approx(losses)
    assert {node.tags.get("t") for node in graph.nodes} >= {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize("weight", ["W", "U"])
def test_bptt_terms_are_the_chain_rule_and_add_up(weight: str) -> None:
    leaves = {**EXAMPLES["bptt"].leaves, **EXAMPLES["bptt"].inputs}
    graph = graph_of("bptt")
    states = [leaves["s_before"], *(value_of(graph, f"s_{t}") for t in range(4))]
    terms = terms_through_time(graph, weight, [f"s_{t}" for t in range(4)])
    assert [term.step for term in terms] == [0, 1, 2, 3]
    for k, term in enumerate(terms):
        slopes = [(1 - states[j + 1] ** 2) * leaves["W"] for j in range(k + 1, 4)]
        factor = states[k] if weight == "W" else leaves[f"x_{k}"]
        assert term.between == pytest.approx(tuple(slopes))
        assert term.immediate == pytest.approx((1 - states[k + 1] ** 2) * factor)
    assert sum(term.product for term in terms) == pytest.approx(graph.derivatives()[weight])


def test_bptt_shows_a_table_for_each_weight() -> None:
    graph = graph_of("bptt", W=0.4)
    of_v, of_w, of_u = EXAMPLES["bptt"].tables(graph)
    derivatives = graph.derivatives()
    for weight, *_, slope in of_v.rows:
        assert slope == pytest.approx(derivatives[str(weight)])
    for weight, table in (("W", of_w), ("U", of_u)):
        assert [row[0] for row in table.rows] == [3, 2, 1, 0, "sum"]
        assert table.rows[-1][-1] == pytest.approx(derivatives[weight])


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_gru_follows_the_convention() -> None:
    p = {**EXAMPLES["gru"].leaves, **EXAMPLES["gru"].inputs}
    r, z = (
        sigmoid(p[f"W_{gate}"] * p["x"] + p[f"U_{gate}"] * p["h_before"] + p[f"b_{gate}"])
        for gate in "rz"
    )
    n = math.tanh(p["W_n"] * p["x"] + r * p["U_n"] * p["h_before"] + p["b_n"])
    graph = graph_of("gru")
    assert [value_of(graph, name) for name in "rzn"] == pytest.approx([r, z, n])
    assert value_of(graph, "h") == pytest.approx(z * p["h_before"] + (1 - z) * n)


def test_lstm_follows_the_convention() -> None:
    p = {**EXAMPLES["lstm"].leaves, **EXAMPLES["lstm"].inputs}
    i, f, g, o = (
        bend(p[f"W_{gate}"] * p["x"] + p[f"U_{gate}"] * p["h_before"] + p[f"b_{gate}"])
        for gate, bend in zip("ifgo", (sigmoid, sigmoid, math.tanh, sigmoid), strict=True)
    )
    c = f * p["c_before"] + i * g
    graph = graph_of("lstm")
    assert [value_of(graph, name) for name in "ifgoc"] == pytest.approx([i, f, g, o, c])
    assert value_of(graph, "h") == pytest.approx(o * math.tanh(c))


@pytest.mark.parametrize(
    ("name", "gates"),
    [
        ("gru", {"reset", "update", "candidate", "state"}),
        ("lstm", {"input", "forget", "candidate", "output", "cell", "state"}),
    ],
)
def test_every_gate_is_tagged(name: str, gates: set[str]) -> None:
    tagged = [node.tags for node in graph_of(name).nodes if node.kind == "operation"]
    assert {tags["gate"] for tags in tagged} == gates
    assert all((tags["t"], tags["layer"]) == (1, 0) for tags in tagged)


def test_vanishing_is_a_product_of_twenty_slopes() -> None:
    graph = graph_of("vanishing")
    slopes = [row[2] for row in table_of("vanishing").rows]
    assert len(slopes) == 20
    assert math.prod(map(float, slopes)) == pytest.approx(graph.derivatives()["h_0"])
    assert 0 < graph.derivatives()["h_0"] < 0.1
    assert graph_of("vanishing", w=1.5, h_0=0.0).derivatives()["h_0"] == pytest.approx(1.5**20)


def test_clip_shortens_a_long_gradient_and_leaves_a_short_one() -> None:
    *_, norm = table_of("clip").rows
    assert norm[1] == pytest.approx(math.hypot(30, 960))
    assert norm[2] == pytest.approx(5.0)
    assert graph_of("clip").derivatives()["threshold"] == pytest.approx(1.0)
    for _, before, after in table_of("clip", threshold=2_000.0).rows:
        assert before == after


def test_numbers_can_be_replaced_and_wrong_ones_are_named() -> None:
    assert EXAMPLES["product"].node({"a": 3.0}).data == 8.0
    with pytest.raises(ExampleError, match="the example product has no 'q'; it has a, b"):
        EXAMPLES["product"].node({"q": 1.0})
    with pytest.raises(ExampleError, match="the value of 'a' is nan"):
        EXAMPLES["product"].node({"a": math.nan})
