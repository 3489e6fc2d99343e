"""The CTRNN lab: a limit cycle, its landmarks by hand, and the engine's own cell as a judge."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest

from microgradseq import nn
from microgradseq.errors import UserError
from microgradseq.labs.ctrnn import LAB, network_of, pulses
from microgradseq.labs.ctrnn_solver import period, solve
from microgradseq.labs.lab import Frame

# with dt 0.001 and Runge and Kutta's steps, after 400 units of time
PERIOD, SWING = 29.013, 2.9156


@pytest.fixture(scope="module")
def last() -> Frame:
    return LAB.run()


def number(frame: Frame, name: str) -> float:
    found = frame.numbers[name]
    assert isinstance(found, float | int)
    return float(found)


def test_the_known_oscillator_has_a_limit_cycle(last: Frame) -> None:
    # both paths, one from outside and one from within, end on the same ring
    assert number(last, "rings_apart") < 0.02
    assert number(last, "period") == pytest.approx(PERIOD, rel=1e-3)
    assert number(last, "swing_1") == pytest.approx(SWING, rel=1e-3)
    assert number(last, "rounds") >= 3


def test_the_resting_point_is_the_middle_and_pushes_away(last: Frame) -> None:
    # at y = −θ every σ is ½, so that y = W·½; the Jacobian there is W/4 − 1
    assert number(last, "rest_1") == pytest.approx(2.75)
    assert number(last, "rest_2") == pytest.approx(1.75)
    eigenvalues = numpy.linalg.eigvals(numpy.array([[4.5, 1.0], [-1.0, 4.5]]) / 4 - numpy.eye(2))
    assert number(last, "largest_real_eigenvalue") == pytest.approx(eigenvalues.real.max())
    assert number(last, "largest_imaginary_eigenvalue") == pytest.approx(0.25)


def test_the_solvers_have_their_orders(last: Frame) -> None:
    assert number(last, "euler_order") == pytest.approx(1.0, abs=0.1)
    assert number(last, "rk4_order") == pytest.approx(4.0, abs=0.1)
    assert number(last, "rk4_error") < number(last, "euler_error") / 1e5


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_states_are_those_of_the_engines_cell(method: str) -> None:
    settings = LAB.settings(time=4.0, dt=0.1, pulse_every=1.0, pulse_length=0.5, tau2=2.5)
    network, currents = network_of(settings), pulses(settings)
    layer: Any = nn.CTRNN(2, 2, tau=network.tau, dt=0.1, method=method, dtype="float64")
    layer.load_state_dict(
        {
            "weight_ih_l0": numpy.eye(2),
            "weight_hh_l0": network.weights,
            "bias_ih_l0": numpy.zeros(2),
            "bias_hh_l0": network.bias,
        }
    )
    assert currents.any()
    found = solve(network, numpy.zeros(2), currents, 0.1, method)
    out, _ = layer(currents[:, None])
    assert found[1:] == pytest.approx(out.data[:, 0], abs=1e-12)


def test_a_strong_self_connection_remembers_a_pulse() -> None:
    switch = {"w11": 8.0, "w12": 0.0, "w21": 0.0, "theta1": -4.0, "time": 50.0, "dt": 0.05}
    pulsed = {**switch, "pulse": 4.0, "pulse_every": 30.0, "pulse_length": 5.0}
    at_rest, remembered = (network_end(LAB.settings(**changes)) for changes in (switch, pulsed))
    assert at_rest[0] < 1
    assert remembered[0] > 7


def network_end(settings: Any) -> Any:
    start = numpy.array([settings.y1, settings.y2])
    return solve(network_of(settings), start, pulses(settings), settings.dt, settings.method)[-1]


def test_steps_that_are_too_long_run_away_and_say_so() -> None:
    frame = LAB.run(LAB.settings(dt=1.0, tau1=0.05))
    assert frame.words == "the steps are too long: the numbers ran away"
    assert math.isnan(number(frame, "swing_1"))


def test_weak_weights_come_to_rest() -> None:
    frame = LAB.run(LAB.settings(w11=1.0, w22=1.0, dt=0.1, time=60.0))
    assert frame.words == "it has come to rest"
    assert number(frame, "swing_1") < 1e-3


def test_the_period_of_a_sine() -> None:
    times = numpy.linspace(0, 20, 2001)
    assert period(times, numpy.sin(times), 0.0) == pytest.approx(2 * math.pi, rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tau1": 0.0}, "tau1 must be at least 0.05 and at most 50, not 0.0"),
        ({"dt": 0.001, "time": 1000.0}, "time / dt must be at most 100,000 steps"),
        ({"method": "heun"}, "method must be one of euler, rk4, not 'heun'"),
    ],
)
def test_bad_settings_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        LAB.settings(**changes)
    assert str(caught.value) == message
