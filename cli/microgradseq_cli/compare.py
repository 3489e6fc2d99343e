"""`microgradseq compare`: trains networks on the same data and seed, and lays them side by side."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

import click

from microgradseq.numbers import plural, readable
from microgradseq_cli.errors import INTERRUPTED
from microgradseq_cli.progress import Tell, progress
from microgradseq_cli.runs import runs_dir_option
from microgradseq_cli.runs_compare import tell_comparison

if TYPE_CHECKING:
    from microgradseq.training.comparing import Comparison
    from microgradseq.training.contestant import Contestant

LOOK_EVERY = 0.2
"""Seconds between looks at the run folders."""
TELL_EVERY = 5.0
"""Seconds between lines of progress."""


@click.command(
    epilog="Examples: microgradseq compare adding · microgradseq compare story --max-steps 200 · "
    'microgradseq compare --on copy --networks "rnn, lstm, lstm hidden=32"'
)
@click.argument("preset", metavar="[PRESET]", required=False)
@click.option("--on", "target", metavar="TASK|FILE", help="What all are trained on.")
@click.option(
    "--networks",
    metavar="LIST",
    help='Two to four, with commas between: "rnn, gru, lstm", or "lstm lr=0.01, lstm lr=0.001".',
)
@click.option("--all", "shared", metavar="SETTINGS", help='Of all networks: "hidden=64 batch=32".')
@click.option("--max-steps", "steps", type=click.IntRange(1), help="How long each is trained.")
@click.option("--seed", type=click.IntRange(0), help="Of all random numbers, the same for each.")
@click.option("--together", is_flag=True, help="All at once; each is slower, and speeds say less.")
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@click.option("--quiet", is_flag=True, help="Print nothing but the result.")
def compare(
    preset: str | None,
    target: str | None,
    networks: str | None,
    shared: str | None,
    steps: int | None,
    seed: int | None,
    together: bool,
    runs_dir: Path,
    as_json: bool,
    quiet: bool,
) -> int:
    """Train networks on the same data and seed, and lay them side by side.

    PRESET is adding (where the RNN fails and gates win), which is taken if it is left out, or story
    (three cells read a story); list shows both. Ctrl-C saves and stops.
    """
    from microgradseq.training.comparing import (  # noqa: PLC0415 - slow to import
        COMPARISONS,
        changed,
        comparison_named,
    )

    if preset == "list":
        for found in COMPARISONS.values():
            print(f"{found.name:8}  {found.words}")
        return 0
    usual = comparison_named(preset or next(iter(COMPARISONS)))
    comparison = changed(
        usual, target=target, networks=networks, shared=shared, steps=steps, seed=seed
    )
    race = _Race(comparison, runs_dir, quiet)
    race.tell(
        f"{comparison.words}: {', '.join(comparison.networks)}, {plural(comparison.steps, 'step')} "
        f"each, {'all at once' if together else 'one after another'}"
    )
    runs = race.contestants
    groups = [runs] if together else [[run] for run in runs]
    with progress("compare", quiet) as bar:
        finished = all(race.train(group, bar) for group in groups)
    if not finished:
        click.echo("Stopped; what was trained so far is kept.", err=True)
        return INTERRUPTED
    for run in runs:
        run.look()
    tell_comparison(runs, as_json)
    return 0


class _Race:
    """The networks of a comparison, each trained by a process of its own."""

    def __init__(self, comparison: Comparison, runs: Path, quiet: bool) -> None:
        from microgradseq.training.contestant import Contestant  # noqa: PLC0415
        from microgradseq.training.run_folder import RunFolder  # noqa: PLC0415

        self.comparison, self.runs, self.quiet = comparison, runs, quiet
        names = comparison.run_names(runs)
        self.contestants = [
            Contestant(RunFolder(runs / name), label) for label, name in names.items()
        ]
        self.told = time.monotonic()

    def train(self, contestants: Sequence[Contestant], bar: Tell) -> bool:
        """Train some networks at once, to their end.

        Arguments:
            contestants: which.
            bar: shows how far all of them are, where there is a terminal.
        Returns:
            False if somebody asked to stop.
        """
        from microgradseq.training.interrupts import interrupts  # noqa: PLC0415

        with interrupts() as asked, TemporaryFile() as words:
            children = [self._child(contestant, words) for contestant in contestants]
            try:
                while any(child.poll() is None for child in children) and asked.asked is None:
                    time.sleep(LOOK_EVERY)
                    self._tell_progress(contestants, bar)
            finally:
                _end(children)
            if asked.asked is None and any(child.returncode for child in children):
                words.seek(0)
                lines = words.read().decode(errors="replace").strip().splitlines()
                raise click.ClickException(lines[-1] if lines else "a trainer failed")
            return asked.asked is None

    def _child(self, contestant: Contestant, words: IO[bytes]) -> subprocess.Popen[bytes]:
        arguments = self.comparison.arguments(contestant.label, contestant.folder.name, self.runs)
        command = [sys.executable, "-m", "microgradseq_cli", "train", *arguments, "--quiet"]
        # Ctrl-C reaches this process only, which then tells the trainers once
        return subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=words, start_new_session=True
        )

    def _tell_progress(self, contestants: Sequence[Contestant], bar: Tell) -> None:
        lines = []
        for contestant in contestants:
            contestant.look()
            final = contestant.final()
            if final["loss"] is not None:
                lines.append(
                    f"{contestant.label}: step {contestant.step:,} of {self.comparison.steps:,}, "
                    f"loss {readable(final['loss'])}"
                )
        done = sum(contestant.step for contestant in self.contestants)
        bar(done / (self.comparison.steps * len(self.contestants)), "; ".join(lines))
        if sys.stderr.isatty() or time.monotonic() - self.told < TELL_EVERY:
            return
        self.told = time.monotonic()
        for line in lines:
            self.tell(line)

    def tell(self, line: str) -> None:
        """Print a line of progress."""
        if not self.quiet:
            click.echo(line, err=True)


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask those that still train to save and stop, and wait for them."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        child.wait()
