"""The app: its modes, its colours, and what can be done wherever one is."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import ClassVar

from textual.app import SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from microgradseq.errors import UserError
from microgradseq.lessons.languages import LANGUAGES
from microgradseq_tui import trainers
from microgradseq_tui.actions import bindings_of, own_actions
from microgradseq_tui.messages import CopyText, OpenScreen, ParagraphRead
from microgradseq_tui.modes import MODES
from microgradseq_tui.remembered import keep, recall, usual_file
from microgradseq_tui.screens.frame import ModeScreen, PlaceScreen
from microgradseq_tui.steady_keys import SteadyKeys
from microgradseq_tui.themes import PALETTES, following, textual_theme

QUIET = ("command_palette",)
"""Actions that the command palette does not offer, because it is open already."""

WIDTHS: list[tuple[int, str]] | None = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
HEIGHTS: list[tuple[int, str]] | None = [(0, "-low"), (16, "-tall")]
"""From how many columns and rows on the styles see each name."""


def screen_of(mode: str, target: str | None = None) -> ModeScreen:
    """Make the screen of a mode. Its file is imported only now.

    Arguments:
        mode: the mode's name.
        target: what to show there; UserError if the screen cannot.
    """
    module = import_module(f"microgradseq_tui.screens.{mode}")
    screen: ModeScreen = getattr(module, f"{mode.title()}Screen")(target)
    return screen


class MicrogradseqApp(SteadyKeys):
    """The terminal app.

    Arguments:
        screen: the mode to open first; the one that was open last if left out.
        state: what to show there; UserError if it cannot be.
        file: where choices are kept from one time to the next; the user's own file if left out.
    """

    TITLE = "microgradseq"
    CSS_PATH = "styles/app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("")]
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    owns_process = False
    """Whether the process ends with the app; only then may memory be set aside for good."""

    def __init__(
        self, screen: str | None = None, state: str | None = None, file: Path | None = None
    ) -> None:
        # With colours switched off, Textual's own grey shades are dropped as well.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.file = usual_file() if file is None else file
        self.remembered = recall(self.file)
        self._first = screen or self.remembered.screen
        # made at once, so that a wrong state is told of before anything is drawn
        self._waiting = {} if state is None else {self._first: screen_of(self._first, state)}
        for name in PALETTES:
            self.register_theme(textual_theme(name))
        for name in MODES:
            self.add_mode(name, self._maker(name))

    def _maker(self, mode: str) -> Callable[[], Screen[None]]:
        return lambda: self._waiting.pop(mode, None) or screen_of(mode)

    def on_load(self) -> None:
        self.theme = self.remembered.theme

    async def on_mount(self) -> None:
        await self.action_open(self._first)
        if self.owns_process:
            self.call_after_refresh(self._set_aside)

    def _set_aside(self) -> None:
        """After the first paint: what was made so far stays, and need not be looked through."""
        # a full collection walks Textual's thousands of objects in the middle of a step;
        # without them a step of a graph of 1,000 nodes takes half the time
        gc.collect()
        gc.freeze()

    async def action_open(self, mode: str) -> None:
        """Go to a mode.

        Arguments:
            mode: its name.
        """
        await self.switch_mode(mode)
        self.remembered.screen = mode
        self._keep()

    def action_show_help(self) -> None:
        """Show what every key does."""
        from microgradseq_tui.screens.help import HelpScreen  # noqa: PLC0415 - not at the start

        if isinstance(self.screen, PlaceScreen):
            inside = [getattr(widget, "PLACE", None) for widget in self.screen.query("*")]
            others = dict.fromkeys(place for place in inside if place)
            self.push_screen(HelpScreen(self.screen.PLACE, [*others]))

    def action_command_palette(self) -> None:
        """Look for an action by its name."""
        from microgradseq_tui.screens.palette import Palette  # noqa: PLC0415 - not at the start

        if not any(isinstance(screen, Palette) for screen in self.screen_stack):
            self.push_screen(Palette())

    async def action_quit(self) -> None:
        """Leave the app; first ask what becomes of what it trains."""
        from microgradseq_tui.screens.leave import LeaveScreen  # noqa: PLC0415 - not at the start

        children = trainers.running()
        if not children:
            self.exit()
        elif not isinstance(self.screen, LeaveScreen):
            self.push_screen(LeaveScreen(children))

    def action_next_theme(self) -> None:
        """Change to the next colours."""
        self._set_theme(following(self.theme))

    def next_language(self) -> str:
        """Change to the next language of the lessons; what stands for it."""
        known = list(LANGUAGES)
        place = known.index(self.remembered.language) + 1
        self.remembered.language = known[place % len(known)]
        self._keep()
        return self.remembered.language

    def on_copy_text(self, message: CopyText) -> None:
        self.copy_to_clipboard(message.text)
        self.notify(message.text, title="Copied", timeout=3, markup=False)

    def on_paragraph_read(self, message: ParagraphRead) -> None:
        lessons = self.remembered.lessons
        if message.number > lessons.get(message.lesson, 0):
            lessons[message.lesson] = message.number
            self._keep()

    async def on_open_screen(self, message: OpenScreen) -> None:
        if message.state is not None:
            try:
                fresh = screen_of(message.mode, message.state)
            except UserError as error:
                self.notify(str(error), severity="error", markup=False)
                return
            await self._put_in_place(message.mode, fresh)
        await self.action_open(message.mode)

    async def _put_in_place(self, mode: str, fresh: ModeScreen) -> None:
        """Let a mode begin anew with another screen."""
        if self.current_mode == mode:
            await self.switch_mode(next(name for name in MODES if name != mode))
        await self.remove_mode(mode)
        self._waiting[mode] = fresh
        self.add_mode(mode, self._maker(mode))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        # for the moment before the first theme, and for themes that are none of ours
        return textual_theme(next(iter(PALETTES))).variables

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        place = screen.PLACE if isinstance(screen, PlaceScreen) else self.current_mode
        for action in [*own_actions(place), *own_actions("")]:
            if action.name not in QUIET and self._can(screen, action.name):
                yield SystemCommand(action.label, action.sentence, self._doing(screen, action.name))
        for name, palette in PALETTES.items():
            yield SystemCommand(
                f"Theme: {palette.title}", "Change to these colours", self._theming(name)
            )

    def _can(self, screen: Screen[object], name: str) -> bool:
        return bool(screen.check_action(name.partition("(")[0], ()))

    def _doing(self, screen: Screen[object], name: str) -> Callable[[], object]:
        place = screen if hasattr(screen, f"action_{name.partition('(')[0]}") else self
        return lambda: self.call_later(self.run_action, name, place)

    def _theming(self, name: str) -> Callable[[], None]:
        return lambda: self._set_theme(name)

    def _set_theme(self, name: str) -> None:
        self.theme = name
        self.remembered.theme = name
        self._keep()

    def _keep(self) -> None:
        keep(self.remembered, self.file)


def open_app(screen: str | None = None, state: str | None = None) -> int:
    """Open the app in this terminal, and come back when it was left.

    Arguments:
        screen: the mode to open; the one that was open last if left out.
        state: what to show there; UserError if it cannot be.
    Returns:
        The exit code: 0, or 1 after a failure of the app itself.
    """
    app = MicrogradseqApp(screen, state)
    app.owns_process = True
    app.run()
    return app.return_code or 0
