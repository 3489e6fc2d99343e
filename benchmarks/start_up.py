"""How long the command line takes to answer, as a ratio to importing click alone.

Whole processes, taken in turn so that a busy machine slows all of them alike.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 30
COMMAND = str(Path(sys.executable).parent / "microgradseq")
CONTENDERS = {
    "import click": [sys.executable, "-c", "import click"],
    "microgradseq --version": [COMMAND, "--version"],
    "microgradseq --help": [COMMAND, "--help"],
}
BASELINE = "import click"


def seconds(command: list[str]) -> float:
    """Wall time of one process."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main() -> None:
    """Print the median of each contender and its ratio to the baseline."""
    times: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    for _ in range(ROUNDS):
        for name, command in CONTENDERS.items():
            times[name].append(seconds(command))
    baseline = statistics.median(times[BASELINE])
    for name, measured in times.items():
        median = statistics.median(measured)
        print(f"{name:24} {median * 1000:6.1f} ms   ratio {median / baseline:.2f}")


if __name__ == "__main__":
    main()
