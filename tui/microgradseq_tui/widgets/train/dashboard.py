"""What is seen of one training: curves, samples, gradients and gates, and how fast it goes."""

from __future__ import annotations

import os
from collections.abc import Sized
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from microgradseq.numbers import duration, plural, readable
from microgradseq_tui.lines import in_lines
from microgradseq_tui.run_rows import STATUS_SIGNS
from microgradseq_tui.widgets.charts.curve_view import CurveView
from microgradseq_tui.widgets.charts.heat_map import HeatMapView
from microgradseq_tui.widgets.shell.parts import Parts

if TYPE_CHECKING:
    from microgradseq.training.story import Story

WORDS = {
    "state": "",
    "curve-title": "title",
    "flow-title": "title",
    "gates": "words",
    "sample-title": "title",
    "sample": "",
    "told": "",
}
"""The texts of the board: a name, and how each looks."""
WIDE = 100
"""Columns from which on the state of a training stays in one line."""
MOST_LINES = 3
"""Lines of the state of a training where there is little room."""
FIRST = "The first step is being computed."
NOTHING = {True: "Nothing yet.", False: "Nothing."}
NOTES = 30
BAR = 10
SIGNS = {"=": ("", ""), "+": ("$role-positive bold", "+"), "-": ("$role-muted strike", "-")}
"""How a stretch that stayed, came or went looks, and what marks it without colours."""


class Dashboard(Parts):
    """Parts side by side where there is room, or one alone.

    Arguments:
        story: of the training.
    """

    VIEWS = ("all", "curves", "gradients", "samples", "notes")

    def __init__(self, story: Story) -> None:
        super().__init__()
        self.story = story
        self.failure = ""
        """Why the trainer ended, in its own words; "" for no failure."""
        self._perplexity = False
        self._diffed = False
        self._sample: int | None = None
        self._marked = 0
        self._told: object = None
        # held, not looked for: a board that is put up or taken down is told news too
        self._curves = CurveView(empty=FIRST)
        self._flow = HeatMapView(title="Gradient through time", id="flow")
        self._words = {
            name: Static("", id=name, classes=look, markup=False) for name, look in WORDS.items()
        }

    def compose(self) -> ComposeResult:
        yield self._words["state"]
        with Container(id="parts"):
            with Vertical(id="left"):
                with Vertical(id="curves", classes="part"):
                    yield self._words["curve-title"]
                    yield self._curves
                with Vertical(id="gradients", classes="part"):
                    yield self._words["flow-title"]
                    yield self._flow
                    yield self._words["gates"]
            with Vertical(id="right"):
                with VerticalScroll(id="samples", classes="part"):
                    yield self._words["sample-title"]
                    yield self._words["sample"]
                with VerticalScroll(id="notes", classes="part"):
                    yield Static("What happened, by step", classes="title", markup=False)
                    yield self._words["told"]

    def on_mount(self) -> None:
        self._set_view()
        self.draw_anew()
        self._curves.focus()

    # --- what is new ------------------------------------------------------------------------

    def look(self) -> None:
        """Read what is new and show it."""
        if self.story.read():
            self.draw_anew()
            return
        self._grow()
        self._show()

    def draw_anew(self) -> None:
        """Read and show everything."""
        found = self.story.read_all()
        view = self._curves
        view.set_series([])
        view.clear_marks()
        self._marked, self._told = 0, None
        if found:
            self._append(found)
        self.story.read()
        self._grow()
        self._show()

    def _grow(self) -> None:
        fresh = self.story.fresh
        if fresh["step"]:
            self._append(fresh)

    def _append(self, columns: dict[str, Any]) -> None:
        counts = {name: columns[name] for name in ("epoch", "tokens", "seconds")}
        heights = self._heights(columns["loss"])
        self._curves.append("loss", columns["step"], heights, counts)

    def _heights(self, loss: Any) -> Any:
        from microgradseq.training.story import as_perplexity  # noqa: PLC0415 - slow to import

        return as_perplexity(loss) if self._perplexity else loss

    def _show(self) -> None:
        self._show_state()
        story = self.story
        lists: tuple[Sized, ...] = (
            story.samples,
            story.flows,
            story.validations,
            story.notes,
            story.marks,
        )
        news = (*map(len, lists), story.first_report, story.follower.status, self.failure)
        now = (*news, self._sample, self._diffed, self.size)
        if now != self._told:
            self._told = now
            self._curves.empty = FIRST if story.follower.alive else "No step was done."
            self._curves.refresh()
            self._show_curve_parts()
            self._show_sample()
            self._show_flow()
            self._show_notes()

    # --- the panels -------------------------------------------------------------------------

    def _show_state(self) -> None:
        story, status = self.story, self.story.follower.status
        sign = STATUS_SIGNS.get(status, "…")
        parts: list[Any] = [(f"{sign} {story.follower.folder.name} {status}", "$accent bold")]
        if story.follower.problem:
            parts.append((story.follower.problem, "$role-negative"))
        step = story.step
        if step:
            of = f" of {story.planned:,}" if story.planned else ""
            parts += [f"step {step['step']:,}{of}", f"loss {_told(step['loss'])}"]
            if "perplexity" in step:
                parts.append(f"perplexity {_told(step['perplexity'])}")
            parts.append(f"lr {readable(step['lr'])}")
        left = story.seconds_left()
        if step and status == "running":
            parts += [f"{duration(left)} left"] if left is not None else []
            parts.append(f"{readable(step['tokens_per_second'], 3)} tokens/s")
        elif status == "waiting":
            parts.append("the trainer reads its data …")
        elif status == "paused":
            parts.append("p goes on")
        parts += _load() if status in ("running", "paused") else []
        # the last ones are left out rather than let the panels below jump
        width = self.app.size.width
        most = 1 if width >= WIDE else MOST_LINES
        if status == "failed" and most > 1:
            # what happened is told at the side only where there is room
            parts.insert(1, (self.failure or str(story.end.get("reason", "")), "$role-negative"))
        self._words["state"].update(in_lines(parts, width - 4, most))

    def _show_curve_parts(self) -> None:
        story, view = self.story, self._curves
        what = "Perplexity, e to the loss" if self._perplexity else "Loss, nats a token"
        self._words["curve-title"].update(f"{what}: lower is better")
        view.title = "Perplexity" if self._perplexity else "Loss"
        validation = story.validation_series()
        if validation is not None:
            heights = self._heights(validation.y)
            view.append("validation", validation.x, heights, smoothing=1)
        fresh = story.marks[self._marked :]
        if fresh:
            view.add_marks([(float(note.step), note.words) for note in fresh])
        self._marked = len(story.marks)
        baselines = story.baselines()
        view.set_baselines(
            {name: float(self._heights([loss])[0]) for name, loss in baselines.items()}
        )

    def _show_sample(self) -> None:
        from microgradseq.training.story import changed_words  # noqa: PLC0415 - slow to import

        samples = self.story.samples
        title, place = self._words["sample-title"], self._place()
        if not samples:
            title.update("Samples: what it writes")
            self._words["sample"].update(f"None{self._coming()}.")
            return
        sample = samples[place]
        told = f"Sample at step {sample['step']:,} ({place + 1} of {len(samples)}; [ ] others)"
        if self._diffed and place:
            parts: list[Any] = []
            for sign, text in changed_words(samples[place - 1]["text"], sample["text"]):
                look, mark = SIGNS[sign]
                parts.append((f"[{mark}{text}]", look) if mark else text)
            told = f"Step {sample['step']:,} against {samples[place - 1]['step']:,}: [+new] [-old]"
            self._words["sample"].update(Content.assemble(*parts))
        else:
            self._words["sample"].update(Content(sample["text"]))
        title.update(told)

    def _coming(self) -> str:
        """When what is not there yet will come."""
        first = self.story.first_report
        return "" if first is None else f" yet; the first comes at step {first:,}"

    def _place(self) -> int:
        """Which sample is shown."""
        last = len(self.story.samples) - 1
        return last if self._sample is None else min(self._sample, last)

    def _show_flow(self) -> None:
        view, found = self._flow, self.story.flow_map()
        view.display = found is not None
        title = "Gradient through time: ‖∂L/∂h_t‖ by time step t, one report a row"
        self._words["flow-title"].update(title)
        gates = self._words["gates"]
        if found is None:
            gates.update(f"No report{self._coming()}.")
            return
        view.show(found)
        from microgradseq.charts.sparkline import sparkline  # noqa: PLC0415 - not at the start
        from microgradseq.insight.gates import HIGH, LOW  # noqa: PLC0415 - slow to import

        parts: list[Any] = []
        shares = self.story.gates()
        if shares:
            # below LOW a gate is shut, above HIGH it is open; of a tanh these are its two ends
            ends = f"{LOW:g} (a tanh: −{HIGH:g}) and above {HIGH:g}"
            counted = f"Gates: share of values below {ends}\n"
            parts.append((counted, "$muted"))
        for name, low, high in shares:
            parts.append(f"{name:10} low {_bar(low)} {low:4.0%}  high {_bar(high)} {high:4.0%}\n")
        activity = self.story.activity()
        course = f"  {sparkline(activity)} by report" if len(activity) > 1 else ""
        parts.append(f"mean |h| {readable(activity[-1], 3)}{course}")
        gates.update(Content.assemble(*parts))

    def _show_notes(self) -> None:
        from microgradseq.insight.warnings import training_warnings  # noqa: PLC0415 - slow

        story = self.story
        parts: list[Any] = [(f"✗ {self.failure}\n", "$role-negative bold")] if self.failure else []
        if story.follower.status == "interrupted":
            words = "The trainer ended without a word; R goes on from the last checkpoint.\n"
            parts.append((f"! {words}", "$role-negative bold"))
        parts += [
            (f"! {words}\n", "$role-negative bold")
            for words in training_warnings(story.flows, story.validations)
        ]
        for note in reversed(story.notes[-NOTES:]):
            parts += [(f"{note.step:,}  ", "$role-muted"), f"{note.words}\n"]
        self._words["told"].update(Content.assemble(*parts or [NOTHING[story.follower.alive]]))

    # --- what keys do -----------------------------------------------------------------------

    def _settle(self) -> None:
        # the screen may be left, or emptied, before this is called
        if self.is_attached and self.screen.focused is None:
            self._curves.focus()

    def go(self, places: int) -> None:
        """Read another sample.

        Arguments:
            places: how many later; below 0 earlier.
        """
        last = len(self.story.samples) - 1
        place = min(max(self._place() + places, 0), max(last, 0))
        # the newest one is followed as training goes on
        self._sample = None if place >= last else place
        self._show()

    def toggle_diff(self) -> None:
        """Mark what changed since the sample before, or do not."""
        self._diffed = not self._diffed
        self._show()

    def toggle_unit(self) -> None:
        """Draw the perplexity, or the loss."""
        if "perplexity" in self.story.step or self._perplexity:
            self._perplexity = not self._perplexity
            self.draw_anew()
        else:
            self.notify("This task has no perplexity.", markup=False)


def _told(value: float | None) -> str:
    return "—" if value is None else readable(value)


def _bar(share: float) -> str:
    full = round(share * BAR)
    return "█" * full + "·" * (BAR - full)


def _load() -> list[str]:
    """How busy the machine is, where it tells."""
    try:
        return [f"load {os.getloadavg()[0]:.1f} on {plural(os.cpu_count() or 1, 'core')}"]
    except (OSError, AttributeError):
        return []
