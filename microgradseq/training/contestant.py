"""One of several runs that are laid side by side, followed while it grows."""

from __future__ import annotations

import bisect
from typing import Any

import numpy

from microgradseq.charts.columns import Series
from microgradseq.errors import UserError
from microgradseq.training.curves import Curves
from microgradseq.training.event_log import EventReader
from microgradseq.training.events import Event
from microgradseq.training.run_folder import RunFolder
from microgradseq.training.summary import smoothing_for

WAITING = "waiting"
GONE = "gone"


class Contestant:
    """What a run has come to so far.

    Arguments:
        folder: of the run; it need not be there yet.
        label: what it is called beside the others.

    `look` reads what is new; everything else tells what was read.
    """

    def __init__(self, folder: RunFolder, label: str) -> None:
        self.folder = folder
        self.label = label
        self.record: dict[str, Any] = {}
        self.status = WAITING
        self._begin()

    def _begin(self) -> None:
        self.events: dict[str, list[Event]] = {"sample": [], "flow": [], "validation": []}
        self.parameters: int | None = None
        self.planned: int | None = None
        self.step = 0
        self.tokens = 0
        self.elapsed = 0.0
        self._x = numpy.zeros(0)
        self._y = numpy.zeros(0)
        self._reader: EventReader | None = None

    def look(self) -> bool:
        """Read what is new.

        Returns:
            Whether anything was.
        """
        before = (self.status, self.step, self.elapsed)
        try:
            self.record = self.folder.read()
            self.status = self.folder.status()
        except (UserError, OSError):
            self.status = GONE if self.status != WAITING else WAITING
            return before[0] != self.status
        if self._reader is None:
            self._reader = self._read_whole()
        self._read_on(self._reader)
        return before != (self.status, self.step, self.elapsed)

    def _read_whole(self) -> EventReader:
        """Read a log as columns, which is much quicker than event by event.

        Returns:
            A reader for what comes after; for everything, where not the trainer wrote the log.
        """
        reader = EventReader(self.folder.events)
        try:
            curves = Curves(self.folder.events)
            x, y, last = curves.step.astype("float64"), curves.loss, curves.last_step
        except (ValueError, IndexError):
            return reader
        reader.offset = curves.size
        self._x, self._y = x, y
        for event in [*curves.others, *([last] if last else [])]:
            self._take(event)
        return reader

    def _read_on(self, reader: EventReader) -> None:
        steps: list[Event] = []
        while events := reader.new():
            if events[0]["event"] == "rewound":
                # the trainer took back what came after its checkpoint, or the file was cut
                self._begin()
                self._reader = self._read_whole()
                return
            for event in events:
                self._take(event)
            steps += [event for event in events if event["event"] == "step"]
        if steps:
            fresh = numpy.array(
                [(event["step"], _number(event.get("loss"))) for event in steps], "float64"
            )
            self._x = numpy.concatenate([self._x, fresh[:, 0]])
            self._y = numpy.concatenate([self._y, fresh[:, 1]])

    def _take(self, event: Event) -> None:
        kind = event["event"]
        self.step = max(self.step, event.get("step") or 0)
        self.elapsed = max(self.elapsed, event.get("elapsed") or 0.0)
        if kind == "start":
            self.parameters, self.planned = event.get("parameters"), event.get("steps")
        elif kind == "step":
            self.tokens = event.get("tokens", self.tokens)
        elif kind in self.events:
            self.events[kind].append(event)

    def curve(self) -> Series:
        """The loss by step, under the label."""
        return Series(self.label, self._x, self._y, smoothing_for(len(self._x)))

    def newest(self, kind: str, step: int) -> Event | None:
        """The newest event of a kind at a step or before it; None where there is none.

        Arguments:
            kind: "sample", "flow" or "validation".
            step: steps done.
        """
        found = self.events[kind]
        place = bisect.bisect_right(found, step, key=lambda event: int(event["step"]))
        return found[place - 1] if place else None

    def final(self) -> dict[str, Any]:
        """What the run came to: status, size, speed, loss, and the task's own metrics."""
        validations = self.events["validation"]
        loss = float(self._y[-1]) if len(self._y) else None
        return {
            "status": self.status,
            "parameters": self.parameters,
            "steps": self.step,
            "seconds": self.elapsed,
            "tokens_per_second": self.tokens / self.elapsed if self.elapsed else None,
            "loss": validations[-1]["loss"] if validations else loss,
            **(validations[-1]["metrics"] if validations else {}),
        }

    def baselines(self) -> dict[str, float]:
        """What simpler ways to answer come to in loss, by name."""
        told = self.record.get("baselines", [])
        return {
            each["name"]: each["metrics"]["loss"]
            for each in told
            if isinstance(each["metrics"].get("loss"), int | float)
        }


def _number(value: float | None) -> float:
    return numpy.nan if value is None else value
