"""`microgradseq sample`: what a trained model writes, or answers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from microgradseq.cells import cell_width
from microgradseq.errors import UserError
from microgradseq_cli.errors import BadInput
from microgradseq_cli.refusals import Finite
from microgradseq_cli.runs import runs_dir_option

if TYPE_CHECKING:
    from microgradseq.tasks.language import LanguageTask
    from microgradseq.tasks.task import SampleRequest, Task
    from microgradseq.training.run_folder import RunFolder

SHOWN = 5
"""So many of the likeliest symbols --probabilities shows."""
WIDEST_BEAM = 100
"""A wider search computes for long before its first symbol, and finds hardly better texts."""


@click.command(
    epilog='Example: microgradseq sample story-lstm --prefix "The ferry" --temperature 0.7'
)
@click.argument("run")
@runs_dir_option
@click.option("--prefix", default="", help="How the text begins, or what is to be answered.")
@click.option("--length", type=click.IntRange(0), default=400, show_default=True, help="Symbols.")
@click.option(
    "--temperature",
    type=Finite(0),
    metavar="FLOAT",
    default=1.0,
    show_default=True,
    help="Below 1 more cautious, above 1 bolder; 0 always takes the likeliest.",
)
@click.option(
    "--top-k", type=click.IntRange(0), default=0, help="Only so many of the likeliest; 0 for all."
)
@click.option(
    "--top-p",
    type=Finite(0, 1, min_open=True),
    metavar="FLOAT",
    default=1.0,
    help="Only the likeliest that together reach this chance.",
)
@click.option("--greedy", is_flag=True, help="The same as --temperature 0.")
@click.option(
    "--beam",
    type=click.IntRange(0, WIDEST_BEAM),
    default=0,
    help="Keep so many texts, write the best.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the draws.")
@click.option("--best", is_flag=True, help="The best checkpoint instead of the latest.")
@click.option("--probabilities", is_flag=True, help="Show what else each symbol could have been.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def sample(
    run: str,
    runs_dir: Path,
    prefix: str,
    length: int,
    temperature: float,
    top_k: int,
    top_p: float,
    greedy: bool,
    beam: int,
    seed: int,
    best: bool,
    probabilities: bool,
    as_json: bool,
) -> None:
    """Write text with a trained model, or have it answer a prefix or an example.

    RUN is a run's name, or the path of its folder.
    """
    import numpy  # noqa: PLC0415 - slow to import

    from microgradseq.tasks.language import LanguageTask  # noqa: PLC0415
    from microgradseq.tasks.task import SampleRequest  # noqa: PLC0415
    from microgradseq.training.run_folder import find_run  # noqa: PLC0415

    request = SampleRequest(prefix, length, 0.0 if greedy else temperature, top_k, top_p, beam)
    task = _opened(find_run(run, runs_dir), "best" if best else "latest", prefix)
    random = numpy.random.default_rng(seed)
    if isinstance(task, LanguageTask) and (probabilities or not as_json):
        _write(task, request, random, probabilities, as_json)
        return
    if probabilities:
        raise BadInput(f"--probabilities is for texts, and this run's task is {task.kind}")
    text = task.sample(request, random)
    print(json.dumps({"text": text}, ensure_ascii=False) if as_json else text)


def _opened(folder: RunFolder, which: str, prefix: str) -> Task:
    """The trained model, with its data where it answers one of their examples."""
    from microgradseq.tasks.registry import task as task_named  # noqa: PLC0415
    from microgradseq.training.start import open_model, open_with_data  # noqa: PLC0415

    kind = task_named(folder.read()["task"])
    if prefix and kind.takes is None:
        raise BadInput(f"this run's task, {kind.kind}, reads no --prefix: leave it out")
    if prefix.strip() or not kind.shows_example:
        return open_model(folder, which)
    hint = "" if kind.takes is None else f"; --prefix takes {kind.takes} of your own"
    try:
        task = open_with_data(folder, which)
    except UserError as error:
        raise BadInput(f"{error}{hint}") from None
    click.echo(f"An example of the validation data{hint}.", err=True)
    return task


def _write(
    task: LanguageTask, request: SampleRequest, random: Any, probabilities: bool, as_json: bool
) -> None:
    if not probabilities:
        pieces = task.stream(request, random)
        # a prefix that cannot be read is refused before anything is written
        first = next(pieces, "")
        sys.stdout.write(request.prefix + first)
        for piece in pieces:
            sys.stdout.write(piece)
            sys.stdout.flush()
        sys.stdout.write("\n")
        return
    written = list(task.writer(request.prefix).write(request, random, likely=SHOWN))
    if as_json:
        symbols = [
            {
                "text": each.text,
                "likely": [{"symbol": symbol, "chance": chance} for symbol, chance in each.likely],
            }
            for each in written
        ]
        text = request.prefix + "".join(each.text for each in written)
        print(json.dumps({"text": text, "symbols": symbols}, ensure_ascii=False, indent=2))
        return
    for each in written:
        told = "   ".join(f"{_padded(symbol)} {chance:>4.0%}" for symbol, chance in each.likely)
        print(f"{_padded(each.text)} │ {told}".rstrip())


def _padded(symbol: str) -> str:
    """A symbol so that it can be seen, in at least five columns."""
    seen = repr(symbol)[1:-1] if symbol.strip() != symbol or not symbol.isprintable() else symbol
    seen = "␣" if seen == " " else seen
    return seen + " " * (5 - cell_width(seen))
