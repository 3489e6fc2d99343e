"""Folding a graph: all nodes that carry the same tag become one, and can be opened again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from microgradseq.graph.model import Edge, GraphNode
from microgradseq.graph.snapshot import Graph

FOLDS: dict[str, tuple[str, ...]] = {
    "time": ("t",),
    "layer": ("layer",),
    "gate": ("t", "layer", "direction", "gate"),
}
"""What each fold groups by: nodes fold together where all these tags agree; the last must exist."""


@dataclass(frozen=True, slots=True)
class Group:
    """What nodes that fold together have in common.

    Arguments:
        marks: their tags, in the fold's order.
        number: counts the groups of the same tags that cannot be one.
    """

    marks: tuple[object, ...]
    number: int = 0


Holder = Group | int
"""What stands for a node of the base in the folded graph: its group, or its own id there."""


class FoldedGraph(Graph):
    """A graph in which groups of nodes are drawn as one; see `Graph.fold`.

    Arguments:
        base: the graph as it was.
        groups: for each node of the base that is folded away, its group.
        labels: what each group is called.

    >>> from microgradseq import Value, scope
    >>> h = Value(0.5, name="h")
    >>> for step in (1, 2):
    ...     with scope(t=step):
    ...         h = (h * 2).tanh()
    >>> folded = Graph.of(h).fold(by="time")
    >>> [node.name for node in folded.nodes]
    ['h', 't=1', 't=2']
    >>> [node.name for node in folded.unfold(2).nodes]
    ['h', 't=1', '2#2', 'mul2', 'tanh2']
    """

    def __init__(self, base: Graph, groups: dict[int, Group], labels: dict[Group, str]):
        self.base = base
        self.groups = groups
        self.labels = labels
        place = _order(base, groups)
        nodes = _nodes(base, groups, labels, place)
        super().__init__(nodes, _edges(base, groups, place), place[_holder(groups, base.output)])

    def unfold(self, id: int | None = None) -> FoldedGraph | Graph:
        """Open one group, or all of them.

        Arguments:
            id: the group's id in this graph; None opens everything.
        Returns:
            A new graph; the base itself where nothing is folded any more.
        """
        if id is None:
            return self.base
        node = self.node(id)
        if node.kind != "group":
            raise ValueError(f"{node.name} is no group, there is nothing to unfold")
        left = {member: key for member, key in self.groups.items() if member not in node.members}
        return FoldedGraph(self.base, left, self.labels) if left else self.base


def fold(graph: Graph, by: str = "time") -> FoldedGraph:
    """Fold a graph by time step, layer, gate, or any tag.

    Arguments:
        graph: a graph that is not folded yet.
        by: a name in FOLDS, or a tag.
    Returns:
        The folded graph. Nodes that carry no such tag stay as they are, but a constant that only
        one group uses goes into it. A tag whose nodes cannot be one without running in a circle
        makes several groups.
    """
    tags = FOLDS.get(by, (by,))
    keys = {
        node.id: tuple(node.tags.get(tag) for tag in tags)
        for node in graph.nodes
        if tags[-1] in node.tags
    }
    if not keys:
        known = sorted({tag for node in graph.nodes for tag in node.tags})
        has = f"its tags are {', '.join(known)}" if known else "it has no tags"
        raise ValueError(f'nothing in this graph is tagged by "{tags[-1]}"; {has}')
    groups = _without_circles(graph, keys)
    _take_in_constants(graph, groups)
    return FoldedGraph(graph, groups, _labels(tags, groups))


def _without_circles(graph: Graph, keys: dict[int, tuple[object, ...]]) -> dict[int, Group]:
    """Number the groups of each key so that groups never depend on each other in a circle."""
    groups: dict[int, Group] = {}
    onward: dict[Holder, set[Holder]] = defaultdict(set)
    newest: dict[tuple[object, ...], int] = defaultdict(int)
    for node in graph.nodes:
        before = {_holder(groups, edge.source) for edge in graph.operands(node.id)}
        mine: Holder = node.id
        if node.id in keys:
            key = keys[node.id]
            group = Group(key, newest[key])
            if _leads_to(group, before - {group}, onward):
                newest[key] += 1
                group = Group(key, newest[key])
            mine = groups[node.id] = group
        for source in before - {mine}:
            onward[source].add(mine)
    return groups


def _leads_to(start: Holder, ends: set[Holder], onward: dict[Holder, set[Holder]]) -> bool:
    seen: set[Holder] = {start}
    waiting = [start]
    while waiting:
        for following in onward.get(waiting.pop(), ()):
            if following in ends:
                return True
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return False


def _take_in_constants(graph: Graph, groups: dict[int, Group]) -> None:
    for node in graph.nodes:
        if node.kind == "constant" and node.id not in groups:
            users = {groups.get(edge.target) for edge in graph.users(node.id)}
            if len(users) == 1 and (only := users.pop()) is not None:
                groups[node.id] = only


def _labels(tags: tuple[str, ...], groups: dict[int, Group]) -> dict[Group, str]:
    """A name for each group, from the tags that tell it from the others."""
    every = dict.fromkeys(groups.values())
    telling = [
        place
        for place in range(len(tags))
        if place == len(tags) - 1 or len({group.marks[place] for group in every}) > 1
    ]
    labels: dict[Group, str] = {}
    for group in every:
        said = [_mark(tags[place], group.marks[place]) for place in reversed(telling)]
        number = f" ({group.number + 1})" if group.number else ""
        labels[group] = ", ".join(filter(None, said)) + number
    return labels


def _mark(tag: str, mark: object) -> str:
    if mark is None:
        return ""
    return mark if isinstance(mark, str) else f"{tag}={mark}"


def _holder(groups: dict[int, Group], id: int) -> Holder:
    return groups.get(id, id)


def _order(base: Graph, groups: dict[int, Group]) -> dict[Holder, int]:
    """A topological order of groups and single nodes that keeps near to the base's own."""
    newest = {_holder(groups, node.id): node.id for node in base.nodes}
    needs: dict[Holder, set[Holder]] = {holder: set() for holder in newest}
    users: dict[Holder, list[Holder]] = defaultdict(list)
    for edge in base.edges:
        source, target = _holder(groups, edge.source), _holder(groups, edge.target)
        if source != target and source not in needs[target]:
            needs[target].add(source)
            users[source].append(target)
    open_needs = {holder: len(sources) for holder, sources in needs.items()}
    ready = [newest[holder] for holder, count in open_needs.items() if count == 0]
    heapify(ready)
    order: dict[Holder, int] = {}
    while ready:
        holder = _holder(groups, heappop(ready))
        order[holder] = len(order)
        for user in users[holder]:
            open_needs[user] -= 1
            if open_needs[user] == 0:
                heappush(ready, newest[user])
    return order


def _nodes(
    base: Graph,
    groups: dict[int, Group],
    labels: dict[Group, str],
    place: dict[Holder, int],
) -> list[GraphNode]:
    members: dict[Holder, list[GraphNode]] = defaultdict(list)
    for node in base.nodes:
        members[_holder(groups, node.id)].append(node)
    return [
        _group(place[holder], labels[holder], members[holder])
        if isinstance(holder, Group)
        else _moved(members[holder][0], place[holder])
        for holder in sorted(members, key=place.__getitem__)
    ]


def _moved(node: GraphNode, id: int) -> GraphNode:
    return GraphNode(
        id, node.name, node.kind, node.op, node.symbol, node.value, node.gradient, node.tags
    )


def _group(id: int, label: str, members: list[GraphNode]) -> GraphNode:
    last = members[-1]
    shared = {
        tag: mark
        for tag, mark in last.tags.items()
        if all(node.tags.get(tag) == mark for node in members if node.kind != "constant")
    }
    ids = tuple(node.id for node in members)
    return GraphNode(
        id, label, "group", "group", "⊞", last.value, last.gradient, shared, ids, last.name
    )


def _edges(base: Graph, groups: dict[int, Group], place: dict[Holder, int]) -> list[Edge]:
    """Edges between what is left; several between the same two become one."""
    seen: dict[tuple[int, int], list[Edge]] = defaultdict(list)
    for edge in base.edges:
        source, target = _holder(groups, edge.source), _holder(groups, edge.target)
        if source != target:
            seen[place[target], place[source]].append(edge)
    edges: list[Edge] = []
    for (target, source), merged in seen.items():
        if isinstance(_holder(groups, merged[0].target), int):
            edges += [Edge(source, target, one.position, one.derivative) for one in merged]
        else:
            edges.append(Edge(source, target, 0, None))
    edges.sort(key=lambda edge: (edge.target, edge.position))
    return _renumbered(edges)


def _renumbered(edges: list[Edge]) -> list[Edge]:
    """Operand positions without gaps."""
    counts: dict[int, int] = defaultdict(int)
    renumbered = []
    for edge in edges:
        renumbered.append(Edge(edge.source, edge.target, counts[edge.target], edge.derivative))
        counts[edge.target] += 1
    return renumbered
