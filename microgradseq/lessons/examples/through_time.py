"""Recurrent networks unrolled: the same weights at every step, and what that does to gradients."""

from __future__ import annotations

import math
from itertools import pairwise

from microgradseq.context import scope
from microgradseq.graph import Graph
from microgradseq.lessons.examples.model import Example, Table, named
from microgradseq.lessons.examples.time_terms import local_slope, terms_through_time
from microgradseq.numbers import readable
from microgradseq.value import Value

WORD = "machine"
LETTERS = "".join(dict.fromkeys(WORD))
UNITS = ("1", "2")


def _rnn(**nodes: Value) -> Value:
    """A character network: the state has two units, the loss is the mean over all predictions."""
    state: dict[str, Value] = {}
    losses = []
    for t, (seen, wanted) in enumerate(pairwise(WORD), start=1):
        with scope(t=t):
            state = {unit: _next_state(nodes, state, seen, unit, t) for unit in UNITS}
            losses.append(named(f"loss_{t}", _surprise(nodes, state, wanted)))
    total = losses[0]
    for loss in losses[1:]:
        total = total + loss
    return named("loss", total / len(losses))


def _next_state(
    nodes: dict[str, Value], state: dict[str, Value], seen: str, unit: str, t: int
) -> Value:
    # a one-hot input times the weights is the weight of the letter that was seen
    inside = nodes[f"W_{seen}{unit}"] + nodes[f"b_{unit}"]
    for before, value in state.items():
        inside = inside + nodes[f"U_{before}{unit}"] * value
    return named(f"h{unit}_{t}", inside.tanh())


def _surprise(nodes: dict[str, Value], state: dict[str, Value], wanted: str) -> Value:
    """Minus the logarithm of the probability that softmax gives to the wanted letter."""
    scores = {
        letter: nodes[f"V_1{letter}"] * state["1"] + nodes[f"V_2{letter}"] * state["2"]
        for letter in LETTERS
    }
    total = scores[LETTERS[0]].exp()
    for letter in LETTERS[1:]:
        total = total + scores[letter].exp()
    return total.log() - scores[wanted]


def _rnn_leaves() -> dict[str, float]:
    # the last letter is never an input, so it needs no input weights
    names = [f"W_{letter}{unit}" for letter in dict.fromkeys(WORD[:-1]) for unit in UNITS]
    names += [f"U_{before}{unit}" for before in UNITS for unit in UNITS]
    names += [f"b_{unit}" for unit in UNITS]
    names += [f"V_{unit}{letter}" for unit in UNITS for letter in LETTERS]
    # fixed numbers without a pattern that would make units alike
    return {name: round(0.8 * math.sin(2.0 + 5.0 * k), 2) for k, name in enumerate(names)}


def _rnn_tables(graph: Graph) -> tuple[Table, ...]:
    losses = [float(graph.find(f"loss_{t}").value) for t in range(1, len(WORD))]
    rows = tuple(
        (t, seen, wanted, math.exp(-loss), loss)
        for t, ((seen, wanted), loss) in enumerate(zip(pairwise(WORD), losses, strict=True), 1)
    )
    mean = sum(losses) / len(losses)
    return (
        Table(
            f"The predictions over the word {WORD}",
            ("t", "seen", "next", "probability", "loss"),
            rows,
            f"The mean loss is {readable(mean)}, a perplexity of {readable(math.exp(mean))}; "
            f"guessing blindly among {len(LETTERS)} letters gives {len(LETTERS)}.",
        ),
    )


RNN = Example(
    name="rnn",
    title=f"A recurrent network reads the word {WORD}",
    formula="h_t = tanh(W[letter] + U·h_{t−1} + b), loss = mean of −log softmax(V·h_t)[next]",
    explanation=(
        "The network reads one letter at a time and predicts the next. W, U, b and V are the same "
        "at every step, so each of them gets a contribution from every step, and its derivative is "
        "the sum. A letter is a one-hot input: it picks its own row of W. Before the first letter "
        "the state is 0."
    ),
    build=_rnn,
    leaves=_rnn_leaves(),
    source="Aston Zhang and others, Dive into Deep Learning, Recurrent Neural Networks",
    tables=_rnn_tables,
)

STEPS = 4
TARGET = "2"
CLASSES = ("1", "2", "3")


def _bptt(**nodes: Value) -> Value:
    s = nodes["s_before"]
    for t in range(STEPS):
        with scope(t=t):
            s = named(f"s_{t}", (nodes["U"] * nodes[f"x_{t}"] + nodes["W"] * s).tanh())
    with scope(t=STEPS - 1):
        scores = {k: named(f"o_{k}", nodes[f"V_{k}"] * s) for k in CLASSES}
        exponentials = {k: score.exp() for k, score in scores.items()}
        total = exponentials["1"] + exponentials["2"] + exponentials["3"]
        predicted = named(f"ŷ_{TARGET}", exponentials[TARGET] / total)
        return named(f"E_{STEPS - 1}", -predicted.log())


def _bptt_tables(graph: Graph) -> tuple[Table, ...]:
    return (_output_weights(graph), *(_through_time(graph, weight) for weight in "WU"))


def _output_weights(graph: Graph) -> Table:
    last = graph.find(f"s_{STEPS - 1}")
    rows = []
    for k in CLASSES:
        outer = graph.find(f"o_{k}").gradient
        rows.append((f"V_{k}", outer, last.value, outer * last.value))
    return Table(
        "∂E_3/∂V: one step only",
        ("weight", "∂E_3/∂o = ŷ − y", "∂o/∂V = s_3", "product"),
        tuple(rows),
        "V is used after the last state, so nothing is summed over time.",
    )


def _through_time(graph: Graph, weight: str) -> Table:
    terms = terms_through_time(graph, weight, [f"s_{t}" for t in range(STEPS)])
    rows = tuple(
        (
            term.step,
            term.outer,
            " · ".join(readable(factor) for factor in reversed(term.between)) or "1",
            term.immediate,
            term.product,
        )
        for term in reversed(terms)
    )
    total = sum(term.product for term in terms)
    derivative = graph.derivatives()[weight]
    return Table(
        f"∂E_3/∂{weight}: a sum over the steps k",
        ("k", "∂E_3/∂s_3", "∂s_j/∂s_{j−1} for j = 3 … k+1", f"∂s_k/∂{weight}", "product"),
        (*rows, ("sum", "", "", "", total)),
        f"The sum is the derivative that the sweep found, {readable(derivative)}. The further back "
        "the step, the more factors stand in its term.",
    )


BPTT = Example(
    name="bptt",
    title="Backpropagation through time, term by term",
    formula="s_t = tanh(U·x_t + W·s_{t−1}), o = V·s_3, ŷ = softmax(o), E_3 = −log ŷ[right]",
    explanation=(
        "The loss after the last step depends on W through every step. For each step k there is "
        "one term: how E_3 depends on s_3, times how each state depends on the one before, back "
        "to step k, times how s_k depends on W when s_{k−1} is held still. ∂E_3/∂W is the sum of "
        "these terms, and the same holds for U. V is used once, so it needs no sum."
    ),
    build=_bptt,
    leaves={"U": 0.6, "W": 0.9, "V_1": 0.5, "V_2": -0.7, "V_3": 1.1, "s_before": 0.2},
    inputs={"x_0": 1.0, "x_1": -0.5, "x_2": 0.8, "x_3": 0.3},
    source="Denny Britz, Recurrent Neural Networks Tutorial, Part 3 (2015)",
    tables=_bptt_tables,
)

LONG = 20


def _vanishing(w: Value, h_0: Value) -> Value:
    h = h_0
    for t in range(1, LONG + 1):
        with scope(t=t):
            h = named(f"h_{t}", (w * h).tanh())
    return h


def _vanishing_tables(graph: Graph) -> tuple[Table, ...]:
    rows = []
    for t in range(LONG, 0, -1):
        here, before = graph.find(f"h_{t}"), graph.find(f"h_{t - 1}")
        slope = local_slope(graph, here.id, before.id, t=t)
        rows.append((t, here.value, slope, before.gradient))
    return (
        Table(
            f"From h_{LONG} back to the start",
            ("t", "h_t", "∂h_t/∂h_{t−1}", f"∂h_{LONG}/∂h_{{t−1}}"),
            tuple(rows),
            "Each step multiplies by w·(1 − h_t²). Below 1 the product dies out; try "
            "--at w=1.5 and --at h_0=0 for a product that grows.",
        ),
    )


VANISHING = Example(
    name="vanishing",
    title=f"A gradient that dies out over {LONG} steps",
    formula=f"h_t = tanh(w·h_{{t−1}}) for t = 1 … {LONG}",
    explanation=(
        "The state goes through the same weight and the same tanh twenty times. Going back, the "
        "derivative is multiplied by w·(1 − h_t²) at each step. Twenty factors below 1 leave next "
        "to nothing: what happened at the start can hardly be learnt from the end."
    ),
    build=_vanishing,
    leaves={"w": 0.9, "h_0": 1.0},
    source="Sepp Hochreiter (1991); Yoshua Bengio and others (1994)",
    tables=_vanishing_tables,
)
