"""What is seen of networks side by side: curves, numbers, gradients through time, samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from microgradseq.cells import cell_width, shorten
from microgradseq.charts.chart import MARKERS
from microgradseq.numbers import readable
from microgradseq.training.contestant import Contestant
from microgradseq.training.side_by_side import (
    flow_map,
    marked_labels,
    norms_at,
    reach,
    reported_steps,
    result_rows,
    same_data,
    setting_rows,
)
from microgradseq_tui.run_rows import STATUS_SIGNS, fitted
from microgradseq_tui.widgets.charts.curve_view import CurveView
from microgradseq_tui.widgets.charts.heat_map import HeatMapView
from microgradseq_tui.widgets.shell.parts import Parts

WIDEST_LABEL = 18
SAMPLE_LINES = 5
NARROWEST = 5
PARTS = 11
"""Widgets that show something: fewer are left while all of them are being taken away."""


class SideBySide(Parts):
    """Four parts, all at once where there is room, or one alone."""

    VIEWS = ("all", "curves", "numbers", "gradients", "samples")

    def __init__(self, contestants: Sequence[Contestant], words: str) -> None:
        super().__init__()
        self.contestants = list(contestants)
        self.words = words
        self.step: int | None = None
        """The step whose samples and gradients are shown; None for the newest."""
        self._drawn = [0] * len(self.contestants)
        self._seen = False

    def compose(self) -> ComposeResult:
        yield Static(self.words, classes="heading", markup=False)
        yield Static("", id="state", markup=False)
        with Container(id="parts"):
            with Vertical(id="left"):
                with Vertical(id="curves", classes="part"):
                    yield Static("Loss by step: lower is better", classes="title", markup=False)
                    yield CurveView("Loss side by side", y_name="loss")
                with Vertical(id="gradients", classes="part"):
                    yield Static("", id="flow-title", classes="title", markup=False)
                    yield HeatMapView(title="Gradient through time", id="flow")
                    yield Static("", id="flow-words", classes="words", markup=False)
            with Vertical(id="right"):
                with VerticalScroll(id="numbers", classes="part"):
                    yield Static("What each came to", classes="title", markup=False)
                    yield Static("", id="table", markup=False)
                with VerticalScroll(id="samples", classes="part"):
                    yield Static("", id="samples-title", classes="title", markup=False)
                    yield Static("", id="texts", markup=False)

    def on_mount(self) -> None:
        self._set_view()
        self.look()
        for view in self.query(CurveView):
            view.focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """Fit what is shown into its new place; the curves take the keys back that they had."""
        self.show()
        for view in self.query(CurveView):
            if self.screen.focused is None:
                view.focus()

    def look(self) -> bool:
        """Read what is new and show it.

        Returns:
            Whether any of the networks may still change.
        """
        news = [contestant.look() for contestant in self.contestants]
        if any(news) or not self._seen:
            self._seen = True
            self.show()
        return any(each.status in ("waiting", "running", "paused") for each in self.contestants)

    def show(self) -> None:
        """Show what was read."""
        if len(self.query("Static, CurveView, HeatMapView")) < PARTS:
            # the screen has gone on to something else meanwhile
            return
        self.query_one("#state", Static).update(self._state())
        self._show_curves()
        self.query_one("#table", Static).update(self._numbers())
        steps = reported_steps(self.contestants)
        at = next((step for step in reversed(steps) if self.step in (None, step)), None)
        self._show_flow(at)
        self._show_samples(at, steps)

    def go(self, places: int) -> None:
        """Look at samples and gradients of another step.

        Arguments:
            places: how many reports later; below 0 earlier.
        """
        steps = reported_steps(self.contestants)
        if not steps:
            return
        now = steps.index(self.step) if self.step in steps else len(steps) - 1
        place = min(max(now + places, 0), len(steps) - 1)
        # the newest one is followed as training goes on
        self.step = None if place == len(steps) - 1 else steps[place]
        self.show()

    # --- the parts --------------------------------------------------------------------------

    def _state(self) -> Content:
        parts: list[Any] = []
        for place, each in enumerate(self.contestants):
            parts += [(_head(place, each), _colour(place)), f" {_progress(each)}   "]
        records = [each.record for each in self.contestants if each.record]
        if len(records) > 1 and not same_data(records):
            parts.append(("! other data or seed", "$role-negative"))
        return Content.assemble(*parts)

    def _show_curves(self) -> None:
        view = self.query_one(CurveView)
        curves = [each.curve() for each in self.contestants]
        lengths = [len(curve.x) for curve in curves]
        if any(now < before for now, before in zip(lengths, self._drawn, strict=True)):
            self._drawn = [0] * len(curves)
        if not any(self._drawn):
            view.set_series(curves)
            for baselines in filter(None, (each.baselines() for each in self.contestants)):
                view.set_baselines(baselines)
        else:
            for curve, start in zip(curves, self._drawn, strict=True):
                if start < len(curve.x):
                    # what is zoomed into stays in sight while the curves grow
                    view.append(curve.name, curve.x[start:].tolist(), curve.y[start:].tolist())
        self._drawn = lengths

    def _numbers(self) -> Content:
        rows = setting_rows(self.contestants) + result_rows(self.contestants)
        heads = marked_labels(self.contestants)
        first = max(cell_width(name) for name, _ in rows)
        # where names are long, all columns are cut to what there is room for
        room = max((self.query_one("#table").size.width - first) // len(heads) - 2, NARROWEST)
        widths = [
            min(max(map(cell_width, [head, *(texts[place] for _, texts in rows)])), room)
            for place, head in enumerate(heads)
        ]
        parts: list[Any] = [" " * first]
        for place, (head, width) in enumerate(zip(heads, widths, strict=True)):
            parts += ["  ", (fitted(head, width, "right"), _colour(place))]
        for name, texts in rows:
            parts += ["\n", (fitted(name, first, "left"), "$role-muted")]
            shown = zip(texts, widths, strict=True)
            parts += ["  " + fitted(text, width, "right") for text, width in shown]
        return Content.assemble(*parts)

    def _show_flow(self, step: int | None) -> None:
        title = self.query_one("#flow-title", Static)
        words = self.query_one("#flow-words", Static)
        view = self.query_one(HeatMapView)
        found = None if step is None else flow_map(self.contestants, step)
        view.display = found is not None
        if found is None or step is None:
            title.update("Gradient through time")
            words.update("No network has told of its gradients yet.")
            return
        title.update(f"Gradient through time: ‖∂L/∂h_t‖ for each time step, at step {step:,}")
        # the rows, the numbers of the time steps, the scale
        view.styles.height = len(self.contestants) + 2
        view.show(found)
        left = [
            f"{shorten(each.label, WIDEST_LABEL)} {readable(share, 2)}"
            for each in self.contestants
            if (share := reach(norms_at(each, step))) is not None
        ]
        words.update("First time step as a share of the last: " + " · ".join(left) if left else "")

    def _show_samples(self, step: int | None, steps: list[int]) -> None:
        title = self.query_one("#samples-title", Static)
        texts = self.query_one("#texts", Static)
        if step is None:
            title.update("Samples")
            texts.update("None yet; the first come a tenth of the way.")
            return
        place = steps.index(step) + 1
        title.update(f"Samples at step {step:,} ({place} of {len(steps)})")
        parts: list[Any] = []
        for number, each in enumerate(self.contestants):
            event = each.newest("sample", step)
            lines = event["text"].strip("\n").splitlines()[:SAMPLE_LINES] if event else ["—"]
            late = event is not None and event["step"] != step
            parts += [
                (_head(number, each), _colour(number)),
                f" (step {event['step']:,})\n" if late and event else "\n",
                "\n".join(f"  {line}" for line in lines) + "\n",
            ]
        texts.update(Content.assemble(*parts))


def _progress(each: Contestant) -> str:
    """How far a network is, in few words."""
    sign = STATUS_SIGNS.get(each.status, "…")
    done = f"step {each.step:,}" + (f" of {each.planned:,}" if each.planned else "")
    if each.status in ("waiting", "gone", "finished"):
        return f"{sign} {each.status}"
    return f"{sign} {done}" if each.status == "running" else f"{sign} {each.status} at {done}"


def _head(place: int, each: Contestant) -> str:
    return f"{MARKERS[place]} {shorten(each.label, WIDEST_LABEL)}"


def _colour(place: int) -> str:
    return f"$role-curve-{place % len(MARKERS)}"
