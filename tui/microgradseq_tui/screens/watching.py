"""What the screens share that look at run folders again and again."""

from __future__ import annotations

from textual.containers import Container
from textual.timer import Timer
from textual.widget import Widget

from microgradseq_tui.screens.frame import ModeScreen


class WatchingScreen(ModeScreen):
    """A form first, and then, in `#seen`, what is trained.

    Arguments:
        target: see ModeScreen.
    """

    LOOK_EVERY: float
    """Seconds between looks at what trains."""

    def __init__(self, target: str | None = None) -> None:
        super().__init__(target)
        self._timer: Timer | None = None

    async def _emptied(self) -> Container:
        """The place where trainings are seen, with nothing in it."""
        self.add_class("-seeing")
        place = self.query_one("#seen", Container)
        await place.remove_children()
        return place

    async def _put_up(self, place: Container, widget: Widget) -> None:
        await place.mount(widget)
        self._look_every(self.LOOK_EVERY)
        self.refresh_bindings()

    def _look_every(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_interval(seconds, self._look)

    def _look(self) -> None:
        """Show what is new."""
        raise NotImplementedError
