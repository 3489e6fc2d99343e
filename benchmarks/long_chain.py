"""A chain of a million nodes: forward, backward and deletion, without the garbage collector.

Target: no recursion error, below 600 bytes a node, and the memory comes back at once.
"""

from __future__ import annotations

import gc
import time
from pathlib import Path

from microgradseq import Value

NODES = 1_000_000


def resident_bytes() -> int:
    """Memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def main() -> None:
    """Print times, bytes a node, and how much memory came back."""
    gc.disable()
    x = Value(1.0)
    before = resident_bytes()
    begin = time.perf_counter()
    y = x
    for _ in range(NODES):
        y = y * 1.0000001
    built = time.perf_counter()
    held = resident_bytes() - before
    y.backward()
    swept = time.perf_counter()
    at_most = resident_bytes() - before
    del y
    gone = time.perf_counter()
    left = resident_bytes() - before
    print(f"forward {built - begin:.2f} s, backward {swept - built:.2f} s")
    print(f"deletion {gone - swept:.2f} s")
    print(f"{held / NODES:.0f} bytes a node, {at_most / NODES:.0f} at most during the sweep")
    print(f"left after deletion: {left / NODES:.1f} bytes a node; derivative {x.grad:.6f}")


if __name__ == "__main__":
    main()
