"""The CTRNN lab: two neurons in continuous time, their traces, their plane, and two solvers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy

from microgradseq.errors import UserError
from microgradseq.labs.ctrnn_solver import Floats, Network, period, solve, upward_crossings
from microgradseq.labs.figures import Chart, Figure, Path, Plane, Series, Table
from microgradseq.labs.lab import Frame, Lab, Number, Parameter, Settings
from microgradseq.numbers import readable

_FRAMES = 60
_SETTLED = 0.5
"""After which part of the run the swing is measured."""
_COMPARED_TIME = 2.0
_COMPARED_STEPS = (0.2, 0.1, 0.05)
_FINEST = 0.001
_MOST_STEPS = 100_000


def network_of(settings: Settings) -> Network:
    """The two neurons with the settings' time constants, biases and weights.

    Arguments:
        settings: of the lab.
    """
    return Network(
        numpy.array([settings.tau1, settings.tau2]),
        numpy.array([settings.theta1, settings.theta2]),
        numpy.array([[settings.w11, settings.w12], [settings.w21, settings.w22]]),
    )


def pulses(settings: Settings) -> Floats:
    """The input of each step: pulses into the first neuron, (T, 2).

    Arguments:
        settings: of the lab.
    """
    steps = round(settings.time / settings.dt)
    currents = numpy.zeros((steps, 2))
    if settings.pulse_every > 0:
        since = (numpy.arange(steps) * settings.dt) % settings.pulse_every
        # the first pulse comes after one whole pause
        on = (since < settings.pulse_length) & (
            numpy.arange(steps) * settings.dt >= settings.pulse_every
        )
        currents[on, 0] = settings.pulse
    return currents


def simulate(settings: Settings) -> Iterator[Frame]:
    """Let the network run from two starts, then compare the solvers.

    Arguments:
        settings: of the lab.
    """
    network, currents = network_of(settings), pulses(settings)
    starts = {
        "from the start": numpy.array([settings.y1, settings.y2]),
        "from near rest": network.resting_point(numpy.zeros(2)) + 0.01,
    }
    steps = len(currents)
    states = {name: numpy.empty((steps + 1, 2)) for name in starts}
    for name, start in starts.items():
        states[name][0] = start
    ends = numpy.unique(numpy.linspace(0, steps, _FRAMES + 1).astype(int))
    for first, last in pairwise(ends.tolist()):
        for found in states.values():
            part = currents[first:last]
            found[first : last + 1] = solve(
                network, found[first], part, settings.dt, settings.method
            )
        shown = {name: found[: last + 1] for name, found in states.items()}
        y = shown["from the start"][-1]
        time, one, other = (readable(each, 3) for each in (last * settings.dt, *y[:2]))
        yield Frame(
            f"t = {time}: y₁ = {one}, y₂ = {other}",
            _pictures(settings, network, currents, shown),
            _measured(settings, network, shown),
            0.95 * last / steps,
        )
    numbers = dict(_measured(settings, network, states))
    table = _solvers(network, starts["from the start"], numbers)
    figures = (*_pictures(settings, network, currents, states), table)
    yield Frame(_verdict(numbers), figures, numbers)


def _pictures(
    settings: Settings, network: Network, currents: Floats, states: dict[str, Floats]
) -> tuple[Figure, ...]:
    rest = network.resting_point(numpy.zeros(2))
    paths = [Path(name, found[:, 0], found[:, 1]) for name, found in states.items()]
    paths.append(Path("resting point", rest[:1], rest[1:]))
    plane = Plane("One neuron against the other", tuple(paths), "y₁", "y₂")
    found = states["from the start"]
    times = numpy.arange(len(found)) * settings.dt
    curves = [Series("y₁", times, found[:, 0]), Series("y₂", times, found[:, 1])]
    if currents.any():
        shown = numpy.concatenate([[0.0], currents[: len(found) - 1, 0]])
        curves.append(Series("input of neuron 1", times, shown))
    traces = Chart(
        "The two over time", tuple(curves), x_name="time", y_name="y", right=settings.time
    )
    return plane, traces


def _measured(settings: Settings, network: Network, states: dict[str, Floats]) -> dict[str, Number]:
    found = states["from the start"]
    times = numpy.arange(len(found)) * settings.dt
    late = found[times >= settings.time * _SETTLED]
    rest = network.resting_point(numpy.zeros(2))
    eigenvalues = numpy.linalg.eigvals(network.jacobian(rest))
    swing = numpy.ptp(late, axis=0) if len(late) else numpy.full(2, numpy.nan)
    return {
        "swing_1": float(swing[0]),
        "swing_2": float(swing[1]),
        "period": period(times, found[:, 0], float(rest[0])),
        "rounds": len(upward_crossings(times, found[:, 0], float(rest[0]))),
        "rings_apart": _apart(states),
        "rest_1": float(rest[0]),
        "rest_2": float(rest[1]),
        "largest_real_eigenvalue": float(eigenvalues.real.max()),
        "largest_imaginary_eigenvalue": float(eigenvalues.imag.max()),
    }


def _apart(states: dict[str, Floats]) -> float:
    """How far the late part of one path is from the late path of the other, at most."""
    one, other = (
        found[round(len(found) * _SETTLED) :][:: max(len(found) // 2000, 1)]
        for found in states.values()
    )
    if not len(one) or not len(other):
        return math.nan
    distances = numpy.linalg.norm(one[:, None] - other[None], axis=2)
    return float(distances.min(axis=1).max())


def _solvers(network: Network, start: Floats, numbers: dict[str, Number]) -> Table:
    def end(dt: float, method: str) -> Floats:
        still = numpy.zeros((round(_COMPARED_TIME / dt), 2))
        last: Floats = solve(network, start, still, dt, method)[-1]
        return last

    exact = end(_FINEST, "rk4")
    errors = {
        method: [float(numpy.abs(end(dt, method) - exact).max()) for dt in _COMPARED_STEPS]
        for method in ("euler", "rk4")
    }
    for method, (_, coarse, fine) in errors.items():
        numbers[f"{method}_error"] = coarse
        # halving the step divides the error by 2 to the power of the order
        numbers[f"{method}_order"] = math.log2(coarse / fine) if fine and coarse else math.nan
    names = {"euler": "Euler", "rk4": "Runge–Kutta"}
    return Table(
        f"How far the solvers are off after {_COMPARED_TIME:g} units of time",
        ("solver", *(f"dt {dt:g}" for dt in _COMPARED_STEPS)),
        tuple((names[method], *found) for method, found in errors.items()),
    )


def _verdict(numbers: dict[str, Number]) -> str:
    swing, length = (float(str(numbers[name])) for name in ("swing_1", "period"))
    if math.isnan(swing):
        return "the steps are too long: the numbers ran away"
    if swing > 0.05 and not math.isnan(length):
        return f"it swings for ever: y₁ by {readable(swing)}, once in {readable(length)}"
    return "it has come to rest"


def _check(settings: Settings) -> None:
    if settings.time / settings.dt > _MOST_STEPS:
        raise UserError(f"time / dt must be at most {_MOST_STEPS:,} steps")


LAB = Lab(
    name="ctrnn",
    title="CTRNN: two neurons in continuous time",
    words=(
        "A continuous-time recurrent network has no steps: each neuron's state y leaks away with "
        "its time constant τ and is driven by what the others fire, σ(y + θ). A computer follows "
        "it in small steps: Euler's goes along the slope where the state is, Runge and Kutta's "
        "averages four slopes. With the values given, the resting point pushes away and the state "
        "is drawn onto a ring, a limit cycle, wherever it started: an oscillator of two neurons.",
        "Watch both paths wind onto the same ring. Bring θ away from −Σw/2 and the swing dies; "
        "make τ of one neuron larger and it grows slow and lopsided; set all but w11 and w22 to 0 "
        "with w11 above 4 and each neuron becomes a switch that remembers a pulse. Add pulses "
        "to push the oscillator. Make dt large and Euler's ring swells, then breaks; halving dt "
        "halves Euler's error but divides Runge and Kutta's by sixteen.",
    ),
    formula=(
        "τ_i dy_i/dt = −y_i + Σ_j w_ij σ(y_j + θ_j) + I_i\n"
        "Euler:  y ← y + dt · dy/dt        resting point:  y = W σ(y + θ)"
    ),
    parameters=(
        Parameter("tau1", "time constant of neuron 1", 1.0, 0.05, 50.0),
        Parameter("tau2", "time constant of neuron 2", 1.0, 0.05, 50.0),
        Parameter("theta1", "bias of neuron 1", -2.75, -20.0, 20.0),
        Parameter("theta2", "bias of neuron 2", -1.75, -20.0, 20.0),
        Parameter("w11", "weight from neuron 1 to itself", 4.5, -20.0, 20.0),
        Parameter("w12", "weight from neuron 2 to neuron 1", 1.0, -20.0, 20.0),
        Parameter("w21", "weight from neuron 1 to neuron 2", -1.0, -20.0, 20.0),
        Parameter("w22", "weight from neuron 2 to itself", 4.5, -20.0, 20.0),
        Parameter("y1", "state of neuron 1 at the start", 0.0, -20.0, 20.0),
        Parameter("y2", "state of neuron 2 at the start", 0.0, -20.0, 20.0),
        Parameter("pulse", "size of the pulses into neuron 1", 2.0, -20.0, 20.0),
        Parameter("pulse_every", "time between pulses; 0 for none", 0.0, 0.0, 1000.0),
        Parameter("pulse_length", "how long a pulse lasts", 1.0, 0.0, 1000.0),
        Parameter("time", "how long the network runs", 100.0, 1.0, 1000.0),
        Parameter("dt", "length of a step", 0.01, 0.001, 1.0),
        Parameter("method", "how steps are taken", "euler", choices=("euler", "rk4")),
    ),
    simulate=simulate,
    check=_check,
)
