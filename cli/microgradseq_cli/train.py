"""`microgradseq train`: trains a task or a text, showing how it goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from microgradseq.numbers import duration, for_json, measured, plural, readable
from microgradseq.tasks.settings import Settings, option_of
from microgradseq_cli.errors import INTERRUPTED, BadInput
from microgradseq_cli.runs import runs_dir_option
from microgradseq_cli.settings_options import GroupedCommand, settings_options

if TYPE_CHECKING:
    from microgradseq.training.checkpoint import Checkpoint
    from microgradseq.training.events import Event
    from microgradseq.training.trainer import Trainer


@click.command(
    cls=GroupedCommand,
    epilog="Examples: microgradseq train · microgradseq train book.txt --cell gru --hidden 256 · "
    "microgradseq train adding --unroll 50 · microgradseq train --resume runs/NAME",
)
@click.argument("target", metavar="[TASK | FILE]", required=False)
@click.option(
    "--task", "task_name", metavar="TASK", help="The task that reads FILE; language if left out."
)
@click.option("--corpus", metavar="NAME|FILE", help="What TASK reads; its own corpus if left out.")
@click.option(
    "--preset", metavar="NAME", help="Settings of a published result; --preset list shows them."
)
@click.option("--name", metavar="NAME", help="Of the run's folder; made up if left out.")
@runs_dir_option
@click.option("--resume", metavar="RUN", help="Go on where a run was stopped, or killed.")
@click.option("--override", is_flag=True, help="Let --resume change settings where that is safe.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@click.option("--quiet", is_flag=True, help="Print nothing but the result.")
@settings_options
def train(
    target: str | None,
    task_name: str | None,
    corpus: str | None,
    preset: str | None,
    name: str | None,
    runs_dir: Path,
    resume: str | None,
    override: bool,
    as_json: bool,
    quiet: bool,
    **changes: Any,
) -> int:
    """Train a task, or a network that writes like a text.

    TASK is a task's name (see docs/tasks.md), a corpus's name, or any text file. Without one a
    small model learns an English story in less than a minute. Ctrl-C saves and stops.
    """
    given = {setting: value for setting, value in changes.items() if value is not None}
    if preset == "list":
        return _list_presets()
    if override and resume is None:
        raise BadInput("--override is for --resume: a new run takes any settings")
    if resume is not None:
        if target or task_name or corpus or preset or name:
            raise BadInput("--resume needs nothing else: task, data and settings are in the run")
        return _run(_resumed(resume, runs_dir, given, override), as_json, quiet)
    return _run(_begun(target, task_name, corpus, preset, name, runs_dir, given), as_json, quiet)


Ready = Callable[[Callable[["Event"], None]], tuple["Trainer", Any]]
"""(observer) to a trainer, and the checkpoint that it goes on from, if any."""


def _begun(
    target: str | None,
    task_name: str | None,
    corpus: str | None,
    preset: str | None,
    name: str | None,
    runs_dir: Path,
    given: Mapping[str, Any],
) -> Ready:
    from microgradseq.training.start import new_run  # noqa: PLC0415 - slow to import

    kind, source, settings = _chosen(target, task_name, corpus, preset, given)
    return lambda observer: (
        new_run(kind, settings, source, name=name, runs=runs_dir, observer=observer),
        None,
    )


def _chosen(
    target: str | None,
    task_name: str | None,
    corpus: str | None,
    preset: str | None,
    given: Mapping[str, Any],
) -> tuple[str, str | None, Settings]:
    """The task's name, what it reads, and its settings."""
    from microgradseq.tasks.choice import choose_task  # noqa: PLC0415
    from microgradseq.tasks.registry import settings_for  # noqa: PLC0415
    from microgradseq.training.presets import preset_named, settings_of  # noqa: PLC0415

    if target is not None and corpus is not None and task_name is not None:
        raise BadInput("give the data once: as FILE with --task, or as TASK with --corpus")
    if preset is None:
        kind, source = choose_task(target, task_name, corpus)
        return kind, source, settings_for(kind, **given)
    found = preset_named(preset)
    if task_name not in (None, found.task):
        raise BadInput(f"the preset {preset} is for the task {found.task}, not {task_name}")
    source = corpus or (target if target != found.task else None) or found.source
    return found.task, source, settings_of(found, **given)


def _resumed(resume: str, runs_dir: Path, given: Mapping[str, Any], override: bool) -> Ready:
    from microgradseq.training.run_folder import find_run  # noqa: PLC0415
    from microgradseq.training.start import resumed_run  # noqa: PLC0415

    folder = find_run(resume, runs_dir)
    return lambda observer: resumed_run(folder, given, override=override, observer=observer)


def _run(ready: Ready, as_json: bool, quiet: bool) -> int:
    from microgradseq_cli.live import watcher  # noqa: PLC0415 - Rich is slow to import

    with watcher(quiet) as watch:
        trainer, checkpoint = ready(watch.on_event)
        if checkpoint is not None and _is_done(trainer, checkpoint) and not as_json:
            click.echo(_done_words(trainer))
            return 0
        watch.begin(trainer)
        end = trainer.run(checkpoint)
    _tell_result(trainer, end, watch.samples, as_json)
    if end["status"] == "failed":
        raise click.ClickException(end["reason"])
    if end["status"] == "stopped":
        click.echo(f"Stopped: {end['reason']}.", err=True)
        click.echo(f"Go on with: microgradseq train --resume {trainer.folder.path}", err=True)
        return INTERRUPTED if "interrupted" in end["reason"] else 0
    return 0


def _is_done(trainer: Trainer, checkpoint: Checkpoint) -> bool:
    return bool(checkpoint.rest["progress"]["step"] >= trainer.plan.steps)


def _done_words(trainer: Trainer) -> str:
    settings, path = trainer.settings, trainer.folder.path
    # whichever of the two limits it has reached
    limit = "max_steps" if trainer.plan.steps == settings.max_steps else "epochs"
    done = f"{path} is finished: all of its {plural(trainer.plan.steps, 'step')} are done"
    return f"{done}. Go on with: microgradseq train --resume {path} {option_of(limit)} N --override"


def _tell_result(trainer: Trainer, end: Event, samples: list[str], as_json: bool) -> None:
    metrics = trainer.last_metrics
    content = {
        "run": str(trainer.folder.path),
        "task": trainer.task.kind,
        "status": end["status"],
        "reason": end["reason"],
        "steps": end["step"],
        "tokens": trainer.progress.tokens,
        "seconds": round(end["elapsed"], 2),
        "loss": for_json(end["loss"]),
        "best_loss": for_json(end["best_loss"]),
        "metrics": {name: for_json(value) for name, value in metrics.items()},
        "baselines": trainer.baselines,
        "sample": samples[-1] if samples else None,
    }
    if as_json:
        print(json.dumps(content, ensure_ascii=False, indent=2))
        return
    for line in result_lines(trainer, end, samples):
        print(line)


def result_lines(trainer: Trainer, end: Event, samples: list[str]) -> list[str]:
    """What a run came to, for people.

    Arguments:
        trainer: after its run.
        end: the end event.
        samples: texts of the samples, oldest first.
    """
    lines = []
    if samples:
        lines += [samples[-1].rstrip("\n"), ""]
    done = f"{plural(end['step'], 'step')}, {duration(end['elapsed'])}"
    lines.append(f"{trainer.folder.path}: {end['status']} after {done}")
    told = measured({"loss": end["loss"], **trainer.last_metrics})
    if told:
        lines.append(f"  {told}")
    metric = trainer.task.metric
    compared = [
        f"{each['name']} {readable(each['metrics'][metric])}"
        for each in trainer.baselines
        if metric in each["metrics"]
    ]
    if compared:
        lines.append(f"  {metric} of baselines: {', '.join(compared)}")
    return lines


def _list_presets() -> int:
    from microgradseq.training.presets import PRESETS  # noqa: PLC0415

    width = max(map(len, PRESETS))
    for preset in PRESETS.values():
        print(f"{preset.name:{width}}  {preset.words}")
        print(f"{'':{width}}  published: {preset.published}")
    return 0
