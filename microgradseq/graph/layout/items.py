"""What is placed: one item for a node, and one for each use of a shared node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from microgradseq.graph.layout.geometry import Size
from microgradseq.graph.model import Edge, GraphNode
from microgradseq.graph.protocol import Drawable

MANY_USERS = 3


@dataclass(frozen=True, slots=True)
class Item:
    """Something that gets one box.

    Arguments:
        node: the node it stands for.
        size: width and height of its box, in cells.
        user: for a badge, the id of the node that it stands beside; None for a whole node.
    """

    node: GraphNode
    size: Size
    user: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An edge between two items, named by their places in the list of items.

    Arguments:
        source: the operand's item.
        target: the operation's item.
        edge: the edge of the graph.
        operands: how many operands the operation has.
    """

    source: int
    target: int
    edge: Edge
    operands: int


def shared_nodes(graph: Drawable, time_tag: str) -> frozenset[int]:
    """Find the leaves that are better drawn as badges, one at each use.

    Arguments:
        graph: the graph.
        time_tag: the tag that numbers time steps.
    Returns:
        Ids of the leaves and constants used in several time steps, or by three operations and more
        that do not all stand in one column, where long edges would cross the picture.
    """
    depths = _depths(graph)
    shared = set()
    for node in graph.nodes:
        if node.kind not in ("leaf", "constant"):
            continue
        users = {edge.target for edge in graph.users(node.id)}
        steps = {graph.node(user).tags.get(time_tag) for user in users} - {None}
        scattered = len({depths[user] for user in users}) > 1
        if len(steps) > 1 or (len(users) >= MANY_USERS and scattered):
            shared.add(node.id)
    return frozenset(shared)


def items_and_links(
    graph: Drawable,
    shared: frozenset[int],
    box_size: Callable[[GraphNode], Size],
    badge_size: Callable[[GraphNode], Size],
) -> tuple[list[Item], list[Link]]:
    """List what is placed, operands before users.

    Arguments:
        graph: the graph.
        shared: ids of the nodes to draw as badges.
        box_size: gives the size of a node's box.
        badge_size: gives the size of a shared node's badge.
    Returns:
        The items and the links between them.
    """
    items: list[Item] = []
    links: list[Link] = []
    item_of: dict[int, int] = {}
    for node in graph.nodes:
        if node.id in shared:
            continue
        edges = graph.operands(node.id)
        badge_of: dict[int, int] = {}
        for edge in edges:
            if edge.source in shared and edge.source not in badge_of:
                badge_of[edge.source] = len(items)
                badge = graph.node(edge.source)
                items.append(Item(badge, badge_size(badge), user=node.id))
        item_of[node.id] = len(items)
        items.append(Item(node, box_size(node)))
        for edge in edges:
            source = badge_of[edge.source] if edge.source in shared else item_of[edge.source]
            links.append(Link(source, item_of[node.id], edge, len(edges)))
    return items, links


def _depths(graph: Drawable) -> dict[int, int]:
    depths: dict[int, int] = {}
    for node in graph.nodes:
        operands = graph.operands(node.id)
        depths[node.id] = 1 + max((depths[edge.source] for edge in operands), default=-1)
    return depths
