"""A derivative that a learner typed before it was shown: whether it is right, and if not, why."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from microgradseq.graph import Edge, Graph
from microgradseq.numbers import readable

CLOSE = 2e-3
"""Three digits are enough to be right."""
ROUNDED = 5e-2
MOST_BRANCHES = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said about a prediction.

    Arguments:
        right: whether it is right.
        kind: what it is: "right", "not a number", "rounded", "sign", "value", "forgot upstream",
            "forgot local", "forgot branch", "added", "inverted", "other node", "zero", "wrong".
        words: what was wrong, in a sentence or two.
    """

    right: bool
    kind: str
    words: str


def judged(graph: Graph, id: int, text: str) -> Verdict:
    """Compare a prediction of the output's derivative with what the sweep finds.

    Arguments:
        graph: a graph of single numbers.
        id: the node that the derivative is taken for.
        text: as it was typed: 0.5, -3, 1/4, 2e-3.

    >>> from microgradseq import Value
    >>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
    >>> graph = Graph.of((a + b) * (b + 1))
    >>> judged(graph, graph.find("b").id, "2").kind
    'forgot branch'
    """
    node = graph.node(id)
    right = 0.0 if node.gradient is None else float(node.gradient)
    guess = read_number(text, right)
    if guess is None:
        said = text.strip()[:20] or "nothing"
        return Verdict(False, "not a number", f"“{said}” is not a number; type 0.5, -3 or 1/4.")
    name = f"∂{graph.node(graph.output).name}/∂{node.name}"
    if _same(guess, right):
        return Verdict(True, "right", f"Right: {name} = {readable(right)}.")
    for number, kind, words in _mistakes(graph, id, right):
        if _same(guess, number):
            return Verdict(False, kind, words)
    for number, kind, words in _mistakes(graph, id, right):
        if number and _same(guess, -number):
            return Verdict(False, kind, f"{words} The sign is turned round as well.")
    if right and abs(guess - right) <= ROUNDED * abs(right):
        return Verdict(False, "rounded", "Nearly: keep one or two digits more while you multiply.")
    return Verdict(False, "wrong", f"No: {_size(guess, right)}. {_recipe(graph, id, name)}")


def read_number(text: str, right: float = 0.0) -> float | None:
    """A number as a person types it; None for anything else.

    Arguments:
        text: as it was typed. A comma may stand for a point, or between thousands.
        right: where both can be meant, the number nearer to this one is.

    >>> read_number("−1/4"), read_number("0,5"), read_number("b")
    (-0.25, 0.5, None)
    >>> read_number("3,325", right=3325.25), read_number("3,325", right=3.3)
    (3325.0, 3.325)
    """
    plain = text.strip().replace("−", "-")
    if len(plain) > 40:
        return None
    readings = [_read(plain.replace(",", "."))]
    if _THOUSANDS.fullmatch(plain):
        readings.append(_read(plain.replace(",", "")))
    found = [number for number in readings if number is not None]
    return min(found, key=lambda number: abs(number - right), default=None)


def _read(plain: str) -> float | None:
    try:
        number = float(plain)
    except ValueError:
        over, slash, under = plain.partition("/")
        try:
            number = float(Fraction(over) / Fraction(under)) if slash else math.nan
        except (ValueError, ZeroDivisionError, OverflowError):
            return None
    return number if math.isfinite(number) else None


Mistake = tuple[float, str, str]
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")


def _mistakes(graph: Graph, id: int, right: float) -> Iterator[Mistake]:
    """The numbers that come out of the usual mistakes, the likeliest first."""
    node, output = graph.node(id), graph.node(graph.output)
    if right:
        yield -right, "sign", "The size is right, the sign is not: look for a minus in the rules."
    ways = [edge for edge in graph.users(id) if _gives(graph, edge)]
    shares = [_upstream(graph, edge) * edge.derivative for edge in ways]
    if 1 < len(ways) <= MOST_BRANCHES:
        yield from _forgotten_branches(graph, ways, shares)
    if ways:
        yield from _forgotten_factors(graph, ways)
    yield from _forgotten_paths(graph, node.name, right)
    words = f"That is the value of {node.name}, not how {output.name} changes with it."
    yield float(node.value), "value", words
    words = f"That is the value of {output.name}, not how it changes with {node.name}."
    yield float(output.value), "value", words
    if right:
        words = f"That is ∂{node.name}/∂{output.name}, the other way up."
        yield 1 / right, "inverted", words
    else:
        return
    for other in graph.nodes:
        if other.id != id and other.gradient is not None and other.kind != "constant":
            words = f"That is ∂{output.name}/∂{other.name}: a derivative, but another one."
            yield float(other.gradient), "other node", words
    words = f"Not 0: {node.name} reaches {output.name}, so a small change of it is felt."
    yield 0.0, "zero", words


def _forgotten_branches(graph: Graph, ways: list[Edge], shares: list[float]) -> Iterator[Mistake]:
    places = range(len(ways))
    for size in range(len(ways) - 1, 0, -1):
        for kept in combinations(places, size):
            missing = [graph.node(ways[place].target).name for place in places if place not in kept]
            names = " and ".join(dict.fromkeys(missing))
            words = f"A branch is missing: what comes back through {names} must be added."
            yield sum(shares[place] for place in kept), "forgot branch", words


def _forgotten_factors(graph: Graph, ways: list[Edge]) -> Iterator[Mistake]:
    upstream, local = [_upstream(graph, edge) for edge in ways], [way.derivative for way in ways]
    through = " and ".join(dict.fromkeys(graph.node(edge.target).name for edge in ways))
    words = f"The local derivative alone: multiply by what arrives at {through} (upstream)."
    yield sum(local), "forgot upstream", words
    words = f"What arrives at {through} alone: multiply by the local derivative."
    yield sum(upstream), "forgot local", words
    if len(ways) == 1:
        words = "Along a path factors are multiplied, not added: upstream × local."
        yield upstream[0] + local[0], "added", words
    else:
        words = "Branches are added, not multiplied."
        yield math.prod(u * one for u, one in zip(upstream, local, strict=True)), "added", words


def _forgotten_paths(graph: Graph, name: str, right: float) -> Iterator[Mistake]:
    paths = graph.paths(name, limit=64)
    if paths.count < 2:
        return
    words = f"That is one path; there are {paths.count:,}, and their products are added."
    for path in paths.listed:
        yield path.product, "forgot branch", words
    for path in paths.listed:
        along = " → ".join(graph.node(id).name for id in path.nodes)
        yield right - path.product, "forgot branch", f"A path is missing: {along}."


def _gives(graph: Graph, edge: Edge) -> bool:
    return edge.derivative is not None and graph.node(edge.target).gradient is not None


def _upstream(graph: Graph, edge: Edge) -> float:
    return float(graph.node(edge.target).gradient)


def _same(guess: float, number: float) -> bool:
    return math.isclose(guess, number, rel_tol=CLOSE, abs_tol=1e-9)


def _size(guess: float, right: float) -> str:
    if not right:
        return "no change reaches the output from here"
    if (guess < 0) != (right < 0):
        return "even the sign differs"
    return "too large" if abs(guess) > abs(right) else "too small"


def _recipe(graph: Graph, id: int, name: str) -> str:
    output = graph.node(graph.output).name
    ways = [edge for edge in graph.users(id) if _gives(graph, edge)][:3]
    terms = []
    for edge in ways:
        user = graph.node(edge.target).name
        terms.append(f"∂{output}/∂{user}·∂{user}/∂{graph.node(id).name}")
    return (
        f"{name} = {' + '.join(terms)}." if terms else f"{name} = {1 if id == graph.output else 0}."
    )
