"""Published results, run again: every preset, with what was published beside what came out.

    python benchmarks/reproduce.py --data FOLDER [--only d2l-gru ...] [--seeds 1]

FOLDER holds timemachine.txt, tinyshakespeare.txt and mnist/. The whole takes about half an hour on
two cores. With --write the table and the curves go into docs/results.md.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy

from microgradseq.charts.chart import Look, draw_chart
from microgradseq.charts.columns import Series
from microgradseq.numbers import duration, readable
from microgradseq.training.curves import Curves
from microgradseq.training.presets import PRESETS, Preset, settings_of
from microgradseq.training.start import new_run
from microgradseq.training.trainer import Trainer

PAGE = Path(__file__).parent.parent / "docs" / "results.md"
FILES = {
    "time-machine": "timemachine.txt",
    "tiny-shakespeare": "tinyshakespeare.txt",
    "mnist": "mnist",
}
EPOCHS_AT_THE_END = 50


@dataclass
class Result:
    """What one run came to.

    Arguments:
        preset, seed: which.
        told: in words, for the table.
        within: whether it lies in the range that was measured elsewhere.
        x, y, y_name, log: the curve to draw.
        seconds: how long it took.
    """

    preset: Preset
    seed: int
    told: str
    within: bool
    x: Any
    y: Any
    y_name: str
    log: bool
    seconds: float = 0.0
    label: str = field(default="")


@dataclass(frozen=True)
class Job:
    """A preset to be run.

    Arguments:
        preset: its name.
        judge: (trainer, its log) to words, whether they are in range, and a curve.
        range_words: the range, in words.
        changes: settings that are other than the preset's.
        label: what tells it from another job of the same preset.
        seeds: how many are cheap enough.
    """

    preset: str
    judge: Callable[[Trainer, Curves, list[float]], tuple[str, bool, Any, Any]]
    range_words: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    seeds: int = 1
    y_name: str = "perplexity"
    log: bool = False


def epoch_means(curves: Curves) -> Any:
    """The mean loss of each epoch, every token counted once."""
    counts = numpy.diff(numpy.concatenate([[0], curves.tokens]))
    totals = numpy.bincount(curves.epoch, curves.loss * counts)
    return totals / numpy.bincount(curves.epoch, counts)


def perplexity_between(low: float, high: float) -> Any:
    """A judge of language models: the final epoch or the median of the last must be in range."""

    def judge(trainer: Trainer, curves: Curves, losses: list[float]) -> Any:
        perplexity = numpy.exp(epoch_means(curves))
        last = perplexity[-EPOCHS_AT_THE_END:]
        final, least, middle = perplexity[-1], perplexity.min(), float(numpy.median(last))
        told = f"final {final:.3f}, minimum {least:.3f}, median of last 50 {middle:.3f}"
        within = low <= middle <= high or low <= final <= high
        return told, within, numpy.arange(1.0, len(perplexity) + 1), perplexity

    return judge


def judge_sine(trainer: Trainer, curves: Curves, losses: list[float]) -> Any:
    """Squared errors on the training pairs after each epoch, and k steps ahead."""
    errors = trainer.task.evaluate("validation")
    ahead = ", ".join(
        f"{name} {readable(value, 3)}" for name, value in errors.items() if name != "loss"
    )
    # the task standardises the series; the published errors are of its own numbers
    unit = trainer.task.deviation**2  # type: ignore[attr-defined]
    losses = [loss * unit for loss in losses]
    told = " ".join(f"{loss:.4f}".lstrip("0") for loss in losses) + f"; {ahead}"
    within = len(losses) == 5 and 0.045 <= losses[-1] <= 0.06
    return told, within, numpy.arange(1.0, len(losses) + 1), numpy.array(losses)


def judge_digits(trainer: Trainer, curves: Curves, losses: list[float]) -> Any:
    """The share of test digits told right."""
    validations = curves.of_kind("validation")
    steps = numpy.array([each["step"] for each in validations], dtype="float64")
    shares = numpy.array([each["metrics"]["accuracy"] for each in validations])
    return f"{shares[-1]:.1%} of the test digits", 0.915 <= shares[-1] <= 0.955, steps, shares


def judge_shakespeare(trainer: Trainer, curves: Curves, losses: list[float]) -> Any:
    """min-char-rnn's own number: the loss summed over 25 steps, smoothed with 0.999."""
    symbols = len(trainer.task.vocabulary)  # type: ignore[attr-defined]
    smooth = math.log(symbols) * 25
    found = []
    for loss in (curves.loss * 25).tolist():
        smooth = smooth * 0.999 + loss * 0.001
        found.append(smooth)
    places = [place for place in (10_000, 50_000, 100_000) if place <= len(found)]
    told = ", ".join(f"{found[place - 1]:.1f} at {place:,}" for place in places)
    wanted = {10_000: 52.2, 50_000: 46.8, 100_000: 44.4}
    within = all(abs(found[place - 1] - wanted[place]) < 2 for place in places)
    return told, within, curves.step.astype("float64"), numpy.array(found)


JOBS = (
    Job("sine", judge_sine, "last epoch .045 to .060", seeds=3, y_name="squared error"),
    Job("d2l-rnn", perplexity_between(1.2, 1.45), "1.28 to 1.31 elsewhere; 1.2 to 1.45", seeds=2),
    Job("d2l-gru", perplexity_between(1.0, 1.15), "1.03 to 1.06 elsewhere; up to 1.15", seeds=2),
    Job("d2l-lstm", perplexity_between(1.0, 1.3), "1.04 to 1.10 elsewhere; up to 1.3", seeds=2),
    Job("d2l-rnn-scratch", perplexity_between(1.0, 1.2), "1.04 to 1.17 elsewhere; up to 1.2"),
    Job(
        "d2l-rnn-scratch",
        perplexity_between(1.2, 1.65),
        "1.35 to 1.55 elsewhere; 1.2 to 1.65",
        {"sampling": "random"},
        "random sampling",
    ),
    Job("d2l-deep-lstm", perplexity_between(1.0, 1.15), "1.028 published; up to 1.15"),
    Job("digits-lstm", judge_digits, "93.0 to 93.2% elsewhere; 91.5 to 95.5", y_name="accuracy"),
    Job("min-char-rnn", judge_shakespeare, "within 2 of what was measured", y_name="smoothed sum"),
)


def run(job: Job, seed: int, data: Path) -> Result:
    """Train one preset and judge it."""
    preset = PRESETS[job.preset]
    quiet = {"sample_every": 10**9, "checkpoint_every": 10**9}
    settings = settings_of(preset, seed=seed, **quiet, **job.changes)
    source = FILES.get(preset.source)
    losses: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        trainer = new_run(
            preset.task,
            settings,
            str(data / source) if source else preset.source,
            runs=Path(folder),
        )
        if preset.name == "sine":
            trainer.observer = lambda event: measure(trainer, event, losses)
        began = time.perf_counter()
        end = trainer.run()
        seconds = time.perf_counter() - began
        if end["status"] != "finished":
            raise SystemExit(f"{preset.name}: {end['status']}: {end['reason']}")
        told, within, x, y = job.judge(trainer, trainer.folder.curves(), losses)
    return Result(preset, seed, told, within, x, y, job.y_name, job.log, seconds, job.label)


def measure(trainer: Trainer, event: Mapping[str, Any], losses: list[float]) -> None:
    """After each epoch, the loss over all training pairs."""
    if event["event"] == "step" and event["step"] % trainer.plan.per_epoch == 0:
        losses.append(trainer.task.evaluate("training")["loss"])


def table(results: Sequence[tuple[Job, Result]]) -> Iterator[str]:
    """The results as a table in Markdown."""
    yield "| preset | published | ours | accepted range | in range | time |"
    yield "|---|---|---|---|---|---|"
    for job, result in results:
        name = result.preset.name + (f", {result.label}" if result.label else "")
        name += f", seed {result.seed}" if job.seeds > 1 else ""
        yield (
            f"| {name} | {result.preset.published} | {result.told} | {job.range_words} | "
            f"{'yes' if result.within else '**no**'} | {duration(result.seconds)} |"
        )


def page(results: Sequence[tuple[Job, Result]]) -> str:
    """docs/results.md."""
    machine = f"{platform.machine()}, Python {platform.python_version()}, NumPy {numpy.__version__}"
    lines = [
        "# Published results, run again",
        "",
        "Made by `python benchmarks/reproduce.py --data FOLDER --write`; each preset can be run by",
        "hand: `microgradseq train --preset d2l-gru`. Times are of two cores of an ordinary server",
        f"({machine}). Perplexities at a learning rate of 1 have spikes, so the median of the last",
        "50 epochs stands beside the final one.",
        "",
        *table(results),
    ]
    for job, result in results:
        if result.seed:
            continue
        title = result.preset.name + (f", {result.label}" if result.label else "")
        series = Series(result.y_name, result.x, result.y)
        what = "epoch" if job.y_name in ("perplexity", "squared error") else "step"
        look = Look(78, 14, log=job.log, x_name=what)
        lines += ["", f"## {title}", "", result.preset.words + ".", "", "```"]
        lines += [result.y_name, draw_chart([series], look).text(), "```"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run what was asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=sorted(PRESETS), default=sorted(PRESETS))
    parser.add_argument("--seeds", type=int, default=3, help="at most so many a preset")
    parser.add_argument("--write", action="store_true", help="write docs/results.md")
    chosen = parser.parse_args()
    results = []
    for job in JOBS:
        if job.preset not in chosen.only:
            continue
        for seed in range(min(job.seeds, chosen.seeds)):
            result = run(job, seed, chosen.data)
            results.append((job, result))
            name = f"{job.preset} {job.label}".strip()
            print(f"{name}, seed {seed}: {result.told} ({duration(result.seconds)})", flush=True)
    print()
    print("\n".join(table(results)))
    if chosen.write:
        PAGE.write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
