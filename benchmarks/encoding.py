"""Encoding texts to token files, starting again with them, and the cost of batches.

Targets: at least 50 MB/s for ASCII on one core, below 300 MB of resident memory, a second start in
well under a second, batches below 2% of a training step at hidden 256. `encoding.py 1000` takes
texts of 1,000 MB. Each text is measured in a process of its own.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy

from microgradseq import nn
from microgradseq.data.batch import Batch, Batches
from microgradseq.data.ngrams import language_baselines
from microgradseq.data.token_file import token_file
from microgradseq.data.windows import RandomWindows, SequentialWindows
from microgradseq.nn import functional

MEGABYTES = 200
BATCH, UNROLL, HIDDEN = 32, 35, 256
BATCHES, STEPS = 2000, 15
COUNTED = 1_000_000
WORDS = 80_000
ENGLISH = ("the", "of", "sea", "boat", "and", "tide", "said.", "It", "quiet,", "The", "lamp\n\n")
CHINESE = tuple("海边的风很轻，她说了一句话。老灯还亮着，潮水慢来又去\n")
KINDS = (
    ("ASCII", ENGLISH, "none"),
    ("ASCII, cleaned as d2l", ENGLISH, "d2l"),
    ("UTF-8 Chinese", CHINESE, "none"),
)


def write_text(path: Path, words: Sequence[str], megabytes: int) -> None:
    """A text of words drawn at random, repeated until it is large enough."""
    drawn = numpy.random.default_rng(0).choice(words, WORDS)
    between = " " if words[0].isascii() else ""
    part = between.join(drawn).encode()
    with open(path, "wb") as file:
        for _ in range(megabytes * 1_000_000 // len(part) + 1):
            file.write(part)


def peak_megabytes() -> float:
    """The most memory that this process has held."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


def seconds(work: Callable[[], object]) -> float:
    """Wall time of some work."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def training_step(symbols: int) -> Callable[[Batch], object]:
    """Forward, loss and backward of an LSTM."""
    layer, head = nn.LSTM(symbols, HIDDEN), nn.Linear(HIDDEN, symbols)

    def step(batch: Batch) -> None:
        output, _ = layer(batch.inputs)
        scores = head(output).reshape(-1, symbols)
        functional.cross_entropy(scores, batch.targets.reshape(-1)).backward()

    return step


def report_batches(name: str, stream: Batches, step: float) -> None:
    """Print what a batch costs, and its share of a training step."""
    first = seconds(stream.next)
    each = seconds(lambda: [stream.next() for _ in range(BATCHES)]) / BATCHES
    share = each / step
    print(
        f"  {name} batches: {each * 1e6:.0f} µs, {share:.2%} of a step of {step * 1000:.1f} ms;"
        f" an epoch's first {first:.2f} s"
    )


def measure(path: Path, cache: Path, clean: str) -> None:
    """Print everything about one text."""
    size = path.stat().st_size / 1e6
    before = peak_megabytes()
    took = seconds(lambda: token_file(path, clean=clean, cache=cache))
    print(
        f"  {size / took:.0f} MB/s ({took:.2f} s for {size:.0f} MB),"
        f" {peak_megabytes():.0f} MB at most, {before:.0f} MB before"
    )
    again = seconds(lambda: token_file(path, clean=clean, cache=cache))
    print(f"  second start: {again * 1000:.1f} ms")
    tokens = token_file(path, clean=clean, cache=cache)
    streams = [
        ("sequential", SequentialWindows(tokens.indices, BATCH, UNROLL)),
        ("random", RandomWindows(tokens.indices, BATCH, UNROLL)),
    ]
    batch, work = streams[0][1].next(), training_step(len(tokens.vocabulary))
    step = statistics.median(seconds(lambda: work(batch)) for _ in range(STEPS))
    for name, stream in streams:
        report_batches(name, stream, step)
    print(f"  {peak_megabytes():.0f} MB at most after {2 * BATCHES:,} batches and {STEPS} steps")
    train, test = numpy.split(tokens.indices[:COUNTED], [COUNTED * 9 // 10])
    took = seconds(lambda: language_baselines(train, test, len(tokens.vocabulary)))
    print(f"  n-gram baselines of {COUNTED:,} symbols: {took:.1f} s")


def main() -> None:
    """Write each kind of text and measure it."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES
    for kind, words, clean in KINDS:
        print(kind, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "text.txt")
            write_text(path, words, megabytes)
            arguments = ["measure", str(path), str(Path(folder, "cache")), clean]
            subprocess.run([sys.executable, __file__, *arguments], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
    else:
        main()
