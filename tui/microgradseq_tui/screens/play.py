"""Play: let a trained network write, steer it symbol by symbol, and look inside while it does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from microgradseq.errors import UserError
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.messages import CopyText, OpenScreen
from microgradseq_tui.play_questions import sample_command
from microgradseq_tui.run_rows import DAMAGED, place, rows_in, story_of
from microgradseq_tui.screens.play_desk import PlayDesk
from microgradseq_tui.widgets.play.legend import legend_of
from microgradseq_tui.widgets.play.page import page_of, recorded_page
from microgradseq_tui.widgets.play.panel import Panel, Part
from microgradseq_tui.widgets.play.panels import (
    likely_rows,
    settings_row,
    stage_words,
    stages_rows,
    units_rows,
)
from microgradseq_tui.widgets.play.written_text import WrittenText
from microgradseq_tui.widgets.shell.marked_list import MarkedList
from microgradseq_tui.widgets.shell.prompt import Prompt

if TYPE_CHECKING:
    from microgradseq.tasks.task import Task
    from microgradseq.tasks.writing import WritingSession
    from microgradseq.training.run_folder import RunFolder

TO_A_TEXT = frozenset(
    {
        *("write", "write_one", "take", "cut", "pick", "another", "export", "lanes"),
        "show_numbers",
        *("ask_temperature", "ask_top_k", "ask_top_p", "ask_seed"),
        *("next_unit", "previous_unit"),
    }
)
"""Actions that need a network which writes."""
TO_ANY_TEXT = frozenset({"move", "row", "edge", "stage", "copy_command"})
"""Actions that need a text, be it one that was only recorded."""


class PlayScreen(PlayDesk):
    """A text in the making, with what the network expects and does at every symbol."""

    PLACE = "play"
    CSS_PATH = "../styles/play.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("play")]

    def __init__(self, target: str | None = None) -> None:
        super().__init__(target)
        self._nothing_yet = False
        if target is not None:
            from microgradseq.training.run_folder import find_run  # noqa: PLC0415 - slow to import

            self.folder = find_run(target)

    @classmethod
    def takes_target(cls) -> bool:
        """A run's name, or the path of its folder."""
        return True

    def body(self) -> ComposeResult:
        yield Static(self.title_words, id="title", markup=False)
        yield Panel(id="settings")
        yield Static("", id="nothing", markup=False)
        yield MarkedList(markup=False)
        yield WrittenText()
        yield Panel(id="legend")
        with Horizontal(id="panels"):
            yield Panel(id="likely")
            yield Panel(id="units")
            yield Panel(id="stages")
        yield Prompt()

    def on_mount(self) -> None:
        self._say("")
        # run folders take a moment to import and read: the screen is painted first
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if self.folder is None:
            self.action_choose_run()
        else:
            self._open_run(self.folder)

    # --- choosing a run ---------------------------------------------------------------------

    def action_choose_run(self) -> None:
        """List the runs."""
        self.pause()
        self.query_one("#title", Static).update(self.title_words)
        rows = [row for row in rows_in() if row.status != DAMAGED]
        runs = self.query_one(OptionList)
        runs.clear_options()
        runs.add_options([Option(f"{row.name}  —  {story_of(row)}", row.name) for row in rows])
        self.add_class("-choosing")
        self._nothing_yet = not rows
        runs.display = bool(rows)
        if rows:
            self._say("Choose a trained network with ↑ ↓, and open it with Enter.")
            runs.highlighted = 0
            runs.focus()
        else:
            self.set_focus(None)
            self._say(
                f"No network has been trained in {place()} yet.\n\n"
                "Enter goes to Train (2), where one learns a short story in about a minute.\n"
                "The command  microgradseq train  does the same."
            )
        self.refresh_bindings()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        from microgradseq.training.run_folder import find_run  # noqa: PLC0415 - slow to import

        try:
            self._open_run(find_run(str(event.option_id)))
        except UserError as error:
            self.refuse(error)

    def _say(self, words: str) -> None:
        nothing = self.query_one("#nothing", Static)
        nothing.update(words)
        nothing.display = bool(words)

    @work(group="opening", exclusive=True)
    async def _open_run(self, folder: RunFolder) -> None:
        from microgradseq.training.maturing import stages_of  # noqa: PLC0415 - slow to import
        from microgradseq.training.start import open_model  # noqa: PLC0415 - slow to import

        self.add_class("-choosing")
        self._say(f"Opening {folder.name} …")
        try:
            stages = await asyncio.to_thread(stages_of, folder)
            task = await asyncio.to_thread(open_model, folder)
        except UserError as error:
            self.action_choose_run()
            self.refuse(error)
            return
        self.folder, self.learner, self.stages = folder, task, stages
        self.inside, self.with_lanes, self._unit = None, False, None
        latest = [at for at, stage in enumerate(stages) if stage.kind == "latest"]
        self.at_stage = latest[0] if latest else 0
        self._start(task)

    def _start(self, task: Task) -> None:
        from microgradseq.tasks.language import LanguageTask  # noqa: PLC0415 - slow to import
        from microgradseq.tasks.writing import WritingSession  # noqa: PLC0415 - slow to import

        self.query_one(OptionList).display = False
        self.set_focus(None)
        self.session = WritingSession(task) if isinstance(task, LanguageTask) else None
        if self.session is None:
            self.show_answer()
            return
        self.remove_class("-choosing")
        self._say("")
        self.cursor = 0
        # the panels know their width only after they were laid out
        self.call_after_refresh(self.write_on)

    def show_answer(self, text: str = "") -> None:
        """What a run can do that writes no text symbol by symbol, and what it answered."""
        if self.folder is None or self.learner is None:
            return
        name = self.folder.name
        how = self.learner.settings
        self.query_one("#title", Static).update(f"Play — {name} · {how.cell}, {how.hidden} units")
        answer = f"\n\nIt answers:\n{text}" if text else ""
        self._say(
            f"{name} learned {self.learner.title}.\nIt does not write a text symbol by symbol, so "
            "there is nothing to steer here, but / asks it for an answer.\n\n"
            f"{sample_command(name)}\nmicrogradseq evaluate {name}\n\n"
            f"r chooses another run.{answer}"
        )
        self.refresh_bindings()

    def action_leave(self) -> None:
        """Leave the field, or the list of runs."""
        prompt = self.query_one(Prompt)
        if prompt.purpose:
            prompt.close()
            self.set_focus(None)
        elif self.session is not None and self.has_class("-choosing"):
            self.remove_class("-choosing")
            self._say("")
            self.set_focus(None)
            self.show_all()

    def action_take(self) -> None:
        """Write the marked symbol; where there is no run, go to Train."""
        if self._nothing_yet and self.session is None:
            self.post_message(OpenScreen("train"))
        else:
            super().action_take()

    def action_copy_command(self) -> None:
        """Copy the command line that writes the same text."""
        self.post_message(CopyText(self.command()))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "take" and self._nothing_yet:
            return True
        steering = self.session is not None and not self.has_class("-choosing")
        if action in TO_A_TEXT or action in TO_ANY_TEXT:
            if not steering:
                return False
            return None if self.recorded and action in TO_A_TEXT else True
        if action == "ask_prefix":
            return self.learner is not None and not self.recorded
        return True

    # --- showing ----------------------------------------------------------------------------

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_all)

    def show_all(self) -> None:
        """Draw the text and all panels."""
        session, stage = self.session, self.stage
        if session is None or self.folder is None:
            return
        told = "" if stage is None else f" · {stage_words(stage)}"
        how = session.task.settings
        title = f"Play — {self.folder.name} · {how.cell}, {how.hidden} units{told}"
        self.query_one("#title", Static).update(title)
        self.query_one("#settings", Panel).show([settings_row(session.request, session.seed)])
        if self.recorded and stage is not None:
            page = recorded_page(stage.text)
        else:
            page = page_of(session.places, self.inside, self.unit, self.cursor, self.with_lanes)
        self.cursor = max(0, min(self.cursor, len(page.symbols)))
        self.query_one(WrittenText).show(page, self.cursor)
        self._show_panels(session)
        self.refresh_bindings()

    def _show_panels(self, session: WritingSession) -> None:
        likely, units = self.query_one("#likely", Panel), self.query_one("#units", Panel)
        stages = self.query_one("#stages", Panel)
        stages.show(stages_rows(self.stages, self.at_stage, stages.size.height))
        legend = self.query_one("#legend", Panel)
        if self.recorded:
            told = "It wrote this while it learned; only the text was kept of that moment."
            hint = "[ and ] go through all that it wrote, up to a checkpoint, which can write."
            legend.show([[Part(told, "muted")], [Part(hint, "muted")]])
            likely.show([])
            units.show([])
            return
        plain = self.app.no_color
        legend.show(legend_of(session, self.inside, self.unit, self.cursor, self.with_lanes, plain))
        written = session.places[self.cursor] if self.cursor < len(session.places) else None
        likely.show(likely_rows(self.choices(), written, self.picked, likely.size.width))
        found = () if self.inside is None else self.inside.units
        layers = 1 if self.inside is None else self.inside.activity.shape[1]
        units.show(units_rows(found, layers, self._unit, units.size.height))

    # --- checkpoints ------------------------------------------------------------------------

    def action_stage(self, by: int) -> None:
        """Go to what it wrote earlier, or later."""
        self.pause()
        there = self.at_stage + by
        if self.session is None or not 0 <= there < len(self.stages):
            return
        self.at_stage, self.cursor, self.picked = there, 0, 0
        self.show_all()
        if not self.recorded:
            self._open_checkpoint(there)

    @work(group="opening", exclusive=True)
    async def _open_checkpoint(self, at: int) -> None:
        from microgradseq.tasks.language import LanguageTask  # noqa: PLC0415 - slow to import
        from microgradseq.training.start import open_model  # noqa: PLC0415 - slow to import

        if self.folder is None:
            return
        try:
            task = await asyncio.to_thread(open_model, self.folder, self.stages[at].kind)
            if self.at_stage == at and isinstance(task, LanguageTask):
                self.learner = task
                self.begin_anew(task=task)
        except UserError as error:
            self.refuse(error)
