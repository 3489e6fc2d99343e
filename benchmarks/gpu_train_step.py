"""A whole training step on a GPU: ours through CuPy beside PyTorch on the same card.

The step is that of train_step.py: 35 time steps, batch 32, 28 symbols; forward, loss, backward,
clipping by norm, SGD. Nothing is read back inside a step, and the card is waited for once a round.
Both work in float32; PyTorch's TF32 products are off, as CuPy's are. Target: a ratio of at least 1.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from microgradseq.speed.contenders import BATCH, CLASSES, CLIP, GATES, RATE, STEPS, SYMBOLS, drawn


class Runner(NamedTuple):
    """A library's step, and how to wait until the card has done all it was told."""

    step: Callable[[], Any]
    wait: Callable[[], None]


def ours(cell: str, hidden: int, batch: int) -> Runner:
    """A step through the public interface."""
    cupy = importlib.import_module("cupy")
    from microgradseq import nn, optim  # noqa: PLC0415

    weights, x, y = drawn(cell, hidden)
    layer = getattr(nn, CLASSES[cell])(SYMBOLS, hidden)
    head = nn.Linear(hidden, SYMBOLS)
    layer.load_state_dict({name: w for name, w in weights.items() if name.endswith("_l0")})
    head.load_state_dict({name: weights[name] for name in ("weight", "bias")})
    for module in (layer, head):
        module.to("cuda")
    parameters = [*layer.parameters(), *head.parameters()]
    optimizer = optim.SGD(parameters, lr=RATE)
    inputs = cupy.asarray(repeated(x, batch))
    targets = cupy.asarray(repeated(y, batch).reshape(-1))

    def step() -> Any:
        output, _ = layer(inputs)
        logits = head(output.reshape(STEPS * batch, hidden))
        loss = nn.functional.cross_entropy(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optim.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        return loss

    return Runner(step, cupy.cuda.get_current_stream().synchronize)


def pytorch(cell: str, hidden: int, batch: int) -> Runner:
    """The same in PyTorch, on cuDNN."""
    import torch  # noqa: PLC0415

    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    weights, x, y = drawn(cell, hidden)
    layer = getattr(torch.nn, CLASSES[cell])(SYMBOLS, hidden).cuda()
    head = torch.nn.Linear(hidden, SYMBOLS).cuda()
    with torch.no_grad():
        for name, parameter in [*layer.named_parameters(), *head.named_parameters()]:
            parameter.copy_(torch.from_numpy(weights[name]))
    parameters = [*layer.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=RATE)
    rows = torch.nn.functional.one_hot(torch.from_numpy(repeated(x, batch)), SYMBOLS)
    inputs = rows.float().cuda()
    targets = torch.from_numpy(repeated(y, batch).reshape(-1)).cuda()

    def step() -> Any:
        output, _ = layer(inputs)
        logits = head(output.reshape(STEPS * batch, hidden))
        loss = torch.nn.functional.cross_entropy(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        return loss

    return Runner(step, torch.cuda.synchronize)


def repeated(text: Any, batch: int) -> Any:
    """A text (T, 32) widened to a larger batch."""
    import numpy  # noqa: PLC0415

    return numpy.ascontiguousarray(numpy.tile(text, -(-batch // BATCH))[:, :batch])


def missing() -> str | None:
    """Why nothing can be measured here, or None."""
    try:
        cupy = importlib.import_module("cupy")
    except ImportError as error:
        return f'CuPy cannot be imported ({error}); pip install "microgradseq[gpu]"'
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return f"CuPy finds no GPU ({error})"
    return None if count else "CuPy finds no GPU"


def makers() -> dict[str, Callable[[str, int, int], Runner]]:
    """Ours, and PyTorch where it is there and sees the card."""
    found: dict[str, Callable[[str, int, int], Runner]] = {"ours": ours}
    if importlib.util.find_spec("torch") is None:
        print("PyTorch is not installed: ours alone")
        return found
    import torch  # noqa: PLC0415

    if not torch.cuda.is_available():
        print(f"PyTorch {torch.__version__} sees no GPU: ours alone")
        return found
    return {**found, "pytorch": pytorch}


def measured(runners: dict[str, Runner], rounds: int, steps: int) -> dict[str, list[float]]:
    """Milliseconds a step, in interleaved rounds; refuses steps that do not learn the same."""
    losses = {
        name: [float(runner.step().item()) for _ in range(3)] for name, runner in runners.items()
    }
    for name, found in losses.items():
        if max(abs(a - b) for a, b in zip(found, losses["ours"], strict=True)) > 1e-3:
            sys.exit(f"{name} has other losses than ours: {losses}")
    times: dict[str, list[float]] = {name: [] for name in runners}
    for _ in range(rounds):
        for name, runner in runners.items():
            runner.step()
            runner.wait()
            begin = time.perf_counter()
            for _ in range(steps):
                runner.step()
            runner.wait()
            times[name].append((time.perf_counter() - begin) * 1000 / steps)
    return times


def main() -> None:
    """Print a table, or why there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", nargs="+", choices=sorted(GATES), default=list(GATES))
    parser.add_argument("--hidden", nargs="+", type=int, default=[64, 128, 256, 512])
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--steps", type=int, default=5, help="steps a round")
    chosen = parser.parse_args()
    reason = missing()
    if reason is not None:
        print(f"no GPU to measure on: {reason}")
        return
    cupy = importlib.import_module("cupy")
    card = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    print(f"{card}, CuPy {cupy.__version__}, medians in ms (minimum)")
    found = makers()
    print(f"{'cell':5}{'hidden':>7}" + "".join(f"{name:>18}" for name in found) + "  ratio")
    for cell in chosen.cells:
        for hidden in chosen.hidden:
            runners = {name: make(cell, hidden, chosen.batch) for name, make in found.items()}
            times = measured(runners, chosen.rounds, chosen.steps)
            medians = {name: statistics.median(each) for name, each in times.items()}
            row = "".join(f"{medians[name]:9.2f} ({min(times[name]):6.2f})" for name in found)
            ratio = f"{medians['pytorch'] / medians['ours']:6.2f}" if "pytorch" in found else ""
            print(f"{cell:5}{hidden:7}{row} {ratio}", flush=True)


if __name__ == "__main__":
    main()
