"""A lesson: a few sentences at a time, and beside them the graph that they speak of."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from microgradseq.lessons.lesson import lesson_named, share
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.messages import CopyText, ParagraphRead
from microgradseq_tui.screens.frame import PlaceScreen
from microgradseq_tui.screens.opening import screen_for
from microgradseq_tui.widgets.graph.graph_view import GraphView
from microgradseq_tui.widgets.shell.key_bar import KeyBar
from microgradseq_tui.widgets.shell.prompt import Prompt
from microgradseq_tui.widgets.shell.prose import Prose

if TYPE_CHECKING:
    from microgradseq.lessons.paragraph import Paragraph
    from microgradseq_tui.app import MicrogradseqApp

ENDED = " · the end; Esc goes back to the list"


class LessonScreen(PlaceScreen):
    """A lesson.

    Arguments:
        name: of the lesson.
        paragraph: where to begin, from 0.
    """

    PLACE = "lesson"
    CSS_PATH = "../styles/lesson.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("lesson")]
    # the graph takes keys only when it is asked to: until then Enter opens it
    AUTO_FOCUS = ""

    def __init__(self, name: str, paragraph: int = 0) -> None:
        super().__init__()
        self.lesson = lesson_named(name)
        self.number = paragraph

    def compose(self) -> ComposeResult:
        yield Static("", id="title", markup=False)
        with Horizontal(id="page"):
            with VerticalScroll(id="text", can_focus=False):
                yield Prose(id="words")
                yield Prose(id="question")
                yield Static("", id="verdict", markup=False)
            with Vertical(id="picture"):
                yield GraphView()
                yield Static("", id="caption", markup=False)
        yield Prompt()
        yield KeyBar()

    def on_mount(self) -> None:
        app = cast("MicrogradseqApp", self.app)
        self.lesson = lesson_named(self.lesson.name, app.remembered.language)
        self._show()

    @property
    def paragraph(self) -> Paragraph:
        """The paragraph that is read."""
        return self.lesson.paragraphs[self.number]

    # ---- reading

    def action_turn(self, by: int) -> None:
        """Go on or back.

        Arguments:
            by: how many paragraphs.
        """
        self._go(self.number + by)

    def action_first(self) -> None:
        """Go to the first paragraph."""
        self._go(0)

    def action_last(self) -> None:
        """Go to the last paragraph."""
        self._go(len(self.lesson.paragraphs) - 1)

    def action_scroll_text(self, by: int) -> None:
        """Scroll the text.

        Arguments:
            by: how many rows down.
        """
        self.query_one("#text", VerticalScroll).scroll_relative(y=by, animate=False)

    def action_leave(self) -> None:
        """Close the field, or go back to Learn."""
        prompt = self.query_one(Prompt)
        if prompt.purpose:
            prompt.close()
            self.set_focus(None)
        elif self.is_current:
            self.dismiss()

    def action_next_language(self) -> None:
        """Read on in the next language."""
        language = cast("MicrogradseqApp", self.app).next_language()
        self.lesson = lesson_named(self.lesson.name, language)
        self._show()

    def _go(self, number: int) -> None:
        number = min(max(number, 0), len(self.lesson.paragraphs) - 1)
        if number != self.number:
            self.number = number
            self._show()

    # ---- trying

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "answer" and not self.paragraph.question:
            return None
        if action == "turn" and parameters:
            number = self.number + int(str(parameters[0]))
            return True if 0 <= number < len(self.lesson.paragraphs) else None
        return True

    def action_answer(self) -> None:
        """Ask for the answer."""
        self.query_one(Prompt).ask("answer", "Your answer: ")

    def action_try_it(self) -> None:
        """Open the graph by itself, at this step."""
        self.app.push_screen(screen_for(self.paragraph.shown.share))

    def action_copy_share(self) -> None:
        """Copy the command that opens this paragraph again."""
        line = share(self.lesson.name, self.number)
        self.post_message(CopyText(f"microgradseq tui learn {shlex.quote(line)}"))

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        self.set_focus(None)
        answer = self.paragraph.check(message.text)
        self._say(f"{'✓' if answer.right else '✗'} {answer.words}")

    # ---- what is shown

    def _show(self) -> None:
        paragraph, count = self.paragraph, len(self.lesson.paragraphs)
        shown = paragraph.shown
        self.query_one(Prompt).close()
        self.query_one("#title", Static).update(
            Content.assemble(
                (f"{self.lesson.title}   ", "$accent bold"),
                f"{self.number + 1} of {count}",
                ENDED if self.number + 1 == count else "",
            )
        )
        self.query_one("#words", Prose).update(paragraph.text)
        question = self.query_one("#question", Prose)
        question.update(f"? {paragraph.asked}   (a to answer)" if paragraph.question else "")
        question.display = bool(paragraph.question)
        self._say("")
        self.query_one("#text", VerticalScroll).scroll_home(animate=False)
        graph = self.query_one(GraphView)
        graph.show(shown.graph, shown.steps, shown.folded_by)
        graph.set_state(
            shown.totals,
            active_node=shown.active_node,
            active_edge=shown.active_edge,
            walked=shown.walked,
            flow=shown.flow,
        )
        graph.select(shown.mark)
        self.query_one("#caption", Static).update(shown.words)
        self.post_message(ParagraphRead(self.lesson.name, self.number + 1))
        self.refresh_bindings()

    def _say(self, text: str) -> None:
        verdict = self.query_one("#verdict", Static)
        verdict.update(text)
        verdict.display = bool(text)
        if text:
            self.call_after_refresh(
                self.query_one("#text", VerticalScroll).scroll_end, animate=False
            )
