"""The chain rule on small graphs: one way, two ways, and all ways from a number to the result."""

from __future__ import annotations

from microgradseq.graph import Graph
from microgradseq.lessons.examples.model import Example, Table, named
from microgradseq.value import Value


def _chain(x: Value) -> Value:
    y = named("y", x**2)
    return named("z", y.log())


CHAIN = Example(
    name="chain",
    title="The chain rule: one function after the other",
    formula="z = h(g(x)) with g(x) = x² and h(y) = log(y)",
    explanation=(
        "x changes y, and y changes z. How much z moves for a small move of x is the product of "
        "the two slopes: ∂z/∂x = ∂z/∂y · ∂y/∂x. Each operation needs to know only its own slope."
    ),
    build=_chain,
    leaves={"x": 3.0},
)


def _branches(s: Value) -> Value:
    x = named("x", s**2)
    y = named("y", 3 * s)
    return named("z", x * y)


BRANCHES = Example(
    name="branches",
    title="Two ways from s to z: their contributions are added",
    formula="z = k(g(s), h(s)) with g(s) = s², h(s) = 3s and k(x, y) = x·y",
    explanation=(
        "s reaches z by two ways, through x and through y. Along each way the slopes are "
        "multiplied; the two products are added: ∂z/∂s = ∂z/∂x · ∂x/∂s + ∂z/∂y · ∂y/∂s. Watch "
        "the running total at s grow twice."
    ),
    build=_branches,
    leaves={"s": 2.0},
)


def _product(a: Value, b: Value) -> Value:
    c = named("c", a + b)
    d = named("d", b + 1)
    return named("e", c * d)


PRODUCT = Example(
    name="product",
    title="A product of two sums that share a number",
    formula="c = a + b, d = b + 1, e = c·d",
    explanation=(
        "b is used twice, so two paths lead from b to e. Forward mode starts at one number and "
        "finds how every node depends on it. Reverse mode starts at e and finds how e depends on "
        "every number, all in one sweep: that is why networks are trained with it."
    ),
    build=_product,
    leaves={"a": 2.0, "b": 1.0},
    source="Christopher Olah, Calculus on Computational Graphs (2015)",
)


def _paths(**nodes: Value) -> Value:
    x = nodes["X"]
    y = named("Y", nodes["α"] * x + nodes["β"] * x + nodes["γ"] * x)
    return named("Z", nodes["δ"] * y + nodes["ε"] * y + nodes["ζ"] * y)


def _paths_tables(graph: Graph) -> tuple[Table, ...]:
    slope = {name: float(graph.find(name).value) for name in "αβγδεζ"}
    rows = tuple(
        (f"{first}·{second}", slope[first], slope[second], slope[first] * slope[second])
        for first in "αβγ"
        for second in "δεζ"
    )
    total = sum(product for *_, product in rows)
    factored = sum(slope[name] for name in "αβγ") * sum(slope[name] for name in "δεζ")
    return (
        Table(
            "The nine paths from X to Z",
            ("path", "X to Y", "Y to Z", "product"),
            (*rows, ("sum", "", "", total), ("(α+β+γ)·(δ+ε+ζ)", "", "", factored)),
            "Factoring the sum turns nine products into one: a sweep through the graph visits "
            "every node once, however many paths there are.",
        ),
    )


PATHS = Example(
    name="paths",
    title="Nine paths, and why a sweep does not walk them one by one",
    formula="Y = αX + βX + γX, Z = δY + εY + ζY",
    explanation=(
        "Three edges lead from X to Y and three from Y to Z, so nine paths lead from X to Z. "
        "∂Z/∂X is the sum of nine products, and that sum factors into (α+β+γ)·(δ+ε+ζ). "
        "A further layer multiplies the number of paths; to the work of a sweep it only adds."
    ),
    build=_paths,
    leaves={"X": 1.0, "α": 1.0, "β": 2.0, "γ": 3.0, "δ": 4.0, "ε": 5.0, "ζ": 6.0},
    source="Christopher Olah, Calculus on Computational Graphs (2015)",
    tables=_paths_tables,
)
