"""Time steps: which items belong to which step, and which play the same role in every step."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

from microgradseq.graph.layout.items import Item, Link
from microgradseq.graph.model import GraphNode

BEFORE_ALL_STEPS = -1
Role = tuple[Hashable, ...]


def step_of_items(items: Sequence[Item], links: Sequence[Link], time_tag: str) -> list[int]:
    """Number the time step of every item, in the order in which the steps are laid out.

    An item without a time tag joins the latest step that it depends on, or else the step that
    alone uses it, or else stands before all steps.

    Arguments:
        items: the items, operands before users.
        links: the links between them.
        time_tag: the tag that numbers time steps.
    Returns:
        A number from 0 for each item, -1 before all steps. All 0 where nothing is tagged, or where
        steps depend on each other both ways (a network that reads in both directions).
    """
    one_step = [0] * len(items)
    tags = [None if item.user is not None else item.node.tags.get(time_tag) for item in items]
    order = _order_of_steps(tags, links)
    if not order:
        return one_step
    step: list[int | None] = [None if tag is None else order[tag] for tag in tags]
    _join_latest_operand(step, links)
    _join_only_user(step, links)
    steps = [BEFORE_ALL_STEPS if number is None else number for number in step]
    forwards = all(steps[link.source] <= steps[link.target] for link in links)
    return steps if forwards else one_step


def roles_of_items(items: Sequence[Item], steps: Sequence[int], time_tag: str) -> list[Role]:
    """Say what each item does in its step, in words that are the same in every step.

    Arguments:
        items: the items, operands before users.
        steps: the step of each item.
        time_tag: the tag that numbers time steps.
    Returns:
        A role for each item, used once in a step. Operations are told apart by operation, name,
        other tags and shared operands; badges by what they stand beside.
    """
    badges_beside: dict[int, list[int]] = {}
    for item in items:
        if item.user is not None:
            badges_beside.setdefault(item.user, []).append(item.node.id)
    seen: Counter[Hashable] = Counter()
    roles: list[Role] = [()] * len(items)
    role_of_node: dict[int, Role] = {}
    for index, (item, step) in enumerate(zip(items, steps, strict=True)):
        if item.user is not None:
            continue
        node = item.node
        tags = _tags_without(node.tags, time_tag)
        kind = (node.op, _stem(node), tags, tuple(badges_beside.get(node.id, ())))
        before = step == BEFORE_ALL_STEPS
        roles[index] = (before, *kind, seen[step, kind])
        seen[step, kind] += 1
        role_of_node[node.id] = roles[index]
    for index, item in enumerate(items):
        if item.user is not None:
            roles[index] = ("badge", item.node.id, role_of_node[item.user])
    return roles


def _stem(node: GraphNode) -> str:
    """The part of a name that is the same in every step: `h3` and `h4`, `2` and `2#2` are alike."""
    if node.kind == "constant":
        return ""
    return re.sub(r"\d+", "#", re.sub(r"#\d+$", "", node.name))


def _tags_without(tags: Mapping[str, object], time_tag: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, str(tag)) for key, tag in tags.items() if key != time_tag))


def _order_of_steps(tags: Sequence[object], links: Sequence[Link]) -> dict[object, int]:
    """Number the steps so that each comes after those it depends on; empty where that fails."""
    first: dict[object, int] = {}
    for index, tag in enumerate(tags):
        if tag is not None:
            first.setdefault(tag, index)
    needs: dict[object, set[object]] = {tag: set() for tag in first}
    feeds: dict[object, set[object]] = {tag: set() for tag in first}
    for link in links:
        source, target = tags[link.source], tags[link.target]
        if source is not None and target is not None and source != target:
            needs[target].add(source)
            feeds[source].add(target)
    waiting = {tag: len(needed) for tag, needed in needs.items()}
    by_first = {index: tag for tag, index in first.items()}
    ready = [first[tag] for tag, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    order: dict[object, int] = {}
    while ready:
        tag = by_first[heapq.heappop(ready)]
        order[tag] = len(order)
        for later in feeds[tag]:
            waiting[later] -= 1
            if waiting[later] == 0:
                heapq.heappush(ready, first[later])
    return order if len(order) == len(first) else {}


def _join_latest_operand(step: list[int | None], links: Sequence[Link]) -> None:
    tagged = [number is not None for number in step]
    for link in links:
        before, own = step[link.source], step[link.target]
        if before is not None and not tagged[link.target]:
            step[link.target] = before if own is None else max(own, before)


def _join_only_user(step: list[int | None], links: Sequence[Link]) -> None:
    users: dict[int, list[int]] = {}
    for link in links:
        users.setdefault(link.source, []).append(link.target)
    for index in reversed(range(len(step))):
        if step[index] is None:
            steps = {step[user] for user in users.get(index, ())}
            step[index] = steps.pop() if len(steps) == 1 else None
