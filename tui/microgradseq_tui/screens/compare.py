"""Compare: networks trained on the same data and seed, side by side."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Input, Static

from microgradseq.errors import UserError
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.messages import CopyText
from microgradseq_tui.run_rows import command_for, names_in
from microgradseq_tui.screens.watching import WatchingScreen
from microgradseq_tui.widgets.compare.form import ComparisonForm

if TYPE_CHECKING:
    from microgradseq.training.contestant import Contestant
    from microgradseq_tui.race import Race
    from microgradseq_tui.widgets.compare.side_by_side import SideBySide

HEAVY = 1 << 23
"""Bytes of logs that are read without being noticed."""
CALM_LOOK_EVERY = 5.0
"""Seconds between looks at runs that have ended: somebody may go on with one."""
FORM_ONLY = frozenset({"start", "toggle_order"})
SEEN_ONLY = frozenset({"next_view", "earlier", "later", "new"})


class CompareScreen(WatchingScreen):
    """A form that says what to compare, and then the networks side by side.

    Arguments:
        target: a ready comparison's name, or two to four runs; None for the form.
    """

    PLACE = "compare"
    LOOK_EVERY = 0.5
    CSS_PATH = "../styles/compare.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("compare")]

    def __init__(self, target: str | None = None) -> None:
        super().__init__(target)
        self._first: str | None = None
        self._given: list[Contestant] = []
        self._race: Race | None = None
        self._seen: SideBySide | None = None
        if target is not None:
            self._take(target)

    @classmethod
    def takes_target(cls) -> bool:
        return True

    def _take(self, target: str) -> None:
        from microgradseq.training.comparing import COMPARISONS, MOST  # noqa: PLC0415
        from microgradseq.training.contestant import Contestant  # noqa: PLC0415
        from microgradseq.training.run_folder import find_run  # noqa: PLC0415
        from microgradseq.training.side_by_side import labels_of  # noqa: PLC0415

        if target in COMPARISONS:
            self._first = target
            return
        names = list(dict.fromkeys(names_in(target)))
        if not 2 <= len(names) <= MOST:
            raise UserError(
                f"compare takes 2 to {MOST} different runs, or {', '.join(COMPARISONS)}; "
                f"not {target!r}"
            )
        folders = [find_run(name) for name in names]
        for folder in folders:
            folder.read()
        labels = labels_of([folder.name for folder in folders])
        self._given = [Contestant(*pair) for pair in zip(folders, labels, strict=True)]

    def body(self) -> ComposeResult:
        yield Static(self.title_words, classes="heading", id="title", markup=False)
        yield ComparisonForm()
        yield Container(id="seen")

    def on_mount(self) -> None:
        # what computes takes a moment to import: the screen is painted first
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        if self._given:
            if sum(map(_size, self._given)) > HEAVY:
                # long logs are read aside, so that keys and the other screens stay at hand
                self.query_one("#title", Static).update("Reading long logs …")
                await asyncio.gather(*(asyncio.to_thread(each.look) for each in self._given))
            await self._see(self._given, "Runs side by side")
        else:
            self.query_one(ComparisonForm).offer(self._first)
            self.refresh_bindings()

    # --- side by side -----------------------------------------------------------------------

    async def _see(self, contestants: list[Contestant], words: str) -> None:
        from microgradseq_tui.widgets.compare.side_by_side import SideBySide  # noqa: PLC0415

        place = await self._emptied()
        self._seen = SideBySide(contestants, words)
        await self._put_up(place, self._seen)

    def _look(self) -> None:
        if self._seen is None or not self.is_current:
            return
        alive = self._seen.look()
        racing = self._race is not None and not self._race.ended
        self._look_every(self.LOOK_EVERY if alive or racing else CALM_LOOK_EVERY)
        self.refresh_bindings()

    async def on_comparison_form_started(self, message: ComparisonForm.Started) -> None:
        from microgradseq_tui.race import Race  # noqa: PLC0415

        self._race = Race(message.comparison, message.together)
        self.run_worker(self._train(self._race), group="race")
        await self._see(self._race.contestants, message.comparison.words)

    async def _train(self, race: Race) -> None:
        try:
            await race.run()
        except (UserError, OSError) as error:
            self.notify(f"no network can be trained: {error}", severity="error", markup=False)
        for label, words in race.failures.items():
            self.notify(f"{label}: {words}", severity="error", markup=False)

    # --- actions ----------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        seeing = self.has_class("-seeing")
        if action in FORM_ONLY:
            return not seeing
        if action in SEEN_ONLY:
            return seeing
        if action == "stop":
            return seeing and self._race is not None and not self._race.ended
        return True

    def action_start(self) -> None:
        """Train the networks that the form says."""
        self.query_one(ComparisonForm).start()

    def action_toggle_order(self) -> None:
        """Train one after another, or all together."""
        self.query_one(ComparisonForm).toggle_order()

    def action_leave_field(self) -> None:
        """Leave the text field for the list above it."""
        if isinstance(self.focused, Input):
            self.query_one(ComparisonForm).focus_list()

    def action_next_view(self) -> None:
        """Show the next part alone."""
        if self._seen is not None:
            self._seen.next_view()

    def action_earlier(self) -> None:
        """Look at the samples and gradients before these."""
        self._go(-1)

    def action_later(self) -> None:
        """Look at the samples and gradients after these."""
        self._go(1)

    def _go(self, places: int) -> None:
        if self._seen is not None:
            self._seen.go(places)

    def action_stop(self) -> None:
        """Let the networks save and stop."""
        if self._race is not None:
            self.run_worker(self._race.stop(), group="stop")

    async def action_new(self) -> None:
        """Go back to the form; what trains goes on."""
        self._seen = None
        await self.query_one("#seen").remove_children()
        self.remove_class("-seeing")
        self.query_one(ComparisonForm).return_to(self._first)
        self.refresh_bindings()

    def action_copy_command(self) -> None:
        """Copy the command line that does the same."""
        if self._seen is not None:
            names = [each.folder.name for each in self._seen.contestants]
            self.post_message(CopyText(command_for("runs compare", *names)))
        else:
            self.post_message(CopyText(self.query_one(ComparisonForm).command()))


def _size(contestant: Contestant) -> int:
    try:
        return contestant.folder.events.stat().st_size
    except OSError:
        return 0
