"""What the Train screen costs: the trainer's speed beside it, its own lag, and the app at rest.

Targets on two cores, at hidden 256: with the screen open at least 90% of the speed without it; the
event loop's lag at most 50 ms at the 95th percentile; an open, quiet app under 2% of a core.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from microgradseq.training.curves import Curves
from microgradseq.training.run_folder import RunFolder
from microgradseq_tui import trainers
from microgradseq_tui.app import MicrogradseqApp

SIZE = (120, 40)
STEPS, ROUNDS = 150, 3
BEAT = 0.01
"""Seconds between two looks at the event loop's lag."""
QUIET = 5.0
"""Seconds for which the app is left alone."""
SHARE, LAG, IDLE = 0.90, 0.050, 0.02


def arguments(name: str) -> list[str]:
    """A training of a fixed length, all of whose reports come at its end.

    Arguments:
        name: of its run.
    """
    every = ["--validate-every", "99999", "--checkpoint-every", "99999"]
    sizes = ["--hidden", "256", "--batch", "32", "--unroll", "35", "--max-steps", str(STEPS)]
    return ["language", "--name", name, *sizes, *every, "--sample-every", "50", "--epochs", "999"]


def speed(name: str) -> float:
    """Tokens a second of a run, its first tenth left out.

    Arguments:
        name: of the run.
    """
    curves = Curves(RunFolder(Path("runs") / name).events)
    first, last = STEPS // 10, -1
    tokens = curves.tokens[last] - curves.tokens[first]
    return float(tokens / (curves.elapsed[last] - curves.elapsed[first]))


def headless(name: str) -> float:
    """The speed without the app.

    Arguments:
        name: of the run.
    """
    command = [sys.executable, "-m", "microgradseq_cli", "train", *arguments(name), "--quiet"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return speed(name)


async def watched(name: str, lags: list[float]) -> float:
    """The speed while the Train screen shows the run.

    Arguments:
        name: of the run.
        lags: takes the event loop's lags, in seconds.
    """
    child = await trainers.start_training(arguments(name))
    while child.folder is None or not child.folder.record.exists():
        await asyncio.sleep(BEAT)
    app = MicrogradseqApp("train", str(child.folder.path), file=Path("app.json"))
    async with app.run_test(size=SIZE):
        while child.code is None:
            due = time.perf_counter() + BEAT
            await asyncio.sleep(BEAT)
            lags.append(time.perf_counter() - due)
    return speed(name)


async def idle() -> float:
    """The share of a core that an open, quiet app takes."""
    app = MicrogradseqApp("train", file=Path("app.json"))
    async with app.run_test(size=SIZE):
        await asyncio.sleep(2.0)
        began = time.process_time()
        await asyncio.sleep(QUIET)
        return (time.process_time() - began) / QUIET


def main() -> None:
    """Measure in turns and say how it compares with the targets."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        alone, beside, lags = [], [], list[float]()
        for place in range(ROUNDS):
            alone.append(headless(f"alone-{place}"))
            beside.append(asyncio.run(watched(f"beside-{place}", lags)))
        share = statistics.median(beside) / statistics.median(alone)
        lag = statistics.quantiles(lags, n=20)[-1]
        rest = asyncio.run(idle())
        os.chdir("/")
    print(f"speed with the screen open: {share:.1%} of headless (at least {SHARE:.0%})")
    print(f"event loop lag, p95: {lag * 1000:.1f} ms (at most {LAG * 1000:.0f} ms)")
    print(f"idle: {rest:.2%} of a core (under {IDLE:.0%})")
    sys.exit(share < SHARE or lag > LAG or rest >= IDLE)


if __name__ == "__main__":
    main()
