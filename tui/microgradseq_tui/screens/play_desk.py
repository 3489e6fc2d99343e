"""Everything that is done to a text in Play: writing on, choosing, cutting, other settings."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from textual import work

from microgradseq.errors import UserError
from microgradseq_tui.play_questions import (
    NO_TEXT,
    QUESTIONS,
    current_answer,
    sample_command,
    with_answer,
)
from microgradseq_tui.screens.frame import ModeScreen
from microgradseq_tui.widgets.play.written_text import WrittenText
from microgradseq_tui.widgets.shell.prompt import Prompt

if TYPE_CHECKING:
    from microgradseq.insight.neurons import Unit
    from microgradseq.tasks.language import LanguageTask
    from microgradseq.tasks.task import SampleRequest, Task
    from microgradseq.tasks.writing import Alternative, WritingSession
    from microgradseq.training.inside import Inside
    from microgradseq.training.maturing import Stage
    from microgradseq.training.run_folder import RunFolder

LENGTH = 400
"""Symbols that are written before it pauses by itself."""
BURST, PACE = 5, 0.05
"""So many symbols are written at once, and then so many seconds pass, so that one can follow."""
BURST_ANEW = 20
"""So many where nobody is to follow."""
CALM = 0.3
"""Seconds between two looks inside while the text grows."""
CHOICES = 5


class PlayDesk(ModeScreen):
    """A screen with a text in the making; `show_all` draws it."""

    def __init__(self, target: str | None = None) -> None:
        super().__init__(target)
        self.folder: RunFolder | None = None
        self.learner: Task | None = None
        self.session: WritingSession | None = None
        self.stages: tuple[Stage, ...] = ()
        self.at_stage = 0
        self.inside: Inside | None = None
        self.cursor = 0
        self.picked = 0
        self.with_lanes = False
        self.writing = False
        self._unit: tuple[int, int] | None = None
        self._looking = self._look_again = False
        self._lock = Lock()

    def show_all(self) -> None:
        """Draw everything anew."""
        raise NotImplementedError

    def refuse(self, error: UserError) -> None:
        """Tell why something was not done."""
        self.notify(str(error), severity="error", markup=False)

    # --- what there is ----------------------------------------------------------------------

    @property
    def stage(self) -> Stage | None:
        """The sample or checkpoint that is shown."""
        return self.stages[self.at_stage] if self.at_stage < len(self.stages) else None

    @property
    def recorded(self) -> bool:
        """Whether a sample is shown that was written during training."""
        return self.stage is not None and not self.stage.can_write

    @property
    def unit(self) -> Unit | None:
        """The hidden unit that colours the text."""
        units = () if self.inside is None else self.inside.units
        return next((unit for unit in units if (unit.layer, unit.number) == self._unit), None)

    def choices(self) -> tuple[Alternative, ...]:
        """The likeliest symbols for the cursor's place."""
        if self.session is None or self.cursor > len(self.session.places):
            return ()
        return self.session.alternatives(self.cursor, CHOICES)

    # --- writing ----------------------------------------------------------------------------

    def action_write(self) -> None:
        """Write on at the end of the text, or pause."""
        if self.writing:
            self.pause()
            self.show_all()
        else:
            self.write_on()

    def write_on(self) -> None:
        """Write until it is enough, or until something else is asked for."""
        if self.session is not None:
            self.writing = True
            self._edge(1)
            self._write_all(self.session, LENGTH, BURST, PACE)

    def pause(self) -> None:
        """Write no more; what follows can change the text safely."""
        self.writing = False
        self.workers.cancel_group(self, "writing")

    @work(group="writing", exclusive=True)
    async def _write_all(self, session: WritingSession, left: int, burst: int, pace: float) -> None:
        while left > 0 and self.writing and self.session is session:
            written = await asyncio.to_thread(self._write_some, session, min(burst, left))
            left = left - written if written else 0
            if self.session is session:
                self.writing = self.writing and left > 0
                self._to_end()
            await asyncio.sleep(pace)

    def _write_some(self, session: WritingSession, count: int) -> int:
        with self._lock:
            return session.write(count)

    def _to_end(self) -> None:
        if self.session is not None:
            self.cursor, self.picked = len(self.session.places), 0
            self.changed()

    def action_write_one(self) -> None:
        """Write one symbol at the end."""
        self.pause()
        if self.session is not None:
            self._write_some(self.session, 1)
            self._to_end()

    def action_take(self) -> None:
        """Write the marked symbol at the cursor, and go on from there."""
        self.pause()
        found = self.choices()
        if self.session is None or not found:
            return
        number = found[min(self.picked, len(found) - 1)].number
        try:
            with self._lock:
                self.session.choose(self.cursor, number)
        except UserError as error:
            self.refuse(error)
            return
        self.write_on()

    def action_cut(self) -> None:
        """Cut the text off at the cursor; at its end, its last symbol."""
        self.pause()
        if self.session is None:
            return
        length = len(self.session.places)
        try:
            with self._lock:
                self.session.cut(length - 1 if self.cursor >= length else self.cursor)
        except UserError as error:
            self.refuse(error)
            return
        self._to_end()

    # --- the cursor -------------------------------------------------------------------------

    def action_move(self, symbols: int) -> None:
        """Move the cursor by symbols."""
        self.point(self.cursor + symbols)

    def action_row(self, rows: int) -> None:
        """Move the cursor by rows."""
        self.point(self.query_one(WrittenText).place_rows_away(rows))

    def action_edge(self, end: int) -> None:
        """Move the cursor to the beginning or to the end."""
        self.pause()
        self._edge(end)

    def _edge(self, end: int) -> None:
        self.point(len(self.query_one(WrittenText).page.symbols) if end else 0, pause=False)

    def point(self, place: int, pause: bool = True) -> None:
        """Put the cursor somewhere.

        Arguments:
            place: of a symbol, or the length of the text.
            pause: whether the network is to wait.
        """
        if pause:
            self.pause()
        length = len(self.query_one(WrittenText).page.symbols)
        self.cursor, self.picked = max(0, min(place, length)), 0
        self.show_all()

    def on_written_text_pointed(self, message: WrittenText.Pointed) -> None:
        self.point(message.place)

    def action_pick(self, places: int) -> None:
        """Mark another of the likeliest symbols."""
        self.picked = max(0, min(self.picked + places, len(self.choices()) - 1))
        self.show_all()

    # --- looking inside ---------------------------------------------------------------------

    def changed(self) -> None:
        """The text is another: show it, and look inside when there is time."""
        self.show_all()
        self._look_again = True
        if not self._looking:
            self._looking = True
            self._look_inside()

    @work(group="inside")
    async def _look_inside(self) -> None:
        from microgradseq.training.inside import inside_of  # noqa: PLC0415 - slow to import

        try:
            while self._look_again:
                await asyncio.sleep(CALM if self.writing else 0)
                self._look_again = False
                session = self.session
                if session is None:
                    break
                with self._lock:
                    still = session.copy()
                if still.places:
                    found = await asyncio.to_thread(inside_of, still, self.with_lanes)
                    if session is self.session:
                        self.inside = found
                        self.show_all()
        finally:
            self._looking = False

    def action_next_unit(self) -> None:
        """Colour the text by the next unit of the list."""
        self._turn(1)

    def action_previous_unit(self) -> None:
        """Colour the text by the unit before; before the first, by none."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        units = () if self.inside is None else self.inside.units
        places = [(unit.layer, unit.number) for unit in units]
        at = places.index(self._unit) if self._unit in places else -1
        at = max(-1, min(at + by, len(places) - 1))
        self._unit = places[at] if at >= 0 else None
        self.show_all()

    def action_lanes(self) -> None:
        """Show or hide the gates under the text."""
        self.with_lanes = not self.with_lanes
        self.changed()

    # --- other settings ---------------------------------------------------------------------

    def _ask(self, purpose: str) -> None:
        self.pause()
        session = self.session
        now = "" if session is None else current_answer(purpose, session.request, session.seed)
        question = NO_TEXT if session is None else QUESTIONS[purpose]
        self.query_one(Prompt).ask(purpose, question, now)

    def action_ask_prefix(self) -> None:
        """Ask how the text begins."""
        self._ask("prefix")

    def action_ask_temperature(self) -> None:
        """Ask how bold the network is to be."""
        self._ask("temperature")

    def action_ask_top_k(self) -> None:
        """Ask among how many symbols it may choose."""
        self._ask("top_k")

    def action_ask_top_p(self) -> None:
        """Ask up to which chance it may choose."""
        self._ask("top_p")

    def action_ask_seed(self) -> None:
        """Ask for the seed of the draws."""
        self._ask("seed")

    def action_export(self) -> None:
        """Ask for the file that the text is written to."""
        self.pause()
        name = "writing" if self.folder is None else self.folder.name
        self.query_one(Prompt).ask("export", "Write to .txt or .csv: ", f"{name}.txt")

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        self.set_focus(None)
        try:
            if message.purpose == "export":
                self._export(Path(message.text.strip()).expanduser())
            elif self.session is None:
                self._answer(message.text)
            else:
                session = self.session
                changes = with_answer(message.purpose, message.text, session.request, session.seed)
                self.begin_anew(*changes)
        except UserError as error:
            self.refuse(error)

    def _answer(self, prefix: str) -> None:
        """Have a task answer that does not write symbol by symbol."""
        import numpy  # noqa: PLC0415 - slow to import

        from microgradseq.tasks.task import SampleRequest  # noqa: PLC0415 - slow to import

        if self.learner is not None:
            text = self.learner.sample(SampleRequest(prefix), numpy.random.default_rng(0))
            self.show_answer(text)

    def show_answer(self, text: str) -> None:
        """Show what a task answered."""
        raise NotImplementedError

    def begin_anew(
        self,
        request: SampleRequest | None = None,
        seed: int | None = None,
        task: LanguageTask | None = None,
    ) -> None:
        """Write as much as there is with other settings, or with another checkpoint.

        Arguments:
            request, seed, task: as for `WritingSession.restart`.
        """
        self.pause()
        session = self.session
        if session is None:
            return
        with self._lock:
            drawn = len(session.places) - session.prefix_length
            session.restart(request, seed, task)
        self._to_end()
        if drawn:
            self.writing = True
            self._write_all(session, drawn, BURST_ANEW, 0)

    def action_another(self) -> None:
        """Write as much anew with the next seed."""
        if self.session is not None:
            self.begin_anew(None, self.session.seed + 1)

    def _export(self, output: Path) -> None:
        from microgradseq.training.writing_export import export_writing  # noqa: PLC0415

        if self.session is not None:
            export_writing(self.session, output, self.unit)
            self.notify(f"{output} is written", markup=False)

    def action_show_numbers(self) -> None:
        """Show the exact numbers of every symbol."""
        from microgradseq.training.writing_export import writing_numbers  # noqa: PLC0415
        from microgradseq_tui.screens.numbers import NumbersScreen, Sheet  # noqa: PLC0415
        from microgradseq_tui.widgets.play.panels import seen  # noqa: PLC0415

        if self.session is not None:
            self.pause()
            name = "Writing" if self.folder is None else self.folder.name
            numbers = writing_numbers(self.session, self.unit, seen)
            self.app.push_screen(NumbersScreen(Sheet(f"{name}, symbol by symbol", numbers)))

    def command(self) -> str:
        """The command line that writes the same text."""
        name = "" if self.folder is None else self.folder.name
        session = self.session
        if session is None:
            return sample_command(name)
        return sample_command(name, session.request, session.seed)
