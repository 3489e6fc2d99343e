"""`microgradseq evaluate`: how well a trained model foretells, beside simple answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from microgradseq.numbers import for_json, measure, measured
from microgradseq_cli.errors import BadInput
from microgradseq_cli.runs import runs_dir_option


@click.command(epilog="Example: microgradseq evaluate story-lstm --text other.txt")
@click.argument("run")
@runs_dir_option
@click.option(
    "--text",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A text file; the run's own validation data if left out.",
)
@click.option("--best", is_flag=True, help="The best checkpoint instead of the latest.")
@click.option(
    "--slow",
    is_flag=True,
    help="Also train the network that sees four symbols only, to compare (some seconds).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(
    run: str, runs_dir: Path, text: Path | None, best: bool, slow: bool, as_json: bool
) -> None:
    """Measure a trained model: loss, perplexity, bits, and how many symbols were counted.

    RUN is a run's name, or the path of its folder.
    """
    from microgradseq.data.texts import read_text  # noqa: PLC0415 - slow to import
    from microgradseq.tasks.language import LanguageTask  # noqa: PLC0415
    from microgradseq.training.run_folder import find_run  # noqa: PLC0415
    from microgradseq.training.start import open_model, open_with_data  # noqa: PLC0415
    from microgradseq.training.summary import told_baselines  # noqa: PLC0415

    folder, which = find_run(run, runs_dir), "best" if best else "latest"
    if text is not None and slow:
        raise BadInput("--slow compares on the run's own validation data: leave --text out")
    if text is None:
        task = open_with_data(folder, which)
        metrics, baselines = task.evaluate(), folder.read().get("baselines", [])
        if slow:
            if not isinstance(task, LanguageTask):
                raise BadInput(f"--slow is for language models, and this run's task is {task.kind}")
            baselines = told_baselines(task.baselines(slow=True))
    else:
        task = open_model(folder, which)
        if not isinstance(task, LanguageTask):
            raise BadInput(f"--text is for language models, and this run's task is {task.kind}")
        metrics, baselines = task.evaluate_text(read_text(text)), []
    content: dict[str, Any] = {
        "run": str(folder.path),
        "checkpoint": which,
        "metrics": {name: for_json(value) for name, value in metrics.items()},
        "baselines": baselines,
    }
    if as_json:
        print(json.dumps(content, ensure_ascii=False, indent=2))
        return
    width = max(map(len, metrics))
    for name, value in metrics.items():
        print(f"{name:{width}}  {measure(name, value)}")
    for each in baselines:
        print(f"baseline {each['name']}: {measured(each['metrics'])}")
