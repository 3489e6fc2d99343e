"""`microgradseq draw`: the graph of a computation, as text, picture, data or program."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Literal

import click

from microgradseq.graph import Graph
from microgradseq_cli.errors import BadInput
from microgradseq_cli.output import write_whole
from microgradseq_cli.targets import load, target_arguments

Fold = Literal["time", "layer", "gate"]
SUFFIXES = {"text": ".txt", "dot": ".dot", "svg": ".svg", "json": ".json", "python": ".py"}
"""How the name of a file of each format usually ends."""
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".pdf"})
"""What a picture's name may end in that cannot be drawn; characters would be no picture."""


@click.command(epilog="Example: microgradseq draw lstm --fold gate -o lstm.svg")
@target_arguments
@click.option(
    "--format",
    "form",
    type=click.Choice(list(SUFFIXES)),
    help="What to write; as the name of FILE ends if left out, else text.",
)
@click.option(
    "--fold",
    type=click.Choice(["time", "layer", "gate"]),
    help="Draw each time step, layer or gate as one node.",
)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(), help="Write to a file, not to the screen."
)
def draw(
    target: str, at: tuple[str, ...], form: str | None, fold: Fold | None, output: str | None
) -> None:
    """Draw the graph of TARGET.

    TARGET is an example's name (see `microgradseq examples`) or formulas with ; between them.
    """
    form = form or _form_of(output)
    graph = load(target, at).graph
    if fold is not None:
        graph = _folded(graph, fold, form)
    if output is not None:
        write_whole(output, _written(graph, form))
    elif form == "text" and sys.stdout.isatty():
        columns = shutil.get_terminal_size().columns
        print(graph.to_text(width=columns, colour=_wants_colour()))
    else:
        print(_written(graph, form), end="")


def _form_of(output: str | None) -> str:
    """The format that a file's name asks for; text where it asks for none."""
    suffix = Path(output or "").suffix.lower()
    if suffix in PICTURES:
        raise BadInput(f"{output}: a picture is drawn as .svg, not {suffix}")
    return next((form for form, usual in SUFFIXES.items() if usual == suffix), "text")


def _folded(graph: Graph, fold: Fold, form: str) -> Graph:
    if form == "python":
        raise BadInput("a folded graph is no program; leave out --fold or choose another --format")
    try:
        return graph.fold(by=fold)
    except ValueError as error:
        raise BadInput(f"--fold {fold}: {error}") from None


def _written(graph: Graph, form: str) -> str:
    writers = {
        "text": graph.to_text,
        "dot": graph.to_dot,
        "svg": graph.to_svg,
        "json": graph.to_json,
        "python": graph.to_python,
    }
    return writers[form]().rstrip("\n") + "\n"


def _wants_colour() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
