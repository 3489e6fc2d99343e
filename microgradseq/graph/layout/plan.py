"""Which column every item stands in, and which columns its edges pass through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from microgradseq.graph.layout.items import Item, Link
from microgradseq.graph.layout.ranks import ranks, topological
from microgradseq.graph.layout.steps import BEFORE_ALL_STEPS, Role, roles_of_items, step_of_items

LineKey = tuple[int, int, bool]


@dataclass(frozen=True, slots=True)
class Plan:
    """Items and links with their time steps, roles and columns.

    Arguments:
        items: the items, operands before users.
        links: the links between them.
        step: the time step of each item.
        role: the role of each item, numbered from 0.
        rank: the column of each role, counted from the start of its step.
        span: how many columns each step takes.
        base: the first column of each step.
    """

    items: Sequence[Item]
    links: Sequence[Link]
    step: Sequence[int]
    role: Sequence[int]
    rank: Sequence[int]
    span: dict[int, int]
    base: dict[int, int]

    def column(self, item: int) -> int:
        """The column of an item in the picture."""
        return self.base[self.step[item]] + self.rank[self.role[item]]

    def skeleton_column(self, step: int, rank: int) -> int:
        """The column with all steps laid over each other; what comes before them stays apart."""
        return rank if step == BEFORE_ALL_STEPS else rank + self.span.get(BEFORE_ALL_STEPS, 0)

    def is_far(self, link: Link) -> bool:
        """Tell whether an edge passes over a whole time step."""
        return self.step[link.target] - self.step[link.source] > 1

    def lines(self, link: Link) -> list[LineKey]:
        """The columns that an edge passes through, as keys `(role, skeleton column, carried)`.

        Edges of one source share their lines. An edge into the next step is carried there by lines
        that are told apart from the lines of the same role's edges within the step.
        """
        step, next_step = self.step[link.source], self.step[link.target]
        role = self.role[link.source]
        start, end = self.rank[role] + 1, self.rank[self.role[link.target]]
        if step == next_step:
            within, carried = range(start, end), range(0)
        else:
            within, carried = range(start, self.span[step]), range(end)
        keys = [(role, self.skeleton_column(step, rank), False) for rank in within]
        return keys + [(role, self.skeleton_column(next_step, rank), True) for rank in carried]


def plan_columns(items: Sequence[Item], links: Sequence[Link], time_tag: str) -> Plan:
    """Put items into columns, step after step from left to right.

    Arguments:
        items: the items, operands before users.
        links: the links between them.
        time_tag: the tag that numbers time steps.
    Returns:
        The plan, in which items of one role stand in the same column of their step.
    """
    step = step_of_items(items, links, time_tag)
    several = len(set(step)) > 1
    role = _numbered(roles_of_items(items, step, time_tag)) if several else list(range(len(items)))
    pairs = _pairs(links, step, role)
    order = topological(max(role, default=-1) + 1, pairs)
    if order is None:
        role = list(range(len(items)))
        pairs = _pairs(links, step, role)
        order = role
    rank = ranks(order, pairs)
    span: dict[int, int] = {}
    for item_step, item_role in zip(step, role, strict=True):
        span[item_step] = max(span.get(item_step, 0), rank[item_role] + 1)
    base, column = {}, 0
    for number in sorted(span):
        base[number] = column
        column += span[number]
    return Plan(items, links, step, role, rank, span, base)


def _pairs(
    links: Sequence[Link], step: Sequence[int], role: Sequence[int]
) -> list[tuple[int, int]]:
    within = (link for link in links if step[link.source] == step[link.target])
    return list(dict.fromkeys((role[link.source], role[link.target]) for link in within))


def _numbered(roles: Sequence[Role]) -> list[int]:
    numbers: dict[Role, int] = {}
    return [numbers.setdefault(role, len(numbers)) for role in roles]
