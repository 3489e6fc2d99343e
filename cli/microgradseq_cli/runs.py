"""`microgradseq runs`: what was trained, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from microgradseq.cells import cell_width, shorten
from microgradseq.numbers import duration, measured, plural, readable
from microgradseq_cli.errors import BadInput
from microgradseq_cli.lazy import Entry, LazyGroup

if TYPE_CHECKING:
    from microgradseq.training.run_folder import RunFolder

COMMANDS = {
    "list": Entry("microgradseq_cli.runs:list_runs", "List the runs, the newest first."),
    "show": Entry("microgradseq_cli.runs:show", "Show one run: settings, numbers, curve, samples."),
    "compare": Entry("microgradseq_cli.runs_compare:compare", "Compare runs side by side."),
    "plot": Entry("microgradseq_cli.runs_plot:plot", "Draw the curves of runs."),
    "export": Entry("microgradseq_cli.runs_export:export", "Write a run in another format."),
    "rename": Entry("microgradseq_cli.runs:rename", "Give a run another name."),
    "remove": Entry("microgradseq_cli.runs:remove", "Delete runs."),
}
WIDEST_NAME = 40


@click.group(
    cls=LazyGroup,
    entries=COMMANDS,
    invoke_without_command=True,
    epilog="Example: microgradseq runs show story-lstm",
)
@click.pass_context
def runs(context: click.Context) -> None:
    """Look after the run folders."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def runs_dir_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --runs-dir, as every command about runs has it."""
    return click.option(
        "--runs-dir",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path("runs"),
        show_default=True,
        help="Where runs lie.",
    )(command)


@click.command(name="list", epilog="Example: microgradseq runs list --json")
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
def list_runs(runs_dir: Path, as_json: bool) -> None:
    """List the runs, the newest first."""
    from microgradseq.training.run_folder import runs_in  # noqa: PLC0415 - slow to import

    found = [summary_of(run) for run in runs_in(runs_dir)]
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo(f"There are no runs in {runs_dir}; microgradseq train makes one.", err=True)
        return
    for line in table(
        ("name", "status", "task", "cell", "hidden", "steps", "loss", "best"),
        [
            (
                shorten(each["name"], WIDEST_NAME),
                each["status"],
                each["task"],
                each["cell"],
                str(each["hidden"]),
                "" if each["steps"] is None else f"{each['steps']:,}",
                _number(each["loss"]),
                _number(each["best_loss"]),
            )
            for each in found
        ],
    ):
        print(line)


def summary_of(run: RunFolder) -> dict[str, Any]:
    """A run in one object, read from the ends of its files only.

    Arguments:
        run: a folder; a damaged one is told of, not refused.
    """
    from microgradseq.training.errors import RunError  # noqa: PLC0415
    from microgradseq.training.summary import last_numbers  # noqa: PLC0415

    try:
        record = run.read()
    except RunError as error:
        return {
            "name": run.name,
            "path": str(run.path),
            "status": "damaged",
            "reason": str(error),
            **dict.fromkeys(("task", "cell", "hidden"), ""),
            **dict.fromkeys(("steps", "loss", "best_loss")),
        }
    numbers = last_numbers(run.events)
    settings = record["settings"]
    return {
        "name": run.name,
        "path": str(run.path),
        "status": run.status(),
        "task": record["task"],
        "source": record.get("source"),
        "cell": settings.get("cell", ""),
        "hidden": settings.get("hidden", ""),
        "created": record.get("created"),
        "steps": numbers.step,
        "loss": numbers.loss,
        "best_loss": numbers.best_loss,
        "elapsed": numbers.elapsed,
    }


def _number(value: float | None) -> str:
    return "" if value is None else readable(value)


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """Rows under a head, in columns as wide as they must be.

    Arguments:
        head: names of columns.
        rows: texts; wide characters count two.

    >>> table(("a", "b"), [("時", "1")])
    ['a   b', '時  1']
    """
    widths = [max(map(cell_width, column)) for column in zip(head, *rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - cell_width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in (head, *rows)
    ]


@click.command(epilog="Example: microgradseq runs show story-lstm")
@click.argument("run")
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(run: str, runs_dir: Path, as_json: bool) -> None:
    """Show one run: settings, numbers, curve, samples.

    RUN is a run's name, or the path of its folder.
    """
    from microgradseq.training.run_folder import find_run  # noqa: PLC0415

    folder = find_run(run, runs_dir)
    record, curves = folder.read(), folder.curves()
    validations, samples = curves.of_kind("validation"), curves.of_kind("sample")
    content = {
        **summary_of(folder),
        "settings": record["settings"],
        "data": record.get("data"),
        "versions": record.get("versions"),
        "baselines": record.get("baselines", []),
        "validations": [
            {"step": each["step"], "loss": each["loss"], **each["metrics"]} for each in validations
        ],
        "samples": [{"step": each["step"], "text": each["text"]} for each in samples[-3:]],
        "warnings": [each["text"] for each in curves.of_kind("warning")],
        "end": next(iter(curves.of_kind("end")), None),
    }
    if as_json:
        print(json.dumps(content, ensure_ascii=False, indent=2))
        return
    for line in _shown(content, curves):
        print(line)


def _shown(content: dict[str, Any], curves: Any) -> list[str]:
    from microgradseq.charts.chart import Look, draw_chart  # noqa: PLC0415
    from microgradseq.tasks.settings import Settings  # noqa: PLC0415
    from microgradseq.training.summary import loss_series  # noqa: PLC0415

    usual = Settings().as_dict()
    changed = {
        name: value for name, value in content["settings"].items() if usual.get(name) != value
    }
    lines = [f"{content['path']}: {content['status']}"]
    data = content["data"] or {}
    if data:
        lines.append(f"  {content['task']} on {data.get('title')} ({data.get('size')})")
    lines.append("  " + ", ".join(f"{name} {value}" for name, value in changed.items()))
    if content["steps"] is not None:
        time = duration(content["elapsed"] or 0.0)
        lines.append(f"  {plural(content['steps'], 'step')} in {time}")
    lines += [f"  note: {text}" for text in content["warnings"]]
    if len(curves.step) > 1:
        lines += ["", "loss", draw_chart([loss_series(curves)], Look(79, 12)).text()]
    if content["validations"]:
        last = dict(content["validations"][-1])
        step = last.pop("step")
        lines += ["", f"validation at step {step:,}: {measured(last)}"]
    for each in content["baselines"]:
        lines.append(f"  baseline {each['name']}: {measured(each['metrics'])}")
    for each in content["samples"][-1:]:
        lines += ["", f"sample at step {each['step']:,}:", each["text"]]
    if content["status"] in ("interrupted", "stopped"):
        lines += ["", f"go on with: microgradseq train --resume {content['path']}"]
    return lines


@click.command(epilog="Example: microgradseq runs remove story-lstm --yes")
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@runs_dir_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(names: tuple[str, ...], runs_dir: Path, yes: bool) -> None:
    """Delete runs, with everything in their folders."""
    from microgradseq.training.run_folder import find_run  # noqa: PLC0415
    from microgradseq.training.trash import empty_trash  # noqa: PLC0415

    found = [find_run(name, runs_dir) for name in dict.fromkeys(names)]
    told = ", ".join(str(folder.path) for folder in found)
    if not yes:
        _ask_for_good(told)
    for folder in found:
        folder.remove()
    empty_trash(runs_dir)
    click.echo(f"Deleted {told}.", err=True)


def _ask_for_good(told: str) -> None:
    try:
        agreed = click.confirm(f"Delete {told} for good?", err=True)
    except click.Abort as abort:
        if not isinstance(abort.__context__, EOFError):
            raise
        click.echo(err=True)
        raise BadInput("nobody answered; --yes deletes without asking") from None
    if not agreed:
        raise click.Abort


@click.command(epilog="Example: microgradseq runs rename story-lstm-2 story-deep")
@click.argument("run")
@click.argument("name")
@runs_dir_option
def rename(run: str, name: str, runs_dir: Path) -> None:
    """Give a run another name.

    RUN is a run's name, or the path of its folder; NAME is what its folder is called from now on.
    """
    from microgradseq.training.run_folder import find_run  # noqa: PLC0415

    folder = find_run(run, runs_dir)
    click.echo(f"{folder.path} is now {folder.rename(name).path}.", err=True)
