"""A race between libraries: each in a process of its own, in turn, many times."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from microgradseq.speed.contenders import BATCH, GATES, STEPS, SYMBOLS, installed

IN_A_ROW = 5


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured for one cell and size.

    Arguments:
        cell, hidden: which.
        medians, minima: milliseconds by contender.
        ratio: our speed to that of the fastest other one; None without another.
        share: of the fastest product that this machine reaches, what the step's own products need.
    """

    cell: str
    hidden: int
    medians: dict[str, float]
    minima: dict[str, float]
    ratio: float | None
    share: float


def peak(threads: int) -> float:
    """The most float32 operations a second, in 10⁹, that a large product reaches here."""
    import numpy  # noqa: PLC0415

    from microgradseq.nn.fused.threads import blas_threads  # noqa: PLC0415

    a = numpy.ones((1536, 1536), "float32")
    with blas_threads(threads):
        times = [_timed(lambda: a @ a)[0] for _ in range(10)]
    return 2 * 1536**3 / min(times) / 1e9


def operations(cell: str, hidden: int) -> float:
    """Operations of the products that a step cannot do without: 3 of each weight a symbol."""
    recurrent = GATES[cell] * hidden * hidden
    return 6.0 * STEPS * BATCH * (recurrent + hidden * SYMBOLS)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def work(name: str, cell: str, hidden: int, threads: int) -> None:
    """A contender in a process of its own: runs as many steps as each line of its input says."""
    step = installed()[name](cell, hidden, threads)
    for line in sys.stdin:
        timed = [_timed(step) for _ in range(int(line))]
        print(json.dumps(timed), flush=True)


def started(name: str, cell: str, hidden: int, threads: int) -> subprocess.Popen[str]:
    """Start a contender: in one process for all, idle threads would spin in each other's way."""
    command = [sys.executable, "-m", "microgradseq.speed.race", name, cell]
    command += [str(hidden), str(threads)]
    environment = {**os.environ, **limits(threads)}
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )


def limits(threads: int) -> dict[str, str]:
    """What the environment must say for libraries to use so many threads.

    Arguments:
        threads: how many.

    >>> limits(2)["OMP_NUM_THREADS"]
    '2'
    """
    found = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    if threads == 1:
        found["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return found


def asked(contender: subprocess.Popen[str], count: int) -> list[tuple[float, float]]:
    """Let a contender run some steps; gives seconds and loss of each."""
    assert contender.stdin is not None
    assert contender.stdout is not None
    contender.stdin.write(f"{count}\n")
    contender.stdin.flush()
    answer = contender.stdout.readline()
    if not answer:
        raise RuntimeError("a contender stopped early; its message stands above")
    return [(seconds, loss) for seconds, loss in json.loads(answer)]


def measured(
    contenders: dict[str, subprocess.Popen[str]],
    rounds: int,
    tell: Callable[[float, str], None] | None = None,
) -> dict[str, list[float]]:
    """Milliseconds of interleaved runs; refuses to compare steps that do not learn the same."""
    losses = {name: [loss for _, loss in asked(one, 3)] for name, one in contenders.items()}
    for name, found in losses.items():
        worst = max(abs(a - b) for a, b in zip(found, losses["ours"], strict=True))
        if worst > 1e-3:
            raise RuntimeError(f"{name} has other losses than ours: {losses}")
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for done in range(rounds):
        for name, contender in contenders.items():
            if tell is not None:
                tell(done / rounds, f"{name}, round {done + 1} of {rounds}")
            # what ran before leaves threads that spin for a while, and cold caches
            time.sleep(0.05)
            settled = asked(contender, 3 + IN_A_ROW)[3:]
            times[name] += [seconds * 1000 for seconds, _ in settled]
    return times


def race(
    cells: Sequence[str],
    sizes: Sequence[int],
    threads: int,
    rounds: int,
    without: Sequence[str] = (),
    tell: Callable[[float, str], None] | None = None,
) -> Iterator[Row]:
    """Measure everything, one cell and size after the other.

    Arguments:
        cells: of "rnn", "gru", "lstm".
        sizes: hidden sizes.
        threads: for each contender.
        rounds: of five steps in a row.
        without: contenders that are left out.
        tell: is called with the share of a row that is done, and with what comes next.
    """
    names = [name for name in installed() if name not in without]
    top = peak(threads)
    for cell in cells:
        for hidden in sizes:
            contenders = {name: started(name, cell, hidden, threads) for name in names}
            try:
                times = measured(contenders, rounds, tell)
            finally:
                for contender in contenders.values():
                    contender.kill()
                    contender.communicate()
            medians = {name: statistics.median(found) for name, found in times.items()}
            peers = [middle for name, middle in medians.items() if name != "ours"]
            yield Row(
                cell,
                hidden,
                medians,
                {name: min(found) for name, found in times.items()},
                min(peers) / medians["ours"] if peers else None,
                operations(cell, hidden) / medians["ours"] / 1e6 / top,
            )


def table(rows: Iterator[Row]) -> Iterator[str]:
    """Rows as lines of text, as they come.

    Arguments:
        rows: from `race`.
    """
    for number, row in enumerate(rows):
        if number == 0:
            names = "".join(f"{name:>18}" for name in row.medians)
            yield f"{'cell':5}{'hidden':>7}{names}  ratio   peak"
        times = "".join(
            f"{median:9.2f} ({row.minima[name]:6.2f})" for name, median in row.medians.items()
        )
        ratio = "      " if row.ratio is None else f"{row.ratio:6.2f}"
        yield f"{row.cell:5}{row.hidden:7}{times} {ratio} {row.share:6.0%}"


if __name__ == "__main__":
    work(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
