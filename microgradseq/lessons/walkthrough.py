"""A derivative walked through step by step: where one is, and what can be said and tried there."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from microgradseq.errors import UserError
from microgradseq.graph import Graph
from microgradseq.graph.paths import Paths
from microgradseq.graph.scene_state import EdgeKey, Flow
from microgradseq.graph.snapshot import is_scalar
from microgradseq.graph.steps import Step
from microgradseq.lessons.predictions import Verdict, judged
from microgradseq.lessons.stage import known_by
from microgradseq.lessons.walk_check import Check, check_node
from microgradseq.lessons.walk_costs import Cost, Costs, cost_of, cost_of_all_forward
from microgradseq.lessons.walk_expression import Explanation, Part, explained, expression_of
from microgradseq.lessons.walk_paths import LISTED, PathsNow, paths_now
from microgradseq.lessons.walk_share import MODES, Mode, SharedWalk
from microgradseq.lessons.walk_target import Target, target_of


@dataclass(frozen=True, slots=True)
class WalkState:
    """What a picture of the graph shows now; the fields are those of `GraphView.set_state`.

    Arguments:
        totals: the running total of every node reached so far, by id.
        active_node: the node whose total has just changed.
        active_edge: the edge just walked.
        walked: all edges walked so far.
        flow: whether the totals are gradients or tangents.
    """

    totals: Mapping[int, Any]
    active_node: int
    active_edge: EdgeKey | None
    walked: frozenset[EdgeKey]
    flow: Flow


@dataclass(frozen=True, slots=True)
class Change:
    """A node before and after a leaf was edited.

    Arguments:
        name: the node's.
        value, value_before: its number now, and before.
        total, total_before: what the walk has brought it so far, and had brought it; None for
            nothing yet.
    """

    name: str
    value: float
    value_before: float
    total: float | None
    total_before: float | None

    @property
    def differs(self) -> bool:
        """Whether anything changed."""
        return (self.value, self.total) != (self.value_before, self.total_before)


class Walkthrough:
    """A walk through the derivatives of a target.

    Arguments:
        target: the graph.
        at: the numbers that were given for it.

    >>> walk = Walkthrough.of("c=a+b; d=b+1; e=c*d", {"a": 2, "b": 1})
    >>> walk.last()
    >>> walk.explanation().running
    '∂e/∂b = 3 + 2 = 5'
    """

    def __init__(self, target: Target, at: Mapping[str, float] | None = None) -> None:
        self.target = target
        self.at = dict(at or {})
        self.graph: Graph = target.graph
        self.names = tuple(target.derivatives)
        if not self.names:
            raise UserError("there is no named leaf to derive with respect to")
        if not is_scalar(self.graph):
            raise UserError("a walk leads through graphs of single numbers; this one has arrays")
        self.mode: Mode = "reverse"
        self.wrt = self.names[0]
        self.number = 0
        self.earlier: Walkthrough | None = None
        """The walk as it was before the last edit of a leaf, at the same step."""
        self._walks: dict[tuple[Mode, str], tuple[Step, ...]] = {}
        self._paths: dict[str, Paths] = {}
        self._left: dict[Mode, int] = {}

    @classmethod
    def of(cls, target: str, at: Mapping[str, float] | None = None) -> Walkthrough:
        """Begin a walk; UserError where the target cannot be built.

        Arguments:
            target: an example's name, or formulas with `;` between them.
            at: numbers by name.
        """
        return cls(target_of(target, at), at)

    @classmethod
    def reopen(cls, line: str) -> Walkthrough:
        """Go back to a place that `share` wrote down; UserError where the line makes no sense.

        Arguments:
            line: see `walk_share`.
        """
        shared = SharedWalk.read(line)
        walk = cls.of(shared.target, shared.at)
        walk.switch(shared.mode, shared.wrt)
        if shared.step >= len(walk.steps):
            raise UserError(f"the walk has {len(walk.steps)} steps; step={shared.step} is past it")
        walk.go(shared.step)
        return walk

    def share(self) -> str:
        """One line that `reopen` reads again."""
        return SharedWalk(self.target.text, self.at, self.mode, self.wrt, self.number).line()

    @property
    def title(self) -> str:
        """What is walked through: the example's title, or that it is a formula."""
        return "Your formula" if self.target.example is None else self.target.example.title

    @property
    def expression(self) -> str:
        """The formula."""
        return self.target.expression

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the mode that is chosen."""
        return self._steps(self.mode, self.wrt)

    @property
    def step(self) -> Step:
        """Where the walk is."""
        return self.steps[self.number]

    @property
    def output(self) -> str:
        """The output's name."""
        return self.graph.node(self.graph.output).name

    # ---- going

    def go(self, number: int) -> None:
        """Go to a step; numbers beyond the ends go to the ends."""
        self.number = min(max(number, 0), len(self.steps) - 1)

    def next(self) -> None:
        """Take the next step."""
        self.go(self.number + 1)

    def back(self) -> None:
        """Undo the last step."""
        self.go(self.number - 1)

    def first(self) -> None:
        """Go to the beginning."""
        self.go(0)

    def last(self) -> None:
        """Go to the end."""
        self.go(len(self.steps) - 1)

    def to_node(self, id: int) -> bool:
        """Go to where a node's total is complete; False where the walk never reaches it."""
        found = [step.number for step in self.steps if step.node == id]
        if found:
            self.go(found[-1])
        return bool(found)

    def times(self) -> tuple[int, ...]:
        """The time steps of the graph, in order; none where nothing carries a time."""
        tags = (node.tags.get("t") for node in self.graph.nodes)
        return tuple(sorted({tag for tag in tags if isinstance(tag, int)}))

    def to_time(self, t: int) -> bool:
        """Go to the first step at a time; False where the walk has none there."""
        return self._to_first(lambda step: self.graph.node(step.node).tags.get("t") == t)

    def to_first_nan(self) -> bool:
        """Go to the first NaN or infinity; False where every number is finite."""
        return self._to_first(lambda step: not all(map(_finite, _numbers_of(step))))

    def _to_first(self, wanted: Callable[[Step], bool]) -> bool:
        found = next((step.number for step in self.steps if wanted(step)), None)
        if found is not None:
            self.go(found)
        return found is not None

    def switch(self, mode: str, wrt: str | None = None) -> None:
        """Change the mode or the chosen leaf, and stay at the same node.

        Arguments:
            mode: "reverse" or "forward".
            wrt: the leaf; the one that is chosen if left out.
        """
        known = next((each for each in MODES if each == mode), None)
        if known is None:
            raise UserError(f"mode is {' or '.join(MODES)}, got {mode!r}")
        leaf = self.wrt if wrt is None else wrt
        if leaf not in self.names:
            raise UserError(f"there is no leaf {leaf!r}; there is {', '.join(self.names)}")
        place = self._place_in(known, leaf)
        self._left[self.mode] = self.number
        self.mode, self.wrt = known, leaf
        self.go(place)

    def _place_in(self, mode: Mode, wrt: str) -> int:
        """The step of another walk that is at the same node, or next to it."""
        if mode == self.mode and (mode == "reverse" or wrt == self.wrt):
            return self.number
        steps, node = self._steps(mode, wrt), self.step.node
        left = self._left.get(mode, -1)
        if 0 <= left < len(steps) and steps[left].node == node:
            return left
        if mode == "reverse":
            passed = [step.number for step in steps if step.node >= node]
        else:
            passed = [step.number for step in steps if step.node <= node]
        return passed[-1] if passed else 0

    def _steps(self, mode: Mode, wrt: str) -> tuple[Step, ...]:
        key = mode, "" if mode == "reverse" else wrt
        if key not in self._walks:
            self._walks[key] = tuple(self.graph.steps(mode, wrt=key[1] or None))
        return self._walks[key]

    # ---- what can be said here

    def state(self) -> WalkState:
        """What a picture of the graph shows now."""
        totals, walked, edge = known_by(self.steps, self.number)
        flow: Flow = "gradient" if self.mode == "reverse" else "tangent"
        return WalkState(totals, self.step.node, edge, frozenset(walked), flow)

    def explanation(self) -> Explanation:
        """The step in words, and with its numbers."""
        return explained(self.graph, self.steps, self.number, self.wrt)

    def expression_parts(self) -> tuple[Part, ...]:
        """The derivative as far as it is written by now, the factor of this step marked."""
        return expression_of(self.graph, self.steps, self.number, self.wrt)

    def costs(self) -> Costs:
        """Multiplications and additions of both modes, so far and in all."""
        reverse, forward = (self._steps(mode, self.wrt) for mode in MODES)
        return Costs(
            leaves=len(self.names),
            wrt=self.wrt,
            reverse=cost_of(reverse, self._place_in("reverse", self.wrt)),
            reverse_all=cost_of(reverse),
            forward=cost_of(forward, self._place_in("forward", self.wrt)),
            forward_one=cost_of(forward),
            forward_all=self._forward_all,
        )

    @cached_property
    def _forward_all(self) -> Cost:
        return cost_of_all_forward(self.graph, self.names)

    def paths(self, leaf: str | None = None) -> PathsNow:
        """All paths from a leaf to the output, and how many the walk has passed.

        Arguments:
            leaf: its name; the chosen one if left out.
        """
        name = self.wrt if leaf is None else leaf
        if name not in self._paths:
            self._paths[name] = self.graph.paths(name, LISTED)
        return paths_now(self.graph, self._paths[name], self.state().walked)

    # ---- what can be tried here

    def ahead(self) -> int:
        """The node to ask a derivative for: one that the walk has not told yet, but soon will.

        Forward mode tells the output's derivative at its end, for the leaf that it follows.
        """
        if self.mode == "forward":
            return self.graph.find(self.wrt).id
        return self.steps[min(self.number + 1, len(self.steps) - 1)].node

    def editable(self, id: int) -> bool:
        """Whether a node's number can be changed."""
        return self.graph.node(id).kind == "leaf"

    def edit(self, leaf: str, value: float) -> None:
        """Give a leaf another number; UserError, and nothing changed, where that cannot be.

        The walk stays at its step, and `earlier` keeps it as it was.

        Arguments:
            leaf: its name.
            value: the number.
        """
        at = {**self.at, leaf: value}
        target = target_of(self.target.text, at)
        earlier = copy(self)
        earlier.earlier = None
        self.earlier = earlier
        self.target, self.at, self.graph = target, at, target.graph
        self._walks, self._paths = {}, {}
        self.go(self.number)

    def changes(self) -> tuple[Change, ...]:
        """Every node before and after the last edit; nothing where none was made."""
        if self.earlier is None:
            return ()
        self.earlier.switch(self.mode, self.wrt)
        self.earlier.go(self.number)
        now, before = self.state().totals, self.earlier.state().totals
        pairs = zip(self.graph.nodes, self.earlier.graph.nodes, strict=True)
        return tuple(
            Change(new.name, new.value, old.value, now.get(new.id), before.get(old.id))
            for new, old in pairs
            if new.kind != "constant"
        )

    def predict(self, id: int, text: str) -> Verdict:
        """Judge what a learner typed for the derivative of the output.

        Arguments:
            id: the node it is taken for.
            text: as it was typed.
        """
        return judged(self.graph, id, text)

    def check(self, id: int) -> Check:
        """Compare the derivative of the output at a node with finite differences."""
        return check_node(self.graph, id)


def _numbers_of(step: Step) -> tuple[Any, ...]:
    return step.upstream, step.local, step.contribution, step.total


def _finite(number: Any) -> bool:
    return number is None or math.isfinite(number)
