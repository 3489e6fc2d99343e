"""`microgradseq neurons`: what the hidden units of a trained network follow in a text."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from microgradseq.cells import cell_width
from microgradseq.numbers import plural
from microgradseq_cli.errors import BadInput
from microgradseq_cli.runs import runs_dir_option

if TYPE_CHECKING:
    from microgradseq.tasks.language import LanguageTask
    from microgradseq.tasks.writing import WritingSession
    from microgradseq.training.inside import Inside

WRITTEN = 1000
LONGEST = 20_000
SHOWN = 10
WIDTH = 78
STRONG = 0.3
"""Activities from this size on are marked."""


@click.command(epilog="Example: microgradseq neurons story-lstm --unit 12")
@click.argument("run")
@runs_dir_option
@click.option(
    "--text",
    "source",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A text to read, its first 20,000 characters; else it reads 1,000 symbols of its own.",
)
@click.option("--unit", type=click.IntRange(0), help="Show the text coloured by this unit.")
@click.option(
    "--layer", type=click.IntRange(1), default=1, show_default=True, help="The unit's layer."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of its text.")
@click.option("--best", is_flag=True, help="The best checkpoint instead of the latest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with all units.")
def neurons(
    run: str,
    runs_dir: Path,
    source: Path | None,
    unit: int | None,
    layer: int,
    seed: int,
    best: bool,
    as_json: bool,
) -> None:
    """Rank the hidden units of a network by what they follow: quotes, blanks, the place in a line.

    RUN is a run's name, or the path of its folder. The correlation of a unit with what it follows
    runs from -1 to 1.
    """
    from microgradseq.tasks.language import LanguageTask  # noqa: PLC0415 - slow to import
    from microgradseq.training.inside import inside_of  # noqa: PLC0415
    from microgradseq.training.run_folder import find_run  # noqa: PLC0415
    from microgradseq.training.start import open_model  # noqa: PLC0415

    task = open_model(find_run(run, runs_dir), "best" if best else "latest")
    if not isinstance(task, LanguageTask):
        raise BadInput(f"neurons is for networks that write, and this run's task is {task.kind}")
    inside = inside_of(_session(task, source, seed))
    _, layers, size = inside.activity.shape
    if not layers:
        raise BadInput(f"the cell {task.settings.cell} has no hidden units that remember")
    if unit is not None and (unit >= size or layer > layers):
        there_are = f"{plural(layers, 'layer')} of {size:,} units, 0 to {size - 1:,}"
        raise BadInput(f"there is no unit {unit} in layer {layer}: the network has {there_are}")
    if as_json:
        print(json.dumps(_as_dict(inside, layer - 1, unit), ensure_ascii=False))
        return
    for one in inside.units[:SHOWN]:
        name = str(one.number) if layers == 1 else f"{one.layer + 1}.{one.number}"
        print(f"unit {name:>6}  {one.correlation:+.2f}  {one.words}")
    chosen = (inside.units[0].layer, inside.units[0].number) if unit is None else (layer - 1, unit)
    print(f"\nlayer {chosen[0] + 1}, unit {chosen[1]}: + where it is high, - where it is low\n")
    _print_coloured(inside, *chosen)


def _session(task: LanguageTask, source: Path | None, seed: int) -> WritingSession:
    from microgradseq.data.texts import read_text  # noqa: PLC0415 - slow to import
    from microgradseq.tasks.task import SampleRequest  # noqa: PLC0415
    from microgradseq.tasks.writing import WritingSession  # noqa: PLC0415

    if source is not None:
        return WritingSession(task, SampleRequest(read_text(source)[:LONGEST]))
    session = WritingSession(task, seed=seed)
    session.write(WRITTEN)
    return session


def _as_dict(inside: Inside, layer: int, unit: int | None) -> dict[str, Any]:
    units = [
        {
            "layer": one.layer + 1,
            "unit": one.number,
            "follows": one.follows,
            "words": one.words,
            "correlation": one.correlation,
        }
        for one in inside.units
    ]
    found: dict[str, Any] = {"text": "".join(inside.symbols), "units": units}
    if unit is not None:
        found["symbols"] = list(inside.symbols)
        found["activity"] = [float(number) for number in inside.activity[:, layer, unit]]
    return found


def _print_coloured(inside: Inside, layer: int, unit: int) -> None:
    """The text in lines, and below each a line of signs, which need no colours."""
    coloured = not os.environ.get("NO_COLOR")
    text = signs = ""
    used = 0
    for symbol, number in zip(inside.symbols, inside.activity[:, layer, unit], strict=True):
        shown = "".join(each if each.isprintable() else " " for each in symbol)
        width = cell_width(shown)
        if used + width > WIDTH or symbol.endswith("\n"):
            click.echo(f"{text}\n{signs.rstrip()}")
            text, signs, used = "", "", 0
            if symbol.endswith("\n"):
                continue
        strong = abs(number) >= STRONG
        text += _styled(shown, number > 0, coloured) if strong else shown
        signs += ("+" if number > 0 else "-") * width if strong else " " * width
        used += width
    click.echo(f"{text}\n{signs.rstrip()}")


def _styled(text: str, above: bool, coloured: bool) -> str:
    """Text as the sign of a number says; without colours by its weight alone."""
    if above:
        return click.style(text, fg="green" if coloured else None, bold=True)
    return click.style(text, fg="red" if coloured else None, underline=True)
