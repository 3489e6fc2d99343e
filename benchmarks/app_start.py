"""The app's start: from its first import to the first painted frame, in a process of its own.

Target: under 1.0 s on a warm disk.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

ROUNDS = 5
# an installed package has its modules compiled
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}
CODE = """
import time
begin = time.perf_counter()
import asyncio, tempfile
from pathlib import Path
from microgradseq_tui.app import MicrogradseqApp

async def main():
    with tempfile.TemporaryDirectory() as folder:
        app = MicrogradseqApp("learn", None, file=Path(folder) / "app.json")
        async with app.run_test(size=(120, 40)) as pilot:
            painted = asyncio.Event()
            app.screen.call_after_refresh(painted.set)
            await painted.wait()
            print(time.perf_counter() - begin)

asyncio.run(main())
"""


def first_paint() -> float:
    """Seconds from the first import to the first painted frame, in a fresh Python."""
    run = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, env=ENVIRONMENT
    )
    return float(run.stdout)


def main() -> None:
    """Print the times."""
    first_paint()
    times = [first_paint() for _ in range(ROUNDS)]
    print(f"first paint {min(times):.2f} s at best, {statistics.median(times):.2f} s usually")


if __name__ == "__main__":
    main()
