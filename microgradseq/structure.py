"""Nested lists, tuples and dicts: taken apart into what they hold, and put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Layout:
    """The form of a nested structure, without what it holds.

    Arguments:
        container: the class of this level; None where something is held.
        keys: the keys of a dict, in order; the places of a list or tuple.
        children: the form of each item.
    """

    container: Any
    keys: tuple[Any, ...] = ()
    children: tuple[Layout, ...] = ()

    def build(self, leaves: Sequence[Any]) -> Any:
        """Put things into the form, in the order in which `take_apart` gives them.

        Arguments:
            leaves: as many as the form holds.
        Returns:
            The nested structure.

        >>> take_apart({"a": 1, "b": [2, 3]})[1].build([4, 5, 6])
        {'a': 4, 'b': [5, 6]}
        """
        return self._build(iter(leaves))

    def _build(self, leaves: Iterator[Any]) -> Any:
        if self.container is None:
            return next(leaves)
        items = [child._build(leaves) for child in self.children]
        if issubclass(self.container, dict):
            return self.container(zip(self.keys, items, strict=True))
        if hasattr(self.container, "_fields"):
            return self.container(*items)
        return self.container(items)


HELD = Layout(None)


def take_apart(structure: Any) -> tuple[list[Any], Layout]:
    """What a nested structure holds, in order, and its form.

    Arguments:
        structure: anything; what is no list, tuple or dict is held.
    Returns:
        The held things, and the form to put others into.

    >>> take_apart([1, (2, 3)])[0]
    [1, 2, 3]
    """
    leaves: list[Any] = []
    return leaves, _take_apart(structure, leaves)


def _take_apart(structure: Any, leaves: list[Any]) -> Layout:
    if isinstance(structure, dict):
        keys, items = tuple(structure), tuple(structure.values())
    elif isinstance(structure, (list, tuple)):
        keys, items = tuple(range(len(structure))), tuple(structure)
    else:
        leaves.append(structure)
        return HELD
    return Layout(type(structure), keys, tuple(_take_apart(item, leaves) for item in items))


def matching(structure: Any, layout: Layout, complain: Callable[[], Exception]) -> list[Any]:
    """What a structure holds, if it has the wanted form.

    Arguments:
        structure: a nested structure.
        layout: the form that it must have.
        complain: makes the error for another form.
    Returns:
        The held things, in order.

    >>> matching([1, 2], take_apart([0, 0])[1], ValueError)
    [1, 2]
    """
    if layout.container is None:
        if isinstance(structure, (dict, list, tuple)):
            raise complain()
        return [structure]
    keys = structure if isinstance(structure, dict) else range(_length(structure))
    if isinstance(structure, dict) != issubclass(layout.container, dict):
        raise complain()
    if len(keys) != len(layout.keys) or not all(key in keys for key in layout.keys):
        raise complain()
    return [
        leaf
        for key, child in zip(layout.keys, layout.children, strict=True)
        for leaf in matching(structure[key], child, complain)
    ]


def _length(structure: Any) -> int:
    return len(structure) if isinstance(structure, (list, tuple)) else -1


def paths_of(layout: Layout, so_far: str = "") -> list[str]:
    """How each held thing is reached, as Python writes it.

    >>> paths_of(take_apart({"a": 1, "b": [2, 3]})[1], "x")
    ["x['a']", "x['b'][0]", "x['b'][1]"]
    """
    if layout.container is None:
        return [so_far]
    return [
        path
        for key, child in zip(layout.keys, layout.children, strict=True)
        for path in paths_of(child, f"{so_far}[{key!r}]")
    ]
