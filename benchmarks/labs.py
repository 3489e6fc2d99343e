"""How long each lab takes with its usual settings, as whole processes.

Target: below 30 seconds each on two cores.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from microgradseq.labs.registry import LABS

TARGET = 30.0
COMMAND = str(Path(sys.executable).parent / "microgradseq")


def main() -> None:
    """Print the seconds of each lab; those that miss the target say so."""
    for name in LABS:
        begin = time.perf_counter()
        subprocess.run([COMMAND, "lab", name, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - begin
        missed = "" if seconds < TARGET else f"   above {TARGET:g} s"
        print(f"{name:14} {seconds:5.1f} s{missed}", flush=True)


if __name__ == "__main__":
    main()
