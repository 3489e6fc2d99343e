"""Real-time recurrent learning beside backpropagation through time: same gradient, other costs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy
from numpy.typing import NDArray

from microgradseq import nn, optim
from microgradseq.charts.columns import Series
from microgradseq.labs.figures import Chart, Figure, Table
from microgradseq.labs.lab import Frame, Lab
from microgradseq.labs.parameter import Parameter, Settings
from microgradseq.numbers import readable
from microgradseq.randomness import manual_seed
from microgradseq.tensor import Tensor

Floats = NDArray[numpy.float64]

INPUTS = 2
UNITS_MEASURED = (4, 8, 16, 32)
STEPS_MEASURED = (10, 20, 40, 80)
ROUNDS = 5
SHOWN_EVERY = 250
FLOAT64 = 8


def gradients(units: int, steps: int, seed: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """One network's gradient of Σ ½‖h_t − y_t‖², by RTRL and by BPTT.

    Arguments:
        units: n.
        steps: T.
        seed: of weights, inputs and targets.
    Returns:
        Both, by parameter.
    """
    manual_seed(seed)
    layer = nn.RNN(INPUTS, units, dtype="float64")
    random = numpy.random.default_rng(seed)
    x, y = random.normal(size=(steps, 1, INPUTS)), random.normal(size=(steps, 1, units))
    learning = nn.RTRL(layer)
    for step, wanted in zip(x, y, strict=True):
        learning.learn(learning.step(step) - wanted)
    output, _ = layer(Tensor(x))
    (0.5 * ((output - y) ** 2).sum()).backward()
    through_time = {name: each.grad for name, each in layer.named_parameters()}
    return learning.gradients, through_time


def largest_difference(first: dict[str, Floats], second: dict[str, Floats]) -> float:
    """The largest difference of two gradients, as a share of the largest number in them.

    Arguments:
        first, second: by parameter.
    """
    scale = max(float(numpy.abs(each).max()) for each in second.values())
    return max(float(numpy.abs(first[name] - second[name]).max()) for name in second) / scale


def costs(units: int, steps: int) -> dict[str, float]:
    """Time and memory of one sequence, either way.

    Arguments:
        units: n.
        steps: T.
    Returns:
        "rtrl_ms" and "bptt_ms", the fastest of a few rounds; "rtrl_bytes" for ∂h/∂θ, and
        "bptt_bytes" for the inputs and states that must be kept.
    """
    manual_seed(0)
    layer = nn.RNN(INPUTS, units, dtype="float64")
    x = numpy.random.default_rng(0).normal(size=(steps, 1, INPUTS))
    learning = nn.RTRL(layer)

    def forwards() -> None:
        learning.reset()
        for step in x:
            learning.step(step, lambda h: h)

    def backwards() -> None:
        layer.zero_grad()
        output, _ = layer(Tensor(x))
        (output * output.detach()).sum().backward()

    parameters = sum(each.plain().size for each in layer.parameters())
    return {
        "rtrl_ms": _fastest(forwards),
        "bptt_ms": _fastest(backwards),
        "rtrl_bytes": float(units * parameters * FLOAT64),
        "bptt_bytes": float(steps * (units + INPUTS) * FLOAT64),
    }


def _fastest(work: Any) -> float:
    """Milliseconds of the fastest of a few rounds: what disturbs only ever adds."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times) * 1000


def delayed_xor(
    units: int, delay: int, steps: int, rate: float, seed: int
) -> Iterator[tuple[int, bool]]:
    """Learn online: after every bit the answer, its gradient by RTRL, and a step of Adam.

    The answer at step t is the exclusive or of the bits at t − delay and t − delay − 1.

    Arguments:
        units: of the network.
        delay: how long ago the bits are.
        steps: how many bits there are.
        rate: of Adam.
        seed: of weights and bits.
    Returns:
        The step, and whether the answer was right.
    """
    manual_seed(seed)
    layer = nn.RNN(INPUTS, units, dtype="float64")
    output = nn.Linear(units, 1, dtype="float64")
    learning = nn.RTRL(layer)
    optimizer = optim.Adam([*layer.parameters(), *output.parameters()], lr=rate)
    bits = numpy.random.default_rng(seed).integers(0, 2, steps)
    for t, bit in enumerate(bits):
        h = learning.step(numpy.array([[2.0 * bit - 1.0, 1.0]]))
        if t <= delay:
            continue
        wanted = bits[t - delay] ^ bits[t - delay - 1]
        state = Tensor(h, requires_grad=True)
        score = output(state)
        # ln(1 + e^(±score)): the cross-entropy of a yes-or-no answer
        (score * (1.0 - 2.0 * float(wanted))).softplus().sum().backward()
        learning.learn(state.grad)
        learning.add_to_parameters()
        optimizer.step()
        optimizer.zero_grad()
        learning.forget_gradient()
        yield t, (score.item() > 0) == bool(wanted)


def simulate(settings: Settings) -> Iterator[Frame]:
    """The gradients, then the costs, then learning online."""
    found = gradients(settings.units, settings.steps, settings.seed)
    numbers: dict[str, Any] = {"largest_difference": largest_difference(*found)}
    same: tuple[Figure, ...] = (_beside(*found),)
    words = f"same gradient: they differ by {numbers['largest_difference']:.1e} at most"
    yield Frame(words, same, dict(numbers), 0.1)
    measured = [(n, settings.steps, costs(n, settings.steps)) for n in UNITS_MEASURED]
    measured += [(settings.units, steps, costs(settings.units, steps)) for steps in STEPS_MEASURED]
    table = _table(measured)
    for n, steps, each in measured:
        numbers |= {f"{name}_n{n}_t{steps}": value for name, value in each.items()}
    yield Frame("what either way costs", (table, *same), dict(numbers), 0.3)
    right: list[bool] = []
    for t, was_right in delayed_xor(
        settings.units, settings.delay, settings.bits, settings.lr, settings.seed
    ):
        right.append(was_right)
        if len(right) % SHOWN_EVERY == 0:
            share = float(numpy.mean(right[-SHOWN_EVERY:]))
            words = f"bit {t + 1}: {readable(100 * share)}% of the last {SHOWN_EVERY} answers right"
            progress = 0.3 + 0.69 * (t + 1) / settings.bits
            yield Frame(words, (_learned(right), table, *same), dict(numbers), progress)
    numbers["online_accuracy"] = float(numpy.mean(right[-SHOWN_EVERY:]))
    words = f"learned online, {numbers['online_accuracy']:.0%} of the last answers right"
    yield Frame(words, (_learned(right), table, *same), numbers)


def _beside(first: dict[str, Floats], second: dict[str, Floats]) -> Table:
    rows = []
    for name, gradient in second.items():
        place = numpy.unravel_index(numpy.abs(gradient).argmax(), gradient.shape)
        gap = f"{numpy.abs(first[name] - gradient).max():.1e}"
        rows.append((name, float(first[name][place]), float(gradient[place]), gap))
    headings = ("parameter", "RTRL", "BPTT", "largest difference")
    return Table("The largest entry of each gradient, both ways", headings, rows)


def _table(measured: list[tuple[int, int, dict[str, float]]]) -> Table:
    rows = [
        (
            n,
            steps,
            each["rtrl_ms"],
            each["bptt_ms"],
            int(each["rtrl_bytes"]),
            int(each["bptt_bytes"]),
        )
        for n, steps, each in measured
    ]
    headings = ("n", "T", "RTRL ms", "BPTT ms", "RTRL bytes", "BPTT bytes")
    return Table("Time and memory of one sequence", headings, rows)


def _learned(right: list[bool]) -> Chart:
    counts = numpy.cumsum([0, *right])
    ends = numpy.arange(SHOWN_EVERY, len(counts), max(1, SHOWN_EVERY // 10))
    shares = (counts[ends] - counts[ends - SHOWN_EVERY]) / SHOWN_EVERY
    series = Series(f"share of the last {SHOWN_EVERY}", ends.astype("float64"), shares)
    return Chart(
        "Delayed XOR, learned one bit at a time",
        (series,),
        x_name="bit",
        y_name="share of right answers",
        baselines=(("a guess", 0.5),),
    )


LAB = Lab(
    "rtrl",
    "Real-time recurrent learning",
    (
        "Backpropagation through time waits for the end of a sequence, keeps every state, and "
        "walks back. Real-time recurrent learning carries the derivative of the state with respect "
        "to every weight forward instead, so that the gradient is there after each step, and "
        "nothing of the past is kept. Both are the chain rule, multiplied out from different ends: "
        "the gradients agree to the last digits.",
        "The price is what is carried: n units times about n² weights are n³ numbers, and one step "
        "costs n⁴ multiplications, whatever T is. Backpropagation keeps T·n numbers and spends n² "
        "a step. Look at how the two columns grow with n and with T. Below, a small network learns "
        "the exclusive or of two earlier bits while the bits go by, with a weight change after "
        "every bit: no sequence ever ends.",
    ),
    "∂h_t/∂θ = φ'(z_t) ⊙ (∂z_t/∂θ + W_hh ∂h_{t−1}/∂θ)\n∂L/∂θ = Σ_t ∂L_t/∂h_t · ∂h_t/∂θ",
    (
        Parameter("units", "n, units of the network", 8, low=1, high=40),
        Parameter("steps", "T, steps of the compared sequence", 20, low=1, high=1000),
        Parameter("delay", "how many steps ago the bits are", 1, low=0, high=20),
        Parameter("bits", "how many bits go by", 4000, low=500, high=100_000),
        Parameter("lr", "learning rate of Adam", 0.01, low=1e-6, high=1.0),
        Parameter("seed", "seed of weights, inputs and bits", 0, low=0, high=2**31),
    ),
    simulate,
)
