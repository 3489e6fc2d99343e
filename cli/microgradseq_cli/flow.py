"""`microgradseq flow`: how gradients fare on their way back through time, cell beside cell."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from microgradseq.numbers import for_json, plural, readable
from microgradseq_cli.errors import BadInput, names_in
from microgradseq_cli.output import require_place, write_whole
from microgradseq_cli.progress import progress
from microgradseq_cli.refusals import Finite

if TYPE_CHECKING:
    from microgradseq.insight.comparison import FlowComparison
    from microgradseq.insight.text_chart import Line

MOST_STEPS, MOST_HIDDEN = 1000, 128
LARGEST = 1_000_000
GATED = frozenset({"gru", "lstm", "peephole", "minlstm"})
# From here on both pictures fit beside each other.
WIDE = 110
NARROWEST, WIDEST = 60, 160
CHART_HEIGHT, WIDE_CHART_HEIGHT = 8, 14
COLOURS = ("blue", "yellow", "green", "magenta", "cyan", "red")

GRADIENT_TITLE = "‖∂L/∂h_t‖"
GRADIENT_CAPTION = "how much gradient reaches step t"
REACH_TITLE = "‖∂h_T/∂h_t‖"
REACH_CAPTION = "how much of step t is still felt at the end"


@click.command(
    epilog="Example: microgradseq flow --cells rnn,lstm --steps 100 --forget-bias 3 -o flow.svg"
)
@click.option(
    "--cells",
    default="rnn,gru,lstm",
    show_default=True,
    metavar="NAMES",
    help="Which cells, with commas between.",
)
@click.option(
    "--steps",
    type=click.IntRange(2, MOST_STEPS),
    default=50,
    show_default=True,
    help="Time steps T.",
)
@click.option(
    "--hidden",
    type=click.IntRange(1, MOST_HIDDEN),
    default=32,
    show_default=True,
    help="Units of each cell.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of weights and inputs."
)
@click.option(
    "--scale",
    type=Finite(0, LARGEST),
    metavar="FLOAT",
    help="Spectral radius of the hidden weights; fresh ones have about 0.6. Try 3.",
)
@click.option(
    "--forget-bias",
    type=Finite(-LARGEST, LARGEST),
    metavar="FLOAT",
    default=0.0,
    show_default=True,
    help="Opens the gates that keep the old state (LSTM: forget, GRU: update). Try 3.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(), help="Also write the pictures, as .svg."
)
def flow(
    cells: str,
    steps: int,
    hidden: int,
    seed: int,
    scale: float | None,
    forget_bias: float,
    as_json: bool,
    output: str | None,
) -> None:
    """Show how gradients flow back through time.

    A loss at the last step sends one gradient back through each cell. The curves show how much of
    it arrives at every earlier step, and how much of every step is still felt at the end.
    """
    from microgradseq.insight.comparison import (  # noqa: PLC0415 - slow to import
        COMPARED,
        compare_flow,
    )

    if output is not None and Path(output).suffix.lower() != ".svg":
        raise BadInput(f"{output}: the name must end in .svg")
    names = names_in("cells", cells, COMPARED)
    require_place(output)
    with progress("flow") as tell:
        found = compare_flow(names, steps, hidden, seed, scale, forget_bias, tell)
    if output is not None:
        write_whole(output, as_svg(found))
    if as_json:
        print(json.dumps(as_object(found), indent=2, ensure_ascii=False))
    else:
        _show(found)


def as_object(found: FlowComparison) -> dict[str, Any]:
    """A comparison as plain data.

    Arguments:
        found: the comparison.
    Returns:
        What `flow --json` prints. Infinities and NaN are texts, for JSON has no numbers for them.
    """
    return {
        "steps": found.steps,
        "hidden": found.hidden,
        "seed": found.seed,
        "scale": found.scale,
        "forget_bias": found.forget_bias,
        "curves": [
            {
                "cell": curve.cell,
                "state": curve.state,
                "gradient_norms": for_json(curve.gradients),
                "factor": for_json(curve.on_gradients.factor),
                "verdict": curve.on_gradients.name,
                "words": curve.on_gradients.words,
                "reach_norms": for_json(curve.reach),
                "reach_factor": for_json(curve.on_reach.factor),
                "reach_verdict": curve.on_reach.name,
            }
            for curve in found.curves
        ],
    }


def as_svg(found: FlowComparison) -> str:
    """A comparison as an SVG picture.

    Arguments:
        found: the comparison.
    """
    from microgradseq.insight.svg_chart import Panel, norms_svg  # noqa: PLC0415

    panels = [
        Panel(GRADIENT_TITLE, GRADIENT_CAPTION, [curve.gradients for curve in found.curves]),
        Panel(REACH_TITLE, REACH_CAPTION, [curve.reach for curve in found.curves]),
    ]
    legend = [f"{curve.label}: {curve.on_gradients.words}" for curve in found.curves]
    return norms_svg("How gradients flow back through time", _setting(found), panels, legend)


def _setting(found: FlowComparison) -> str:
    weights = "fresh weights" if found.scale is None else f"spectral radius {found.scale:g}"
    bias = f", forget bias {found.forget_bias:g}" if found.forget_bias else ""
    units = plural(found.hidden, "unit")
    return f"T = {found.steps} steps, {units}, {weights}{bias}, seed {found.seed}"


def _show(found: FlowComparison) -> None:
    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.text import Text  # noqa: PLC0415

    on_terminal = sys.stdout.isatty()
    width = min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)
    console = Console(highlight=False, width=width, soft_wrap=True)
    for line in lines(found, width):
        text = Text()
        for span in line:
            colour = "" if span.curve is None else COLOURS[span.curve % len(COLOURS)]
            text.append(span.text, colour)
        text.rstrip()
        if on_terminal:
            console.print(text)
        else:
            print(text.plain)


def lines(found: FlowComparison, width: int) -> list[Line]:
    """A comparison for a person: what was done, two pictures, a table, what to try next.

    Arguments:
        found: the comparison.
        width: characters a line.
    Returns:
        Lines of spans, each span with the number of its curve. The table, which explains the
        markers and says what happens, is what a small terminal still shows at the end.
    """
    from textwrap import wrap  # noqa: PLC0415

    from microgradseq.insight.text_chart import Span  # noqa: PLC0415

    def said(words: str) -> list[Line]:
        return [[Span(line)] for line in wrap(words, width)]

    return [
        *said(f"Gradients back through time: {_setting(found)}."),
        *said(_explanation(found)),
        [Span("")],
        *_pictures(found, width),
        [Span("")],
        *_table(found),
        [Span("")],
        *said(_advice(found)),
    ]


def _explanation(found: FlowComparison) -> str:
    words = (
        f"The loss is at the last step only, t = {found.steps}; its gradient travels from right to "
        "left. ‖…‖ is a length: 1 means that nothing is lost."
    )
    if any(curve.state == "c" for curve in found.curves):
        words += " (c) is the cell state: ∂L/∂c_t and ∂h_T/∂c_t."
    return words


def _table(found: FlowComparison) -> list[Line]:
    from microgradseq.insight.text_chart import MARKERS, Span  # noqa: PLC0415

    head = ("cell", "‖∂L/∂h_t‖ t=1", f"t={found.steps}", "each step back", "so it is")
    rows = [
        (
            curve.label,
            readable(curve.on_gradients.first, 2),
            readable(curve.on_gradients.last, 2),
            "× " + readable(curve.on_gradients.factor, 3),
            curve.on_gradients.name,
        )
        for curve in found.curves
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]

    def padded(row: tuple[str, ...]) -> str:
        return "  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True))

    return [
        [Span("  " + padded(head))],
        *([Span(f"{MARKERS[n]} {padded(row)}", n)] for n, row in enumerate(rows)),
    ]


def _pictures(found: FlowComparison, width: int) -> list[Line]:
    from microgradseq.charts.decades import Decades  # noqa: PLC0415
    from microgradseq.insight.text_chart import Span, beside, draw_norms  # noqa: PLC0415

    gradients = [curve.gradients for curve in found.curves]
    felt = [curve.reach for curve in found.curves]
    axis = Decades.around([*gradients, *felt])
    wide = width >= WIDE
    each, height = ((width - 4) // 2, WIDE_CHART_HEIGHT) if wide else (width, CHART_HEIGHT)
    first = draw_norms(f"{GRADIENT_TITLE}  {GRADIENT_CAPTION}", gradients, axis, each, height)
    second = draw_norms(f"{REACH_TITLE}  {REACH_CAPTION}", felt, axis, each, height)
    return beside(first, second, each, 4) if wide else [*first, [Span("")], *second]


def _advice(found: FlowComparison) -> str:
    """What this run shows, and which other run is worth a look."""
    names = {curve.on_gradients.name for curve in found.curves}
    if "exploding" in names:
        return (
            "Exploding: the first steps get gradients so large that one update throws the weights "
            "away. Remedies: clip the gradient's norm, or smaller hidden weights (--scale 1)."
        )
    if names == {"vanishing"}:
        gated = found.forget_bias == 0 and any(curve.cell in GATED for curve in found.curves)
        remedy = "--forget-bias 3, which opens the gates that keep the old state" if gated else ""
        return (
            "Vanishing: the first steps get so little gradient that nothing is learned from them. "
            f"Try {remedy or 'fewer --steps'}, or --scale 3."
        )
    if "vanishing" in names:
        return (
            "Where it is steady, the old state is kept and the gradient with it; where it is "
            "vanishing, every step squeezes the gradient, and the first steps teach nothing."
        )
    return "Steady: what happens at the first step can still be learned from at the last."
