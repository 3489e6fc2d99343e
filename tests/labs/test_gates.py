"""The gates lab: with gates held still, cells equal what they should, to the last bits."""

from __future__ import annotations

import numpy
import pytest

from microgradseq.errors import UserError
from microgradseq.labs.gates import LAB
from microgradseq.labs.gates_walks import AS_PLAIN, CARRYING, COPYING, PLAIN, walks


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_held_gates_make_simpler_cells(seed: int) -> None:
    numbers = LAB.run(LAB.settings(seed=seed)).numbers
    assert numbers["rnn_difference"] < 1e-12  # type: ignore[operator]
    assert numbers["rnn_gradient_difference"] < 1e-12  # type: ignore[operator]
    assert numbers["copy_difference"] == pytest.approx(0, abs=1e-15)
    assert numbers["carry_difference"] == pytest.approx(0, abs=1e-15)
    assert numbers["copy_gradient_norm"] == pytest.approx(1, abs=1e-12)
    assert numbers["carry_gradient_norm"] == pytest.approx(1, abs=1e-12)


def test_the_gradient_of_a_plain_network_dies_by_its_own_jacobians() -> None:
    walked = {walk.name: walk for walk in walks(6, 12, 40.0, 3)}
    plain = walked[PLAIN]
    # tanh' = 1 − h², so that each Jacobian is diag(1 − h²) U
    product = numpy.eye(6)
    for state in plain.states[:0:-1]:
        product = product @ (numpy.diag(1 - state**2) @ plain.weights["weight_hh_l0"])
    assert plain.norms[0] == pytest.approx(numpy.linalg.norm(product, 2), rel=1e-9)
    assert plain.norms[-1] == 1
    assert walked[AS_PLAIN].norms == pytest.approx(plain.norms, rel=1e-9)


def test_a_gate_that_is_nearly_open_leaks_by_its_own_measure() -> None:
    hold, steps = 7.0, 20
    open_gate = 1 / (1 + numpy.exp(-hold))
    walked = {walk.name: walk for walk in walks(5, steps, hold, 0)}
    # what an LSTM carries is multiplied by f at every step
    assert open_gate**steps < 0.99
    assert walked[CARRYING].norms[0] == pytest.approx(open_gate**steps, abs=0.01)
    assert walked[COPYING].norms[0] == pytest.approx(open_gate**steps, abs=0.01)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hold": -1.0}, "hold must be at least 0 and at most 100, not -1.0"),
        ({"steps": 1}, "steps must be at least 2 and at most 100, not 1"),
        ({"stepz": 5}, "the lab gates has no parameter 'stepz'; did you mean steps?"),
    ],
)
def test_bad_settings_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        LAB.settings(**changes)
    assert str(caught.value) == message
