"""What a walk and the sweep through time share: going on step by step, or by itself."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Static

from microgradseq_tui.screens.frame import PlaceScreen
from microgradseq_tui.widgets.graph.graph_view import GraphView
from microgradseq_tui.widgets.shell.key_bar import KeyBar
from microgradseq_tui.widgets.shell.prompt import Prompt

SPEEDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Steps a second."""


class SteppingScreen(PlaceScreen):
    """A graph, what is told of the step below it, and keys that go from step to step."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["../styles/stepping.tcss"]
    STEPS: ClassVar[str] = "steps"
    """What `play` takes one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.speed = SPEEDS.index(1.0)
        self._playing: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="title", markup=False)
        yield GraphView()
        yield from self.below()
        yield Prompt()
        yield KeyBar()

    def below(self) -> ComposeResult:
        """What stands between the graph and the field."""
        raise NotImplementedError

    def go(self, number: int) -> None:
        """Go to a step, or to the nearest there is.

        Arguments:
            number: counted from 0.
        """
        raise NotImplementedError

    def go_on(self) -> None:
        """Go on as far as one tick of `play` does."""
        raise NotImplementedError

    @property
    def number(self) -> int:
        """The step where it is."""
        raise NotImplementedError

    @property
    def last(self) -> int:
        """The step at the end."""
        raise NotImplementedError

    def action_first(self) -> None:
        """Go to the beginning."""
        self.go(0)

    def action_last(self) -> None:
        """Go to the end."""
        self.go(self.last)

    def action_play(self) -> None:
        """Let the steps run, or stop them; at the end they begin anew."""
        if self.playing:
            self.stop()
            return
        if self.number >= self.last:
            self.go(0)
        self._playing = self.set_interval(1 / SPEEDS[self.speed], self._play_on)

    def action_slower(self) -> None:
        """Let the steps run more slowly."""
        self._change_speed(-1)

    def action_faster(self) -> None:
        """Let the steps run faster."""
        self._change_speed(1)

    def action_leave(self) -> None:
        """Close the field, or go back."""
        prompt = self.query_one(Prompt)
        if prompt.purpose:
            prompt.close()
            self.query_one(GraphView).focus()
        elif self.is_current:
            self.stop()
            self.dismiss()

    @property
    def playing(self) -> bool:
        """Whether the steps run by themselves."""
        return self._playing is not None

    def stop(self) -> None:
        """Let the steps run no longer."""
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    def _play_on(self) -> None:
        self.go_on()
        if self.number >= self.last:
            self.stop()

    def _change_speed(self, by: int) -> None:
        self.speed = min(max(self.speed + by, 0), len(SPEEDS) - 1)
        if self.playing:
            self.stop()
            self.action_play()
        self.notify(f"{SPEEDS[self.speed]:g} {self.STEPS} a second", timeout=2, markup=False)
