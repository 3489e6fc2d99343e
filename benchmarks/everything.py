"""Every benchmark after the other, with the machine and the versions: what `make bench` runs."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).parent
PEERS = ("numpy", "torch", "jax", "autograd", "micrograd", "click")
NOT_BENCHMARKS = {Path(__file__).name, "reproduce.py"}
RUNS: dict[str, tuple[list[str], ...]] = {"train_step.py": ([], ["--threads", "1"])}
"""With which arguments a script is run, where once and without any is not all."""


def installed(package: str) -> str:
    """A package with its version, or that it is missing."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} not installed"


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def main() -> None:
    """Print the machine, then what each benchmark prints."""
    print(f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(", ".join(map(installed, PEERS)))
    for script in sorted(HERE.glob("*.py")):
        if script.name not in NOT_BENCHMARKS:
            for arguments in RUNS.get(script.name, ([],)):
                print("\n==", script.name, *arguments, flush=True)
                subprocess.run([sys.executable, str(script), *arguments], check=True)


if __name__ == "__main__":
    main()
