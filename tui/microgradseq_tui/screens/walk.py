"""Stepping through a derivative: the graph, the rule, the numbers put in, and what can be tried."""

from __future__ import annotations

import shlex
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from microgradseq.errors import UserError
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.messages import CopyText
from microgradseq_tui.screens.stepping import SteppingScreen
from microgradseq_tui.widgets.graph.graph_view import GraphView
from microgradseq_tui.widgets.shell.prompt import Prompt
from microgradseq_tui.widgets.stepper.more_panel import MorePanel
from microgradseq_tui.widgets.stepper.step_panel import StepPanel

if TYPE_CHECKING:
    from microgradseq.lessons.walkthrough import Walkthrough


class WalkScreen(SteppingScreen):
    """A walk through a derivative.

    Arguments:
        walkthrough: the walk, wherever it is.
    """

    PLACE = "walk"
    CSS_PATH: ClassVar[list[str | PurePath]] = [*SteppingScreen.CSS_PATH, "../styles/walk.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("walk")]

    def __init__(self, walkthrough: Walkthrough) -> None:
        super().__init__()
        self.walk = walkthrough
        self._asked: int = walkthrough.graph.output

    def below(self) -> ComposeResult:
        with Horizontal(id="below"):
            yield StepPanel()
            yield MorePanel()
        yield Static("", id="answer", markup=False)

    def on_mount(self) -> None:
        self.query_one(GraphView).focus()
        self._show_graph()

    def on_resize(self) -> None:
        """Say as much as there is room for."""
        self.call_after_refresh(self._show_more)

    # ---- going

    def action_next_step(self) -> None:
        """Take the next step."""
        self.go(self.walk.number + 1)

    def action_step_back(self) -> None:
        """Undo the last step."""
        self.go(self.walk.number - 1)

    def action_switch_mode(self) -> None:
        """Change between reverse and forward mode, at the same node."""
        self.walk.switch("forward" if self.walk.mode == "reverse" else "reverse")
        self._show_step()

    def action_choose_leaf(self) -> None:
        """Ask for the leaf that is followed."""
        names = ", ".join(self.walk.names[:6]) + (", …" if len(self.walk.names) > 6 else "")
        self._ask("leaf", f"Follow which of {names}? ")

    def action_go_to_time(self) -> None:
        """Ask for a time step."""
        times = self.walk.times()
        if not times:
            self._say("Nothing in this graph carries a time.")
            return
        self._ask("time", f"Time step, {times[0]} to {times[-1]}: ")

    def action_go_to_nan(self) -> None:
        """Go to the first NaN or infinity."""
        if self.walk.to_first_nan():
            self._show_step()
        else:
            self._say("Every number of this walk is finite.")

    def on_graph_view_node_acted(self, message: GraphView.NodeActed) -> None:
        if self.walk.to_node(message.id):
            self._show_step()
        else:
            self._say(f"This walk does not reach {message.node.name}.")

    @property
    def number(self) -> int:
        return self.walk.number

    @property
    def last(self) -> int:
        return len(self.walk.steps) - 1

    def go(self, number: int) -> None:
        self.walk.go(number)
        self._show_step()

    def go_on(self) -> None:
        self.action_next_step()

    # ---- trying

    def action_edit_leaf(self) -> None:
        """Ask for another number of the selected leaf."""
        node = self.walk.graph.node(self._looked_at)
        if not self.walk.editable(node.id):
            self._say(f"{node.name} is computed; select a leaf (h j k l) to give it a number.")
            return
        self._asked = node.id
        self._ask("edit", f"{node.name} = ", repr(node.value).removesuffix(".0"))

    def action_predict(self) -> None:
        """Ask for the derivative at the selected node, or at the one that comes next."""
        selected = self.query_one(GraphView).selected
        # the node where the walk is has its answer on the screen
        self._asked = self.walk.ahead() if selected is None else selected
        name = self.walk.graph.node(self._asked).name
        self._ask("predict", f"What is ∂{self.walk.output}/∂{name}? ")

    def action_check(self) -> None:
        """Check the selected node by finite differences."""
        try:
            self._say(self.walk.check(self._looked_at).words)
        except UserError as error:
            self._say(str(error))

    def action_paths(self) -> None:
        """Show the paths from the selected leaf, or from the one that is followed."""
        selected = self.query_one(GraphView).selected
        more = self.query_one(MorePanel)
        more.kind = "paths"
        more.leaf = None if selected is None else self.walk.graph.node(selected).name
        self._show_more()

    def action_next_panel(self) -> None:
        """Show the next panel beside the step."""
        self.query_one(MorePanel).turn()
        self._show_more()

    def action_copy_share(self) -> None:
        """Copy the command that opens this again."""
        command = f"microgradseq tui learn {shlex.quote(self.walk.share())}"
        self.post_message(CopyText(command))

    def action_export(self) -> None:
        """Ask for a file."""
        self._ask("file", "File (.svg a picture, .txt text, .py Python): ", "walk.svg")

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        self.query_one(GraphView).focus()
        answer = {
            "leaf": self._follow,
            "time": self._go_to_time,
            "edit": self._edit,
            "predict": self._judge,
            "file": self._write,
        }[message.purpose]
        try:
            answer(message.text.strip())
        except UserError as error:
            self._say(str(error))

    def _follow(self, name: str) -> None:
        self.walk.switch(self.walk.mode, name)
        self.query_one(MorePanel).leaf = None
        self._show_step()

    def _go_to_time(self, text: str) -> None:
        if not text.isdecimal() or not self.walk.to_time(int(text)):
            raise UserError(f"the walk has no step at the time {text!r}")
        self._show_step()

    def _edit(self, text: str) -> None:
        from microgradseq.lessons.predictions import read_number  # noqa: PLC0415 - slow to import

        number = read_number(text)
        if number is None:
            raise UserError(f"{text!r} is not a number")
        self.walk.edit(self.walk.graph.node(self._asked).name, number)
        self.query_one(MorePanel).kind = "changes"
        self._show_graph()

    def _judge(self, text: str) -> None:
        verdict = self.walk.predict(self._asked, text)
        self._say(f"{'✓' if verdict.right else '✗'} {verdict.words}")

    def _write(self, text: str) -> None:
        from microgradseq.lessons.walk_export import write_walk  # noqa: PLC0415 - not at the start

        path = Path(text).expanduser()
        write_walk(self.walk, path)
        self.notify(f"{path} is written", markup=False)

    @property
    def _looked_at(self) -> int:
        """The selected node, or the one where the walk is."""
        selected = self.query_one(GraphView).selected
        return self.walk.step.node if selected is None else selected

    def _ask(self, purpose: str, question: str, text: str = "") -> None:
        self.stop()
        self._say("")
        self.query_one(Prompt).ask(purpose, question, text)

    # ---- what is shown

    def _show_graph(self) -> None:
        self.query_one("#title", Static).update(f"{self.walk.title}   {self._formula}")
        self.query_one(GraphView).show(self.walk.graph, self.walk.steps)
        self._show_step()

    @property
    def _formula(self) -> str:
        return self.walk.expression.replace("\n", "; ")

    def _show_step(self) -> None:
        state = self.walk.state()
        self.query_one(GraphView).set_state(
            state.totals,
            active_node=state.active_node,
            active_edge=state.active_edge,
            walked=state.walked,
            flow=state.flow,
        )
        self.query_one(StepPanel).show(self.walk)
        self._say("")
        self._show_more()

    def _show_more(self) -> None:
        self.query_one(MorePanel).show(self.walk)

    def _say(self, text: str) -> None:
        answer = self.query_one("#answer", Static)
        answer.update(text)
        answer.display = bool(text)
