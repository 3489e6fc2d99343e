"""What is seen of a network in time, as text for a panel and as files."""

from __future__ import annotations

import shlex

from microgradseq.cells import cell_width
from microgradseq.charts.export import Exports, heat_map_exports
from microgradseq.charts.heat_map import HeatMap
from microgradseq.lessons.closed_form import FORMULA, ClosedForm, closed_form
from microgradseq.lessons.through_time import ThroughTime, Weight
from microgradseq.lessons.time_cut import cut_at
from microgradseq.lessons.time_state import TimeState
from microgradseq.numbers import plural, readable

_HEADINGS = ("i", "letter", "|b_i|", "|c_T⋯c_i+1|", "term", "sum so far")


def form_lines(network: ThroughTime, form: ClosedForm | None, weight: Weight) -> list[str]:
    """The closed form beside a network's numbers.

    Arguments:
        network: the unrolled network.
        form: what `closed_form` found.
        weight: the parameter it was asked for.
    Returns:
        The formula, what its letters mean, the comparison, a table with one line a time step.
    """
    if form is None:
        return [FORMULA, f"{weight.label} is used after the state, so no way leads through time."]
    rows: list[tuple[str, ...]] = [_HEADINGS]
    for term in form.terms:
        numbers = (term.immediate, term.carried, term.term, term.so_far)
        letter = network.letters[term.step]
        rows.append((str(term.step), letter, *(readable(number, 3) for number in numbers)))
    widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
    table = [
        "  ".join(
            " " * (width - cell_width(cell)) + cell for cell, width in zip(row, widths, strict=True)
        )
        for row in rows
    ]
    return [
        FORMULA,
        form.words,
        f"One by one, a_t = b_t + c_t a_t−1 gives {readable(form.recursive)}; "
        f"the sum of the terms is {readable(form.total)}.",
        *table,
    ]


def heading(state: TimeState) -> str:
    """The network in one line.

    >>> heading(TimeState("rnn", "hello", hidden=2, radius=2.0))
    'Through time · rnn reads hello · 2 units · 1 layer · seed 0 · radius 2 · every loss'
    """
    radius = [] if state.radius is None else [f"radius {readable(state.radius)}"]
    layers, units = plural(state.layers, "layer"), plural(state.hidden, "unit")
    loss = "every loss" if state.loss == "every" else "last loss only"
    parts = [f"{state.cell} reads {state.word}", units, layers, f"seed {state.seed}", *radius, loss]
    return "Through time · " + " · ".join(parts)


def verdict_lines(network: ThroughTime, short: bool = False) -> list[str]:
    """What becomes of a gradient on its way back, a line for each state.

    Arguments:
        network: the unrolled network.
        short: whether a line has to do with 80 cells.

    >>> verdict_lines(ThroughTime(TimeState("rnn", "hello")), short=True)
    ['∂h_T/∂h_t vanishing: every step back multiplies it by 0.422']
    """
    return [
        f"∂h_T/∂{name}_t {found.name}: every step back multiplies it by {readable(found.factor, 3)}"
        if short and found.name in ("vanishing", "exploding", "steady")
        else f"∂h_T/∂{name}_t {found.words}"
        for name, found in network.verdicts
    ]


def command(state: TimeState) -> str:
    """The command that opens a network again at the same place.

    >>> command(TimeState("rnn", "hello"))
    "microgradseq tui learn 'time rnn hello'"
    """
    return f"microgradseq tui learn {shlex.quote(state.share())}"


def time_exports(network: ThroughTime, state: TimeState) -> Exports:
    """What is seen, as a picture, as text and as numbers.

    Arguments:
        network: the unrolled network.
        state: the weight that is watched, the cut, and how far the sweep has come.
    Returns:
        The picture is the heat map of gradients; the text tells everything; the numbers are those
        of the heat map, and what each step contributes and what of it a cut leaves.
    """
    weight = network.weight(state.weight)
    moment = network.moment(state.step, weight)
    cut = cut_at(network, weight, state.cut)

    def text() -> str:
        form = closed_form(network, weight)
        lines = [
            heading(state),
            network.words(moment, weight),
            cut.words(weight.label),
            *verdict_lines(network),
            "",
            moment.flow.to_text(),
            *form_lines(network, form, weight),
            "",
            command(state),
        ]
        return "\n".join([*lines, ""])

    def numbers() -> str:
        return time_numbers(network, state).to_csv()

    return Exports(heading(state), heat_map_exports(moment.flow).svg, text, numbers)


def time_numbers(network: ThroughTime, state: TimeState) -> HeatMap:
    """Every number that is drawn below the graph, a column for each time step.

    Arguments:
        network: the unrolled network.
        state: the weight that is watched, the cut, and how far the sweep has come.

    >>> list(time_numbers(ThroughTime(TimeState("rnn", "ab")), TimeState("rnn", "ab")).row_names)
    ['∂L/∂h_t', 'adds to W_hh', 'kept of W_hh']
    """
    weight = network.weight(state.weight)
    moment = network.moment(state.step, weight)
    flow, kept = moment.flow, cut_at(network, weight, state.cut).kept
    names = [*flow.row_names, f"adds to {weight.label}", f"kept of {weight.label}"]
    return HeatMap([*flow.values, moment.norms, kept], names, flow.column_names)
