"""Learn: lessons, examples, networks through time, and a formula of one's own."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from microgradseq.cells import cell_width, shorten
from microgradseq.errors import UserError
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.messages import CopyText
from microgradseq_tui.screens.frame import ModeScreen, PlaceScreen
from microgradseq_tui.screens.opening import screen_for
from microgradseq_tui.widgets.graph.graph_view import GraphView
from microgradseq_tui.widgets.shell.marked_list import MarkedList
from microgradseq_tui.widgets.shell.prose import Prose

if TYPE_CHECKING:
    from microgradseq.lessons.contents import Entry
    from microgradseq_tui.app import MicrogradseqApp

GROUPS = {
    "lesson": "Lessons — read these first",
    "example": "Examples — small graphs",
    "time": "Through time — a word is read",
}
FULL, UNFOLDED = 8, 40
"""Up to so many nodes a preview shows full boxes; up to so many it is not folded by time."""
WIDE = 100
"""Columns from which on full boxes have room beside the list."""
LONGEST = 1000
PATTERN = "c=a+b; d=b+1; e=c*d @ a=2 b=1"


class LearnScreen(ModeScreen):
    """A list of what there is to learn from, and a preview of what is marked in it.

    Arguments:
        target: a line to open at once; see `screen_for`.
    """

    PLACE = "learn"
    CSS_PATH = "../styles/learn.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("learn")]

    def __init__(self, target: str | None = None) -> None:
        super().__init__(target)
        # made at once, so that a line that makes no sense is told of before anything is drawn
        self._first: PlaceScreen | None = None if target is None else screen_for(target)
        self._entries: dict[str, Entry] = {}

    @classmethod
    def takes_target(cls) -> bool:
        return True

    def body(self) -> ComposeResult:
        yield Static(self.title_words, classes="heading", markup=False)
        with Horizontal(id="halves"):
            with Vertical(id="choice"):
                yield MarkedList(id="entries", markup=False)
            with Vertical(id="preview"):
                yield Static("", id="about_title", markup=False)
                yield Prose(id="about_words")
                graph = GraphView()
                graph.can_focus = False
                yield graph
                yield Static("", id="cut_off", markup=False)
        with Horizontal(id="own"):
            yield Static("Your own formula ( / )", id="asking", markup=False)
            yield Input(placeholder=PATTERN, compact=True, max_length=LONGEST)
        yield Static("", id="mistake", markup=False)

    def on_mount(self) -> None:
        self.query_one("#mistake").display = False
        # the lessons take a moment to import: the screen is painted first
        self.call_after_refresh(self._fill)

    def on_screen_resume(self) -> None:
        # what was read meanwhile
        if self._entries:
            self._fill()

    def _fill(self) -> None:
        from microgradseq.lessons.contents import contents  # noqa: PLC0415 - slow to import

        if not self.is_attached:
            return
        app = cast("MicrogradseqApp", self.app)
        found = contents(app.remembered.language)
        self._entries = {entry.line: entry for entry in found}
        listed = self._list
        before = self._marked
        listed.clear_options()
        group = ""
        for entry in found:
            if entry.group != group:
                group = entry.group
                listed.add_option(Option(Content.styled(GROUPS[group], "bold"), disabled=True))
            done = app.remembered.lessons.get(entry.name, 0) if entry.length else 0
            listed.add_option(Option(self._row(entry, done), id=entry.line))
        listed.highlighted = listed.get_option_index((before or self._next(found)).line)
        if not isinstance(self.focused, Input):
            listed.focus()
        self.refresh_bindings()
        if self._first is not None:
            first, self._first = self._first, None
            self.app.push_screen(first)

    def _next(self, found: tuple[Entry, ...]) -> Entry:
        """The first lesson that was not read to its end; the first entry when all were."""
        read = cast("MicrogradseqApp", self.app).remembered.lessons
        waiting = (entry for entry in found if read.get(entry.name, 0) < entry.length)
        return next(waiting, found[0])

    def _row(self, entry: Entry, done: int) -> Content:
        # two cells at each side of a row are the list's and the row's own
        room = max(10, self._list.container_size.width - 5)
        if entry.group != "lesson":
            return Content(shorten(f"  {entry.name:<10} {entry.title}", room))
        if done >= entry.length:
            note = f"✓ {entry.minutes} min"
        else:
            note = f"{done}/{entry.length}" if done else f"{entry.minutes} min"
        title = shorten(f"  {entry.title}", room - cell_width(note) - 1)
        gap = " " * max(1, room - cell_width(title) - cell_width(note))
        return Content.assemble(title, gap, (note, "$accent"))

    def on_resize(self) -> None:
        """Lay the rows out for the new width."""
        if self._entries:
            self.call_after_refresh(self._fill)

    # ---- choosing

    @property
    def _list(self) -> MarkedList:
        return self.query_one("#entries", MarkedList)

    @property
    def _marked(self) -> Entry | None:
        at = self._list.highlighted
        if at is None or at >= self._list.option_count:
            return None
        return self._entries.get(self._list.get_option_at_index(at).id or "")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show what was marked."""
        entry = self._entries.get(event.option_id or "")
        if entry is None:
            return
        shown = entry.shown
        count = len(shown.graph.nodes)
        self.query_one("#about_title", Static).update(entry.title)
        self.query_one("#about_words", Prose).update(entry.words)
        graph = self.query_one(GraphView)
        timed = any("t" in node.tags for node in shown.graph.nodes)
        folded_by = "time" if count > UNFOLDED and timed else None
        graph.show(shown.graph, (), shown.folded_by or folded_by)
        wide = self.app.size.width >= WIDE
        graph.zoom = (0 if wide else 1) if count <= FULL else (1 if wide else 2)
        _zoom_until_it_fits(graph)
        graph.set_state({}, walked=())
        # a title of two lines leaves the graph less room, which is known only then
        self.call_after_refresh(self._tell_what_is_cut_off)

    def _tell_what_is_cut_off(self) -> None:
        graph = self.query_one(GraphView)
        whole, seen = graph.virtual_size, graph.size
        beyond = (whole.width > seen.width, "to the right"), (whole.height > seen.height, "below")
        ways = " and ".join(way for hidden, way in beyond if hidden)
        self.query_one("#cut_off", Static).update(f"… goes on {ways}" if ways else "")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open what was clicked, or marked when Enter was pressed."""
        self.action_open_marked()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("open_marked", "copy_command"):
            return True if self._marked is not None else None
        return action != "leave" or isinstance(self.focused, Input)

    @property
    def _line(self) -> str:
        """The line that opens what is marked, where one left it."""
        entry = self._marked
        if entry is None:
            return ""
        if not entry.length:
            return entry.line
        done = cast("MicrogradseqApp", self.app).remembered.lessons.get(entry.name, 0)
        number = done if 0 < done < entry.length else 1
        return f"lesson {entry.name} {number}"

    def action_open_marked(self) -> None:
        """Open what is marked."""
        if self._marked is not None:
            self.app.push_screen(screen_for(self._line))

    def action_copy_command(self) -> None:
        """Copy the command that opens what is marked."""
        if self._marked is not None:
            self.post_message(CopyText(f"microgradseq tui learn {shlex.quote(self._line)}"))

    def action_next_language(self) -> None:
        """Show the lessons in the next language."""
        cast("MicrogradseqApp", self.app).next_language()
        self._fill()

    # ---- one's own formula

    def action_own_formula(self) -> None:
        """Go to the field."""
        self.query_one(Input).focus()

    def action_leave(self) -> None:
        """Go back to the list."""
        self._tell("")
        self._list.focus()

    def on_input_changed(self) -> None:
        self._tell("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Step through what was typed."""
        try:
            screen = screen_for(event.value)
        except UserError as error:
            self._tell(str(error))
            return
        self.app.push_screen(screen)

    def _tell(self, text: str) -> None:
        mistake = self.query_one("#mistake", Static)
        mistake.update(text)
        mistake.display = bool(text)


def _zoom_until_it_fits(graph: GraphView) -> None:
    """Show less of each node, as far as the whole width can be seen then."""
    wished = graph.zoom
    while graph.virtual_size.width > graph.size.width:
        before = graph.zoom
        graph.zoom_out()
        if graph.zoom == before:
            # nothing shows it whole: what is in view can at least be read
            graph.zoom = wished
            return
