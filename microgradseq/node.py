"""A node of the graph, and the sweeps through it, for scalars and arrays alike.

Every node carries the number of its creation. Operands are always older than what is made of
them, so that number is a topological order for free: a sweep collects the nodes it can reach and
sorts them. Nothing here recurses, and no node points forward, so there are no reference cycles.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Self

from microgradseq.backend import library_of
from microgradseq.context import Context, current_context
from microgradseq.errors import GradientError, NotFiniteError
from microgradseq.rules import Rule

next_index = itertools.count().__next__
by_index = attrgetter("index")
NO_TAGS: Mapping[str, object] = MappingProxyType({})
_PACKAGE = str(Path(__file__).parent)


class Details:
    """What most nodes do without: a name, tags, a rule's options, the line that made the node."""

    __slots__ = ("name", "options", "retains", "site", "tags")

    def __init__(
        self,
        name: str | None = None,
        tags: Mapping[str, object] = NO_TAGS,
        options: Mapping[str, Any] | None = None,
        site: str | None = None,
    ) -> None:
        self.name = name
        self.tags = tags
        self.options = options
        self.site = site
        self.retains = False


class Node:
    """A number in a graph: what it is, which rule made it, and from which operands.

    `Value` and `Tensor` are its two kinds. A node without operands is a leaf; a leaf that does
    not require a gradient is a constant.
    """

    __slots__ = (
        "__weakref__",
        "details",
        "grad",
        "index",
        "parents",
        "requires_grad",
        "rule",
    )
    kind: ClassVar[str]
    details: Details | None
    grad: Any
    index: int
    parents: tuple[Self, ...]
    requires_grad: bool
    rule: Rule | None

    @property
    def name(self) -> str | None:
        """The name that a person gave it, if any."""
        return self.details.name if self.details is not None else None

    @name.setter
    def name(self, name: str | None) -> None:
        self._own_details().name = name

    @property
    def tags(self) -> Mapping[str, object]:
        """What `scope(...)` marked it with."""
        return self.details.tags if self.details is not None else NO_TAGS

    @property
    def options(self) -> Mapping[str, Any] | None:
        """The options of its rule, such as an axis."""
        return self.details.options if self.details is not None else None

    @property
    def site(self) -> str | None:
        """The line of code that made it, where `debug()` was on."""
        return self.details.site if self.details is not None else None

    def _own_details(self) -> Details:
        if self.details is None:
            self.details = Details()
        return self.details

    def describe(self) -> str:
        """The node in a few words for an error: its rule, its name, its line if known."""
        text = self.rule.name if self.rule is not None else "leaf"
        if self.name is not None:
            text += f' "{self.name}"'
        return f"{text}, made at {self.site}" if self.site is not None else text

    def plain(self) -> Any:
        """The bare float or array."""
        raise NotImplementedError

    def constant(self, number: Any) -> Self:
        """A constant node of the same kind as this one."""
        raise NotImplementedError

    def alike(self, share: Any) -> Any:
        """A recorded gradient or tangent of this node, as a node at this node's precision."""
        raise NotImplementedError

    def pull(self, position: int, g: Any) -> Any:
        """The share of this node's gradient g, a plain number, that reaches one operand."""
        raise NotImplementedError

    def push(self, position: int, t: Any) -> Any:
        """The share of one operand's tangent t, a plain number, that reaches this node."""
        raise NotImplementedError

    def require_unchanged(self, position: int, recording: bool) -> None:
        """Refuse to differentiate where a number that the derivative reads has been changed."""
        raise NotImplementedError


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
        g = totals.get(node) if kept is not None and node in kept else totals.pop(node)
        if g is None or (through is not None and node not in through):
            continue
        if kept is None and node.details is not None and node.details.retains:
            node.grad = g
        for position, parent in enumerate(node.parents):
            if through is not None:
                if parent not in through:
                    continue
            elif not parent.requires_grad:
                continue
            _hand_on(totals, node, position, parent, g, watchful)
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
        elif getattr(rule, "pull_into", None) is not None:
            rule.pull_into(totals.own(parent), g, **(node.options or {}))  # type: ignore[attr-defined]
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


class _Totals:
    """Running gradient totals; adds in place only into arrays that it has made itself."""

    __slots__ = ("by_node", "mine", "recording")

    def __init__(self, recording: bool) -> None:
        self.by_node: dict[Node, Any] = {}
        self.mine: set[Node] = set()
        self.recording = recording

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


def is_finite(number: Any) -> bool:
    """Whether a float or every element of an array is finite.

    >>> is_finite(1.0), is_finite(float("nan"))
    (True, False)
    """
    library = library_of(number)
    if library is not None:
        return bool(library.isfinite(number).all())
    return bool(number - number == 0)


def require_finite(node: Node) -> None:
    """Under `debug()`: refuse a NaN or an infinity where it is made."""
    number = node.plain()
    if is_finite(number):
        return
    shown = number if isinstance(number, float) else "NaN or infinity"
    rule = node.rule.name if node.rule is not None else "the leaf"
    operands = ", ".join(parent.name or repr(parent.plain()) for parent in node.parents)
    raise NotFiniteError(f"{rule} gave {shown} from {operands or 'a number'} at {node.site}")


def line_of_user_code() -> str:
    """The nearest line outside this package that is being run, as `file:line: text`."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def details_in(context: Context, options: Mapping[str, Any] | None) -> Details:
    """The details of a node that is made in a special context."""
    site = line_of_user_code() if context.debugging else None
    return Details(None, context.tags, options, site)


def require_seed(shape: tuple[int, ...]) -> None:
    """Refuse `backward()` without a seed where there is no single number to start from."""
    if shape not in ((), (1,)) and any(length != 1 for length in shape):
        raise GradientError(
            f"backward() starts from a single number, this node has shape {shape}: "
            "reduce it first, for example with .sum(), or pass backward(gradient=...)"
        )
