"""One step of the cells with gates, every gate by its name."""

from __future__ import annotations

from microgradseq.context import scope
from microgradseq.graph import Graph
from microgradseq.lessons.examples.model import Example, Table, named
from microgradseq.numbers import readable
from microgradseq.value import Value


def _preactivation(nodes: dict[str, Value], letter: str) -> Value:
    """What goes into a gate: the input and the state before, weighed, and a bias."""
    from_input = nodes[f"W_{letter}"] * nodes["x"]
    from_state = nodes[f"U_{letter}"] * nodes["h_before"]
    return from_input + from_state + nodes[f"b_{letter}"]


def _gru(**nodes: Value) -> Value:
    h_before = nodes["h_before"]
    with scope(t=1, layer=0):
        with scope(gate="reset"):
            r = named("r", _preactivation(nodes, "r").sigmoid())
        with scope(gate="update"):
            z = named("z", _preactivation(nodes, "z").sigmoid())
        with scope(gate="candidate"):
            from_state = r * (nodes["U_n"] * h_before)
            n = named("n", (nodes["W_n"] * nodes["x"] + from_state + nodes["b_n"]).tanh())
        with scope(gate="state"):
            return named("h", z * h_before + (1 - z) * n)


def _gru_tables(graph: Graph) -> tuple[Table, ...]:
    gates = (
        ("r", "reset", "how much of the old state the candidate sees"),
        ("z", "update", "how much of the old state is kept"),
    )
    passed = readable(graph.derivatives()["h_before"])
    conclusion = (
        f"∂h/∂h_before = {passed}: with the update gate near 1 it stays near 1, and a gradient "
        "survives many steps."
    )
    return (_gate_table(graph, gates, conclusion),)


def _gate_table(graph: Graph, gates: tuple[tuple[str, str, str], ...], conclusion: str) -> Table:
    rows = tuple(
        (letter, name, float(graph.find(letter).value), task) for letter, name, task in gates
    )
    head = ("gate", "", "open", "it decides")
    return Table("The gates of this step", head, rows, conclusion)


GRU = Example(
    name="gru",
    title="One step of a gated recurrent unit",
    formula="h = z·h_before + (1 − z)·n with n = tanh(W_n·x + r·(U_n·h_before) + b_n)",
    explanation=(
        "Two gates between 0 and 1 steer the state. The reset gate r decides how much of the old "
        "state the candidate n may see; the update gate z mixes the old state with the candidate. "
        "With z = 1 the state passes through unchanged, and so does its gradient."
    ),
    build=_gru,
    leaves={
        "h_before": 0.5,
        "W_r": 0.6,
        "U_r": -0.4,
        "b_r": 0.1,
        "W_z": -0.5,
        "U_z": 0.8,
        "b_z": 1.0,
        "W_n": 0.9,
        "U_n": 0.7,
        "b_n": -0.2,
    },
    inputs={"x": 1.0},
    source="Kyunghyun Cho and others (2014), in the form that PyTorch uses",
    tables=_gru_tables,
)


def _lstm(**nodes: Value) -> Value:
    with scope(t=1, layer=0):
        with scope(gate="input"):
            i = named("i", _preactivation(nodes, "i").sigmoid())
        with scope(gate="forget"):
            f = named("f", _preactivation(nodes, "f").sigmoid())
        with scope(gate="candidate"):
            g = named("g", _preactivation(nodes, "g").tanh())
        with scope(gate="output"):
            o = named("o", _preactivation(nodes, "o").sigmoid())
        with scope(gate="cell"):
            c = named("c", f * nodes["c_before"] + i * g)
        with scope(gate="state"):
            return named("h", o * c.tanh())


def _lstm_tables(graph: Graph) -> tuple[Table, ...]:
    gates = (
        ("i", "input", "how much of the candidate is written"),
        ("f", "forget", "how much of the old cell is kept"),
        ("o", "output", "how much of the cell is shown"),
    )
    conclusion = (
        "On the straight way from c_before to c the slope is the forget gate, "
        f"{readable(graph.find('f').value)}: no weight and no tanh stands in it."
    )
    return (_gate_table(graph, gates, conclusion),)


LSTM = Example(
    name="lstm",
    title="One step of a long short-term memory cell",
    formula="c = f·c_before + i·g, h = o·tanh(c)",
    explanation=(
        "The cell c is a memory that is changed by adding, not by multiplying with a weight. The "
        "input gate i lets the candidate g in, the forget gate f keeps or fades the old cell, the "
        "output gate o shows the cell as the state h. Along the cell the gradient is only "
        "multiplied by f, so a forget gate near 1 carries it over many steps."
    ),
    build=_lstm,
    leaves={
        "h_before": 0.5,
        "c_before": 1.0,
        "W_i": 0.6,
        "U_i": -0.4,
        "b_i": 0.1,
        "W_f": -0.3,
        "U_f": 0.5,
        "b_f": 1.0,
        "W_g": 0.9,
        "U_g": 0.7,
        "b_g": -0.2,
        "W_o": 0.4,
        "U_o": 0.3,
        "b_o": 0.2,
    },
    inputs={"x": 1.0},
    source="Sepp Hochreiter and Jürgen Schmidhuber (1997), with the forget gate of Gers (2000)",
    tables=_lstm_tables,
)
