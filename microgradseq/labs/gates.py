"""The gates lab: with its gates held still, a gated cell becomes something simpler."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy

from microgradseq.labs.figures import Chart, Series, Table
from microgradseq.labs.gates_walks import (
    AS_PLAIN,
    CARRYING,
    COPYING,
    FREE_GRU,
    FREE_LSTM,
    PLAIN,
    Walk,
    walks,
)
from microgradseq.labs.lab import Frame, Lab, Parameter, Settings
from microgradseq.numbers import readable

_STATES_DONE = 0.6
"""Which part of the run is over when the sequence has been read."""


def simulate(settings: Settings) -> Iterator[Frame]:
    """Run six layers over one sequence, then send the gradient back through each.

    Arguments:
        settings: of the lab.
    """
    made = walks(settings.hidden, settings.steps, settings.hold, settings.seed)
    walked = {walk.name: walk for walk in made}
    numbers = _compared(walked)
    table = _table(walked)
    for t in range(1, settings.steps + 1):
        yield Frame(
            f"forwards, step {t}: {COPYING} and {CARRYING} stay where they began",
            (_states(walked, t, settings.steps), table),
            numbers,
            _STATES_DONE * t / settings.steps,
        )
    for t in range(settings.steps, -1, -1):
        done = (settings.steps - t) / settings.steps
        yield Frame(
            f"backwards, step {t}: what is left there of the gradient at step {settings.steps}",
            (_norms(walked, t), table),
            numbers,
            _STATES_DONE + (0.99 - _STATES_DONE) * done,
        )
    words = (
        f"{AS_PLAIN} is the plain RNN to {readable(numbers['rnn_difference'])}, "
        f"its gradients to {readable(numbers['rnn_gradient_difference'])}"
    )
    yield Frame(
        words, (_norms(walked, 0), _states(walked, settings.steps, settings.steps), table), numbers
    )


def _compared(walked: Mapping[str, Walk]) -> dict[str, float]:
    plain, as_plain, copying, carrying = (
        walked[name] for name in (PLAIN, AS_PLAIN, COPYING, CARRYING)
    )
    return {
        "rnn_difference": float(numpy.abs(plain.states - as_plain.states).max()),
        "rnn_gradient_difference": _gradient_difference(plain, as_plain),
        "copy_difference": float(numpy.abs(copying.states - copying.states[0]).max()),
        "copy_gradient_norm": float(copying.norms[0]),
        "carry_difference": float(numpy.abs(carrying.states - carrying.states[0]).max()),
        "carry_gradient_norm": float(carrying.norms[0]),
        "rnn_gradient_norm": float(plain.norms[0]),
        "free_gru_gradient_norm": float(walked[FREE_GRU].norms[0]),
        "free_lstm_gradient_norm": float(walked[FREE_LSTM].norms[0]),
    }


def _gradient_difference(plain: Walk, as_plain: Walk) -> float:
    """Between the gradients of an RNN's weights and of those of a GRU's candidate."""
    return max(
        float(numpy.abs(gradient - as_plain.gradients[name][-len(gradient) :]).max())
        for name, gradient in plain.gradients.items()
    )


def _states(walked: Mapping[str, Walk], seen: int, steps: int) -> Chart:
    times = numpy.arange(seen + 1)
    curves = [
        Series(
            f"{name}, {'c₁' if name == CARRYING else 'h₁'}",
            times,
            walked[name].states[: seen + 1, 0],
        )
        for name in (PLAIN, AS_PLAIN, COPYING, CARRYING)
    ]
    return Chart("The first unit over time", tuple(curves), x_name="step", left=0, right=steps)


def _norms(walked: Mapping[str, Walk], reached: int) -> Chart:
    steps = len(walked[PLAIN].norms) - 1
    times = numpy.arange(reached, steps + 1)
    curves = [Series(name, times, walk.norms[reached:]) for name, walk in walked.items()]
    return Chart(
        f"How much gradient is left at step t: ‖∂s_{steps}/∂s_t‖",
        tuple(curves),
        x_name="step t",
        log=True,
        left=0,
        right=steps,
        baselines=(("1: nothing lost", 1.0),),
    )


def _table(walked: Mapping[str, Walk]) -> Table:
    rows = [
        (name, walk.states[0, 0], walk.states[1, 0], walk.states[-1, 0], walk.norms[0])
        for name, walk in walked.items()
    ]
    last = len(walked[PLAIN].norms) - 1
    headings = ("cell", "at 0", "at 1", f"at {last}", f"‖∂s_{last}/∂s_0‖")
    return Table(
        "The first unit of the state, and the gradient that reaches its start", headings, rows
    )


LAB = Lab(
    name="gates",
    title="Gates held still",
    words=(
        "A gate is a number between 0 and 1 that says how much passes. Hold the gates still and "
        "a gated cell turns into something simpler. A GRU whose update gate z is 0 and whose "
        "reset gate r is 1 takes the new candidate as it is: it is the plain RNN, number by "
        "number, gradient by gradient. With z at 1 it copies its state and sees nothing new. An "
        "LSTM with the forget gate f at 1 and the input gate i at 0 carries its cell unchanged.",
        "Look at the gradients: through the plain RNN, and the GRU that imitates it, they shrink "
        "at every step; through a gate that stands open they arrive whole, with norm 1. That is "
        "the road that gates were invented for. Lower hold, the bias that keeps the gates where "
        "they are: at 4 a gate lets σ(4) = 0.982 pass, and what is carried leaks away step by "
        "step. The free cells show what gates do at random weights.",
    ),
    formula=(
        "GRU:   h_t = z ⊙ h_{t−1} + (1 − z) ⊙ tanh(W x_t + b + r ⊙ (U h_{t−1} + c))\n"
        "LSTM:  c_t = f ⊙ c_{t−1} + i ⊙ g        open gate: σ(hold), closed: σ(−hold)"
    ),
    parameters=(
        Parameter("hidden", "units of the state", 8, 1, 32),
        Parameter("steps", "length of the sequence", 30, 2, 100),
        Parameter("hold", "the bias that holds a gate open or, negative, closed", 40.0, 0.0, 100.0),
        Parameter("seed", "of weights, input and start", 0, 0),
    ),
    simulate=simulate,
)
