"""What `train` shows while it trains: a live view on a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from microgradseq.cells import cell_width, shorten
from microgradseq.charts.chart import Chart, Look, draw_chart
from microgradseq.charts.columns import Series
from microgradseq.numbers import duration, measured, plural, readable

if TYPE_CHECKING:
    from microgradseq.training.events import Event
    from microgradseq.training.trainer import Trainer

REDRAWS_A_SECOND = 4
CHART_HEIGHT = 9
SAMPLE_LINES = 6
SAMPLE_WIDTH = 200
STYLES = {"line": "bright_cyan", "band": "cyan", "mark": "bright_cyan", "baseline": "dim"}


_PAUSES = {"pause": True, "step": True, "resume": False}
"""Which commands leave the training waiting, and which not."""


class Watch:
    """Takes in events and remembers what is to be shown.

    Arguments:
        samples: texts, oldest first.
    """

    def __init__(self) -> None:
        self.samples: list[str] = []
        self.step: Event = {}
        self.validation: Event = {}
        self.steps: list[int] = []
        self.losses: list[float] = []
        self.planned = 0
        self.paused = False
        self.title = ""
        self.baselines: list[tuple[str, float]] = []
        self.began = time.monotonic()
        self.first_step = 0

    def begin(self, trainer: Trainer) -> None:
        """Learn what is about to be trained.

        Arguments:
            trainer: before its run.
        """
        self.planned = trainer.plan.steps
        settings = trainer.settings
        self.title = (
            f"{trainer.task.kind} · {settings.cell} {settings.hidden}×{settings.layers} · "
            f"{trainer.folder.path}"
        )

    def on_event(self, event: Event) -> None:
        """Take in one event."""
        kind = event["event"]
        if kind == "step":
            if not self.steps:
                self.first_step, self.began = event["step"] - 1, time.monotonic()
            self.step = event
            self.steps.append(event["step"])
            self.losses.append(event["loss"])
        elif kind == "sample":
            self.samples.append(event["text"])
        elif kind == "validation":
            self.validation = event
        elif kind == "control" and event["accepted"]:
            self.paused = _PAUSES.get(event["command"], self.paused)
        self.tell(event)

    def tell(self, event: Event) -> None:
        """Show what is new; a subclass says how."""

    def remaining(self) -> str:
        """How long it will still take, in words."""
        done = self.step.get("step", 0) - self.first_step
        if done < 5:
            return "…"
        passed = time.monotonic() - self.began
        return duration(passed / done * (self.planned - self.step["step"]))


class PlainWatch(Watch):
    """A line for each report, for logs and pipes."""

    def tell(self, event: Event) -> None:
        line = plain_line(event)
        if line:
            print(line, file=sys.stderr, flush=True)


def plain_line(event: Event) -> str:
    """An event as one line for people; "" for those that come too often.

    Arguments:
        event: any.

    >>> plain_line({"event": "warning", "text": "batch 32 was too large", "step": 0})
    'note: batch 32 was too large'
    """
    kind = event["event"]
    if kind == "start":
        numbers = plural(event["parameters"], "parameter")
        return f"training {numbers} for {plural(event['steps'], 'step')}"
    if kind == "validation":
        return f"step {event['step']:,}: {measured({'loss': event['loss'], **event['metrics']})}"
    if kind == "warning":
        return f"note: {event['text']}"
    if kind == "sample":
        return f"  {shorten(' '.join(event['text'].split()), SAMPLE_WIDTH)}"
    if kind == "control":
        answer = "done" if event["accepted"] else event["reason"]
        return f"command {event['command']}: {answer}"
    return ""


class LiveWatch(Watch):
    """A picture that stays in place on a terminal.

    Arguments:
        console: where it is drawn.
    """

    def __init__(self, console: Console) -> None:
        super().__init__()
        self.console = console
        self.notes: list[str] = []
        self.live = Live(
            console=console,
            refresh_per_second=REDRAWS_A_SECOND,
            get_renderable=self.picture,
            transient=True,
        )

    def tell(self, event: Event) -> None:
        if event["event"] in ("warning", "control"):
            self.notes = [*self.notes[-1:], plain_line(event)]

    def picture(self) -> RenderableType:
        """The whole view."""
        width = min(self.console.width, 120)
        parts: list[RenderableType] = [
            Text(self.title, "bold", no_wrap=True, overflow="ellipsis"),
            self._bar(width),
            self._numbers(width),
        ]
        if len(self.steps) > 1:
            parts.append(coloured(self._chart(width)))
        if self.samples:
            lines = self.samples[-1].splitlines()[:SAMPLE_LINES]
            parts.append(Text("newest sample", "dim"))
            parts += [Text(line, no_wrap=True, overflow="ellipsis") for line in lines]
        parts += [Text(note, "yellow") for note in self.notes]
        parts.append(Text("Ctrl-C saves and stops; train --resume goes on", "dim"))
        return Group(*parts)

    def _bar(self, width: int) -> Text:
        step = self.step.get("step", 0)
        share = step / self.planned if self.planned else 0.0
        state = "paused" if self.paused else f"{self.remaining()} left"
        words = f" {step:,} of {plural(self.planned, 'step')}, {state}"
        room = max(width - len(words), 8)
        full = round(share * room)
        return Text("━" * full, "green") + Text("─" * (room - full), "dim") + Text(words, "")

    def _numbers(self, width: int) -> Text:
        if not self.step:
            return Text("the first step is being computed …", "dim")
        told = {"loss": self.step["loss"]}
        if "perplexity" in self.step:
            told["perplexity"] = self.step["perplexity"]
        parts = [f"{name} {_number(value)}" for name, value in told.items()]
        if self.validation:
            parts.append(f"validation loss {_number(self.validation['loss'])}")
        parts.append(f"{readable(self.step['tokens_per_second'], 3)} tokens/s")
        parts.append(f"lr {readable(self.step['lr'])}")
        return Text(_filled(parts, width), no_wrap=True, overflow="ellipsis")

    def _chart(self, width: int) -> Chart:
        count = len(self.steps)
        series = Series(
            "loss",
            numpy.array(self.steps, dtype="float64"),
            numpy.array([math.nan if one is None else one for one in self.losses], dtype="float64"),
            max(1, count // 50),
        )
        return draw_chart([series], Look(width, CHART_HEIGHT))


def _filled(parts: list[str], width: int) -> str:
    """Parts side by side, three blanks between; a line ends between two of them only."""
    lines = parts[:1]
    for part in parts[1:]:
        longer = f"{lines[-1]}   {part}"
        lines = [*lines[:-1], longer] if cell_width(longer) <= width else [*lines, part]
    return "\n".join(lines)


def _number(value: Any) -> str:
    return "—" if value is None else readable(value)


def coloured(chart: Chart) -> Text:
    """A chart as a Rich text.

    Arguments:
        chart: of one curve.
    """
    text = Text(no_wrap=True)
    for place, row in enumerate(chart.rows):
        for stretch in row:
            text.append(stretch.text, STYLES.get(stretch.part, "dim"))
        if place < len(chart.rows) - 1:
            text.append("\n")
    return text


@contextmanager
def watcher(quiet: bool) -> Iterator[Watch]:
    """What shows a training while the block runs, on stderr.

    Arguments:
        quiet: show nothing.
    """
    console = Console(stderr=True, highlight=False)
    if quiet:
        yield Watch()
    elif console.is_terminal and not console.is_dumb_terminal:
        watch = LiveWatch(console)
        with watch.live:
            yield watch
    else:
        yield PlainWatch()
