"""Stepping through the derivative of an example: its graph, the rule, the numbers put in."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from microgradseq.graph import Graph
from microgradseq.lessons.examples import EXAMPLES
from microgradseq.lessons.stage import known_by
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.screens.frame import PlaceScreen
from microgradseq_tui.widgets.graph.graph_view import GraphView
from microgradseq_tui.widgets.shell.key_bar import KeyBar


class WalkScreen(PlaceScreen):
    """One example, step by step backwards from its result.

    Arguments:
        name: of the example.
    """

    PLACE = "walk"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("walk")]

    def __init__(self, name: str) -> None:
        super().__init__()
        self.example = EXAMPLES[name]
        self.graph = Graph.of(self.example.node({}))
        self.steps = self.graph.steps("reverse")
        self.number = 0

    def compose(self) -> ComposeResult:
        title = f"{self.example.title}   {self.example.formula}"
        yield Static(title, classes="heading", markup=False)
        yield GraphView(self.graph, self.steps)
        with Vertical(id="words"):
            yield Static(id="step", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(GraphView).focus()
        self._show()

    def action_next_step(self) -> None:
        """Take the next step."""
        self._go(self.number + 1)

    def action_step_back(self) -> None:
        """Undo the last step."""
        self._go(self.number - 1)

    def action_first_step(self) -> None:
        """Go to the beginning."""
        self._go(0)

    def action_last_step(self) -> None:
        """Go to the end."""
        self._go(len(self.steps) - 1)

    def action_leave_walk(self) -> None:
        """Go back to the list of examples."""
        if self.is_current:
            self.dismiss()

    def _go(self, number: int) -> None:
        self.number = min(max(number, 0), len(self.steps) - 1)
        self._show()

    def _show(self) -> None:
        step = self.steps[self.number]
        totals, walked, edge = known_by(self.steps, self.number)
        self.query_one(GraphView).set_state(
            totals, active_node=step.node, active_edge=edge, walked=walked
        )
        self.query_one("#step", Static).update(
            Content.assemble(
                (f"step {self.number + 1} of {len(self.steps)}   ", "bold"),
                (step.numbers, "$accent"),
                f"\n{step.text}",
            )
        )
