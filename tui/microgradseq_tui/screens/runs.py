"""Runs: the run folders that lie here, what became of each, and what can be done with them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import get_current_worker

from microgradseq.cells import shorten
from microgradseq.errors import UserError
from microgradseq.numbers import plural
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.lines import in_lines
from microgradseq_tui.messages import CopyText, OpenScreen
from microgradseq_tui.run_rows import (
    BETWEEN,
    as_target,
    columns_for,
    command_for,
    parts_of,
    place,
)
from microgradseq_tui.screens.frame import ModeScreen
from microgradseq_tui.widgets.charts.curve_view import CurveView
from microgradseq_tui.widgets.runs_table import RunsTable
from microgradseq_tui.widgets.shell.prompt import Prompt

if TYPE_CHECKING:
    from microgradseq.charts.columns import Series
    from microgradseq.training.run_folder import RunFolder
    from microgradseq.training.run_table import RunLine, RunTable
    from microgradseq.training.trash import Trash

LOOK_EVERY = 1.0
"""Seconds between looks at the run folders."""
AT_ONCE = 0.02
"""Seconds of looking before keys are listened to again."""
GROWS_EVERY = 0.3
"""Seconds between two pictures of a table that is still being read."""
CALM = 0.1
"""Seconds that the keyboard's mark must rest before the curve follows it."""
MOST = 4
"""So many runs can be compared."""
GO_ON = {"finished": "sample"}
"""What can be done with a run next, by its status; the others can be gone on with."""
NEED_A_RUN = frozenset(
    {"open_run", "play_run", "choose", "rename", "export", "remove", "plot", "copy_command"}
)


class RunsScreen(ModeScreen):
    """A table of run folders; below it the marked one's story, or its curve."""

    PLACE = "runs"
    CSS_PATH = "../styles/runs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("runs")]

    def __init__(self, target: str | None = None) -> None:
        super().__init__(target)
        self._table: RunTable
        self._trash: Trash
        self._chosen: list[str] = []
        self._filter = ""
        self._sorting = ("changed", True)
        self._looking: Timer | None = None
        self._drawing: Timer | None = None
        self._shown_at = -GROWS_EVERY
        self._version = -1
        self._subject = ""

    def body(self) -> ComposeResult:
        yield Static(self.title_words, classes="heading", markup=False)
        yield Static("", id="place", classes="subheading", markup=False)
        yield RunsTable()
        yield Static("", id="nothing", classes="item", markup=False)
        yield Container(id="panel")
        yield Static("", id="about", markup=False)
        yield Prompt()

    def on_mount(self) -> None:
        # run folders take a moment to import and read: the screen is painted first
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        from microgradseq.training.run_table import RunTable  # noqa: PLC0415 - slow to import
        from microgradseq.training.trash import Trash  # noqa: PLC0415

        self._table, self._trash = RunTable(), Trash()
        self._look()
        self._runs.focus()
        self.set_interval(LOOK_EVERY, self._look_if_seen)

    def on_screen_resume(self) -> None:
        if hasattr(self, "_table"):
            self._table.hurry()
            self.call_after_refresh(self._look)

    def on_unmount(self) -> None:
        if hasattr(self, "_trash"):
            self._trash.empty()

    # --- looking ----------------------------------------------------------------------------

    def _look_if_seen(self) -> None:
        if self.is_current:
            self._look()

    def _look(self) -> None:
        """Look at the folders for a moment; what is left is looked at a little later."""
        if self._looking is not None:
            self._looking.stop()
        done = self._table.look(AT_ONCE)
        self._looking = None if done else self.set_timer(AT_ONCE, self._look)
        # while many folders are read for the first time, the table grows a few times a second
        grown = time.monotonic() - self._shown_at > GROWS_EVERY
        if self._table.version != self._version and (done or grown):
            self._show()

    def _show(self) -> None:
        self._version, self._shown_at = self._table.version, time.monotonic()
        from microgradseq.training.run_table import matching, sorted_lines  # noqa: PLC0415

        every = self._table.lines
        lines = sorted_lines(matching(every, self._filter), *self._sorting)
        names = {line.name for line in every}
        self._chosen = [name for name in self._chosen if name in names]
        curves = {name: place for place, name in enumerate(self._chosen)}
        self._runs.display = bool(lines)
        self._runs.show(lines, curves, self._sorting)
        nothing = self.query_one("#nothing", Static)
        nothing.display = not lines
        nothing.update(
            f'No run has "{self._filter}" in it; Esc shows all.'
            if every
            else "None yet. Train (2) makes one, or the command microgradseq train."
        )
        self.query_one("#place", Static).update(self._place(len(every), len(lines)))
        self._tell()

    def _place(self, every: int, shown: int) -> str:
        words = [plural(every, "run") + f" in {place()}"]
        if self._filter:
            words.append(f'{shown:,} with "{self._filter}"')
        name, reverse = self._sorting
        if name == "changed":
            words.append("newest first" if reverse else "oldest first")
        return " · ".join(words)

    def _tell(self) -> None:
        line = self._line()
        about = self.query_one("#about", Static)
        about.set_class(line is None, "-none")
        if line is not None:
            following = GO_ON.get(line.status, "train --resume")
            commands = [command_for(command, line.name) for command in ("runs show", following)]
            told = in_lines(parts_of(line), self.app.size.width - 4, 2, BETWEEN)
            about.update(Content("\n").join([told, *map(Content, commands)]))
        self.refresh_bindings()

    @property
    def _runs(self) -> RunsTable:
        return self.query_one(RunsTable)

    def _line(self) -> RunLine | None:
        marked = self._runs.marked()
        return None if marked is None else self._table.line(marked)

    # --- order and filter -------------------------------------------------------------------

    def action_look_again(self) -> None:
        """Read all run folders anew."""
        self._table.forget()
        self._look()

    def action_sort_next(self) -> None:
        """Sort by the next column, after the last one by age again."""
        shown = [column.name for column, _ in columns_for(self._runs.size.width) if column.name]
        shown = ["changed", *(name for name in shown if name != "losses")]
        place = shown.index(self._sorting[0]) if self._sorting[0] in shown else 0
        name = shown[(place + 1) % len(shown)]
        self._sort_by(name, name == "changed")

    def action_sort_other_way(self) -> None:
        """Turn the order round."""
        name, reverse = self._sorting
        self._sort_by(name, not reverse)

    def on_runs_table_sorted(self, message: RunsTable.Sorted) -> None:
        name = "changed" if message.name == "losses" else message.name
        reverse = name == self._sorting[0] and not self._sorting[1]
        self._sort_by(name, reverse)

    def _sort_by(self, name: str, reverse: bool) -> None:
        self._sorting = (name, reverse)
        self._show()

    def action_filter(self) -> None:
        """Ask for words that a run must have."""
        self.query_one(Prompt).ask("filter", "Show runs with ", self._filter)

    def on_prompt_typed(self, message: Prompt.Typed) -> None:
        if message.purpose == "filter":
            self._filter = message.text.strip()
            self._show()

    def action_leave(self) -> None:
        """Leave the field; else the filter; else the curve."""
        prompt = self.query_one(Prompt)
        if prompt.purpose and prompt.purpose != "filter":
            prompt.close()
        elif prompt.purpose or self._filter:
            prompt.close()
            self._filter = ""
            self._show()
        elif self.has_class("-with-curve"):
            self.action_plot()
        self._runs.focus()

    # --- one run ----------------------------------------------------------------------------

    def on_runs_table_marked(self) -> None:
        self._tell()
        self._draw_curve_soon()

    def on_runs_table_opened(self) -> None:
        self.action_open_run()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not hasattr(self, "_table"):
            return None
        if action in NEED_A_RUN:
            return True if self._runs.marked() else None
        if action == "undo_remove":
            return True if self._trash.names else None
        if action == "compare":
            return True if len(self._chosen) > 1 else None
        return True

    def action_copy_command(self) -> None:
        """Copy the command line that shows the marked run."""
        marked = self._runs.marked()
        if marked:
            self.post_message(CopyText(command_for("runs show", marked)))

    def action_open_run(self) -> None:
        """Open the marked run in Train."""
        self._open("train")

    def action_play_run(self) -> None:
        """Let the marked run's network write."""
        self._open("play")

    def _open(self, mode: str) -> None:
        line = self._line()
        if line is not None and not line.whole:
            self._say_no(f"{line.name} is damaged: its run.json cannot be read")
        elif line is not None:
            self.post_message(OpenScreen(mode, line.name))

    def action_choose(self) -> None:
        """Choose the marked run for comparing, or take it back."""
        marked = self._runs.marked()
        if marked in self._chosen:
            self._chosen.remove(marked)
        elif marked and len(self._chosen) == MOST:
            self._say_no(f"{MOST} runs can be compared; take one back with c")
        elif marked:
            self._chosen.append(marked)
        self._show()
        self._draw_curve_soon()

    def action_compare(self) -> None:
        """Lay the chosen runs side by side."""
        self.post_message(OpenScreen("compare", as_target(self._chosen)))

    # --- changes ----------------------------------------------------------------------------

    def action_remove(self) -> None:
        """Move the marked run to the trash."""
        name = self._runs.marked()
        if name and self._done(lambda: self._trash.put(self._folder(name))):
            self.notify(f"{name} is removed; u brings it back", markup=False)
            self._look()

    def action_undo_remove(self) -> None:
        """Bring back the run that was removed last."""
        if self._done(self._trash.take_back):
            # a message may still say that it is removed
            self.app.clear_notifications()
            self._look()

    def action_rename(self) -> None:
        """Ask for the marked run's new name."""
        name = self._runs.marked()
        if name:
            self._subject = name
            self.query_one(Prompt).ask("rename", f"Rename {shorten(name, 24)} to ", name)

    def action_export(self) -> None:
        """Ask for the file that the marked run is written to."""
        name = self._runs.marked()
        if name:
            self._subject = name
            question = "Write to .csv, .safetensors or .tensorboard: "
            self.query_one(Prompt).ask("export", question, f"{name}.csv")

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        self._runs.focus()
        text = message.text.strip()
        if message.purpose == "rename" and text and text != self._subject:
            if self._done(lambda: self._folder(self._subject).rename(text)):
                self._chosen = [text if one == self._subject else one for one in self._chosen]
                self._look()
        elif message.purpose == "export" and text:
            self._export(self._subject, Path(text).expanduser())

    @work(thread=True, group="export")
    def _export(self, name: str, output: Path) -> None:
        from microgradseq.training.exporting import export_run, kind_of  # noqa: PLC0415

        try:
            kind = kind_of(output)
            if output.exists():
                raise UserError(f"{output} is there already; choose another name")
            export_run(self._folder(name), kind, output)
        except (UserError, OSError) as error:
            self.app.call_from_thread(self._say_no, str(error))
        else:
            self.app.call_from_thread(self.notify, f"{output} is written", markup=False)

    def _folder(self, name: str) -> RunFolder:
        from microgradseq.training.run_folder import RunFolder  # noqa: PLC0415

        return RunFolder(self._table.folder / name)

    def _done(self, deed: Callable[[], object]) -> bool:
        """Whether something could be done; if not, say why."""
        try:
            deed()
        except (UserError, OSError) as error:
            self._say_no(str(error))
            return False
        return True

    def _say_no(self, reason: str) -> None:
        self.notify(reason, severity="error", markup=False)

    # --- the curve --------------------------------------------------------------------------

    def action_plot(self) -> None:
        """Show or hide the curves of the chosen runs, or of the marked one."""
        self.toggle_class("-with-curve")
        if self.has_class("-with-curve") and not self.query(CurveView):
            title = Static("Loss by step: lower is better", classes="title", markup=False)
            self.query_one("#panel").mount(title, CurveView("Loss by step", y_name="loss"))
        self._draw_curve_soon()

    def _draw_curve_soon(self) -> None:
        if self._drawing is not None:
            self._drawing.stop()
        if self.has_class("-with-curve"):
            self._drawing = self.set_timer(CALM, self._draw_curve)

    def _draw_curve(self) -> None:
        marked = self._runs.marked()
        names = self._chosen or ([marked] if marked else [])
        self._read_curves(names)

    @work(thread=True, exclusive=True, group="curve")
    def _read_curves(self, names: list[str]) -> None:
        """Read logs, however long, without keeping keys waiting."""
        from microgradseq.training.summary import loss_series  # noqa: PLC0415

        worker = get_current_worker()
        series: list[Series] = []
        for name in names:
            try:
                found = loss_series(self._folder(name).curves(), name)
            except (ValueError, IndexError, OSError):
                # damaged, or written by other hands than the trainer's: nothing to draw
                continue
            if worker.is_cancelled:
                return
            if len(found.x):
                series.append(found)
        self.app.call_from_thread(self._put_curves, series)

    def _put_curves(self, series: list[Series]) -> None:
        for view in self.query(CurveView):
            view.set_series(series)
