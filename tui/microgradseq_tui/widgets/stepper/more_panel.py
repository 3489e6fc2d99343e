"""Beside the step: what it cost, the paths of a leaf, what an edit changed."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.widgets import Static

from microgradseq.cells import cell_width, shorten
from microgradseq.lessons.walk_costs import Cost
from microgradseq.lessons.walkthrough import Walkthrough
from microgradseq.numbers import plural, readable

KINDS = ("costs", "paths", "changes")
BAR = 10
LABEL = 12
"""Cells for the name of a leaf beside its costs."""


class MorePanel(Static):
    """One of three panels; its first line says which."""

    kind = KINDS[0]
    """Which one is shown."""
    leaf: str | None = None
    """The leaf whose paths are shown; None for the one that the walk follows."""

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def turn(self) -> None:
        """Show the next panel."""
        self.kind = KINDS[(KINDS.index(self.kind) + 1) % len(KINDS)]

    def show(self, walk: Walkthrough) -> None:
        """Show what holds at the step where a walk is.

        Arguments:
            walk: the walk.
        """
        writers = {"costs": _costs, "paths": self._paths, "changes": self._changes}
        first, *others = writers[self.kind](walk)
        heading = Content.styled(first, "bold $accent")
        self.update(Content("\n").join([heading, *map(Content, others)]))

    @property
    def _rows(self) -> int:
        return max(1, (self.size.height or 5) - 2)

    def _paths(self, walk: Walkthrough) -> Iterator[str]:
        now = walk.paths(self.leaf)
        yield f"Paths from {now.leaf} to {walk.output}: ∂ is the sum of products"
        full = round(BAR * now.share)
        bar = "█" * full + "░" * (BAR - full)
        passed = f"{now.passed:,} of {plural(now.count, 'path')}"
        yield f"{bar} {passed}, sum {readable(now.sum_passed)} of {readable(now.sum)}"
        rows = self._rows
        # the path that the walk is on stays in view
        start = next((place for place, row in enumerate(now.rows) if not row.passed), 0)
        start = max(0, min(start, len(now.rows) - rows))
        for row in now.rows[start : start + rows]:
            mark = "✓" if row.passed else "▸" if row.walked else " "
            yield f"{mark} {row.factors}   {' → '.join(row.names)}"

    def _changes(self, walk: Walkthrough) -> Iterator[str]:
        changes = [each for each in walk.changes() if each.differs]
        if not changes:
            yield "Old beside new"
            yield "Select a leaf, then e gives it another number."
            return
        yield "Old → new: value, then derivative so far"
        rows = self._rows + 1
        shown = changes if len(changes) <= rows else changes[: rows - 1]
        width = max(cell_width(each.name) for each in shown)
        for each in shown:
            name = each.name + " " * (width - cell_width(each.name))
            value = f"{readable(each.value_before)} → {readable(each.value)}"
            yield f"{name}  {value}   ∂ {_known(each.total_before)} → {_known(each.total)}"
        if len(shown) < len(changes):
            yield f"… and {len(changes) - len(shown):,} more"


def _costs(walk: Walkthrough) -> Iterator[str]:
    costs = walk.costs()
    leaves = "1 leaf" if costs.leaves == 1 else f"{costs.leaves:,} leaves"
    # the other mode, at the same node, would have its steps counted from the other end
    back, on = (
        (_cost(costs.reverse), "—") if walk.mode == "reverse" else ("—", _cost(costs.forward))
    )
    rows = (
        ("What it costs", "so far", "in all"),
        (f"reverse, {leaves}", back, _cost(costs.reverse_all)),
        (f"forward, {shorten(costs.wrt, LABEL)}", on, _cost(costs.forward_one)),
        (f"forward, {leaves}", "—", _cost(costs.forward_all)),
    )
    widths = [max(cell_width(row[place]) for row in rows) for place in range(3)]
    for name, so_far, whole in rows:
        gap = " " * (widths[0] - cell_width(name))
        yield f"{name}{gap}  {so_far:>{widths[1]}}  {whole:>{widths[2]}}"
    yield "× multiplications, + additions"


def _cost(cost: Cost) -> str:
    return f"{cost.multiplications:,} × {cost.additions:,} +"


def _known(total: float | None) -> str:
    return "?" if total is None else readable(total)
