"""What the graph beside a paragraph shows: a walk at a step, or a network during its sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from microgradseq.graph import Graph
from microgradseq.graph.scene_state import EdgeKey, Flow
from microgradseq.graph.steps import Step
from microgradseq.lessons.stage import known_by
from microgradseq.lessons.through_time import ThroughTime
from microgradseq.lessons.time_state import TimeState
from microgradseq.lessons.walkthrough import Walkthrough


@dataclass(frozen=True, eq=False)
class Shown:
    """A graph at one moment.

    Arguments:
        graph, steps: the graph, and the walk through it.
        number: the step that was taken last; None before the walk starts.
        totals, walked, active_node, active_edge, flow: as for `GraphView.set_state`.
        title: what it is, as a formula or a few words.
        walk: the walk; None for a network in time.
        network, time: the network and its place as a line; None for a walk.
        mark: the node that is pointed out.
        folded_by: what the graph is folded by.
    """

    graph: Graph
    steps: tuple[Step, ...]
    number: int | None
    totals: Mapping[int, Any]
    walked: frozenset[EdgeKey]
    active_node: int | None
    active_edge: EdgeKey | None
    flow: Flow
    title: str
    walk: Walkthrough | None = None
    network: ThroughTime | None = None
    time: TimeState | None = None
    mark: int | None = None
    folded_by: str | None = None

    def marked(self, name: str, folded_by: str) -> Shown:
        """The same with a node pointed out, and folded.

        Arguments:
            name: of the node; "" for none.
            folded_by: time, layer or gate; "" for not folded.
        """
        mark = self.graph.find(name).id if name else None
        return replace(self, mark=mark, folded_by=folded_by or self.folded_by)

    @property
    def step(self) -> Step:
        """The step that was taken last; ValueError before the walk starts."""
        if self.number is None:
            raise ValueError("the walk has not started; give the paragraph a step or a node")
        return self.steps[self.number]

    @property
    def words(self) -> str:
        """What has just been done; what is shown where nothing was done yet."""
        if self.number is None:
            return self.title
        if self.network is not None:
            weight = self.network.weight("weight_hh_l0")
            return self.network.words(self.network.moment(self.number, weight), weight)
        return f"step {self.number + 1} of {len(self.steps)}: {self.step.text}"

    @property
    def share(self) -> str:
        """The line that opens this graph at this step by itself."""
        if self.walk is not None:
            return self.walk.share()
        return "" if self.time is None else self.time.share()


def shown_walk(
    target: str,
    at: Mapping[str, float],
    mode: str = "reverse",
    wrt: str = "",
    step: int | str | None = None,
    node: str = "",
) -> Shown:
    """A walk at a step; ValueError where there is none such.

    Arguments:
        target: an example's name or formulas.
        at: numbers by name.
        mode, wrt: of the walk; an empty wrt is the first leaf.
        step: from 0, or "last"; None before it starts.
        node: instead of a step, the node whose total has just become complete.
    """
    walk = Walkthrough.of(target, at)
    walk.switch(mode, wrt or None)
    last = len(walk.steps) - 1
    if step == "last":
        walk.last()
    elif isinstance(step, int) and 0 <= step <= last:
        walk.go(step)
    elif step is not None:
        raise ValueError(f"the walk has steps 0 to {last}, not {step}")
    if node and not walk.to_node(walk.graph.find(node).id):
        raise ValueError(f"the walk never reaches {node}")
    state, started = walk.state(), step is not None or bool(node)
    return Shown(
        walk.graph,
        walk.steps,
        walk.number if started else None,
        state.totals if started else {},
        state.walked if started else frozenset(),
        state.active_node if started else None,
        state.active_edge if started else None,
        state.flow,
        walk.expression,
        walk=walk,
    )


@lru_cache(maxsize=8)
def _network(state: TimeState) -> ThroughTime:
    return ThroughTime(state)


def shown_time(state: TimeState, sweep: int | None) -> Shown:
    """A network in time, its sweep having done one time step.

    Arguments:
        state: the network.
        sweep: the time step that the sweep back has just done; None before it starts.
    """
    network = _network(state.network)
    if sweep is not None and not 0 <= sweep < len(network.letters):
        raise ValueError(f"the sweep has time steps 0 to {len(network.letters) - 1}, not {sweep}")
    number = None if sweep is None else network.end_of(sweep)
    totals: Mapping[int, Any] = {}
    walked: set[EdgeKey] = set()
    edge: EdgeKey | None = None
    if number is not None:
        totals, walked, edge = known_by(network.steps, number)
    return Shown(
        network.graph,
        tuple(network.steps),
        number,
        totals,
        frozenset(walked),
        None if number is None else network.steps[number].node,
        edge,
        "gradient",
        f"{state.cell} over “{state.word}”",
        network=network,
        time=replace(state, step=number or 0),
        folded_by="time",
    )
