"""The sweeps through a graph, for scalars and arrays alike.

A sweep collects the nodes it can reach and sorts them by the number of their creation, which is a
topological order. Nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from microgradseq.context import current_context
from microgradseq.errors import NotFiniteError
from microgradseq.node import Node, by_index, is_finite
from microgradseq.rules.rule import Together


def collect(outputs: Iterable[Node], oldest: int = 0) -> list[Node]:
    """The operations that lead to some outputs, newest first: the order of the backward sweep.

    Arguments:
        outputs: nodes.
        oldest: what was made before the node of this number is left out.
    Returns:
        Every node with operands that can be reached, outputs included, each once.

    >>> from microgradseq import Value
    >>> a = Value(2.0)
    >>> [node.rule.name for node in collect([(a * 3 + 1).tanh()])]
    ['tanh', 'add', 'mul']
    """
    order = [node for node in dict.fromkeys(outputs) if node.parents]
    seen = set(order)
    # the list grows while it is walked: breadth first, without recursion
    for node in order:
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                if parent.parents and parent.index >= oldest:
                    order.append(parent)
    order.sort(key=by_index, reverse=True)
    return order


def pull_back(
    outputs: Sequence[Node],
    seeds: Sequence[Any],
    wanted: Iterable[Node] | None = None,
    recording: bool = False,
) -> dict[Node, Any]:
    """Reverse mode: carry gradients from outputs back to leaves.

    Arguments:
        outputs: where to start.
        seeds: the gradient of each output: plain numbers, or nodes where `recording`.
        wanted: the nodes whose gradients are asked for; None for every leaf that requires one.
        recording: whether the derivative itself becomes a graph, to be differentiated again.
    Returns:
        The gradient of each wanted node that the outputs depend on.

    >>> from microgradseq import Value
    >>> a, b = Value(2.0), Value(3.0)
    >>> pull_back([a * b], [1.0], [a])[a]
    3.0
    """
    kept = set(wanted) if wanted is not None else None
    order = collect(outputs, _oldest(kept) if kept else 0)
    through = _depending_on(order, kept) if kept is not None else None
    totals = _Totals(recording)
    for output, seed in zip(outputs, seeds, strict=True):
        totals.add(output, seed)
    watchful = current_context().debugging
    for node in order:
        if node in totals.waiting:
            totals.settle(node)
        g = totals.get(node) if kept is not None and node in kept else totals.pop(node)
        if g is None or (through is not None and node not in through):
            continue
        if kept is None and node.details is not None and node.details.retains:
            node.grad = g.copy()
        wanted_here = [
            parent.requires_grad if through is None else parent in through
            for parent in node.parents
        ]
        if node.rule is not None and node.rule.joint:
            _hand_on_jointly(totals, node, g, wanted_here)
            continue
        for position, parent in enumerate(node.parents):
            if wanted_here[position]:
                _hand_on(totals, node, position, parent, g, watchful)
    for node in list(totals.waiting):
        totals.settle(node)
    if kept is not None:
        return {node: totals.finished(node) for node in kept if node in totals.by_node}
    return {
        node: totals.finished(node)
        for node in totals.by_node
        if not node.parents and node.requires_grad
    }


def _oldest(nodes: Iterable[Node]) -> int:
    return min(node.index for node in nodes)


def _depending_on(order: list[Node], sources: set[Node]) -> set[Node]:
    through = set(sources)
    for node in reversed(order):
        if any(parent in through for parent in node.parents):
            through.add(node)
    return through


def _hand_on(
    totals: _Totals, node: Node, position: int, parent: Node, g: Any, watchful: bool
) -> None:
    rule = node.rule
    assert rule is not None
    if not rule.differentiates(position):
        return
    node.require_unchanged(position, totals.recording)
    try:
        if totals.recording:
            share = parent.alike(rule.pull(position, g, node, node.parents, node.options))
        elif rule.pull_into is not None:
            rule.pull_into(totals.own(parent), g, **(node.options or {}))
            return
        elif not watchful and totals.put_off(node, position, parent, g):
            return
        else:
            share = node.pull(position, g)
    except (ValueError, TypeError, ArithmeticError) as error:
        error.add_note(f"while differentiating {node.describe()}")
        raise
    if watchful and not totals.recording and not is_finite(share):
        raise NotFiniteError(
            f"the gradient that {node.describe()} hands to operand {position + 1} "
            f"({parent.describe()}) is not finite"
        )
    totals.add(parent, share)


def _hand_on_jointly(totals: _Totals, node: Node, g: Any, wanted: list[bool]) -> None:
    node.require_unchanged(0, totals.recording)
    try:
        shares = node.pull_all(g, wanted, totals.recording)
    except (ValueError, TypeError, ArithmeticError) as error:
        error.add_note(f"while differentiating {node.describe()}")
        raise
    for parent, share, want in zip(node.parents, shares, wanted, strict=True):
        if want and share is not None:
            totals.add(parent, share)


class _Totals:
    """Running gradient totals; adds in place only into arrays that it has made itself."""

    __slots__ = ("by_node", "mine", "recording", "waiting")

    def __init__(self, recording: bool) -> None:
        self.by_node: dict[Node, Any] = {}
        self.mine: set[Node] = set()
        self.recording = recording
        self.waiting: dict[Node, dict[Together, tuple[list[Any], list[Sequence[Any]]]]] = {}

    def get(self, node: Node) -> Any:
        return self.by_node.get(node)

    def pop(self, node: Node) -> Any:
        return self.by_node.pop(node, None)

    def add(self, node: Node, share: Any) -> None:
        total = self.by_node.get(node)
        if total is None:
            self.by_node[node] = share
        elif node in self.mine:
            total += share
            self.by_node[node] = total
        else:
            self.by_node[node] = total + share
            if not self.recording:
                self.mine.add(node)

    def put_off(self, node: Node, position: int, operand: Node, g: Any) -> bool:
        """Leave an operand's share for later, to be computed at once with its other shares."""
        rule = node.rule
        together = rule.pull_together if rule is not None else None
        if together is None or position != together.position:
            return False
        operands = [parent.plain() for parent in node.parents]
        if not together.fits(operands):
            return False
        gradients, uses = self.waiting.setdefault(operand, {}).setdefault(together, ([], []))
        gradients.append(g)
        uses.append(operands)
        return True

    def settle(self, node: Node) -> None:
        """Compute what was put off for a node."""
        for together, (gradients, uses) in self.waiting.pop(node, {}).items():
            self.add(node, node.alike(together.total(gradients, uses)))

    def own(self, node: Node) -> Any:
        """A total that may be added to in place; zeros where nothing has arrived yet."""
        if node not in self.mine:
            total = self.by_node.get(node)
            self.by_node[node] = _zeros_like(node.plain()) if total is None else total.copy()
            self.mine.add(node)
        return self.by_node[node]

    def finished(self, node: Node) -> Any:
        """A total that shares its memory with nobody."""
        total = self.by_node[node]
        if self.recording or node in self.mine or not hasattr(total, "copy"):
            return total
        return total.copy()


def _zeros_like(array: Any) -> Any:
    fresh = array.copy()
    fresh[...] = 0
    return fresh


def push_forward(
    outputs: Sequence[Node], tangents: Mapping[Node, Any], recording: bool = False
) -> list[Any]:
    """Forward mode: carry tangents from some nodes to the outputs.

    Arguments:
        outputs: where to arrive.
        tangents: the tangent of each node to start from: plain numbers, or nodes where `recording`.
        recording: whether the derivative itself becomes a graph.
    Returns:
        One tangent an output, None where it does not depend on the starting nodes.

    >>> from microgradseq import Value
    >>> a, b = Value(2.0), Value(3.0)
    >>> push_forward([a * b], {a: 1.0})
    [3.0]
    """
    reached: dict[Node, Any] = dict(tangents)
    for node in reversed(collect(outputs, _oldest(tangents) if tangents else 0)):
        if node in tangents:
            continue
        total = None
        for position, parent in enumerate(node.parents):
            tangent = reached.get(parent)
            rule = node.rule
            assert rule is not None
            if rule.joint:
                total = _joint_tangents(node, reached, recording)
                break
            if tangent is None or not rule.differentiates(position):
                continue
            node.require_unchanged(position, recording)
            if recording:
                share = node.alike(rule.push(position, tangent, node, node.parents, node.options))
            else:
                share = node.push(position, tangent)
            total = share if total is None else total + share
        if total is not None:
            reached[node] = total
    return [reached.get(output) for output in outputs]


def _joint_tangents(node: Node, reached: Mapping[Node, Any], recording: bool) -> Any:
    tangents = [reached.get(parent) for parent in node.parents]
    if all(tangent is None for tangent in tangents):
        return None
    return node.push_all(tangents, recording)
