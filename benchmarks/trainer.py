"""What a run costs besides its steps, how fast text is written, how soon a long log opens.

Targets: the trainer's overhead (events, statistics, samples, checkpoints at defaults) below 5% of
bare steps at hidden 256; at least 10,000 characters a second from an LSTM of hidden 256; the log of
1,000,000 events in less than 2 seconds.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy

from microgradseq.optim import Adam, clip_grad_norm_
from microgradseq.randomness import manual_seed
from microgradseq.tasks.registry import settings_for, task
from microgradseq.tasks.task import SampleRequest
from microgradseq.training.events import line_of
from microgradseq.training.run_folder import RunFolder
from microgradseq.training.start import new_run

STEPS, ROUNDS = 400, 3
CHARACTERS = 20_000
EVENTS = 1_000_000


def bare(settings: Any) -> float:
    """Seconds of the same steps without a trainer."""
    manual_seed(settings.seed)
    language = task("language").prepare(settings)
    parameters = list(language.model.parameters())
    optimizer = Adam(parameters, lr=settings.lr)
    batches, state = language.batches(), None
    language.model.train()
    began = time.perf_counter()
    for _ in range(STEPS):
        batch = batches.next()
        found = language.loss(batch, None if batch.fresh else state)
        optimizer.zero_grad()
        found.mean.backward()
        clip_grad_norm_(parameters, settings.clip)
        optimizer.step()
        state = found.state
    return time.perf_counter() - began


def trained(settings: Any) -> float:
    """Seconds of a run: events, samples, statistics and checkpoints, but no validation."""
    with tempfile.TemporaryDirectory() as folder:
        trainer = new_run("language", settings, runs=Path(folder))
        trainer.task.baselines = lambda: ()  # type: ignore[method-assign]
        return float(trainer.run()["elapsed"])


def overhead() -> None:
    """Both, in turn."""
    settings = settings_for("language", max_steps=STEPS, validate_every=10**6, validation=0.05)
    found = [(bare(settings), trained(settings)) for _ in range(ROUNDS)]
    steps = statistics.median(one for one, _ in found)
    whole = statistics.median(other for _, other in found)
    print(
        f"{STEPS} steps, LSTM 256, batch {settings.batch}: bare {steps:.2f} s, "
        f"trainer {whole:.2f} s, overhead {whole / steps - 1:.1%} (target below 5%; the last "
        "validation is in it)"
    )


def sampling() -> None:
    """Characters a second."""
    language: Any = task("language").prepare(settings_for("language"))
    request = SampleRequest(length=CHARACTERS)
    began = time.perf_counter()
    language.sample(request, numpy.random.default_rng(0))
    speed = CHARACTERS / (time.perf_counter() - began)
    print(f"sampling, LSTM 256: {speed:,.0f} characters a second (target 10,000)")


def opening() -> None:
    """`runs show` of a run with a million events, the whole process."""
    with tempfile.TemporaryDirectory() as place:
        folder = RunFolder(Path(place) / "long")
        folder.create({"task": "copy", "settings": {}, "description": {}, "status": "finished"})
        with folder.events.open("wb") as log:
            for step in range(1, EVENTS + 1):
                event = {"event": "step", "step": step, "epoch": step // 1000, "tokens": step * 512}
                event |= {"loss": 4.0 / step**0.1, "perplexity": 3.1, "gradient_norm": 0.5}
                event |= {"lr": 0.002, "tokens_per_second": 51234.5, "elapsed": step / 100}
                log.write(line_of(event))
        size = folder.events.stat().st_size / 1e6
        program = [sys.executable, "-m", "microgradseq_cli", "runs", "show", str(folder.path)]
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            subprocess.run(program, check=True, capture_output=True)
            times.append(time.perf_counter() - began)
        print(
            f"runs show, {EVENTS:,} events, {size:.0f} MB: {statistics.median(times):.2f} s "
            "(target 2 s)"
        )


if __name__ == "__main__":
    opening()
    sampling()
    overhead()
