"""A noisy sine, foretold from the last few numbers, and by networks that keep a state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy
from numpy.typing import NDArray

from microgradseq import nn, optim
from microgradseq.charts.columns import Series
from microgradseq.context import no_grad
from microgradseq.errors import UserError
from microgradseq.labs.figures import Chart, Figure, Table
from microgradseq.labs.lab import Frame, Lab
from microgradseq.labs.parameter import Parameter, Settings
from microgradseq.numbers import readable
from microgradseq.randomness import manual_seed
from microgradseq.tasks import settings as options
from microgradseq.tasks.markov_window import WindowModel
from microgradseq.tasks.models import SequenceModel

Floats = NDArray[numpy.float64]
Model = WindowModel | SequenceModel

FREQUENCY = 0.01
AHEAD = (1, 4, 16, 64)
BATCH = 16
TRAINED_ON = 0.6
READ_BY_STATE = 32
"""How many numbers a recurrent network reads before it is judged."""
STATE_UNITS = 16
STATE_EPOCHS = 8
NAMES = {"window": "window", "rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}


def noisy_sine(points: int, noise: float, seed: int) -> tuple[Floats, Floats]:
    """sin(0.01 t) for t = 1, 2, …, and the same with noise.

    Arguments:
        points: how many.
        noise: the deviation of what is added.
        seed: of the noise.

    >>> clean, noisy = noisy_sine(3, 0.0, 0)
    >>> clean.round(2).tolist() == noisy.round(2).tolist() == [0.01, 0.02, 0.03]
    True
    """
    clean = numpy.sin(FREQUENCY * numpy.arange(1, points + 1))
    return clean, clean + noise * numpy.random.default_rng(seed).normal(size=points)


def model_of(cell: str, window: int, hidden: int, seed: int) -> Model:
    """A fresh model: an MLP over a window, or a recurrent network.

    Arguments:
        cell: "window", "rnn", "gru" or "lstm".
        window: how many numbers the window has.
        hidden: units of the MLP.
        seed: of its weights.
    """
    manual_seed(seed)
    if cell == options.WINDOW:
        chosen = options.Settings(cell=cell, unroll=window, hidden=hidden, init="xavier")
        return WindowModel(chosen, 1, 1, symbols=False)
    chosen = options.Settings(cell=cell, unroll=READ_BY_STATE, hidden=STATE_UNITS)
    return SequenceModel(chosen, 1, 1, False)


def epochs(model: Model, values: Floats, count: int, rate: float, seed: int) -> Iterator[float]:
    """Train on every stretch of a series; after each epoch, the mean squared error of all pairs.

    Arguments:
        model: from `model_of`.
        values: what may be seen, (N,).
        count: epochs.
        rate: of Adam.
        seed: of the order.
    """
    reads, answers = _stretches(model, values)
    random = numpy.random.default_rng(seed)
    optimizer = optim.Adam(model.parameters(), lr=rate)
    for _ in range(count):
        order = random.permutation(reads.shape[1])
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            optimizer.zero_grad()
            _error(model, reads[:, chosen], answers[:, chosen]).backward()
            optimizer.step()
        with no_grad():
            error = float(_error(model, reads, answers).item())
        yield error


def free_running(model: Model, history: Floats, steps: int) -> Floats:
    """Forecasts, each after the first reading the one before it.

    Arguments:
        model: a trained one.
        history: what is known, (T, B).
        steps: K.
    Returns:
        (K, B).
    """
    found, read, state = [], history[..., None].astype("float32"), None
    with no_grad():
        for _ in range(steps):
            scores, state = model(read, state)
            read = scores.plain()[-1:]
            found.append(read[0, :, 0])
    return numpy.array(found, numpy.float64)


def errors_ahead(model: Model, clean: Floats, noisy: Floats, start: int) -> dict[int, float]:
    """The mean squared error against the clean sine, so many steps ahead.

    Arguments:
        model: a trained one.
        clean, noisy: the series, (N,).
        start: the first number that was not trained on.
    """
    known = model.window if isinstance(model, WindowModel) else READ_BY_STATE
    origins = numpy.arange(start, len(noisy) - max(AHEAD) + 1)
    history = noisy[origins + numpy.arange(-known, 0)[:, None]]
    forecast = free_running(model, history, max(AHEAD))
    return {
        ahead: float(numpy.mean((forecast[ahead - 1] - clean[origins + ahead - 1]) ** 2))
        for ahead in AHEAD
    }


def simulate(settings: Settings) -> Iterator[Frame]:
    """Train one model after the other, an epoch a frame."""
    clean, noisy = noisy_sine(settings.points, settings.noise, settings.seed)
    start = settings.window + int(settings.points * TRAINED_ON)
    cells = list(NAMES) if settings.states else [options.WINDOW]
    total = settings.epochs + STATE_EPOCHS * (len(cells) - 1)
    numbers: dict[str, Any] = {}
    done, figures = 0, tuple[Figure, ...]()
    for cell in cells:
        model = model_of(cell, settings.window, settings.hidden, settings.seed)
        count = settings.epochs if cell == options.WINDOW else STATE_EPOCHS
        losses = []
        for loss in epochs(model, noisy[:start], count, settings.lr, settings.seed):
            done += 1
            losses.append(loss)
            figures = (_pictured(model, clean, noisy, start, NAMES[cell]),)
            words = f"{NAMES[cell]}: epoch {len(losses)} of {count}, squared error {readable(loss)}"
            # the very last frame is the summing up below
            yield Frame(words, figures, dict(numbers), min(done / (total + 1), 1.0))
        numbers[f"{cell}_loss"] = losses[-1]
        for ahead, error in errors_ahead(model, clean, noisy, start).items():
            numbers[f"{cell}_error_{ahead}"] = error
        known = noisy[start - _known(model) : start, None]
        free = free_running(model, known, len(noisy) - start)[:, 0]
        numbers[f"{cell}_free"] = float(numpy.mean((free - clean[start:]) ** 2))
        if cell == options.WINDOW:
            first_figures = figures
            numbers["window_losses"] = losses
    numbers["signal_variance"] = float(numpy.mean(clean[start:] ** 2))
    words = "one step ahead is easy; the window forgets where on the wave it is, a state need not"
    yield Frame(words, (*first_figures, _compared(numbers, cells)), numbers)


def _known(model: Model) -> int:
    return model.window if isinstance(model, WindowModel) else READ_BY_STATE


def _stretches(model: Model, values: Floats) -> tuple[Any, Any]:
    """Every stretch that a model reads, (T, P, 1), and the number after each step of it."""
    steps = _known(model)
    starts = numpy.arange(len(values) - steps)
    reads = values[starts + numpy.arange(steps)[:, None]].astype("float32")
    answers = values[starts + numpy.arange(1, steps + 1)[:, None]].astype("float32")
    # a window gives one answer, a state one after each number
    asked = answers[-1:] if isinstance(model, WindowModel) else answers
    return reads[..., None], asked[..., None]


def _error(model: Model, reads: Any, answers: Any) -> Any:
    if isinstance(model, WindowModel):
        scores, _ = model(reads[-1:], reads[:-1])
    else:
        scores, _ = model(reads)
    return nn.functional.mse_loss(scores, answers)


def _pictured(model: Model, clean: Floats, noisy: Floats, start: int, name: str) -> Chart:
    """The data, forecasts of one and of 64 steps, and the model left to itself."""
    known = _known(model)
    origins = numpy.arange(start, len(noisy))
    history = noisy[origins + numpy.arange(-known, 0)[:, None]]
    ahead = free_running(model, history, max(AHEAD))
    free = free_running(model, noisy[start - known : start, None], len(noisy) - start)[:, 0]
    time = numpy.arange(1, len(noisy) + 1, dtype="float64")
    far = origins[: len(origins) - max(AHEAD) + 1]
    return Chart(
        f"{name}: forecasts from t = {start + 1} on",
        (
            Series("the sine", time, clean),
            Series("one step ahead", time[start:], ahead[0]),
            Series("64 steps ahead", time[far + max(AHEAD) - 1], ahead[-1, : len(far)]),
            Series("free running", time[start:], free),
        ),
        x_name="t",
        y_name="value",
    )


def _compared(numbers: dict[str, Any], cells: list[str]) -> Table:
    rows = [
        (
            NAMES[cell],
            *(numbers[f"{cell}_error_{ahead}"] for ahead in AHEAD),
            numbers[f"{cell}_free"],
        )
        for cell in cells
    ]
    return Table(
        "Squared error against the clean sine, steps ahead",
        ("model", *map(str, AHEAD), "free running"),
        tuple(rows),
    )


def check(settings: Settings) -> None:
    """Refuse a series too short to look 64 steps ahead."""
    left = settings.points - int(settings.points * TRAINED_ON) - settings.window
    if left < 2 * max(AHEAD):
        raise UserError(f"{settings.points} points leave too few to look {max(AHEAD)} steps ahead")


LAB = Lab(
    "sine",
    "A noisy sine: one step ahead, and many",
    (
        "The next number of a series can be foretold from the last τ numbers alone, as if nothing "
        "before them mattered: a Markov window. Here a small network reads four numbers of a sine "
        "with noise and gives the fifth. One step ahead it does well. Left to itself it reads its "
        "own forecasts, small errors feed on each other, and after some steps it has lost the "
        "wave: four numbers in a row hardly tell where on a wave of 628 steps they are.",
        "The other answer is a latent variable: a state h that sums up everything read so far. An "
        "RNN, a GRU and an LSTM read the same series. Compare the errors 16 and 64 steps ahead, "
        "and the curve of free running. An error of one half, the mean square of the sine itself, "
        "is what always saying 0 would give; forecasts can be worse than that.",
    ),
    "window:  x̂_t = f(x_{t−τ}, …, x_{t−1})\n"
    "state:   h_t = g(h_{t−1}, x_{t−1}),  x̂_t = f(h_t)\n"
    "k steps ahead:  x̂_{t+k} reads x̂_{t+k−1} wherever x_{t+k−1} is not known yet",
    (
        Parameter("points", "how long the series is", 1000, low=400, high=20_000),
        Parameter("noise", "deviation of the noise", 0.2, low=0.0, high=2.0),
        Parameter("window", "τ, how many numbers the window has", 4, low=1, high=64),
        Parameter("hidden", "hidden units of the window's network", 10, low=1, high=500),
        Parameter("epochs", "epochs of the window's network", 5, low=1, high=100),
        Parameter("lr", "learning rate of Adam", 0.01, low=1e-6, high=1.0),
        Parameter("states", "whether RNN, GRU and LSTM are trained as well", True),
        Parameter("seed", "seed of noise, weights and order", 0, low=0, high=2**31),
    ),
    simulate,
    check,
)
