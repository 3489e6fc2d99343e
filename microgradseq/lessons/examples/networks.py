"""Pieces of a network: a neuron, a softmax with its loss, and a gradient that is clipped."""

from __future__ import annotations

from microgradseq.graph import Graph
from microgradseq.lessons.examples.model import Example, Table, named
from microgradseq.numbers import readable
from microgradseq.rules import RULES
from microgradseq.value import Value


def _neuron(x1: Value, x2: Value, w1: Value, w2: Value, b: Value) -> Value:
    first = named("x1·w1", x1 * w1)
    second = named("x2·w2", x2 * w2)
    n = named("n", first + second + b)
    return named("o", n.tanh())


NEURON = Example(
    name="neuron",
    title="One neuron with two inputs",
    formula="o = tanh(x1·w1 + x2·w2 + b)",
    explanation=(
        "A neuron weighs its inputs, adds a bias and bends the sum with tanh. The derivative for "
        "a weight is its input times the slope of tanh: an input of 0 teaches its weight nothing, "
        "and a neuron that is far out on tanh learns slowly."
    ),
    build=_neuron,
    leaves={"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432},
    source="the numbers of Andrej Karpathy's lecture on micrograd (2022)",
)

CLASSES = ("1", "2", "3")


def _softmax(**nodes: Value) -> Value:
    exponentials = [nodes[f"z_{k}"].exp() for k in CLASSES]
    total = named("sum", exponentials[0] + exponentials[1] + exponentials[2])
    terms = []
    for k, exponential in zip(CLASSES, exponentials, strict=True):
        probability = named(f"p_{k}", exponential / total)
        terms.append(nodes[f"y_{k}"] * probability.log())
    return named("loss", -(terms[0] + terms[1] + terms[2]))


def _softmax_tables(graph: Graph) -> tuple[Table, ...]:
    slopes = graph.derivatives()
    rows = []
    for k in CLASSES:
        p, y = (float(graph.find(f"{letter}_{k}").value) for letter in "py")
        rows.append((k, p, y, p - y, slopes[f"z_{k}"]))
    return (
        Table(
            "What flows back into the scores",
            ("class", "p", "y", "p − y", "∂loss/∂z"),
            tuple(rows),
            "The exponentials, the division and the logarithm cancel: what is left is the "
            "difference between what was predicted and what was true.",
        ),
    )


SOFTMAX = Example(
    name="softmax",
    title="Softmax with cross-entropy: the derivative is p − y",
    formula="p = softmax(z), loss = −Σ y·log(p)",
    explanation=(
        "Softmax turns three scores z into probabilities p that add up to 1. Cross-entropy "
        "compares them with the truth y, which is 1 for the right class and 0 for the others. "
        "Follow the derivatives back through the logarithm, the division and the exponentials: "
        "at each score they add up to p − y."
    ),
    build=_softmax,
    leaves={"z_1": 1.0, "z_2": 2.0, "z_3": 0.5},
    inputs={"y_1": 0.0, "y_2": 1.0, "y_3": 0.0},
    source="Aston Zhang and others, Dive into Deep Learning, Softmax Regression",
    tables=_softmax_tables,
)


def _clip(w: Value, b: Value, y: Value, threshold: Value) -> Value:
    error = named("error", w**4 + b - y)
    slope_b = named("g_b", 2 * error)
    slope_w = named("g_w", slope_b * (4 * w**3))
    norm = named("norm", (slope_w**2 + slope_b**2).sqrt())
    scale = named("scale", RULES["minimum"](1.0, threshold / norm))
    clipped_w = named("g_w_clipped", scale * slope_w)
    clipped_b = named("g_b_clipped", scale * slope_b)
    return named("norm_clipped", (clipped_w**2 + clipped_b**2).sqrt())


def _clip_tables(graph: Graph) -> tuple[Table, ...]:
    value = {node.name: node.value for node in graph.nodes}
    rows = (
        ("∂loss/∂w", float(value["g_w"]), float(value["g_w_clipped"])),
        ("∂loss/∂b", float(value["g_b"]), float(value["g_b_clipped"])),
        ("norm", float(value["norm"]), float(value["norm_clipped"])),
    )
    return (
        Table(
            "The gradient before and after",
            ("", "before", "after"),
            rows,
            f"Both parts were multiplied by {readable(value['scale'])}: the direction stays, "
            "the length is at most the threshold.",
        ),
    )


CLIP = Example(
    name="clip",
    title="Clipping a steep gradient by its norm",
    formula="g = ∂(w⁴ + b − y)²/∂(w, b), then min(1, θ/‖g‖)·g",
    explanation=(
        "A weight that acts four times in a row, as in a recurrent network of four steps, makes a "
        "loss that is steep as a cliff: one step along its gradient g would throw the weight far "
        "away. Clipping shortens g to the length θ (here `threshold`) when it is longer, and "
        "leaves it alone when it is not. Where it is clipped, the norm that comes out depends on "
        "the threshold alone, and every other derivative is 0."
    ),
    build=_clip,
    leaves={"w": 2.0, "b": 0.0, "threshold": 5.0},
    inputs={"y": 1.0},
    source="Razvan Pascanu and others, On the difficulty of training recurrent networks (2013)",
    tables=_clip_tables,
)
