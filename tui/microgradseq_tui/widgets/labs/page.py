"""What a lab shows: how far it is, its pictures, and what it is about."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from microgradseq_tui.themes import Role, style_in

if TYPE_CHECKING:
    from microgradseq.labs.figures import Line
    from microgradseq.labs.session import Session

_BAR = 24
_NARROWEST = 20
_WIDEST_WORDS = 92


class LabPage(ScrollView, can_focus=True):
    """The page of one lab, drawn anew whenever it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self._session: Session | None = None
        self._going = False
        self._strips: list[Strip] = []

    def show(self, session: Session, running: bool) -> None:
        """Draw a lab as it is now.

        Arguments:
            session: what runs, or waits.
            running: whether it goes on by itself.
        """
        fresh = self._session is None or session.lab is not self._session.lab
        self._session, self._going = session, running
        self._draw()
        if fresh:
            self.scroll_home(animate=False)

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the new size."""
        self._draw()

    def on_mount(self) -> None:
        """Take new colours when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw())

    def _draw(self) -> None:
        if self._session is None or not self.is_attached:
            return
        width = max(self.scrollable_content_region.width, _NARROWEST)
        lines = page_lines(self._session, self._going, width, self.size.height)
        styles: dict[str, Style] = {}
        self._strips = [
            Strip(
                [Segment(run.text, self._style(run.role, styles)) for run in line]
            ).adjust_cell_length(width, self.rich_style)
            for line in lines
        ]
        self.virtual_size = Size(width, len(self._strips))
        self.refresh()

    def _style(self, role: str, known: dict[str, Style]) -> Style:
        if role not in known:
            own = style_in(self.app, cast(Role, role)) if role else Style.null()
            known[role] = self.rich_style + own
        return known[role]

    def render_line(self, y: int) -> Strip:
        """One line of the page.

        Arguments:
            y: from the top of what is seen.
        """
        place, width = y + self.scroll_offset.y, self.size.width
        if place >= len(self._strips):
            return Strip.blank(width, self.rich_style)
        return self._strips[place].crop_extend(0, width, self.rich_style)


def page_lines(session: Session, running: bool, width: int, height: int) -> list[Line]:
    """The lines of a page: pictures first where there are any, then formula and words.

    Arguments:
        session: of a lab.
        running: whether it goes on by itself.
        width, height: cells there are.
    """
    from microgradseq.labs.drawing import draw_figures  # noqa: PLC0415 - slow to import

    lab, frame = session.lab, session.frame
    formula, about = _formula(lab.formula, width), _about(lab.words, width)
    state = _state(session, running, width)
    if frame is None:
        return [*state, [], *formula, [], *about]
    room = max(height - len(state) - len(formula) - 1, 8)
    return [*state, *draw_figures(frame.figures, width, room), [], *formula, [], *about]


def _state(session: Session, running: bool, width: int) -> list[Line]:
    from microgradseq.cells import shorten  # noqa: PLC0415
    from microgradseq.labs.figures import Run  # noqa: PLC0415 - slow to import

    if session.trouble:
        words = f"It could not go on: {session.trouble}"
        return [[Run(text, "negative")] for text in textwrap.wrap(words, width)]
    if session.frame is None:
        words = "It begins …" if running else "Space runs it, n takes one step."
        return [[Run(shorten(words, width), "active" if not running else "muted")]]
    done = 1.0 if session.finished else session.frame.progress
    filled = round(done * _BAR)
    sign = "■ done" if session.finished else "▶ runs" if running else "‖ waits"
    bar = [Run(f"{sign} ", "name"), Run("━" * filled, "value"), Run("─" * (_BAR - filled), "muted")]
    said = textwrap.wrap(session.frame.words, width, max_lines=2, placeholder=" …")
    return [bar, *([Run(text)] for text in said), []]


def _formula(formula: str, width: int) -> list[Line]:
    from microgradseq.labs.figures import Run  # noqa: PLC0415 - slow to import

    return [
        [Run(part, "derivative")]
        for line in formula.splitlines()
        for part in textwrap.wrap(line, width, subsequent_indent="  ", replace_whitespace=False)
    ]


def _about(paragraphs: Sequence[str], width: int) -> list[Line]:
    from microgradseq.labs.figures import Run  # noqa: PLC0415 - slow to import

    lines: list[Line] = []
    for paragraph in paragraphs:
        lines += [[Run(text)] for text in textwrap.wrap(paragraph, min(width, _WIDEST_WORDS))]
        lines.append([])
    return lines[:-1]
