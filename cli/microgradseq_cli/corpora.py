"""`microgradseq corpora`: the texts and data that come along, and public ones to be fetched."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from microgradseq_cli.errors import BadInput, unknown
from microgradseq_cli.lazy import Entry, LazyGroup

if TYPE_CHECKING:
    from microgradseq.data.corpus import Corpus

COMMANDS = {
    "list": Entry("microgradseq_cli.corpora:list_corpora", "List what there is to learn from."),
    "show": Entry("microgradseq_cli.corpora:show", "Show how a corpus begins."),
    "fetch": Entry("microgradseq_cli.corpora:fetch", "Bring public corpora to this machine."),
}


@click.group(
    cls=LazyGroup,
    entries=COMMANDS,
    invoke_without_command=True,
    epilog="Example: microgradseq corpora fetch time-machine",
)
@click.pass_context
def corpora(context: click.Context) -> None:
    """Texts and data to learn from: list them, look at them, fetch public ones."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@click.command("list", epilog="Example: microgradseq corpora list --json")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
def list_corpora(as_json: bool) -> None:
    """List what there is to learn from.

    "here" is on this machine, "drawn" is made anew from a seed, "to fetch" is public:
    `microgradseq corpora fetch NAME` brings it here.
    """
    from microgradseq.cells import shorten  # noqa: PLC0415 - needed only where it is called
    from microgradseq.data.corpora import corpora as all_corpora  # noqa: PLC0415

    known = all_corpora().values()
    if as_json:
        print(json.dumps([as_object(one) for one in known], ensure_ascii=False, indent=2))
        return
    head = ("name", "kind", "language", "there", "size", "title")
    rows = [(one.name, one.kind, one.language, presence(one), one.size, one.title) for one in known]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in in_columns([head, *rows]):
        print(line if width is None else shorten(line, width))


def in_columns(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Rows as lines whose columns stand beneath each other, also where characters are wide.

    Arguments:
        rows: cells, as many in each.

    >>> list(in_columns([("潮", "Chinese"), ("tide", "English")]))
    ['潮    Chinese', 'tide  English']
    """
    from microgradseq.cells import cell_width  # noqa: PLC0415

    widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (
            cell + " " * (width - cell_width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        yield "  ".join(padded).rstrip()


def presence(corpus: Corpus) -> str:
    """Whether a corpus can be read at once: "here", "drawn" or "to fetch".

    Arguments:
        corpus: any.
    """
    from microgradseq.data.fetch import PUBLIC, is_fetched  # noqa: PLC0415

    if corpus.generated:
        return "drawn"
    return "here" if corpus not in PUBLIC or is_fetched(corpus.name) else "to fetch"


def as_object(corpus: Corpus) -> dict[str, Any]:
    """A corpus as plain data, without what it holds.

    Arguments:
        corpus: any.
    """
    from microgradseq.data.fetch import PUBLIC  # noqa: PLC0415

    return {
        "name": corpus.name,
        "title": corpus.title,
        "language": corpus.language,
        "kind": corpus.kind,
        "licence": corpus.licence,
        "good_for": corpus.good_for,
        "size": corpus.size,
        "generated": corpus.generated,
        "public": corpus in PUBLIC,
        "present": presence(corpus) != "to fetch",
    }


@click.command(epilog="Example: microgradseq corpora show strokes --lines 2 --seed 7")
@click.argument("name")
@click.option(
    "--lines",
    "count",
    type=click.IntRange(1, 1000),
    help="How much to show: lines of a text, sentences, pairs, images, or numbers of a series.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="For what is drawn anew from a seed.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
def show(name: str, count: int | None, seed: int, as_json: bool) -> None:
    """Show how the corpus NAME begins, and what it is good for."""
    from microgradseq.data.corpora import corpus  # noqa: PLC0415
    from microgradseq_cli.corpus_views import beginning, plain_beginning  # noqa: PLC0415

    chosen = corpus(name)
    data = chosen.read(seed, None)
    if as_json:
        first = plain_beginning(chosen.kind, data, count)
        print(json.dumps({**as_object(chosen), "beginning": first}, ensure_ascii=False, indent=2))
        return
    print(f"{chosen.title} ({chosen.language}, {chosen.size}, {chosen.licence})")
    print(chosen.good_for)
    print()
    for line in beginning(chosen.kind, data, count, shutil.get_terminal_size().columns):
        print(line)


@click.command(epilog="Example: microgradseq corpora fetch time-machine mnist")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects: name and path.")
def fetch(names: tuple[str, ...], as_json: bool) -> None:
    """Bring the public corpora NAME... to this machine.

    Each is checked against its checksum. A fetch that broke off is continued by the next one.
    """
    from microgradseq.data.fetch import PUBLIC  # noqa: PLC0415
    from microgradseq.data.fetch import fetch as bring  # noqa: PLC0415

    _require_public(names, [corpus.name for corpus in PUBLIC])
    fetched = []
    for name in dict.fromkeys(names):
        with told_how_to_continue(name), progress_of(name) as progress:
            fetched.append({"name": name, "path": str(bring(name, progress))})
    if as_json:
        print(json.dumps(fetched, ensure_ascii=False, indent=2))
        return
    for one in fetched:
        print(f"{one['name']}: {one['path']}")


def _require_public(names: tuple[str, ...], public: list[str]) -> None:
    from microgradseq.data.corpora import known_corpus  # noqa: PLC0415

    for name in names:
        if name in public:
            continue
        if known_corpus(name) is not None:
            raise BadInput(f"{name} comes along, so there is nothing to fetch")
        raise unknown("public corpus", name, public)


@contextmanager
def told_how_to_continue(name: str) -> Iterator[None]:
    """Say to who interrupts a fetch that nothing is lost.

    Arguments:
        name: what is fetched.
    """
    try:
        yield
    except KeyboardInterrupt:
        click.echo(
            f"What came of {name} so far is kept; run the same command again to continue.", err=True
        )
        raise click.Abort from None


@contextmanager
def progress_of(name: str) -> Iterator[Callable[[int, int | None], None]]:
    """A progress bar on stderr; where that is no terminal, nothing.

    Arguments:
        name: stands before the bar.
    """
    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
