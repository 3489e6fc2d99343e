"""Every scene of one graph: three zoom levels, folded and unfolded, each laid out once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from microgradseq.errors import UserError
from microgradseq.graph.folding import FOLDS, FoldedGraph
from microgradseq.graph.picture import Detail
from microgradseq.graph.scene import Scene
from microgradseq.graph.scene_folds import Correspondence
from microgradseq.graph.scene_state import EdgeKey, Flow, SceneState
from microgradseq.graph.snapshot import Graph
from microgradseq.graph.staged import widest_totals
from microgradseq.graph.steps import Step

KEPT_SCENES = 12


class SceneBook:
    """The scenes of a graph, and which of them is open.

    Arguments:
        graph: the graph; of a folded one, the graph below is kept for unfolding.
        steps: the walks that will be shown, so that boxes have room for every total.

    >>> from microgradseq import Value
    >>> a = Value(2.0, name="a")
    >>> book = SceneBook(Graph.of(a * a))
    >>> book.scene("names") is book.scene("names"), book.folds
    (True, ())
    """

    def __init__(self, graph: Graph, steps: Iterable[Step] = ()) -> None:
        self.base = graph.base if isinstance(graph, FoldedGraph) else graph
        self.folds = tuple(
            by for by, tags in FOLDS.items() if any(tags[-1] in node.tags for node in graph.nodes)
        )
        self.folded_by: str | None = None
        self._room = widest_totals(steps)
        self._scenes: OrderedDict[tuple[Graph, Detail], Scene] = OrderedDict()
        self._folded: dict[str, Graph] = {}
        self._open(graph)

    def scene(self, detail: Detail) -> Scene:
        """The open scene at a zoom level."""
        key = self.shown, detail
        if key not in self._scenes:
            self._scenes[key] = Scene(self.shown, detail, self.ids.totals(self._room))
            if len(self._scenes) > KEPT_SCENES:
                self._scenes.popitem(last=False)
        self._scenes.move_to_end(key)
        return self._scenes[key]

    def fold(self, by: str | None) -> None:
        """Fold by time, layer, gate or a tag; None unfolds everything."""
        if by is None:
            self._open(self.base)
        else:
            if by not in self._folded:
                try:
                    self._folded[by] = self.base.fold(by)
                except ValueError as error:
                    raise UserError(str(error)) from error
            self._open(self._folded[by])
        self.folded_by = by

    def fold_next(self) -> None:
        """The next of the folds that this graph has tags for; after the last, unfolded."""
        every: list[str | None] = [None, *self.folds]
        self.fold(every[(every.index(self.folded_by) + 1) % len(every)])

    def unfold(self, id: int) -> bool:
        """Open the group that stands for a node.

        Arguments:
            id: a node of the graph below.
        Returns:
            Whether there was a group to open.
        """
        group = self.ids.shown(id)
        if not isinstance(self.shown, FoldedGraph) or self.shown.node(group).kind != "group":
            return False
        self._open(self.shown.unfold(group))
        if self.shown is self.base:
            self.folded_by = None
        return True

    def renewed(self, graph: Graph, steps: Iterable[Step] = ()) -> bool:
        """Take over the numbers of another graph of the same form; only where nothing is folded.

        Arguments:
            graph: such as the same formula at another point.
            steps: the walks that will be shown.
        Returns:
            Whether that was possible; if not, nothing has changed.
        """
        if self.shown is not self.base or graph.output != self.base.output:
            return False
        room = widest_totals(steps)
        scenes = [(detail, one) for (of, detail), one in self._scenes.items() if of is self.base]
        if not scenes or not all(scene.fits(graph, room) for _, scene in scenes):
            return False
        for _, scene in scenes:
            scene.renew(graph)
        self.base, self._room = graph, room
        self._folded.clear()
        self._scenes = OrderedDict(((graph, detail), scene) for detail, scene in scenes)
        self._open(graph)
        return True

    def state(
        self,
        totals: Mapping[int, Any] | None,
        active: int | None,
        active_edge: EdgeKey | None,
        walked: Iterable[EdgeKey] | None,
        flow: Flow,
    ) -> SceneState:
        """What is known, in the ids of the open scene; arguments as of `SceneState`."""
        ids = self.ids
        if self.shown is self.base:
            seen = None if walked is None else frozenset(walked)
            return SceneState(totals, active, active_edge, seen, flow)
        edges = None if walked is None else (ids.edge(edge) for edge in walked)
        return SceneState(
            None if totals is None else ids.totals(totals),
            None if active is None else ids.shown(active),
            None if active_edge is None else ids.edge(active_edge),
            None if edges is None else frozenset(edge for edge in edges if edge is not None),
            flow,
        )

    def _open(self, graph: Graph) -> None:
        self.shown = graph
        self.ids = Correspondence(self.base, graph)
