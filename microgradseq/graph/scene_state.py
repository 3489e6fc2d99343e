"""What changes on a scene from step to step, while the layout stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from microgradseq.graph.layout import Box

EdgeKey = tuple[int, int]
"""An edge: the id of the operation, and which operand of it."""
Flow = Literal["gradient", "tangent"]
"""What the totals are: gradients that flow back, or tangents that flow on."""


@dataclass(frozen=True, slots=True)
class SceneState:
    """What is known and looked at.

    Arguments:
        totals: the running total of every node reached so far, by id; None shows each node's own
            gradient.
        active: the node whose total has just changed.
        active_edge: the edge that was just walked.
        walked: the edges walked so far; None counts all of them as walked but shows none so.
        flow: what the totals are.
        selected: the box that is selected.

    >>> SceneState(totals={4: 1.0}, active=4).reached(4)
    True
    """

    totals: Mapping[int, Any] | None = None
    active: int | None = None
    active_edge: EdgeKey | None = None
    walked: frozenset[EdgeKey] | None = field(default=None)
    flow: Flow = "gradient"
    selected: Box | None = None

    def reached(self, id: int) -> bool:
        """Whether a node has received anything yet."""
        return self.totals is not None and id in self.totals

    def shows_label(self, edge: EdgeKey) -> bool:
        """Whether the local derivative of an edge is known by now."""
        return self.walked is None or edge in self.walked or edge == self.active_edge

    def was_walked(self, edge: EdgeKey) -> bool:
        """Whether an edge lies behind."""
        return self.walked is not None and edge in self.walked
