"""Numbers in lesson texts: written as templates such as {value:e}, filled in by the engine.

{value:e}            the number of a node
{before:e}           the same before the paragraph's edit
{derivative:b}       the derivative of the output with respect to a node
{derivative:d,b}     ∂d/∂b, along all paths
{local:e,c}          the slope of one operation for one of its operands
{total:b}            what the walk has brought a node so far
{upstream} {slope} {contribution}   of the step that was taken last
{paths:b} {sum:b}    how many paths lead from a node to the output, and the sum of them
{nodes} {steps}      how many there are
{compute:1-o**2}     a formula of nodes' numbers; D_o in it is the output's derivative at o
{gradient:3}         of a network in time: ‖∂L/∂h_t‖ at t = 3; {gradient:c,3} for another state
{adds:3}             what time step 3 adds to ∂L/∂W_hh, as a length
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from microgradseq.expression import build
from microgradseq.graph import Graph
from microgradseq.lessons.shown import Shown
from microgradseq.numbers import readable

_TEMPLATE = re.compile(r"\{(\w+)(?::([^{}]*))?\}")


def fill(written: str, shown: Shown, before: Shown | None = None) -> str:
    """A text with its numbers.

    Arguments:
        written: the text with templates.
        shown: what the numbers are taken from.
        before: the same before an edit.
    """
    return _TEMPLATE.sub(
        lambda found: readable(number_of(found[0][1:-1], shown, before)).replace("-", "−"), written
    )


def number_of(quantity: str, shown: Shown, before: Shown | None = None) -> float:
    """One quantity; ValueError where it is not known.

    Arguments:
        quantity: a template without its braces, such as value:e.
        shown, before: as for `fill`.
    """
    kind, _, rest = quantity.partition(":")
    if kind == "before":
        if before is None:
            raise ValueError("{before:…} needs an edit in its paragraph")
        kind, shown = "value", before
    if kind not in _QUANTITIES:
        raise ValueError(f"{{{quantity}}} is none of {', '.join(_QUANTITIES)}, before")
    names = [rest] if kind == "compute" else [name.strip() for name in rest.split(",") if rest]
    try:
        return float(_QUANTITIES[kind](shown, *names))
    except TypeError:
        raise ValueError(
            f"{{{quantity}}} gives the wrong count of names, or is no number"
        ) from None


def unfilled(written: str) -> str:
    """A text without its templates, so that a test can look for numbers written by hand.

    >>> unfilled("so e = {value:e}, not 5")
    'so e = , not 5'
    """
    return _TEMPLATE.sub("", written)


def _value(shown: Shown, name: str) -> Any:
    return shown.graph.find(name).value


def _derivative(shown: Shown, *names: str) -> Any:
    graph = shown.graph
    *of, name = names
    if of:
        source = graph.find(of[0]).id
        graph = Graph.of(graph.sources[source])
    gradient = graph.find(name).gradient
    return 0.0 if gradient is None else gradient


def _local(shown: Shown, target: str, source: str) -> float:
    graph = shown.graph
    wanted = graph.find(source).id
    edges = [edge for edge in graph.operands(graph.find(target).id) if edge.source == wanted]
    if not edges:
        raise ValueError(f"no edge leads from {source} to {target}")
    return sum(float(edge.derivative) for edge in edges)


def _total(shown: Shown, name: str) -> Any:
    found = shown.totals.get(shown.graph.find(name).id)
    if found is None:
        raise ValueError(f"the walk has not reached {name} yet")
    return found


def _compute(shown: Shown, formula: str) -> float:
    numbers: dict[str, float] = {}
    for node in shown.graph.nodes:
        if node.name.isidentifier():
            numbers[node.name] = float(node.value)
            numbers[f"D_{node.name}"] = float(node.gradient or 0.0)
    used = set(re.findall(r"\w+", formula))
    return build(formula, {name: numbers[name] for name in numbers if name in used}).data


def _gradient(shown: Shown, *names: str) -> Any:
    *state, time = names
    network = shown.network
    if network is None:
        raise ValueError("{gradient:…} needs a network in time")
    wanted = state[0] if state else network.state_gradients[0].state
    for found in network.state_gradients:
        if found.state == wanted:
            return found.norms[int(time)]
    raise ValueError(f"the network has no state {wanted!r}")


def _adds(shown: Shown, time: str) -> Any:
    if shown.network is None:
        raise ValueError("{adds:…} needs a network in time")
    return shown.network.weight("weight_hh_l0").norms[int(time)]


_QUANTITIES: dict[str, Callable[..., Any]] = {
    "value": _value,
    "derivative": _derivative,
    "local": _local,
    "total": _total,
    "upstream": lambda shown: shown.step.upstream,
    "slope": lambda shown: shown.step.local,
    "contribution": lambda shown: shown.step.contribution,
    "paths": lambda shown, name: shown.graph.paths(name).count,
    "sum": lambda shown, name: shown.graph.paths(name).sum,
    "nodes": lambda shown: len(shown.graph.nodes),
    "steps": lambda shown: len(shown.steps),
    "compute": _compute,
    "gradient": _gradient,
    "adds": _adds,
}
