"""A whole training step of a character model: ours beside PyTorch and JAX.

Targets: a ratio of at least 1.0 to the fastest peer everywhere, 1.5 for RNN and GRU from hidden
size 128 up. `microgradseq bench` measures the same.
"""

from __future__ import annotations

import argparse
import os

from microgradseq.speed.contenders import GATES
from microgradseq.speed.race import race, table


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", nargs="+", choices=sorted(GATES), default=list(GATES))
    parser.add_argument("--hidden", nargs="+", type=int, default=[64, 128, 256, 512])
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--without", nargs="*", default=[], help="peers to leave out")
    chosen = parser.parse_args()
    print(f"{chosen.threads} thread(s), medians in ms (minimum)")
    rows = race(chosen.cells, chosen.hidden, chosen.threads, chosen.rounds, chosen.without)
    for line in table(rows):
        print(line, flush=True)


if __name__ == "__main__":
    main()
