"""Labs: a list of systems, the settings of the one chosen, and its picture, which moves."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from microgradseq.errors import UserError
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.messages import CopyText
from microgradseq_tui.screens.frame import ModeScreen
from microgradseq_tui.widgets.labs.page import LabPage
from microgradseq_tui.widgets.labs.settings_list import SettingsList
from microgradseq_tui.widgets.shell.marked_list import MarkedList
from microgradseq_tui.widgets.shell.prompt import Prompt

if TYPE_CHECKING:
    from microgradseq.labs.lab import Lab, Settings
    from microgradseq.labs.session import Session

FRAME_TIME = 0.1
"""Seconds a frame is seen at least: no more than ten are drawn in a second."""
_EXPORT = "export"


class LabsScreen(ModeScreen):
    """The classic systems of the field.

    Arguments:
        target: the name of a lab, which then runs at once.
    """

    PLACE = "labs"
    CSS_PATH = "../styles/labs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("labs")]

    def __init__(self, target: str | None = None) -> None:
        super().__init__(target)
        if target is not None:
            from microgradseq.labs.registry import lab  # noqa: PLC0415 - slow to import

            lab(target)
        self._session: Session | None = None
        self._stop = Event()
        self._working = False
        self._drawn: tuple[object, ...] = ()

    @classmethod
    def takes_target(cls) -> bool:
        return True

    def body(self) -> ComposeResult:
        with Horizontal(classes="columns"):
            with Vertical(id="choosing"):
                yield MarkedList(id="labs", markup=False, compact=True)
                yield Static("Settings", id="settings-heading", markup=False)
                yield SettingsList()
                yield Static("", id="about-setting", markup=False)
            with Vertical(classes="main"):
                yield Static(self.title_words, id="lab-title", markup=False)
                yield LabPage()
        yield Prompt()

    def on_mount(self) -> None:
        # the labs take a moment to import: the screen is painted first
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        from microgradseq.labs.registry import LABS  # noqa: PLC0415 - slow to import

        names = self.query_one("#labs", OptionList)
        names.add_options([Option(Content(name), id=name) for name in LABS])
        names.highlighted = list(LABS).index(self.target) if self.target else 0
        names.focus()
        self.set_interval(FRAME_TIME, self._draw_if_new)

    # --- choosing ---------------------------------------------------------------------------

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_list.id == "labs" and event.option_id:
            self._choose(event.option_id)
        else:
            self._tell_setting()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_list.id == "settings":
            self.action_edit()
        elif self._session is not None and not self._working:
            self._run()

    def _choose(self, name: str) -> None:
        from microgradseq.labs.registry import lab  # noqa: PLC0415 - slow to import

        if self._session is not None and self._session.lab.name == name:
            return
        found = lab(name)
        self._begin_session(found, found.settings())
        self.query_one("#lab-title", Static).update(found.title)
        if name == self.target:
            self.target = None
            self._run()

    def _begin_session(self, lab: Lab, settings: Settings) -> None:
        """Put a fresh run in place of the one that was; it waits."""
        from microgradseq.labs.session import Session  # noqa: PLC0415 - slow to import

        self._drop()
        self._session = Session(lab, settings)
        self.query_one(SettingsList).show(lab, settings)
        self._tell_setting()
        self._draw_if_new()

    def _tell_setting(self) -> None:
        marked = self.query_one(SettingsList).marked()
        words = f"{marked.words}: {marked.limits}" if marked else ""
        self.query_one("#about-setting", Static).update(words)

    # --- running ----------------------------------------------------------------------------

    def _draw_if_new(self) -> None:
        """Draw the page if anything on it has changed since it was drawn last."""
        session = self._session
        if session is None or not self.is_current:
            return
        if session.finished:
            self._working = False
        now = (session, session.seen, session.finished, self._working)
        if now != self._drawn:
            self._drawn = now
            self.query_one(LabPage).show(session, self._working)
            self.refresh_bindings()

    def _run(self, pace: float = FRAME_TIME) -> None:
        """Let the session go on by itself, until it is told to stop or ends."""
        if self._session is not None and not self._session.finished:
            self._pause()
            self._stop, self._working = Event(), True
            self._go_on(self._session, self._stop, pace)
            self._draw_if_new()

    def _pause(self) -> None:
        self._stop.set()
        self._working = False

    @work(thread=True, group="lab")
    def _go_on(self, session: Session, stop: Event, pace: float) -> None:
        """Ask for frames in a thread of its own; the screen looks at them when it draws."""
        due = monotonic()
        while not stop.is_set() and session.advance():
            due = max(due + pace, monotonic())
            stop.wait(max(due - monotonic(), 0.0))

    def action_toggle_run(self) -> None:
        """Run, or pause; after the end begin anew."""
        if self._working:
            self._pause()
            self._draw_if_new()
        else:
            if self._session is not None and self._session.finished:
                self._begin_session(self._session.lab, self._session.settings)
            self._run()

    def action_step(self) -> None:
        """Go on by one frame."""
        self._pause()
        if self._session is not None:
            self._one_step(self._session)

    @work(thread=True, group="lab")
    def _one_step(self, session: Session) -> None:
        session.advance()

    def action_finish(self) -> None:
        """Go to the end without waiting between frames."""
        self._run(pace=0.0)

    def action_restart(self) -> None:
        """Begin anew, and run."""
        if self._session is not None:
            self._begin_session(self._session.lab, self._session.settings)
            self._run()

    def _drop(self) -> None:
        """End the run that was; what it holds is let go."""
        self._pause()
        if self._session is not None:
            self._session.close()

    def on_unmount(self) -> None:
        self._drop()

    def on_screen_suspend(self) -> None:
        self._pause()

    # --- settings ---------------------------------------------------------------------------

    def action_edit(self) -> None:
        """Ask for a value of the marked setting."""
        marked = self.query_one(SettingsList).marked()
        if marked is not None and self._session is not None:
            value = marked.write(self._session.settings[marked.name])
            self.query_one(Prompt).ask(marked.name, f"{marked.name} = ", value)

    def action_nudge(self, direction: int) -> None:
        """Change the marked setting a little, and run with it.

        Arguments:
            direction: 1 or −1.
        """
        marked = self.query_one(SettingsList).marked()
        if marked is not None and self._session is not None:
            value = self._session.settings[marked.name]
            self._change(marked.name, marked.write(marked.nudged(value, direction)))

    def action_reset(self) -> None:
        """Give every setting its default."""
        if self._session is not None:
            self._begin_session(self._session.lab, self._session.lab.settings())

    def _read(self, name: str, text: str) -> Settings:
        """Settings with one value changed; UserError if it cannot be used."""
        if self._session is None:
            raise UserError("no lab is chosen")
        lab, settings = self._session.lab, self._session.settings
        texts = {each.name: each.write(settings[each.name]) for each in lab.parameters}
        return lab.read({**texts, name: text})

    def _change(self, name: str, text: str) -> None:
        try:
            settings = self._read(name, text)
        except UserError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        if self._session is not None:
            self._begin_session(self._session.lab, settings)
            self._run()

    def on_prompt_typed(self, message: Prompt.Typed) -> None:
        if message.purpose == _EXPORT:
            return
        about = self.query_one("#about-setting", Static)
        try:
            self._read(message.purpose, message.text)
        except UserError as error:
            about.set_class(True, "-wrong")
            about.update(f"✗ {error}")
        else:
            about.set_class(False, "-wrong")
            about.update("✓ Enter takes it, Esc leaves it")

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        self._leave_prompt()
        if message.purpose == _EXPORT:
            self._export(message.text.strip())
        else:
            self._change(message.purpose, message.text)

    def action_leave(self) -> None:
        """Leave the field; else go back to the list of labs."""
        prompt = self.query_one(Prompt)
        if prompt.purpose:
            prompt.close()
            self._leave_prompt()
        else:
            self.query_one("#labs").focus()

    def _leave_prompt(self) -> None:
        self.query_one("#about-setting", Static).set_class(False, "-wrong")
        self._tell_setting()
        self.query_one(SettingsList).focus()

    # --- what is taken along ----------------------------------------------------------------

    def action_export(self) -> None:
        """Ask for the file that the picture is written to."""
        if self._session is None or self._session.frame is None:
            self.notify("there is nothing to write yet: Space runs the lab", severity="warning")
        else:
            question = "Write to .svg, .txt or .json: "
            self.query_one(Prompt).ask(_EXPORT, question, f"{self._session.lab.name}.svg")

    def _export(self, text: str) -> None:
        from microgradseq.labs.writing import write_lab  # noqa: PLC0415 - slow to import

        session = self._session
        if not text or session is None or session.frame is None:
            return
        path = Path(text).expanduser()
        try:
            write_lab(session.lab, session.settings, session.frame, path)
        except UserError as error:
            self.notify(str(error), severity="error", markup=False)
        else:
            self.notify(f"{path} is written", markup=False)

    def action_show_numbers(self) -> None:
        """Show the exact numbers of the pictures, one table for each."""
        from microgradseq.labs.figure_numbers import numbers_of  # noqa: PLC0415 - slow to import
        from microgradseq_tui.screens.numbers import NumbersScreen, Sheet  # noqa: PLC0415

        frame = None if self._session is None else self._session.frame
        pictures = () if frame is None else frame.figures
        tables = ((figure.title, numbers_of(figure)) for figure in pictures)
        sheets = [Sheet(title, table) for title, table in tables if table is not None]
        if sheets:
            self.app.push_screen(NumbersScreen(*sheets))
        else:
            self.notify("there are no numbers yet: Space runs the lab", severity="warning")

    def action_copy_command(self) -> None:
        """Copy the command line that runs this lab with these settings."""
        if self._session is not None:
            self.post_message(CopyText(self._session.lab.command(self._session.settings)))
