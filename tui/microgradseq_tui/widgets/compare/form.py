"""What is to be compared: a comparison that is ready, or one's own."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from microgradseq.errors import UserError
from microgradseq.numbers import plural
from microgradseq_tui.widgets.shell.marked_list import MarkedList

if TYPE_CHECKING:
    from microgradseq.training.comparing import Comparison

FIELDS = {
    "target": ("trained on", "a task such as adding or copy, a corpus, or a text file"),
    "networks": ("networks", "two to four: a cell, then what else is its own, such as lr=0.01"),
    "shared": ("same in all", "such as hidden=64 unroll=100 batch=32; the rest is the task's own"),
    "steps": ("steps", "how many updates of the weights each gets"),
    "seed": ("seed", "of all random numbers, the same for each"),
}
LIST_HINT = "Enter trains the marked comparison; Tab goes to the fields."
FIELD_HINT = "Enter trains what the fields say; Esc goes back to the list."
LONGEST = 200
ORDERS = (
    "one after another: speeds can be compared",
    "all together: sooner done, but they share the processor, so speeds say little",
)


class ComparisonForm(VerticalScroll):
    """The comparisons that are ready in a list, and below it the fields of the marked one."""

    class Started(Message):
        """A comparison is to be trained.

        Arguments:
            comparison: checked.
            together: whether all at once.
        """

        def __init__(self, comparison: Comparison, together: bool) -> None:
            super().__init__()
            self.comparison = comparison
            self.together = together

    def __init__(self) -> None:
        super().__init__(can_focus=False)
        self._known: list[Comparison] = []
        self._base: Comparison
        self._together = False

    def compose(self) -> ComposeResult:
        yield Static("Ready to start (Enter)", classes="subheading", markup=False)
        yield MarkedList(markup=False, compact=True)
        yield Static("Or change what is compared", classes="subheading", markup=False)
        with Vertical(id="fields"):
            for name, (title, _) in FIELDS.items():
                with Horizontal(classes="field"):
                    yield Static(title, classes="title", markup=False)
                    yield Input(id=name, compact=True, max_length=LONGEST, select_on_focus=False)
            with Horizontal(classes="field"):
                yield Static("order", classes="title", markup=False)
                yield Static(ORDERS[0], id="order", markup=False)
        yield Static(LIST_HINT, id="hint", markup=False)
        yield Static("", id="verdict", markup=False)

    def offer(self, first: str | None = None) -> None:
        """List the comparisons that are ready.

        Arguments:
            first: the name of the one to mark.
        """
        from microgradseq.training.comparing import COMPARISONS  # noqa: PLC0415 - slow to import

        self._known = list(COMPARISONS.values())
        choices = self.query_one(OptionList)
        choices.clear_options()
        choices.add_options([Option(_shown(each)) for each in self._known])
        names = [each.name for each in self._known]
        choices.highlighted = names.index(first) if first in names else 0
        self.fill(self._known[choices.highlighted])
        choices.focus()

    def return_to(self, first: str | None = None) -> None:
        """Come back to the form, with the fields as they were left.

        Arguments:
            first: what to mark, where nothing was offered yet.
        """
        if self._known:
            self.focus_list()
        else:
            self.offer(first)

    def fill(self, comparison: Comparison) -> None:
        """Put a comparison into the fields.

        Arguments:
            comparison: which.
        """
        from microgradseq.training.comparing import (  # noqa: PLC0415
            networks_text,
            settings_text,
        )

        self._base = comparison
        texts = {
            "target": comparison.target,
            "networks": networks_text(comparison.networks),
            "shared": settings_text(comparison.shared),
            "steps": str(comparison.steps),
            "seed": str(comparison.seed),
        }
        with self.prevent(Input.Changed):
            for name, text in texts.items():
                self.query_one(f"#{name}", Input).value = text
        self._judge()

    def comparison(self) -> Comparison:
        """What the fields say; UserError where it cannot be trained."""
        from microgradseq.training.comparing import changed  # noqa: PLC0415

        told = {name: self.query_one(f"#{name}", Input).value.strip() for name in FIELDS}
        return changed(
            self._base,
            target=told["target"],
            networks=told["networks"],
            shared=told["shared"],
            steps=_count(told["steps"], "steps"),
            seed=_count(told["seed"], "seed"),
        )

    def start(self) -> None:
        """Start what the fields say, or say why it cannot be."""
        if self._judge():
            self.post_message(self.Started(self.comparison(), self._together))

    def toggle_order(self) -> None:
        """Train one after another, or all together."""
        self._together = not self._together
        self.query_one("#order", Static).update(ORDERS[self._together])

    def focus_list(self) -> None:
        """Give the keys to the list."""
        self.query_one(OptionList).focus()

    def command(self) -> str:
        """The command line that does the same."""
        told = {name: self.query_one(f"#{name}", Input).value.strip() for name in FIELDS}
        words = ["microgradseq", "compare", self._base.name, "--on", told["target"]]
        words += ["--networks", told["networks"], "--all", told["shared"]]
        words += ["--max-steps", told["steps"], "--seed", told["seed"]]
        return shlex.join(words + ["--together"] * self._together)

    def _judge(self) -> bool:
        """Tell whether the fields can be trained, and if not, why."""
        verdict = self.query_one("#verdict", Static)
        try:
            comparison = self.comparison()
        except UserError as error:
            verdict.update(Content.assemble(("✗ ", "bold"), str(error)))
            verdict.add_class("-wrong")
            return False
        told = f"{plural(len(comparison.networks), 'network')}, "
        told += f"{plural(comparison.steps, 'step')} each: {', '.join(comparison.networks)}"
        verdict.update(f"✓ {told}")
        verdict.remove_class("-wrong")
        return True

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._judge()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the field is for that the keys go to."""
        about = FIELDS.get(event.widget.id or "")
        words = LIST_HINT if about is None else f"{about[0]}: {about[1]}\n{FIELD_HINT}"
        self.query_one("#hint", Static).update(words)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.start()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_index < len(self._known):
            self.fill(self._known[event.option_index])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.start()

    def on_click(self, event: events.Click) -> None:
        if event.widget is not None and event.widget.id == "order":
            self.toggle_order()


def _shown(comparison: Comparison) -> Content:
    return Content.assemble((f"{comparison.name:8}", "bold"), comparison.words)


def _count(text: str, name: str) -> int:
    try:
        return int(text.replace(",", ""))
    except ValueError:
        raise UserError(f"{name} must be a whole number, not {text!r}") from None
