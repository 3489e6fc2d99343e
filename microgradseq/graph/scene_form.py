"""What of a graph decides a scene's layout: its form, and the room its numbers take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from microgradseq.graph.model import Edge
from microgradseq.graph.picture import Picture, Words, number_lines
from microgradseq.graph.protocol import Drawable
from microgradseq.graph.scene_state import EdgeKey
from microgradseq.numbers import readable


def without_numbers(picture: Picture) -> Picture:
    """The picture with room for its numbers but without them."""
    empty: Words = (("", "value"),)
    captions = {
        id: replace(caption, numbers=(empty,) * len(caption.numbers))
        for id, caption in picture.captions.items()
    }
    return replace(picture, captions=captions, labels={}, legend=())


def numbers_of(graph: Drawable, id: int) -> tuple[Words, ...]:
    """The lines of numbers in a node's box."""
    return number_lines(graph.node(id), values=True, gradients=True)


def widest_numbers(graph: Drawable, room: Mapping[int, Any]) -> dict[int, Any]:
    """For each node, of its gradient and its widest total the wider one."""
    return {
        node.id: max(
            (number for number in (room.get(node.id), node.gradient) if number is not None),
            key=lambda number: len(readable(number)),
            default=None,
        )
        for node in graph.nodes
    }


def edges_by_key(graph: Drawable) -> dict[EdgeKey, Edge]:
    """A graph's edges, to be found by their ends."""
    return {(edge.target, edge.position): edge for edge in graph.edges}


def form_of(graph: Drawable) -> list[tuple[object, ...]]:
    """What two graphs must share to share a layout."""
    nodes: list[tuple[object, ...]] = [
        (node.name, node.kind, node.gradient is None) for node in graph.nodes
    ]
    return nodes + [(edge.source, edge.target, edge.position) for edge in graph.edges]
