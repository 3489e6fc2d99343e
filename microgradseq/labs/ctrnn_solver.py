"""Small networks in continuous time: the differential equation, two solvers, and its landmarks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy
from numpy.typing import NDArray

Floats = NDArray[numpy.float64]
_NEWTON_STEPS = 50
_BOUND = 1e9


def sigmoid(u: Floats) -> Floats:
    """σ(u) without overflow.

    Arguments:
        u: any shape.
    """
    found: Floats = 0.5 * numpy.tanh(0.5 * u) + 0.5
    return found


@dataclass(frozen=True, eq=False)
class Network:
    """τ dy/dt = −y + W σ(y + θ) + I.

    Arguments:
        tau: time constants, (N,).
        bias: θ, (N,).
        weights: W; row i is what unit i receives, (N, N).
    """

    tau: Floats
    bias: Floats
    weights: Floats

    def slope(self, y: Floats, current: Floats) -> Floats:
        """dy/dt.

        Arguments:
            y, current: (N,).
        """
        found: Floats = (self.weights @ sigmoid(y + self.bias) + current - y) / self.tau
        return found

    def jacobian(self, y: Floats) -> Floats:
        """∂(dy/dt)/∂y, (N, N): its eigenvalues tell whether a resting point attracts.

        Arguments:
            y: (N,).
        """
        fired = sigmoid(y + self.bias)
        inner = self.weights * (fired * (1 - fired)) - numpy.eye(len(y))
        found: Floats = inner / self.tau[:, None]
        return found

    def resting_point(self, current: Floats) -> Floats:
        """A state that does not move, by Newton's method from the middle, then from the corners.

        There always is one, as σ is bounded; of several the first one found is given.

        Arguments:
            current: the constant input, (N,).
        """
        middle = numpy.full(len(self.bias), 0.5)
        corners = numpy.array(list(product((0.0, 1.0), repeat=len(self.bias))))
        for fired in (middle, *corners):
            found = self._newton(self.weights @ fired + current, current)
            if found is not None:
                return found
        return middle * numpy.nan

    def _newton(self, y: Floats, current: Floats) -> Floats | None:
        for _ in range(_NEWTON_STEPS):
            try:
                step = numpy.linalg.solve(self.jacobian(y), self.slope(y, current))
            except numpy.linalg.LinAlgError:
                return None
            y = y - step
            if float(numpy.abs(step).max()) < 1e-12 * (1 + float(numpy.abs(y).max())):
                return y
        return None


Solver = Callable[[Network, Floats, Floats, float], Floats]


def euler_step(network: Network, y: Floats, current: Floats, dt: float) -> Floats:
    """One step along the slope where the state is: the error falls like dt.

    Arguments:
        network: whose slope.
        y, current: (N,).
        dt: how far.
    """
    found: Floats = y + dt * network.slope(y, current)
    return found


def rk4_step(network: Network, y: Floats, current: Floats, dt: float) -> Floats:
    """One step along four slopes averaged (Runge and Kutta): the error falls like dt⁴.

    Arguments:
        network: whose slope.
        y, current: (N,).
        dt: how far.
    """
    first = network.slope(y, current)
    second = network.slope(y + dt / 2 * first, current)
    third = network.slope(y + dt / 2 * second, current)
    fourth = network.slope(y + dt * third, current)
    found: Floats = y + dt / 6 * (first + 2 * second + 2 * third + fourth)
    return found


SOLVERS: dict[str, Solver] = {"euler": euler_step, "rk4": rk4_step}


def solve(network: Network, start: Floats, currents: Floats, dt: float, method: str) -> Floats:
    """The states after each step.

    Arguments:
        network: what moves.
        start: the first state, (N,).
        currents: the input of each step, (T, N).
        dt: the length of a step.
        method: a name in SOLVERS.
    Returns:
        Shape (T + 1, N), the start first; NaN from where steps too long made it run away.
    """
    step = SOLVERS[method]
    states = numpy.empty((len(currents) + 1, len(start)))
    states[0] = start
    with numpy.errstate(over="ignore", invalid="ignore"):
        for t, current in enumerate(currents):
            states[t + 1] = step(network, states[t], current, dt)
    ran_away = ~(numpy.abs(states) < _BOUND).all(axis=1)
    states[numpy.logical_or.accumulate(ran_away)] = numpy.nan
    return states


def upward_crossings(times: Floats, trace: Floats, level: float) -> Floats:
    """When a trace crosses a level from below, by straight lines between its points.

    Arguments:
        times, trace: (T,).
        level: which.

    >>> upward_crossings(numpy.arange(4.0), numpy.array([-1.0, 1.0, -1.0, 3.0]), 0.0).tolist()
    [0.5, 2.25]
    """
    below = trace - level
    places = numpy.flatnonzero((below[:-1] < 0) & (below[1:] >= 0))
    shares = -below[places] / (below[places + 1] - below[places])
    found: Floats = times[places] + shares * (times[places + 1] - times[places])
    return found


def period(times: Floats, trace: Floats, level: float) -> float:
    """The time between the last upward crossings of a level; NaN where there are not two.

    Arguments:
        times, trace: (T,).
        level: the middle of the swing, such as a resting point that pushes away.
    """
    crossings = upward_crossings(times, trace, level)
    return float(numpy.diff(crossings)[-1]) if len(crossings) > 1 else float("nan")
