"""A graph on the screen: only the lines in view are drawn, from a layout made once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from microgradseq.graph import Graph, GraphNode
from microgradseq.graph.layout import Box
from microgradseq.graph.scene import DETAILS, Scene
from microgradseq.graph.scene_book import SceneBook
from microgradseq.graph.scene_moves import Direction, first_box, neighbour
from microgradseq.graph.scene_state import EdgeKey, Flow, SceneState
from microgradseq.graph.steps import Step
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.widgets.graph.colours import Palette
from microgradseq_tui.widgets.graph.place import (
    SIDE,
    Place,
    foot_line,
    place_of,
    scroll_showing,
    whole_size,
)

KEPT_STRIPS = 400


class GraphView(ScrollView, inherit_bindings=False):
    """A graph to look at, scroll, zoom, fold and step through.

    All ids are those of the graph given to `show`, whatever is folded.

    Arguments:
        graph: the graph; none yet where left out.
        steps: the walks that will be shown, so that boxes have room for every total.
        name, id, classes: as for any widget.
    """

    PLACE: ClassVar[str] = "graph"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("graph")]

    zoom: reactive[int] = reactive(0, init=False)
    """The zoom level: 0 full boxes, 1 names, 2 one cell a node."""
    follow: reactive[bool] = reactive(True, init=False)
    """Whether the view moves with the active node."""

    class NodeSelected(Message):
        """A node was selected.

        Arguments:
            graph_view: the view.
            id: the node's id; of a folded group, its last member's.
            node: the node as it is shown.
        """

        def __init__(self, graph_view: GraphView, id: int, node: GraphNode) -> None:
            super().__init__()
            self.graph_view = graph_view
            self.id = id
            self.node = node

        @property
        def control(self) -> GraphView:
            """The view."""
            return self.graph_view

    class NodeActed(NodeSelected):
        """Enter or a double click on a node that is no group."""

    def __init__(
        self,
        graph: Graph | None = None,
        steps: Iterable[Step] = (),
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._book: SceneBook | None = None
        self._now: tuple[Any, ...] = (None, None, None, None, "gradient")
        self._state = SceneState()
        self._badge_number = 0
        self._strips: dict[tuple[int, int, int], Strip] = {}
        self._palette: Palette | None = None
        self._drawn: Place | None = None
        if graph is not None:
            self.show(graph, steps)

    # ---- what is shown

    @property
    def scene(self) -> Scene | None:
        """The scene in view: the graph as folded, at this zoom level."""
        return self._book.scene(DETAILS[self.zoom]) if self._book else None

    @property
    def folded_by(self) -> str | None:
        """What the graph is folded by, if it is."""
        return self._book.folded_by if self._book else None

    @property
    def selected(self) -> int | None:
        """The selected node's id; of a folded group, its last member's."""
        if self._book is None or self._state.selected is None:
            return None
        return self._book.ids.base(self._state.selected.id)

    def show(self, graph: Graph, steps: Iterable[Step] = (), folded_by: str | None = None) -> None:
        """Show a graph; the same graph at another point keeps its layout, zoom and selection.

        Arguments:
            graph: the graph.
            steps: the walks that will be shown, so that boxes have room for every total.
            folded_by: time, layer or gate, to begin folded.
        """
        steps = tuple(steps)
        self._now = (None, None, None, None, "gradient")
        if self._book is None or not self._book.renewed(graph, steps):
            self._book = SceneBook(graph, steps)
            self._state = SceneState()
            if folded_by is not None:
                self._book.fold(folded_by)
            if self.is_attached:
                self.scroll_to(0, 0, animate=False)
        self._restate(self._state.selected)
        self._resized()

    def set_state(
        self,
        totals: Mapping[int, Any] | None = None,
        *,
        active_node: int | None = None,
        active_edge: EdgeKey | None = None,
        walked: Iterable[EdgeKey] | None = None,
        flow: Flow = "gradient",
    ) -> None:
        """Show what is known by now, without a new layout.

        Arguments:
            totals: the running total of every node reached, by id; None shows the gradients.
            active_node: the node whose total has just changed.
            active_edge: the edge just walked: id of the operation, and which operand of it.
            walked: the edges walked so far.
            flow: whether the totals are gradients or tangents.
        """
        if flow != self._state.flow:
            self._palette = None
        kept = None if walked is None else tuple(walked)
        self._now = (totals, active_node, active_edge, kept, flow)
        self._restate(self._state.selected)
        if self.follow:
            self._follow()

    def select(self, node_id: int | None) -> None:
        """Select a node and bring it into view; None selects nothing."""
        scene = self.scene
        if scene is None or self._book is None:
            return
        if node_id is None:
            self._restate(None)
            return
        boxes = scene.layout.boxes_of(self._book.ids.shown(node_id))
        if boxes:
            place = self._place(scene)
            middle = place.x + place.width // 2
            self._select(min(boxes, key=lambda box: (abs(box.x - middle), abs(box.y - place.y))))

    def zoom_in(self) -> None:
        """Show more of each node."""
        self.zoom = max(self.zoom - 1, 0)

    def zoom_out(self) -> None:
        """Show more nodes."""
        self.zoom = min(self.zoom + 1, len(DETAILS) - 1)

    def fold(self, by: str | None) -> None:
        """Fold by time, layer or gate; None unfolds everything."""
        if self._book is not None:
            before = self.selected
            self._book.fold(by)
            self._reopened(before)

    def unfold_selected(self) -> bool:
        """Open the selected group; False where no group is selected."""
        selected = self.selected
        if self._book is None or selected is None or not self._book.unfold(selected):
            return False
        self._reopened(selected)
        return True

    # ---- keys and the mouse

    def action_move(self, direction: Direction) -> None:
        """Select the next box in a direction."""
        scene = self.scene
        if scene is not None:
            start = self._state.selected
            box = self._starting_box(scene) if start is None else None
            box = box or (neighbour(scene.layout, start, direction) if start else None)
            if box is not None:
                self._select(box)

    def action_pan(self, columns: int, rows: int) -> None:
        """Scroll by some cells."""
        self.scroll_to(self.scroll_offset.x + columns, self.scroll_offset.y + rows, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by half a view: down where there is more below, otherwise along."""
        size = self.scrollable_content_region.size
        if self.max_scroll_y:
            self.action_pan(0, pages * max(1, size.height // 2))
        else:
            self.action_pan(pages * max(1, size.width // 2), 0)

    action_zoom_in = zoom_in
    action_zoom_out = zoom_out

    def action_act(self) -> None:
        """Open the selected group, or tell that a node was acted on."""
        selected = self._state.selected
        if selected is not None and not self.unfold_selected():
            self._tell(self.NodeActed, selected)

    def action_fold_next(self) -> None:
        """Fold by the next of time, layer and gate that the graph knows; then unfold."""
        if self._book is not None and self._book.folds:
            before = self.selected
            self._book.fold_next()
            self._reopened(before)

    def action_unfold(self) -> None:
        """Open the selected group; where none is selected, all of them."""
        if not self.unfold_selected():
            self.fold(None)

    def action_toggle_follow(self) -> None:
        """Follow the active node, or stop doing so."""
        self.follow = not self.follow

    def on_click(self, event: events.Click) -> None:
        """Select what was clicked; a double click acts on it."""
        scene = self.scene
        offset = event.get_content_offset(self)
        if scene is None or offset is None:
            return
        place = self._place(scene)
        box = scene.layout.box_at(place.x + offset.x, place.y + offset.y)
        if box is not None and offset.y < place.rows:
            self._select(box)
            if event.chain > 1:
                self.action_act()

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 1)

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseScrollDown | events.MouseScrollUp, way: int) -> None:
        """A picture that is only too wide is scrolled sideways by the plain wheel too."""
        event.stop()
        event.prevent_default()
        if event.shift or event.ctrl or not self.max_scroll_y:
            self.action_pan(8 * way, 0)
        else:
            self.action_pan(0, 2 * way)

    # ---- what follows from changes

    def watch_zoom(self) -> None:
        """Lay the graph out for the new level and keep the same node in view."""
        if self._book is not None:
            self._reopened(self.selected)

    def watch_follow(self, follow: bool) -> None:
        """Go to the active node."""
        if follow:
            self._follow()

    def notify_style_update(self) -> None:
        """Look all colours up again."""
        super().notify_style_update()
        self._palette = None
        self._strips.clear()

    def on_mount(self) -> None:
        """Take new colours when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self.notify_style_update())

    def on_resize(self) -> None:
        """Keep what matters in view, scrolled as if the size had never been another."""
        self._resized()
        self.call_after_refresh(self._keep_in_view)

    def _reopened(self, selected: int | None) -> None:
        scene = self.scene
        if scene is None or self._book is None:
            return
        box = None
        if selected is not None:
            number = self._badge_number
            boxes = scene.layout.boxes_of(self._book.ids.shown(selected))
            box = boxes[min(number, len(boxes) - 1)]
        self._restate(box)
        self._resized()
        self._keep_in_view()

    def _restate(self, selected: Box | None) -> None:
        scene = self.scene
        if scene is None or self._book is None:
            return
        state = self._book.state(*self._now)
        self._state = SceneState(
            state.totals, state.active, state.active_edge, state.walked, state.flow, selected
        )
        if selected is not None:
            self._badge_number = scene.layout.boxes_of(selected.id).index(selected)
        self._strips.clear()
        self.refresh()

    def _select(self, box: Box) -> None:
        before = self._state.selected
        self._restate(box)
        self._bring_into_view([box])
        if before is None or before.id != box.id:
            self._tell(self.NodeSelected, box)

    def _tell(self, message: type[NodeSelected], box: Box) -> None:
        if self._book is not None:
            node = self._book.shown.node(box.id)
            self.post_message(message(self, self._book.ids.base(box.id), node))

    def _starting_box(self, scene: Scene) -> Box | None:
        active = scene.active_boxes(self._state)
        return active[0] if active else first_box(scene.layout, scene.graph.output)

    # ---- where the view stands

    def _place(self, scene: Scene) -> Place:
        return place_of(scene, self.scrollable_content_region.size, self.scroll_offset)

    def _resized(self) -> None:
        scene = self.scene
        if scene is not None:
            self.virtual_size = whole_size(scene, self._place(scene))
            self._strips.clear()
            self.refresh()

    def _follow(self) -> None:
        if self.scene is not None:
            self._bring_into_view(self.scene.active_boxes(self._state))

    def _keep_in_view(self) -> None:
        if self.follow or self._state.selected is not None:
            self.scroll_to(0, 0, animate=False, immediate=True)
        if self._state.selected is not None:
            self._bring_into_view([self._state.selected])
        else:
            self._follow()

    def _bring_into_view(self, boxes: list[Box]) -> None:
        scene = self.scene
        if not boxes or scene is None or not self.is_attached:
            return
        scroll = scroll_showing(boxes, scene, self._place(scene), self.scroll_offset)
        self.scroll_to(scroll.x, scroll.y, animate=False)

    # ---- drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the view."""
        self._palette = self._palette or Palette(self, self._state.flow == "tangent")
        self._drawn = self._place(self.scene) if self.scene else None
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line of the view."""
        palette, place, scene = self._palette, self._drawn, self.scene
        if palette is None or place is None or scene is None or y >= place.rows + place.foot:
            return Strip.blank(self.size.width, self.rich_style)
        if y >= place.rows:
            line = foot_line(scene, self._state, place, y - place.rows)
            return palette.strip(line, place.width, SIDE)
        key = place.y + y, place.x, place.width
        if key not in self._strips:
            if len(self._strips) >= KEPT_STRIPS:
                self._strips.clear()
            spans = scene.line(key[0], place.x, place.x + place.width, self._state)
            self._strips[key] = palette.strip(spans, place.width)
        return self._strips[key]
