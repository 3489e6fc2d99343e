"""All that a viewer shows of one training, gathered from its events as they come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple

import numpy

from microgradseq.charts.columns import Series
from microgradseq.charts.heat_map import HeatMap
from microgradseq.numbers import readable
from microgradseq.training.curves import Curves
from microgradseq.training.events import Event
from microgradseq.training.follow import REWOUND, Follower
from microgradseq.training.progress import USUAL_INTERVAL

MOST_SAMPLES = 500
"""So many are kept; older ones stay in the log."""
MOST_FLOWS = 40
"""So many reports about gradients share a heat map."""
Sign = Literal["=", "+", "-"]
Columns = dict[str, list[float]]


class Note(NamedTuple):
    """A line about something that happened.

    Arguments:
        step: when.
        words: what.
    """

    step: int
    words: str


class Story:
    """What became of a training so far.

    Arguments:
        follower: of its folder.

    `read` takes in what is new; everything else tells what was taken in. `fresh` holds the numbers
    of the steps that came last, by name, for a chart that grows.
    """

    def __init__(self, follower: Follower) -> None:
        self.follower = follower
        self._begin()

    def _begin(self) -> None:
        self.start: Event = {}
        self.step: Event = {}
        self.end: Event = {}
        self.samples: list[Event] = []
        self.flows: list[Event] = []
        self.validations: list[Event] = []
        self.marks: list[Note] = []
        self.notes: list[Note] = []
        self.saved: list[tuple[int, bool]] = []
        self.fresh: Columns = _columns([])

    def read_all(self) -> dict[str, Any]:
        """Take in the whole log at once, quick even for a million steps.

        Returns:
            The loss and its counts as arrays by name: step, loss, epoch, tokens, perplexity.
        """
        self._begin()
        curves = self.follower.whole()
        if curves is None:
            return {}
        last = curves.last_step
        events = [*([last] if last else []), *curves.others]
        # the last step stands before what was told of it, such as its end
        for event in sorted(events, key=lambda event: int(event["step"])):
            self._take(event)
        return _arrays(curves)

    def read(self) -> bool:
        """Take in what is new.

        Returns:
            Whether the log was cut, so that everything is to be drawn anew.
        """
        events = self.follower.read()
        anew = any(event["event"] == REWOUND for event in events)
        if anew:
            self._begin()
            place = max(at for at, event in enumerate(events) if event["event"] == REWOUND)
            events = events[place + 1 :]
        for event in events:
            self._take(event)
        self.fresh = _columns([event for event in events if event["event"] == "step"])
        return anew

    def _take(self, event: Event) -> None:
        kind = event["event"]
        if kind == "start":
            self.start = event
        elif kind == "step":
            self.step, self.end = event, {}
        elif kind == "end":
            self.end = event
            status, reason = event["status"], event["reason"]
            # "stopped by a viewer" says both
            words = reason if reason.startswith(status) else f"{status}: {reason}"
            self.notes.append(Note(event["step"], words))
        elif kind == "sample":
            self.samples = [*self.samples[-MOST_SAMPLES + 1 :], event]
        elif kind == "flow":
            self.flows.append(event)
        elif kind == "validation":
            self.validations.append(event)
        elif kind == "checkpoint":
            self.saved.append((event["step"], event["best"]))
        elif kind == "warning":
            self.notes.append(Note(event["step"], event["text"]))
        elif kind == "control":
            self._take_control(event)

    def _take_control(self, event: Event) -> None:
        value = event.get("value")
        told = event["command"] + (f" {readable(value)}" if value is not None else "")
        if event["accepted"]:
            self.marks.append(Note(event["step"], told))
            self.notes.append(Note(event["step"], f"{told}: done"))
        else:
            self.notes.append(Note(event["step"], f"{told} refused: {event['reason']}"))

    # --- what is told -----------------------------------------------------------------------

    @property
    def planned(self) -> int | None:
        """How many steps are planned; None while the trainer has not said."""
        steps = self.start.get("steps")
        return int(steps) if steps is not None else None

    @property
    def first_report(self) -> int | None:
        """The step that brings the first sample and gradients by itself; None where it is past."""
        every = self.follower.record.get("settings", {}).get("sample_every") or USUAL_INTERVAL
        # the end brings them as well
        first = min(int(every), self.planned or int(every))
        return first if self.follower.alive and self.step.get("step", 0) < first else None

    def seconds_left(self) -> float | None:
        """How long it will still take at the speed so far; None where that is not known."""
        step, elapsed = self.step.get("step"), self.step.get("elapsed")
        if not step or not elapsed or self.planned is None:
            return None
        return max(0.0, float(elapsed) / int(step) * (self.planned - int(step)))

    def validation_series(self) -> Series | None:
        """The validation loss by step; None before the first."""
        if not self.validations:
            return None
        x = numpy.array([each["step"] for each in self.validations], dtype="float64")
        return Series("validation", x, numpy.array([_number(v["loss"]) for v in self.validations]))

    def baselines(self) -> dict[str, float]:
        """What simpler ways to answer come to in loss, by name."""
        told = self.follower.record.get("baselines", [])
        found = {each["name"]: each["metrics"].get("loss") for each in told}
        return {name: loss for name, loss in found.items() if isinstance(loss, int | float)}

    def flow_map(self) -> HeatMap | None:
        """The norm of the gradient by time step, one report a row, the newest below."""
        flows = self.flows[-MOST_FLOWS:]
        if not flows:
            return None
        longest = max(len(each["gradient_norms"]) for each in flows)
        rows = [[_number(norm) for norm in each["gradient_norms"]] for each in flows]
        # the last time steps stand below each other: there the gradients begin their way back
        values = numpy.array([[math.nan] * (longest - len(row)) + row for row in rows])
        steps = [f"step {each['step']:,}" for each in flows]
        times = [str(place + 1) for place in range(longest)]
        return HeatMap(values, steps, times, log=True, axis="t")

    def gates(self) -> list[tuple[str, float, float]]:
        """For each gate, the shares of its values near its two ends at the newest report."""
        if not self.flows:
            return []
        told = self.flows[-1].get("gates", {})
        return [(name, share["low"], share["high"]) for name, share in told.items()]

    def activity(self) -> list[float]:
        """The mean size of the hidden state's numbers at every report."""
        return [_number(each.get("state")) for each in self.flows]


def as_perplexity(loss: Sequence[float] | Any) -> Any:
    """Losses in nats as perplexities: e to each.

    Arguments:
        loss: numbers.

    >>> as_perplexity([0.0]).tolist()
    [1.0]
    """
    with numpy.errstate(over="ignore"):
        return numpy.exp(numpy.asarray(loss, dtype="float64"))


def changed_words(before: str, after: str) -> list[tuple[Sign, str]]:
    """What became of a text: its words as stretches that stayed, came or went.

    Arguments:
        before, after: texts.
    Returns:
        Stretches with "=", "+" or "-".

    >>> changed_words("the cat", "the hat")
    [('=', 'the '), ('-', 'cat'), ('+', 'hat')]
    """
    old, new = _words(before), _words(after)
    found: list[tuple[Sign, str]] = []
    for kind, first, last, start, stop in SequenceMatcher(None, old, new, False).get_opcodes():
        gone, come = "".join(old[first:last]), "".join(new[start:stop])
        if kind == "equal":
            found.append(("=", come))
            continue
        found += [("-", gone)] if gone else []
        found += [("+", come)] if come else []
    return found


def _words(text: str) -> list[str]:
    """Words and what stands between them; of scripts without blanks, every character."""
    words: list[str] = []
    for character in text:
        plain = character.isascii() and character.isalnum()
        if plain and words and words[-1][-1].isascii() and words[-1][-1].isalnum():
            words[-1] += character
        else:
            words.append(character)
    return words


def _arrays(curves: Curves) -> dict[str, Any]:
    if not len(curves.step):
        return {}
    return {
        "step": curves.step.astype("float64"),
        "loss": curves.loss,
        "epoch": curves.epoch.astype("float64"),
        "tokens": curves.tokens.astype("float64"),
        "seconds": curves.elapsed,
    }


def _columns(steps: Sequence[Event]) -> Columns:
    names = {"step": "step", "loss": "loss", "epoch": "epoch", "tokens": "tokens"}
    names["seconds"] = "elapsed"
    return {name: [_number(each.get(field)) for each in steps] for name, field in names.items()}


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
