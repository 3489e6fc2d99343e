"""The question to which file a chart is written."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from microgradseq.errors import UserError
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.widgets.shell.key_bar import KeyBar

if TYPE_CHECKING:
    from microgradseq.charts.export import Exports

LONGEST = 400
WORDS = "The ending chooses: .svg picture, .txt characters, .csv exact numbers."


class ExportScreen(ModalScreen[None]):
    """Ask for a file's name and write a chart there.

    Arguments:
        exports: the chart.
        suffix: what the suggested name ends in.
    """

    CSS_PATH = "../styles/export.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("export")]

    def __init__(self, exports: Exports, suffix: str = ".svg") -> None:
        super().__init__()
        self._exports = exports
        self._suggested = file_name(exports.title) + suffix
        self._asked: Path | None = None
        # held, not looked for: writing may end when the screen is being closed
        self._answer = Static("Enter writes it.", id="answer", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="panel"):
            yield Static("Write this chart to a file", classes="heading", markup=False)
            yield Static(WORDS, id="words", markup=False)
            yield Input(self._suggested, max_length=LONGEST, compact=True)
            yield self._answer
            yield KeyBar()

    def on_input_changed(self) -> None:
        """Another name needs another answer."""
        self._asked = None
        self._say("Enter writes it.")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Write the file; one that is there only after a second Enter."""
        text = event.value.strip()
        if not text:
            self._say("A file needs a name.")
            return
        path = Path(text).expanduser()
        if path.is_file() and path != self._asked and self._fits(path):
            self._asked = path
            self._say(f'"{path.name}" is there already. Enter once more replaces it.')
        else:
            self._write(path)

    def _fits(self, path: Path) -> bool:
        from microgradseq.charts.export import SUFFIXES  # noqa: PLC0415 - slow to import

        return path.suffix.lower() in SUFFIXES

    @work(exclusive=True)
    async def _write(self, path: Path) -> None:
        from microgradseq.charts.export import write_export  # noqa: PLC0415 - slow to import

        self._say("Writing …")
        overwrite = path == self._asked
        try:
            await asyncio.to_thread(write_export, self._exports, path, overwrite)
        except UserError as error:
            self._say(str(error))
            return
        self.app.notify(str(path), title="Written", markup=False)
        self.action_close()

    def _say(self, words: str) -> None:
        self._answer.update(words)

    def action_close(self) -> None:
        """Go back, once even if the key was pressed twice."""
        if self.is_current:
            self.dismiss()


def file_name(title: str) -> str:
    """A name for a file, made from a title in any language.

    Arguments:
        title: any.

    >>> file_name("Loss by step (nats)"), file_name("损失"), file_name("??")
    ('loss-by-step-nats', '损失', 'chart')
    """
    return re.sub(r"\W+", "-", title.lower()).strip("-")[:60] or "chart"
