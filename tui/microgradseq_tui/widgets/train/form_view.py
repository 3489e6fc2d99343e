"""The form of a training: a line for each setting, what it means, and the equal command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from microgradseq.cells import cell_width
from microgradseq_tui.run_rows import STATUS_SIGNS, rows_in, story_of
from microgradseq_tui.widgets.shell.marked_list import MarkedList

if TYPE_CHECKING:
    from microgradseq.training.form import FormField, TrainingForm

LIVE = ("running", "paused", "interrupted")
MOST_LIVE = 6
MOST_LOOKED_AT = 30
EMPTY = "—"


class FormView(Vertical):
    """The form; below it the runs that can be watched or continued."""

    class Edit(Message):
        """The marked field is to be typed."""

    class Attach(Message):
        """A run is to be watched.

        Arguments:
            name: of its folder.
        """

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[FormField] = []
        self._live: list[str] = []
        self._more = False
        self.form: TrainingForm

    def compose(self) -> ComposeResult:
        with Horizontal(id="choosing"):
            yield MarkedList(id="fields", markup=False, compact=True)
            with VerticalScroll(id="about-field", can_focus=False):
                yield Static("", id="meaning", markup=False)
        yield Static("", id="live-title", classes="subheading", markup=False)
        yield MarkedList(id="live", markup=False, compact=True)
        yield Static("", id="problem", markup=False)
        yield Static("", id="command", markup=False)

    def begin(self) -> None:
        """Show the form as it was left, or with its defaults."""
        from microgradseq.training.form import TrainingForm  # noqa: PLC0415 - slow to import

        if not hasattr(self, "form"):
            self.form = TrainingForm()
        self.show()
        self.show_live()
        fields = self.query_one("#fields", MarkedList)
        fields.highlighted = fields.highlighted or 0
        fields.focus()

    def show(self) -> None:
        """Show what the fields hold."""
        fields = self.query_one("#fields", MarkedList)
        shown = [each for each in self.form.fields() if each.common or self._more]
        problems = self.form.problems()
        width = max(cell_width(each.name) for each in shown)
        options = [Option(self._line(each, width, problems)) for each in shown]
        marked = fields.highlighted
        if len(shown) == len(self._shown):
            for place, option in enumerate(options):
                fields.replace_option_prompt_at_index(place, option.prompt)
        else:
            fields.clear_options()
            fields.add_options(options)
        self._shown = shown
        fields.highlighted = min(marked or 0, len(shown) - 1)
        self._tell(problems)

    def _line(self, each: FormField, width: int, problems: dict[str, str]) -> Content:
        text = self.form.text(each.name)
        look = "$muted" if text == each.default else "bold"
        sign = ("✗ ", "$role-negative") if each.name in problems else "  "
        blanks = " " * (width - cell_width(each.name))
        return Content.assemble(sign, f"{each.name}{blanks}  ", (text or EMPTY, look))

    def _tell(self, problems: dict[str, str]) -> None:
        marked = self.marked()
        if marked is not None:
            choices = ("\n\n" + " · ".join(marked.choices)) if marked.choices else ""
            usual = f"\nusually {marked.default}" if marked.default else ""
            meaning = Content.assemble((marked.name, "bold"), f"\n{marked.words}", usual, choices)
            self.query_one("#meaning", Static).update(meaning)
        problem = self.query_one("#problem", Static)
        problem.update(f"✗ {next(iter(problems.values()))}" if problems else "✓ g trains this:")
        problem.set_class(bool(problems), "-wrong")
        self.query_one("#command", Static).update("" if problems else self.form.command())

    def show_live(self) -> None:
        """List the runs that train now, or were interrupted."""
        found = [line for line in rows_in(MOST_LOOKED_AT) if line.status in LIVE][:MOST_LIVE]
        live = self.query_one("#live", MarkedList)
        names = [line.name for line in found]
        title = self.query_one("#live-title", Static)
        title.update("Under way or interrupted (Tab, then Enter watches)")
        title.display = live.display = bool(found)
        if names != self._live:
            live.clear_options()
            live.add_options([Option("") for _ in found])
            live.highlighted = 0 if found else None
        self._live = names
        for place, line in enumerate(found):
            words = f"{STATUS_SIGNS[line.status]} {line.name}  "
            told = Content.assemble((words, "bold"), (story_of(line), "$muted"))
            live.replace_option_prompt_at_index(place, told)

    def marked(self) -> FormField | None:
        """The marked field."""
        place = self.query_one("#fields", MarkedList).highlighted
        return self._shown[place] if place is not None and place < len(self._shown) else None

    def fill(self, name: str, text: str) -> None:
        """Put a text into a field.

        Arguments:
            name: of the field.
            text: what it is to hold.
        """
        self.form = self.form.filled(name, text)
        self.show()

    def nudge(self, places: int) -> None:
        """Take another choice of the marked field.

        Arguments:
            places: 1 for the next one, −1 for the one before.
        """
        marked = self.marked()
        if marked is None or not marked.choices:
            return
        text = self.form.text(marked.name)
        choices = marked.choices
        place = choices.index(text) + places if text in choices else (0 if places > 0 else -1)
        self.fill(marked.name, choices[place % len(choices)])

    def toggle_more(self) -> None:
        """Show all settings, or the usual ones only."""
        self._more = not self._more
        self.show()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_list.id == "fields" and self._shown:
            self._tell(self.form.problems())

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_list.id == "fields":
            self.post_message(self.Edit())
        elif event.option_index < len(self._live):
            self.post_message(self.Attach(self._live[event.option_index]))
