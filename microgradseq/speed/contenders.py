"""One training step of a character model, ours and that of libraries which are installed.

A step is forward, loss, backward, clipping by norm, and an SGD update; 35 time steps, batch 32, 28
symbols. Ours reads indices; the others get one-hot rows, made beforehand.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

STEPS, BATCH, SYMBOLS = 35, 32, 28
RATE, CLIP = 0.1, 1.0
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
