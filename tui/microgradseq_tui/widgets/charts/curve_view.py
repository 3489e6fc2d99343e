"""Curves on the screen: zoomed, panned and read by keys or the mouse, growing as they are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events
from textual.binding import BindingType
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from microgradseq_tui.actions import bindings_of
from microgradseq_tui.widgets.charts.chart_styles import ChartStyles
from microgradseq_tui.widgets.charts.curve_lines import (
    hints,
    legend_lines,
    range_words,
    reading_line,
    words_alone,
)

if TYPE_CHECKING:
    from microgradseq.charts.chart import Chart, Look
    from microgradseq.charts.columns import Series
    from microgradseq.charts.curve_set import CurveSet
    from microgradseq.charts.export import Exports
    from microgradseq.charts.field import Row
    from microgradseq.charts.window import Window

Numbers = Sequence[float]
_WHEEL, _LEAST_POINTS, _HALF = 1.25, 4, 0.5
_LOWEST, _NARROWEST, _LEGEND_PART = 5, 20, 5


class CurveView(Widget, can_focus=True):
    """Curves to look at, zoom into and read exact numbers from.

    Arguments:
        title: stands above an exported chart and above the table of its numbers.
        x_name: what the x of the series counts.
        y_name: what the heights are.
        empty: what is said while there are no points.
        name, id, classes: as for any widget.
    """

    PLACE: ClassVar[str] = "chart"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("chart")]
    DEFAULT_CSS = "CurveView { width: 1fr; height: 1fr; }"

    logarithmic: reactive[bool] = reactive(False, init=False)
    """Whether heights are drawn by their logarithm."""
    x_by: reactive[str] = reactive("step", init=False)
    """What x counts now: `x_name`, or one of the counts that the series carry."""
    crosshair: reactive[float | None] = reactive(None, init=False)
    """The place on x that is being read."""

    def __init__(
        self,
        title: str = "",
        *,
        x_name: str = "step",
        y_name: str = "",
        empty: str = "No points yet.",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.title = title or "The numbers of this chart"
        self.x_name, self.y_name, self.empty = x_name, y_name, empty
        self.set_reactive(CurveView.x_by, x_name)
        self._curves: CurveSet | None = None
        self._baselines: tuple[tuple[str, float], ...] = ()
        self._marks: list[tuple[float, str]] = []
        self._window: Window | None = None
        self._held: int | None = None
        self._chart: Chart | None = None
        self._rows: list[Row] | None = None
        self._strips: dict[int, Strip] = {}
        self._styles: ChartStyles | None = None

    # ---- what is shown

    def set_series(self, series: Iterable[Series]) -> None:
        """Show curves; those that were there are forgotten.

        Arguments:
            series: at most eight; their `counts` are the other ways to count x.
        """
        from microgradseq.charts.curve_set import CurveSet  # noqa: PLC0415 - slow to import

        self._curves = CurveSet(self.x_name, series)
        self._window = None
        self.redraw()

    def append(
        self,
        name: str,
        x: Numbers,
        y: Numbers,
        counts: Mapping[str, Numbers] | None = None,
        smoothing: int | None = None,
    ) -> None:
        """Add points to a curve; a name that is new is a new curve.

        Where x goes back, as after a return to an earlier checkpoint, the new points hold.

        Arguments:
            name: of the curve.
            x, y: the points.
            counts: the other counts of x, one number a point.
            smoothing: over how many points the line is averaged; more and more if left out.
        """
        self._curve_set().append(name, x, y, counts, smoothing)
        self.redraw()

    def set_baselines(self, baselines: Mapping[str, float]) -> None:
        """Draw lines to compare with.

        Arguments:
            baselines: heights by name.
        """
        self._baselines = tuple(baselines.items())
        self.redraw()

    def add_marks(self, marks: Iterable[tuple[float, str]]) -> None:
        """Mark places on x, such as a change of the learning rate.

        Arguments:
            marks: a place, as `x_name` counts, and a few words.
        """
        self._marks += marks
        self.redraw()

    def clear_marks(self) -> None:
        """Take all marks away."""
        self._marks.clear()
        self.redraw()

    def shown_series(self) -> list[Series]:
        """The curves over what x counts now."""
        return self._curve_set().over(self.x_by)

    def _curve_set(self) -> CurveSet:
        from microgradseq.charts.curve_set import CurveSet  # noqa: PLC0415 - slow to import

        if self._curves is None:
            self._curves = CurveSet(self.x_name)
        return self._curves

    def _whole(self) -> Window | None:
        return self._curve_set().whole(self.x_by)

    # ---- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc is the screen's own while nothing is being read."""
        return action != "hide_crosshair" or self.crosshair is not None

    def action_move_crosshair(self, columns: int) -> None:
        """Read numbers further on."""
        chart, whole = self.drawn_chart(), self._whole()
        if chart is None or whole is None:
            return
        if self.crosshair is None:
            column = 0 if columns > 0 else chart.width - 1
        else:
            column = chart.column_of(self.crosshair) + columns
        self._read(min(max(chart.x_at(column), whole.left), whole.right))

    def action_jump(self, end: Literal["first", "last"]) -> None:
        """Read the first or the last numbers."""
        ends = [(each.x[0], each.x[-1]) for each in self.shown_series() if len(each.x)]
        if ends:
            first, last = min(left for left, _ in ends), max(right for _, right in ends)
            self._read(float(first if end == "first" else last))

    def action_hide_crosshair(self) -> None:
        """Stop reading."""
        self.crosshair = None

    def action_zoom(self, factor: float) -> None:
        """Zoom around the crosshair, or around the middle."""
        chart = self.drawn_chart()
        if chart is not None:
            middle = (chart.left + chart.right) / 2
            at = self.crosshair if self.crosshair is not None else middle
            self._zoom(at, factor)

    def action_pan(self, way: int) -> None:
        """Show the part beside this one."""
        self._pan(way * _HALF)

    def action_show_whole(self) -> None:
        """Show everything."""
        self._window = None
        self.redraw()

    def action_toggle_log(self) -> None:
        """Change between heights and their logarithms."""
        self.logarithmic = not self.logarithmic

    def action_next_x(self) -> None:
        """Count something else along the chart."""
        counts = self._curve_set().counts()
        if len(counts) > 1:
            self.x_by = counts[(counts.index(self.x_by) + 1) % len(counts)]
        else:
            self.notify(f"These curves are counted in {self.x_name} only.", markup=False)

    def action_show_numbers(self) -> None:
        """Show the exact numbers."""
        from microgradseq.charts.number_table import ChartNumbers  # noqa: PLC0415
        from microgradseq_tui.screens.numbers import NumbersScreen, Sheet  # noqa: PLC0415

        numbers = ChartNumbers(self.shown_series(), self.x_by)
        self.app.push_screen(NumbersScreen(Sheet(self.title, numbers, self._exports())))

    def action_export(self) -> None:
        """Ask for a file's name and write the chart to it."""
        from microgradseq_tui.screens.export import ExportScreen  # noqa: PLC0415

        self.app.push_screen(ExportScreen(self._exports()))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Read the numbers under the mouse; with its button held, pan."""
        chart = self.drawn_chart()
        offset = event.get_content_offset(self)
        if chart is None:
            return
        if self._held is not None:
            self._pan((self._held - event.screen_x) / chart.width)
            self._held = event.screen_x
        elif offset is not None and 0 <= offset.x - chart.gutter < chart.width:
            self.crosshair = chart.x_at(offset.x - chart.gutter)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Keep hold of the chart while it is dragged."""
        self._held = event.screen_x
        self.capture_mouse()

    def on_mouse_up(self) -> None:
        """Let go of the chart."""
        self._held = None
        self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp | events.MouseScrollDown) -> None:
        """Zoom at the mouse."""
        chart = self.drawn_chart()
        if chart is not None:
            event.stop()
            event.prevent_default()
            factor = _WHEEL if isinstance(event, events.MouseScrollUp) else 1 / _WHEEL
            self._zoom(chart.x_at(event.x - chart.gutter), factor)

    on_mouse_scroll_down = on_mouse_scroll_up

    def _view(self, whole: Window) -> Window:
        return whole if self._window is None else self._window.within(whole)

    def _zoom(self, at: float, factor: float) -> None:
        whole = self._whole()
        if whole is None:
            return
        points = self._curve_set().most_points()
        least = whole.span * _LEAST_POINTS / max(points, 1)
        self._look_at(self._view(whole).zoomed(at, factor, whole, least), whole)

    def _pan(self, share: float) -> None:
        whole = self._whole()
        if whole is not None:
            self._look_at(self._view(whole).panned(share, whole), whole)

    def _read(self, x: float) -> None:
        whole = self._whole()
        if whole is not None:
            self._look_at(self._view(whole).holding(x, whole), whole)
        self.crosshair = x

    def _look_at(self, window: Window, whole: Window) -> None:
        self._window = None if window == whole else window
        self.redraw()

    def watch_logarithmic(self) -> None:
        """Draw the other axis, or the crosshair elsewhere."""
        self.redraw()

    watch_crosshair = watch_logarithmic

    def watch_x_by(self) -> None:
        """Show everything over the new count."""
        self._window = None
        self.crosshair = None
        self.redraw()

    def redraw(self) -> None:
        """Draw anew what has changed."""
        self._rows, self._chart = None, None
        self._strips.clear()
        self.refresh()

    def on_resize(self) -> None:
        """Draw for the new size; with the keyboard here, also say what its keys do."""
        self.redraw()

    on_focus = on_blur = on_resize

    def on_mount(self) -> None:
        """Take new colours when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self.notify_style_update())

    def notify_style_update(self) -> None:
        """Look all colours up again."""
        super().notify_style_update()
        self._styles = None
        self._strips.clear()
        self.refresh()

    def _look(self, width: int, height: int, window: Window) -> Look:
        from microgradseq.charts.chart import Look  # noqa: PLC0415

        return Look(
            width,
            height,
            log=self.logarithmic,
            left=window.left,
            right=window.right,
            baselines=self._baselines,
            x_name=self.x_by,
            notes=self._marks if self.x_by == self.x_name else (),
            crosshair=self.crosshair,
            named=True,
        )

    def drawn_chart(self) -> Chart | None:
        """The chart as it stands, with its axes; None where there is none to be seen."""
        self._drawn_rows()
        return self._chart

    def _drawn_rows(self) -> list[Row]:
        if self._rows is None:
            self._rows = self._draw(*self.content_size)
        return self._rows

    def _draw(self, width: int, height: int) -> list[Row]:
        from microgradseq.charts.chart import draw_chart  # noqa: PLC0415
        from microgradseq.charts.field import MARKERS  # noqa: PLC0415

        series, whole = self.shown_series(), self._whole()
        words = self.empty
        if whole is not None:
            small = height < _LOWEST or width < _NARROWEST
            why = self._curve_set().why_nothing(self.x_by, self.logarithmic)
            words = "A chart needs more room." if small else why
        if words or whole is None:
            return words_alone(words, width, height)
        below = height > _LOWEST
        names = [each.name for each in series]
        legend = legend_lines(names, MARKERS, width, max(height // _LEGEND_PART, 1))
        room = height - len(legend) - below
        look = self._look(width, room, self._view(whole))
        self._chart = draw_chart(series, look, self._curve_set().columns)
        rows = [*legend, *self._chart.rows]
        return [*rows, self._line_below(series, whole, width)] if below else rows

    def _line_below(self, series: Sequence[Series], whole: Window, width: int) -> Row:
        from microgradseq.charts.field import MARKERS, Stretch  # noqa: PLC0415
        from microgradseq.charts.reading import readings  # noqa: PLC0415

        if self.crosshair is not None:
            found = readings(series, self.crosshair)
            return reading_line(found, series, self.x_by, MARKERS, width)
        words = ""
        if self._window is not None:
            view = self._view(whole)
            words = f" {range_words(view.left, view.right, self.x_by)} · 0 shows all "
        if self.has_focus:
            words += hints(len(self._curve_set().counts()) > 1, width - len(words))
        return [Stretch(words)]

    def render_line(self, y: int) -> Strip:
        """One line of the chart."""
        if self._styles is None:
            self._styles = ChartStyles(self)
        rows, width = self._drawn_rows(), self.content_size.width
        if y not in self._strips:
            row = rows[y] if y < len(rows) else []
            self._strips[y] = self._styles.strip(row, width)
        return self._strips[y]

    def _exports(self) -> Exports:
        from microgradseq.charts.export import chart_exports  # noqa: PLC0415

        whole = self._whole()
        look = None if whole is None else self._look(*self.content_size, self._view(whole))
        return chart_exports(self.title, self.shown_series(), look, self.y_name)
