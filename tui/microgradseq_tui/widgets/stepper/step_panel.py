"""One step: the rule in words, the numbers put in, the running total, the expression so far."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from microgradseq.lessons.walkthrough import Walkthrough

STYLES = {"plain": "", "active": "bold reverse", "total": "bold"}


class StepPanel(Static):
    """What the step does."""

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def show(self, walk: Walkthrough) -> None:
        """Tell of the step where a walk is.

        Arguments:
            walk: the walk.
        """
        told = walk.explanation()
        mode = "reverse mode" if walk.mode == "reverse" else f"forward mode from {walk.wrt}"
        head = f"Step {walk.number + 1} of {len(walk.steps)} · {mode}"
        expression = Content.assemble(
            *((part.text, STYLES[part.role]) for part in walk.expression_parts())
        )
        lines = [
            Content.assemble((head, "bold"), f"   {told.operation}"),
            Content.styled(f"Rule   {told.numbers}", "$accent"),
            Content(f"Here   {told.product or told.text}"),
            Content.assemble("Total  ", (told.running, "bold")),
            Content.assemble("So far ", expression),
        ]
        self.update(Content("\n").join(lines))
