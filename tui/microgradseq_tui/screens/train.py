"""Train: a form that says what to learn, then the training as it goes, and its controls."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from microgradseq.errors import UserError
from microgradseq.numbers import readable
from microgradseq_tui import trainers
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.messages import CopyText
from microgradseq_tui.run_rows import command_for
from microgradseq_tui.screens.watching import WatchingScreen
from microgradseq_tui.widgets.shell.prompt import Prompt
from microgradseq_tui.widgets.train.form_view import FormView

if TYPE_CHECKING:
    from microgradseq.training.run_folder import RunFolder
    from microgradseq_tui.trainers import TrainerChild
    from microgradseq_tui.widgets.train.dashboard import Dashboard

CALM_LOOK_EVERY = 2.0
"""Seconds between looks at a run that has ended: somebody may go on with it."""
FORM_ONLY = frozenset({"start", "edit", "nudge", "pick_file", "toggle_more"})
SEEN_ONLY = frozenset({"next_view", "sample", "toggle_diff", "toggle_unit", "new"})
LIVE_ONLY = frozenset({"toggle_pause", "one_step", "save", "stop"})
IDLE = frozenset({"interrupted", "stopped", "failed"})
QUESTIONS = {
    "lr": "Learning rate (lr) = ",
    "clip": "Largest norm of gradients (0: no limit) = ",
    "temperature": "Temperature of samples (1: as learned) = ",
    "prefix": "Write on from: ",
    "rewind": "Go back to the checkpoint (latest or best): ",
}


class TrainScreen(WatchingScreen):
    """The form, and then one training.

    Arguments:
        target: a run to watch, by name or folder, or a file that the form is to begin with; None
            for the form as it is.
    """

    PLACE = "train"
    LOOK_EVERY = 0.4
    CSS_PATH = "../styles/train.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("train")]

    def __init__(self, target: str | None = None) -> None:
        super().__init__(target)
        self._folder: RunFolder | None = None
        self._board: Dashboard | None = None
        self._temperature = 1.0
        self._file: Path | None = None
        if target is not None:
            from microgradseq.training.run_folder import find_run  # noqa: PLC0415 - slow

            try:
                self._folder = find_run(target)
            except UserError:
                if not Path(target).expanduser().is_file():
                    raise
                self._file = Path(target).expanduser().absolute()

    @classmethod
    def takes_target(cls) -> bool:
        return True

    def body(self) -> ComposeResult:
        yield Static(self.title_words, classes="heading", id="title", markup=False)
        yield FormView()
        yield Container(id="seen")
        yield Prompt()

    def on_mount(self) -> None:
        # what computes takes a moment to import: the screen is painted first
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        if self._folder is not None:
            await self._watch(self._folder)
        else:
            self._form.begin()
            self._take_file(self._file)
            self._look_every(CALM_LOOK_EVERY)
        self.refresh_bindings()

    @property
    def _form(self) -> FormView:
        return self.query_one(FormView)

    @property
    def _status(self) -> str:
        return "" if self._board is None else self._board.story.follower.status

    # --- watching ---------------------------------------------------------------------------

    async def _watch(self, folder: RunFolder) -> None:
        from microgradseq.training.follow import Follower  # noqa: PLC0415 - slow to import
        from microgradseq.training.story import Story  # noqa: PLC0415
        from microgradseq_tui.widgets.train.dashboard import Dashboard  # noqa: PLC0415

        self._folder = folder
        place = await self._emptied()
        self._board = Dashboard(Story(Follower(folder)))
        await self._put_up(place, self._board)

    def _look(self) -> None:
        if not self.is_current:
            return
        if self._board is None:
            self._form.show_live()
            return
        before = self._status
        self._board.look()
        if self._status != before:
            alive = self._board.story.follower.alive
            self._look_every(self.LOOK_EVERY if alive else CALM_LOOK_EVERY)
            self.refresh_bindings()

    async def on_form_view_attach(self, message: FormView.Attach) -> None:
        from microgradseq.training.run_folder import find_run  # noqa: PLC0415 - slow to import

        try:
            await self._watch(find_run(message.name))
        except UserError as error:
            self._complain(str(error))

    async def action_new(self) -> None:
        """Go back to the form; what trains goes on."""
        self._board, self._folder = None, None
        await self.query_one("#seen").remove_children()
        self.remove_class("-seeing")
        self._form.begin()
        self._look_every(CALM_LOOK_EVERY)
        self.refresh_bindings()

    def _complain(self, words: str) -> None:
        self.notify(words, severity="error", markup=False)

    # --- the trainer ------------------------------------------------------------------------

    async def action_start(self) -> None:
        """Train what the form says."""
        problems = self._form.form.problems()
        if problems:
            self._complain(next(iter(problems.values())))
            return
        await self._train(self._form.form.arguments())

    async def _train(self, arguments: list[str]) -> None:
        try:
            child = await trainers.start_training(arguments)
        except OSError as error:
            self._complain(f"a trainer cannot be started: {error.strerror or error}")
            return
        if child.folder is not None:
            await self._watch(child.folder)
        self.run_worker(self._await_end(child), group="trainer")

    async def _await_end(self, child: TrainerChild) -> None:
        code = await child.wait()
        # a rewind ends a trainer by force, which is no failure
        failed = code > 0 and bool(child.words())
        if failed and self._board is not None and child.folder is self._folder:
            # a message passes: where the run is looked at, the reason stays
            self._board.failure = child.words()
        self._look()
        if failed:
            self._complain(child.words())
            if self._status == "waiting":
                await self.action_new()

    async def action_resume(self) -> None:
        """Go on where the run was stopped or interrupted."""
        if self._status in IDLE:
            await self._rewind("latest")

    async def _rewind(self, which: str) -> None:
        from microgradseq.training.rewind import rewind  # noqa: PLC0415 - slow to import

        if self._folder is None:
            return
        try:
            step = await asyncio.to_thread(rewind, self._folder, which)
        except UserError as error:
            self._complain(str(error))
            return
        self.notify(f"Going on from step {step:,}", markup=False)
        await self._train(["--resume", str(self._folder.path)])

    def _send(self, command: str, **extras: Any) -> None:
        if self._folder is None:
            return
        try:
            self._folder.send(command, **extras)
        except UserError as error:
            self._complain(str(error))

    # --- controls ---------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in FORM_ONLY:
            return self._board is None
        if action in SEEN_ONLY:
            return self._board is not None
        if action == "ask" and parameters and parameters[0] == "rewind":
            return self._board is not None and self._status not in ("waiting", "gone")
        if action in LIVE_ONLY or action == "ask":
            return self._status in ("running", "paused")
        if action == "resume":
            return self._status in IDLE
        return True

    def action_toggle_pause(self) -> None:
        """Pause, or go on."""
        self._send("resume" if self._status == "paused" else "pause")

    def action_one_step(self) -> None:
        """Do one step and wait."""
        self._send("step")

    def action_save(self) -> None:
        """Save a checkpoint now."""
        self._send("checkpoint")

    def action_stop(self) -> None:
        """Let it save and stop."""
        self._send("stop")

    def action_ask(self, what: str) -> None:
        """Ask for a number, a text or a checkpoint.

        Arguments:
            what: one of QUESTIONS.
        """
        usual = {"temperature": str(self._temperature), "rewind": "best"}
        if what == "lr" and self._board is not None:
            rate = self._board.story.step.get("lr")
            # what stands in a field is read back, so thousands have no comma
            usual["lr"] = "" if rate is None else readable(rate).replace(",", "")
        self.query_one(Prompt).ask(what, QUESTIONS[what], usual.get(what, ""))

    async def on_prompt_answered(self, message: Prompt.Answered) -> None:
        self._leave_prompt()
        purpose, text = message.purpose, message.text.strip()
        if purpose == "rewind":
            await self._rewind(text)
        elif purpose == "prefix":
            self._send("sample", prefix=message.text, temperature=self._temperature)
        elif purpose in QUESTIONS:
            self._answer_number(purpose, text)
        else:
            self._form.fill(purpose, text)

    def _answer_number(self, purpose: str, text: str) -> None:
        try:
            number = float(text)
        except ValueError:
            self._complain(f'"{text}" is no number')
            return
        if purpose == "temperature":
            self._send("sample", temperature=number)
            self._temperature = max(number, 0.0)
        else:
            self._send(purpose, value=number)

    def action_leave_field(self) -> None:
        """Leave the field as it was."""
        self.query_one(Prompt).close()
        self._leave_prompt()

    def _leave_prompt(self) -> None:
        if self._board is not None:
            from microgradseq_tui.widgets.charts.curve_view import CurveView  # noqa: PLC0415

            for view in self.query(CurveView):
                view.focus()
        else:
            self.query_one("#fields").focus()

    # --- the form ---------------------------------------------------------------------------

    def on_form_view_edit(self) -> None:
        self.action_edit()

    def action_edit(self) -> None:
        """Ask for what the marked line is to hold."""
        marked = self._form.marked()
        if marked is not None:
            text = self._form.form.text(marked.name)
            self.query_one(Prompt).ask(marked.name, f"{marked.name} = ", text)

    def on_prompt_typed(self, message: Prompt.Typed) -> None:
        if message.purpose in QUESTIONS:
            return
        # what is typed is judged at once, and taken when Enter is pressed
        problem = self._form.form.filled(message.purpose, message.text).problem(message.purpose)
        told = self.query_one("#problem", Static)
        told.update(f"✗ {problem}" if problem else "✓ Enter takes it, Esc leaves it")
        told.set_class(problem is not None, "-wrong")

    def action_nudge(self, places: int) -> None:
        """Take another choice of the marked line.

        Arguments:
            places: 1 or −1.
        """
        self._form.nudge(places)

    def action_toggle_more(self) -> None:
        """Show all settings, or the usual ones."""
        self._form.toggle_more()

    def action_pick_file(self) -> None:
        """Choose a file to learn from."""
        from microgradseq_tui.screens.picker import PickerScreen  # noqa: PLC0415 - not at start

        self.app.push_screen(PickerScreen(Path()), self._take_file)

    def _take_file(self, path: Path | None) -> None:
        if path is not None:
            here = Path.cwd()
            near = path.relative_to(here) if path.is_relative_to(here) else path
            self._form.fill("source", str(near))

    # --- what is seen -----------------------------------------------------------------------

    def action_next_view(self) -> None:
        """Show the next panel alone, or all."""
        if self._board is not None:
            self._board.next_view()

    def action_sample(self, places: int) -> None:
        """Read another sample.

        Arguments:
            places: how many later.
        """
        if self._board is not None:
            self._board.go(places)

    def action_toggle_diff(self) -> None:
        """Mark what changed since the last sample."""
        if self._board is not None:
            self._board.toggle_diff()

    def action_toggle_unit(self) -> None:
        """Draw the loss, or the perplexity."""
        if self._board is not None:
            self._board.toggle_unit()

    def action_copy_command(self) -> None:
        """Copy the command line that does the same."""
        if self._folder is not None:
            self.post_message(CopyText(command_for("watch", str(self._folder.path))))
        elif hasattr(self._form, "form"):
            problems = self._form.form.problems()
            if problems:
                self._complain(next(iter(problems.values())))
            else:
                self.post_message(CopyText(self._form.form.command()))
