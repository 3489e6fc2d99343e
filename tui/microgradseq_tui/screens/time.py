"""Through time: a network unrolled over a word, and the sweep back through it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from microgradseq.errors import UserError
from microgradseq.lessons.time_state import CELLS, LOSSES, MOST_LAYERS, RADII, TimeState
from microgradseq_tui.actions import bindings_of
from microgradseq_tui.messages import CopyText
from microgradseq_tui.screens.stepping import SteppingScreen
from microgradseq_tui.widgets.charts.heat_map import HeatMapView
from microgradseq_tui.widgets.graph.graph_view import GraphView
from microgradseq_tui.widgets.shell.prompt import Prompt
from microgradseq_tui.widgets.time.contribution_bars import Bars, ContributionBars

if TYPE_CHECKING:
    from microgradseq.lessons.through_time import Moment, ThroughTime, Weight
    from microgradseq.lessons.time_cut import Cut

UNITS = (1, 2, 3, 4)
FOLD = "time"
WIDE = 110
"""From this many columns on there is room for whole sentences."""


class TimeScreen(SteppingScreen):
    """A network over a word.

    Arguments:
        state: a line as `TimeState.share` writes it; UserError for one that makes no sense.
    """

    PLACE = "time"
    STEPS = "time steps"
    CSS_PATH: ClassVar[list[str | PurePath]] = [*SteppingScreen.CSS_PATH, "../styles/time.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("time")]

    def __init__(self, state: str | None = None) -> None:
        super().__init__()
        self.state = TimeState() if state is None else TimeState.parse(state)
        self.network = self._unrolled()
        self._cut: tuple[tuple[ThroughTime, str, int], Cut] | None = None

    def below(self) -> ComposeResult:
        with Horizontal(id="below"):
            with Vertical(id="strip"):
                yield ContributionBars()
                flow = HeatMapView(pace=0)
                # the numbers of all that is drawn here have one key of the screen
                flow.can_focus = False
                yield flow
            with VerticalScroll(id="form", can_focus=False):
                yield Static("", id="formula", markup=False)
        yield Static("", id="words", markup=False)

    def on_mount(self) -> None:
        self.query_one(GraphView).focus()
        self._show_network()

    def on_resize(self) -> None:
        """Say as much as there is room for."""
        if self.query(GraphView):
            self._show_moment()

    # ---- the sweep

    def action_next_time(self) -> None:
        """Go one time step back, as the gradient does."""
        self.go(self.network.back_in_time(self.state.step))

    def action_undo_time(self) -> None:
        """Undo one time step."""
        self.go(self.network.forward_in_time(self.state.step))

    def action_next_operation(self) -> None:
        """Go on by a single operation."""
        self.go(self.state.step + 1)

    def action_undo_operation(self) -> None:
        """Undo a single operation."""
        self.go(self.state.step - 1)

    def action_cut(self, by: int) -> None:
        """Move the cut.

        Arguments:
            by: how many time steps to the right.
        """
        at = min(max(self.state.cut + by, 0), len(self.network.letters) - 1)
        self.state = replace(self.state, cut=at)
        self._show_moment()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "cut" and parameters:
            at = self.state.cut + int(str(parameters[0]))
            return True if 0 <= at < len(self.network.letters) else None
        return True

    @property
    def number(self) -> int:
        return self.state.step

    @property
    def last(self) -> int:
        return len(self.network.steps) - 1

    def go(self, number: int) -> None:
        self.state = replace(self.state, step=min(max(number, 0), self.last))
        self._show_moment()

    def go_on(self) -> None:
        self.action_next_time()

    # ---- which network

    def action_type_word(self, begun: str | None = None) -> None:
        """Ask for another word.

        Arguments:
            begun: what the field begins with; the word that is read if left out.
        """
        self.stop()
        self.query_one(Prompt).ask("word", "Word: ", self.state.word if begun is None else begun)

    def action_next_cell(self) -> None:
        """Change to the next cell."""
        self._change(cell=_after(CELLS, self.state.cell))

    def action_next_weight(self) -> None:
        """Watch the next weight."""
        keys = [weight.key for weight in self.network.weights]
        self.state = replace(self.state, weight=_after(keys, self.state.weight))
        self._show_moment()
        self._show_form()

    def action_next_loss(self) -> None:
        """Ask for a loss at every step, or at the last alone."""
        self._change(loss=_after(LOSSES, self.state.loss))

    def action_next_radius(self) -> None:
        """Scale the hidden weights another way."""
        self._change(radius=_after(RADII, self.state.radius))

    def action_next_seed(self) -> None:
        """Draw other weights."""
        self._change(seed=self.state.seed + 1)

    def action_next_layers(self) -> None:
        """One layer more; after the most, one."""
        self._change(layers=self.state.layers % MOST_LAYERS + 1)

    def action_next_units(self) -> None:
        """One unit more; after the most, one."""
        self._change(hidden=_after(UNITS, self.state.hidden))

    def _change(self, **changes: Any) -> None:
        """Unroll another network; the sweep stays at its end if it was there."""
        ended = self.state.step >= self.last
        before = self.state
        self.state = replace(self.state, cut=0, step=0, **changes)
        letters = len(self.state.letters)
        self.state = replace(self.state, cut=min(before.cut, letters - 1))
        self.stop()
        self.network = self._unrolled()
        if ended:
            self.state = replace(self.state, step=self.last)
        self._show_network()
        self.refresh_bindings()

    def _unrolled(self) -> ThroughTime:
        """The network; another weight is watched where it lacks the one that was."""
        from microgradseq.lessons.through_time import ThroughTime  # noqa: PLC0415 - slow to import

        network = ThroughTime(self.state)
        step = min(self.state.step, len(network.steps) - 1)
        if step != self.state.step:
            self.state = replace(self.state, step=step)
        try:
            network.weight(self.state.weight)
        except UserError:
            if not self.is_attached:
                raise
            self.state = replace(self.state, weight=TimeState().weight)
        return network

    # ---- files, numbers and the clipboard

    def action_show_numbers(self) -> None:
        """Show the exact numbers of the bars and of the heat map."""
        from microgradseq.charts.number_table import HeatMapNumbers  # noqa: PLC0415
        from microgradseq.lessons.time_report import heading, time_exports, time_numbers  # noqa: PLC0415
        from microgradseq_tui.screens.numbers import NumbersScreen, Sheet  # noqa: PLC0415

        self.stop()
        numbers = HeatMapNumbers(time_numbers(self.network, self.state))
        exports = time_exports(self.network, self.state)
        self.app.push_screen(NumbersScreen(Sheet(heading(self.state), numbers, exports)))

    def action_copy_share(self) -> None:
        """Copy the command that opens this again."""
        from microgradseq.lessons.time_report import command  # noqa: PLC0415

        self.post_message(CopyText(command(self.state)))

    def action_export(self) -> None:
        """Ask for a file."""
        self.stop()
        question = "File (.svg a picture, .txt text, .csv numbers): "
        self.query_one(Prompt).ask("file", question, f"time-{self.state.cell}.svg")

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        self.query_one(GraphView).focus()
        try:
            if message.purpose == "word":
                self._change(word=message.text)
            else:
                self._write(Path(message.text).expanduser())
        except UserError as error:
            self.notify(str(error), severity="error", markup=False)
            if message.purpose == "word":
                # what was typed is not lost: a letter less may be all that it takes
                self.action_type_word(message.text)

    def _write(self, path: Path) -> None:
        from microgradseq.charts.export import write_export  # noqa: PLC0415
        from microgradseq.lessons.time_report import time_exports  # noqa: PLC0415

        write_export(time_exports(self.network, self.state), path)
        self.notify(f"{path} is written", markup=False)

    def action_form(self) -> None:
        """Show or hide the closed form."""
        self.toggle_class("-form")
        self._show_form()
        self._show_moment()

    # ---- what is shown

    def _show_network(self) -> None:
        from microgradseq.lessons.time_report import heading  # noqa: PLC0415

        self.query_one("#title", Static).update(heading(self.state))
        graph = self.network.graph
        self.query_one(GraphView).show(graph, self.network.steps, folded_by=FOLD)
        self._show_form()
        self._show_moment()

    def _show_moment(self) -> None:
        network, state = self.network, self.state
        weight = network.weight(state.weight)
        moment = network.moment(state.step, weight)
        cut = self._cut_of(weight)
        view = self.query_one(GraphView)
        view.set_state(
            moment.totals,
            active_node=moment.active_node if view.folded_by is None else moment.giver,
            active_edge=moment.active_edge,
            walked=moment.walked,
        )
        bars = Bars(
            self._title(moment, weight),
            moment.norms,
            cut.kept,
            cut.lost,
            cut.at,
            moment.time,
            moment.flow,
        )
        self.query_one(ContributionBars).show(bars)
        self.query_one(HeatMapView).show(moment.flow, moment.time)
        self._say(self._words(moment, weight, cut))

    def _cut_of(self, weight: Weight) -> Cut:
        """The cut, which stays the same while the sweep goes on."""
        from microgradseq.lessons.time_cut import cut_at  # noqa: PLC0415

        asked = self.network, weight.key, self.state.cut
        if self._cut is None or self._cut[0] != asked:
            self._cut = asked, cut_at(self.network, weight, self.state.cut)
        return self._cut[1]

    def _words(self, moment: Moment, weight: Weight, cut: Cut) -> str:
        from microgradseq.lessons.time_report import verdict_lines  # noqa: PLC0415

        verdicts = verdict_lines(self.network, short=not self._wide)
        return "\n".join([self.network.words(moment, weight), cut.words(weight.label), *verdicts])

    def _title(self, moment: Moment, weight: Weight) -> str:
        """What the bars are, as far as there is room."""
        from microgradseq.numbers import readable  # noqa: PLC0415

        said = f"Norm of what each step adds to ∂L/∂{weight.label}"
        if self._wide and self.has_class("-form"):
            return said
        known = moment.sums[moment.sums == moment.sums]
        so_far, whole = readable(float(known.sum()), 3), readable(float(weight.sums.sum()), 3)
        said += f" · entries sum to {so_far} of {whole}"
        return f"{said} · {weight.label}: {weight.words}" if self._wide else said

    @property
    def _wide(self) -> bool:
        return self.size.width >= WIDE

    def _say(self, words: str) -> None:
        """A new layout is made only where the number of lines changes: steps must be quick."""
        static = self.query_one("#words", Static)
        static.update(words, layout=words.count("\n") + 1 != static.size.height)

    def _show_form(self) -> None:
        if not self.has_class("-form"):
            return
        from microgradseq.lessons.closed_form import closed_form  # noqa: PLC0415
        from microgradseq.lessons.time_report import form_lines  # noqa: PLC0415

        weight = self.network.weight(self.state.weight)
        lines = form_lines(self.network, closed_form(self.network, weight), weight)
        self.query_one("#formula", Static).update("\n".join(lines))


def _after(choices: Any, chosen: Any) -> Any:
    """The choice after one; the first after the last, or after one that is none of them."""
    every = list(choices)
    return every[(every.index(chosen) + 1) % len(every)] if chosen in every else every[0]
