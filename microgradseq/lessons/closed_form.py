"""The recurrence of a derivative through time, solved: a_t = b_t + Σ_i (Π_{j>i} c_j) b_i.

For one number w of a weight, a_t = ∂s_t/∂w is how the state at t depends on it, b_t is the part
with the state before held still, c_t = ∂s_t/∂s_{t−1}. By the chain rule a_t = b_t + c_t a_{t−1}.
A state has several numbers, so a and b are vectors and the c are matrices, multiplied in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy

from microgradseq.backend import Array
from microgradseq.insight import jacobians, state_gradients
from microgradseq.insight.jacobian_products import spectral_norms
from microgradseq.insight.passage import Run
from microgradseq.lessons.through_time import READOUT, ThroughTime, Weight
from microgradseq.sweep import pull_back

FORMULA = "a_t = b_t + Σ_i (Π_{j>i} c_j) b_i"


@dataclass(frozen=True)
class Term:
    """What one step adds to the closed form.

    Arguments:
        step: i.
        immediate: the length of b_i.
        carried: the spectral norm of c_T ⋯ c_{i+1}: the most that the way can leave of it.
        term: u · (c_T ⋯ c_{i+1}) · b_i.
        so_far: the sum of the terms from the last step to this one.
    """

    step: int
    immediate: float
    carried: float
    term: float
    so_far: float


@dataclass(frozen=True)
class ClosedForm:
    """The closed form with a network's numbers.

    Arguments:
        entry: which number of the weight: the one with the largest derivative.
        label: it, as it is written.
        terms: one a time step, the last step first.
        recursive: u · a_T by the recurrence a_t = b_t + c_t a_{t−1}.
        scalar: whether the state is a single number, so that u and the matrices are numbers too.
    """

    entry: tuple[int, ...]
    label: str
    terms: tuple[Term, ...]
    recursive: float
    scalar: bool

    @property
    def total(self) -> float:
        """The sum of the terms."""
        return self.terms[-1].so_far

    @property
    def words(self) -> str:
        """What the numbers stand for."""
        state = "the state is one number" if self.scalar else "the state is a vector, c a matrix"
        return (
            f"w is {self.label}; {state}. Every term is seen from the last loss: multiplied by "
            "u = ∂loss/∂state at the last step."
        )


def closed_form(network: ThroughTime, weight: Weight) -> ClosedForm | None:
    """The closed form for the number of a weight that the loss depends on most.

    Arguments:
        network: the unrolled network.
        weight: one of its parameters.
    Returns:
        The terms; None for the readout, which no way through time leads to.

    >>> from microgradseq.lessons.time_state import TimeState
    >>> network = ThroughTime(TimeState("rnn", "hello"))
    >>> found = closed_form(network, network.weight("weight_hh_l0"))
    >>> len(found.terms), bool(numpy.isclose(found.total, found.recursive))
    (5, True)
    """
    if weight.key == READOUT:
        return None
    run = network.passage.run(weight.layer)
    last = len(run.steps) - 1
    shares = weight.shares.sum(axis=0)
    place = int(numpy.abs(shares).argmax())
    entry = tuple(int(each) for each in numpy.unravel_index(place, shares.shape))
    u = _seen_from_the_end(network, weight.layer)
    own = [_immediate(run, step, weight.parameter, entry) for step in range(last + 1)]
    each = jacobians(network.passage, weight.layer).each[:, 0]
    products = numpy.eye(len(u))
    terms: list[Term] = []
    for step in range(last, -1, -1):
        term = float(u @ products @ own[step])
        so_far = term + (terms[-1].so_far if terms else 0.0)
        length, carried = float(numpy.linalg.norm(own[step])), float(spectral_norms(products))
        terms.append(Term(step, length, carried, term, so_far))
        products = products @ each[step]
    a = own[0]
    for step in range(1, last + 1):
        a = own[step] + each[step] @ a
    inside = ",".join(str(index + 1) for index in entry)
    label = f"{weight.label}[{inside}]"
    return ClosedForm(entry, label, tuple(terms), float(u @ a), len(u) == 1)


def _seen_from_the_end(network: ThroughTime, layer: int) -> Array:
    """u: how the last loss depends on the last h; it sees the other states through h alone."""
    last = network.losses[len(network.letters) - 1]
    run = network.passage.run(layer)
    found = [one for one in state_gradients(network.passage, last) if one.layer == run.layer]
    h = found[0].gradients[-1, 0]
    return numpy.concatenate([h, *(numpy.zeros_like(h) for _ in found[1:])])


def _immediate(run: Run, step: int, parameter: str, entry: tuple[int, ...]) -> Array:
    """b: how the state of a step depends on one number of a weight, the state before held still."""
    taken = run.steps[step]
    own = taken.parameters[parameter]
    slopes: list[float] = []
    for state in taken.after:
        for unit in range(state.shape[1]):
            seed = numpy.zeros(state.shape)
            seed[0, unit] = 1.0
            found: dict[Any, Array] = pull_back([state], [seed], [own])
            slopes.append(float(found[own][entry]) if own in found else 0.0)
    return numpy.array(slopes)
