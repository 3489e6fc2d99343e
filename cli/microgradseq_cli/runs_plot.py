"""`microgradseq runs plot`: the curves of runs, on the terminal or in a file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from microgradseq_cli.errors import BadInput
from microgradseq_cli.output import require_place, write_whole
from microgradseq_cli.runs import runs_dir_option

if TYPE_CHECKING:
    from microgradseq.charts.columns import Series

VALUES = ("loss", "perplexity", "gradient-norm", "lr")
X_AXES = ("step", "epoch", "tokens")
MOST_RUNS = 8
WIDEST = 120


@click.command(epilog="Example: microgradseq runs plot story-lstm story-gru --log -o loss.svg")
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@runs_dir_option
@click.option(
    "--value", type=click.Choice(VALUES), default="loss", show_default=True, help="What is drawn."
)
@click.option(
    "--x",
    "x_name",
    type=click.Choice(X_AXES),
    default="step",
    show_default=True,
    help="Against what.",
)
@click.option("--log", is_flag=True, help="A logarithmic axis upwards.")
@click.option(
    "--smooth",
    type=click.IntRange(1),
    help="Over how many steps the line is averaged; a fiftieth of all if left out.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(),
    help="Write the picture, as .svg or .png; .png needs the extra plot.",
)
def plot(
    names: tuple[str, ...],
    runs_dir: Path,
    value: str,
    x_name: str,
    log: bool,
    smooth: int | None,
    output: str | None,
) -> None:
    """Draw the curves of runs: smoothed lines, with the raw range behind them."""
    from microgradseq.training.run_folder import find_run  # noqa: PLC0415 - slow to import

    chosen = list(dict.fromkeys(names))
    if len(chosen) > MOST_RUNS:
        raise BadInput(f"at most {MOST_RUNS} runs can be told apart in one picture")
    suffix = Path(output).suffix.lower() if output else ""
    if output and suffix not in (".svg", ".png"):
        raise BadInput(f"{output}: the name must end in .svg or .png")
    require_place(output)
    curves = [
        series_of(find_run(name, runs_dir).curves(), Path(name).name, value, x_name, smooth)
        for name in chosen
    ]
    if not any(len(series.x) for series in curves):
        raise BadInput(f"there are no steps to draw yet in {', '.join(chosen)}")
    if output is None:
        _print(curves, log, value, x_name)
    elif suffix == ".svg":
        from microgradseq.charts.svg import chart_svg  # noqa: PLC0415

        write_whole(output, chart_svg(value, curves, log=log, x_name=x_name, y_name=value))
    else:
        _write_png(output, curves, log, value, x_name)


def series_of(curves: Any, name: str, value: str, x_name: str, smooth: int | None) -> Series:
    """One run's curve.

    Arguments:
        curves: all columns of its log.
        name: for the legend.
        value, x_name: one of VALUES and of X_AXES.
        smooth: over how many steps.
    """
    import numpy  # noqa: PLC0415

    from microgradseq.charts.columns import Series  # noqa: PLC0415
    from microgradseq.training.summary import CALM  # noqa: PLC0415

    with numpy.errstate(over="ignore"):
        y = {
            "loss": lambda: curves.loss,
            "perplexity": lambda: numpy.exp(curves.loss),
            "gradient-norm": lambda: curves.gradient_norm,
            "lr": lambda: curves.lr,
        }[value]()
    x = getattr(curves, x_name).astype("float64")
    return Series(name, x, y, smooth or max(1, len(x) // CALM))


def _print(curves: list[Series], log: bool, value: str, x_name: str) -> None:
    from microgradseq.charts.chart import MARKERS, Look, draw_chart  # noqa: PLC0415

    width = min(shutil.get_terminal_size().columns - 1, WIDEST)
    legend = "   ".join(f"{MARKERS[place]} {series.name}" for place, series in enumerate(curves))
    print(f"{value}   {legend}")
    look = Look(width, 20, log=log, bands=len(curves) == 1, x_name=x_name)
    print(draw_chart(curves, look).text())


def _write_png(output: str, curves: list[Series], log: bool, value: str, x_name: str) -> None:
    try:
        from matplotlib.figure import Figure  # type: ignore[import-not-found] # noqa: PLC0415
    except ImportError:
        raise BadInput(
            ".png needs matplotlib: pip install 'microgradseq[plot]'; .svg works without"
        ) from None
    from microgradseq.charts.colours import COLOURS  # noqa: PLC0415
    from microgradseq.charts.columns import smoothed  # noqa: PLC0415

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for colour, series in zip(COLOURS, curves, strict=False):
        axes.plot(series.x, series.y, color=colour, alpha=0.2, linewidth=0.8)
        line = smoothed(series.y, series.smoothing)
        axes.plot(series.x, line, color=colour, label=series.name)
    axes.set_xlabel(x_name)
    axes.set_ylabel(value)
    axes.set_yscale("log" if log else "linear")
    axes.legend()
    try:
        figure.savefig(output, dpi=150)
    except OSError as error:
        raise click.ClickException(f"cannot write {output}: {error.strerror or error}") from None
