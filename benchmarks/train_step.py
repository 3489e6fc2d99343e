"""A whole training step of a character model: ours beside PyTorch and JAX.

One step is forward, loss, backward, clipping by norm, and an SGD update; 35 time steps, batch 32,
28 symbols. Ours reads indices; the others get one-hot rows, made beforehand. Targets: a ratio of
at least 1.0 to the fastest peer everywhere, 1.5 for RNN and GRU from hidden size 128 up.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

STEPS, BATCH, SYMBOLS = 35, 32, 28
RATE, CLIP = 0.1, 1.0
IN_A_ROW = 5
GATES = {"rnn": 1, "gru": 3, "lstm": 4}
CLASSES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
Step = Callable[[], float]
Weights = dict[str, Any]


def drawn(cell: str, hidden: int) -> tuple[Weights, Any, Any]:
    """Weights under PyTorch's names, inputs and targets, the same for all."""
    import numpy  # noqa: PLC0415 - after the thread count is set

    random = numpy.random.default_rng(0)
    rows, bound = GATES[cell] * hidden, hidden**-0.5
    shapes = {
        "weight_ih_l0": (rows, SYMBOLS),
        "weight_hh_l0": (rows, hidden),
        "bias_ih_l0": (rows,),
        "bias_hh_l0": (rows,),
        "weight": (SYMBOLS, hidden),
        "bias": (SYMBOLS,),
    }
    weights = {
        name: random.uniform(-bound, bound, shape).astype("float32")
        for name, shape in shapes.items()
    }
    text = random.integers(0, SYMBOLS, (STEPS + 1, BATCH))
    return weights, text[:-1], text[1:]


def ours(cell: str, hidden: int, threads: int) -> Step:
    """A step through the public interface."""
    from microgradseq import nn, optim  # noqa: PLC0415
    from microgradseq.nn.fused.threads import set_threads  # noqa: PLC0415

    set_threads(threads)
    weights, x, y = drawn(cell, hidden)
    layer, head = getattr(nn, CLASSES[cell])(SYMBOLS, hidden), nn.Linear(hidden, SYMBOLS)
    layer.load_state_dict({name: w for name, w in weights.items() if name.endswith("_l0")})
    head.load_state_dict({name: weights[name] for name in ("weight", "bias")})
    parameters = [*layer.parameters(), *head.parameters()]
    optimizer = optim.SGD(parameters, lr=RATE)
    targets = y.reshape(-1)

    def step() -> float:
        output, _ = layer(x)
        logits = head(output.reshape(STEPS * BATCH, hidden))
        loss = nn.functional.cross_entropy(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optim.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        return float(loss.item())

    return step


def pytorch(cell: str, hidden: int, threads: int) -> Step:
    """The same in PyTorch."""
    import torch  # noqa: PLC0415

    torch.set_num_threads(threads)
    weights, x, y = drawn(cell, hidden)
    layer = getattr(torch.nn, CLASSES[cell])(SYMBOLS, hidden)
    head = torch.nn.Linear(hidden, SYMBOLS)
    with torch.no_grad():
        for name, parameter in [*layer.named_parameters(), *head.named_parameters()]:
            parameter.copy_(torch.from_numpy(weights[name]))
    parameters = [*layer.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=RATE)
    rows = torch.nn.functional.one_hot(torch.from_numpy(x), SYMBOLS).float()
    targets = torch.from_numpy(y.reshape(-1))

    def step() -> float:
        output, _ = layer(rows)
        logits = head(output.reshape(STEPS * BATCH, hidden))
        loss = torch.nn.functional.cross_entropy(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        return float(loss.item())

    return step


def jax(cell: str, hidden: int, threads: int) -> Step:
    """The same in JAX: jit over a scan. Its thread count is set when the process starts."""
    import jax as library  # noqa: PLC0415
    import jax.numpy as jnp  # noqa: PLC0415

    weights, x, y = drawn(cell, hidden)
    sigmoid = library.nn.sigmoid

    def advance(state: Any, sums: Any, w: Any) -> Any:
        h, c = state
        recurrent = h @ w["weight_hh_l0"].T + w["bias_hh_l0"]
        if cell == "rnn":
            h = jnp.tanh(sums + recurrent)
        elif cell == "gru":
            (a, b, n), (r, s, m) = jnp.split(sums, 3, -1), jnp.split(recurrent, 3, -1)
            update = sigmoid(b + s)
            h = update * h + (1 - update) * jnp.tanh(n + sigmoid(a + r) * m)
        else:
            i, f, g, o = jnp.split(sums + recurrent, 4, -1)
            c = sigmoid(f) * c + sigmoid(i) * jnp.tanh(g)
            h = sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    def loss_of(w: Any, indices: Any, targets: Any) -> Any:
        sums = w["weight_ih_l0"].T[indices] + w["bias_ih_l0"]
        zeros = jnp.zeros((BATCH, hidden), "float32")
        _, outputs = library.lax.scan(lambda s, u: advance(s, u, w), (zeros, zeros), sums)
        chances = library.nn.log_softmax(outputs @ w["weight"].T + w["bias"])
        return -jnp.take_along_axis(chances, targets[..., None], -1).mean()

    def updated(w: Any, indices: Any, targets: Any) -> Any:
        loss, gradients = library.value_and_grad(loss_of)(w, indices, targets)
        norm = jnp.sqrt(sum(jnp.sum(g * g) for g in gradients.values()))
        scale = RATE * jnp.minimum(1.0, CLIP / (norm + 1e-6))
        return {name: w[name] - scale * gradients[name] for name in w}, loss

    update: Any = library.jit(updated)
    kept = {name: jnp.asarray(w) for name, w in weights.items()}

    def step() -> float:
        nonlocal kept
        kept, loss = update(kept, x, y)
        return float(loss)

    return step


def installed() -> dict[str, Callable[[str, int, int], Step]]:
    """Ours and the peers that can be imported."""
    peers = {"pytorch": ("torch", pytorch), "jax": ("jax", jax)}
    found = {name: step for name, (package, step) in peers.items() if _has(package)}
    return {"ours": ours, **found}


def _has(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


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
    command = [sys.executable, __file__, "--work", name, "--cells", cell]
    command += ["--hidden", str(hidden), "--threads", str(threads)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def asked(contender: subprocess.Popen[str], count: int) -> list[tuple[float, float]]:
    """Let a contender run some steps; gives seconds and loss of each."""
    assert contender.stdin is not None
    assert contender.stdout is not None
    contender.stdin.write(f"{count}\n")
    contender.stdin.flush()
    answer = contender.stdout.readline()
    if not answer:
        sys.exit("a contender stopped early; its message stands above")
    return [(seconds, loss) for seconds, loss in json.loads(answer)]


def measured(contenders: dict[str, subprocess.Popen[str]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of interleaved runs; refuses to compare steps that do not learn the same."""
    losses = {name: [loss for _, loss in asked(one, 3)] for name, one in contenders.items()}
    for name, found in losses.items():
        worst = max(abs(a - b) for a, b in zip(found, losses["ours"], strict=True))
        if worst > 1e-3:
            sys.exit(f"{name} has other losses than ours: {losses}")
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            # what ran before leaves threads that spin for a while, and cold caches
            time.sleep(0.05)
            settled = asked(contender, 3 + IN_A_ROW)[3:]
            times[name] += [seconds * 1000 for seconds, _ in settled]
    for contender in contenders.values():
        contender.kill()
        contender.wait()
    return times


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", nargs="+", choices=sorted(GATES), default=list(GATES))
    parser.add_argument("--hidden", nargs="+", type=int, default=[64, 128, 256, 512])
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--without", nargs="*", default=[], help="peers to leave out")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(chosen.threads)
    if chosen.threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    if chosen.work:
        work(chosen.work, chosen.cells[0], chosen.hidden[0], chosen.threads)
        return
    names = [name for name in installed() if name not in chosen.without]
    top = peak(chosen.threads)
    print(f"{chosen.threads} thread(s), product peak {top:.0f} GFLOP/s, medians in ms (minimum)")
    print(f"{'cell':5}{'hidden':>7}" + "".join(f"{name:>18}" for name in names) + "  ratio   peak")
    for cell in chosen.cells:
        for hidden in chosen.hidden:
            contenders = {name: started(name, cell, hidden, chosen.threads) for name in names}
            times = measured(contenders, chosen.rounds)
            medians = {name: statistics.median(found) for name, found in times.items()}
            row = "".join(f"{medians[name]:9.2f} ({min(times[name]):6.2f})" for name in names)
            peers = [middle for name, middle in medians.items() if name != "ours"]
            ratio = f"{min(peers) / medians['ours']:6.2f}" if peers else "      "
            share = operations(cell, hidden) / medians["ours"] / 1e6 / top
            print(f"{cell:5}{hidden:7}{row} {ratio} {share:6.0%}", flush=True)


if __name__ == "__main__":
    main()
