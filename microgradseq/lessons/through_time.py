"""A recurrent network unrolled over a word, and the sweep back through it, from right to left.

The network reads a letter at a time and guesses the next; after the last letter it should say that
the word ends. L is the sum of its surprises (or the last one). Every parameter is used once at
each step, so ∂L/∂W is a sum with one contribution a time step, and the sweep collects it from the
last step to the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy

from microgradseq.backend import Array
from microgradseq.charts.heat_map import HeatMap
from microgradseq.context import scope
from microgradseq.errors import UserError
from microgradseq.graph import Graph
from microgradseq.graph.steps import Step
from microgradseq.insight import (
    StateGradients,
    Verdict,
    contributions,
    reach,
    record_by_time,
    state_gradients,
    verdict,
)
from microgradseq.insight.comparison import COMPARED, draw_weights
from microgradseq.insight.gradients import step_norms
from microgradseq.lessons.stage import known_by
from microgradseq.lessons.time_state import TimeState
from microgradseq.nn.functional import cross_entropy
from microgradseq.node import Node
from microgradseq.numbers import plural, readable
from microgradseq.rules import RULES
from microgradseq.tensor import Tensor

END = "end"
READOUT = "readout"
_LABELS = {
    "weight_ih": ("W_ih", "how the letter is read"),
    "weight_hh": ("W_hh", "how the state before is read"),
    "bias_ih": ("b", "the bias"),
    "weight_ch": ("w_ch", "how the gates look at the cell state"),
    "weight_ho": ("W_ho", "how the output that is fed back is made"),
    "bias_ho": ("b_ho", "the bias of the output"),
    READOUT: ("V", "how the next letter is guessed from the state"),
}


@dataclass(frozen=True, eq=False)
class Weight:
    """One parameter, and what each time step adds to its derivative.

    Arguments:
        key: its name, such as "weight_hh_l0".
        parameter, layer: the name without the layer, and the layer; −1 for the readout.
        label: as it is written in formulas.
        words: what it is for.
        ids: of the nodes through which each time step reads it, t = 0 first; None where a step
            does not.
        shares: what each step adds to ∂L/∂W, (T, and its shape).
    """

    key: str
    parameter: str
    layer: int
    label: str
    words: str
    ids: tuple[int | None, ...]
    shares: Array

    @cached_property
    def norms(self) -> Array:
        """The length of each step's contribution, (T,)."""
        return step_norms(self.shares)

    @cached_property
    def sums(self) -> Array:
        """Each contribution's numbers added up, with their signs, (T,)."""
        return self.shares.reshape(len(self.shares), -1).sum(axis=1)


@dataclass(frozen=True, eq=False)
class Moment:
    """What is known after a step of the sweep.

    Arguments:
        number: the step, from 0.
        time: the time step that it belongs to.
        totals, active_node, active_edge, walked: for a picture of the graph.
        norms, sums: of the chosen weight's contributions, (T,); NaN where the sweep has not been.
        flow: ‖∂L/∂h_t‖ so far, a row for each state of each layer.
        giver: the node that handed its gradient on in this step.
    """

    number: int
    time: int
    totals: Mapping[int, Any]
    active_node: int
    active_edge: tuple[int, int] | None
    walked: frozenset[tuple[int, int]]
    norms: Array
    sums: Array
    flow: HeatMap
    giver: int


class ThroughTime:
    """A small network unrolled over a word.

    Arguments:
        state: which network, which word; where the sweep stands is left to the caller.

    >>> network = ThroughTime(TimeState("rnn", "hello", hidden=2))
    >>> network.letters, [weight.label for weight in network.weights]
    (('h', 'e', 'l', 'l', 'o'), ['W_ih', 'W_hh', 'b', 'V'])
    >>> network.time_of(0), network.time_of(len(network.steps) - 1)
    (4, 0)
    """

    def __init__(self, state: TimeState) -> None:
        self.state = state.network
        self.letters = state.letters
        self.alphabet = (*dict.fromkeys(self.letters), END)
        self.targets = (*self.letters[1:], END)
        make = COMPARED[state.cell]
        self.layers = make(
            len(self.alphabet) - 1,
            state.hidden,
            state.layers,
            bias="single",
            dtype="float64",
            mode="unrolled",
        )
        random = numpy.random.default_rng(state.seed)
        draw_weights(self.layers, random, state.radius)
        bound = state.hidden**-0.5
        drawn = random.uniform(-bound, bound, (len(self.alphabet), state.hidden))
        self.readout = Tensor(drawn, requires_grad=True, name="V")
        self.losses: dict[int, Tensor] = {}
        self._readouts: dict[int, Tensor] = {}
        self._sums: list[Tensor] = []
        seen = numpy.array([self.alphabet.index(letter) for letter in self.letters])
        self.passage = record_by_time(self.layers, seen, self._guess)
        self._name()
        self.loss = self._sums[-1]
        self.graph: Graph = Graph.of(self.loss)
        self.steps: list[Step] = self.graph.steps("reverse")
        self._ids: dict[Node, int] = {node: place for place, node in enumerate(self.graph.sources)}
        self._times: list[int] = [self._time(step) for step in self.steps]

    def _guess(self, t: int, h: Tensor) -> None:
        """Guess the next letter after step t, and add the surprise to the loss."""
        if self.state.loss == "last" and t < len(self.letters) - 1:
            return
        with scope(t=t, gate=READOUT):
            own = self._readouts[t] = RULES["identity"](self.readout)
            own.name = f"V_{t}"
            scores = h @ own.T
            target = [self.alphabet.index(self.targets[t])]
            loss = self.losses[t] = cross_entropy(scores, target, reduction="sum")
            loss.name = f"loss_{t}"
            total = self._sums[-1] + loss if self._sums else loss
            total.name = f"L_{t}" if t < len(self.letters) - 1 else "L"
            self._sums.append(total)

    def _name(self) -> None:
        """Names for what a learner looks for in the graph."""
        for run in self.passage.runs:
            layer = f" l{run.layer}" if self.state.layers > 1 else ""
            for name, leaf in self.layers.parameters_of(run.layer).items():
                leaf.name = _LABELS[name][0] + layer
            for step in run.steps:
                for name, node in step.parameters.items():
                    node.name = f"{_LABELS[name][0]}_{step.t}{layer}"
                for gate, node in step.gates.items():
                    node.name = f"{gate}_{step.t}{layer}"
                for state, node in zip(run.cell.states, step.after, strict=True):
                    node.name = f"{state}_{step.t}{layer}"

    # ---- the sweep

    def _giver(self, step: Step) -> int:
        return step.node if step.source is None else step.source

    def _time(self, step: Step) -> int:
        return int(str(self.graph.node(self._giver(step)).tags["t"]))

    def time_of(self, number: int) -> int:
        """The time step that a step of the sweep belongs to.

        Arguments:
            number: the step, from 0.
        """
        return self._times[self._within(number)]

    def _within(self, number: int) -> int:
        return min(max(number, 0), len(self.steps) - 1)

    def end_of(self, time: int) -> int:
        """The step with which the sweep leaves a time step.

        Arguments:
            time: t; beyond the word's ends the nearest counts.
        """
        time = min(max(time, 0), len(self.letters) - 1)
        return len(self._times) - 1 - self._times[::-1].index(time)

    def back_in_time(self, number: int) -> int:
        """Where the sweep stands when it has done one more time step.

        Arguments:
            number: where it stands now.
        """
        number = self._within(number)
        time = self.time_of(number)
        return self.end_of(time if number < self.end_of(time) else time - 1)

    def forward_in_time(self, number: int) -> int:
        """Undoes `back_in_time`; 0 before the first time step is done.

        Arguments:
            number: where the sweep stands now.
        """
        time = self.time_of(number)
        return 0 if time >= len(self.letters) - 1 else self.end_of(time + 1)

    def moment(self, number: int, weight: Weight) -> Moment:
        """What is known after a step of the sweep.

        Arguments:
            number: the step, from 0; beyond the ends the nearest counts.
            weight: the parameter whose contributions are wanted.
        """
        number = self._within(number)
        totals, walked, edge = known_by(self.steps, number)
        known = [None if each is None else totals.get(each) for each in weight.ids]
        return Moment(
            number,
            self.time_of(number),
            totals,
            self.steps[number].node,
            edge,
            frozenset(walked),
            numpy.array([_norm(one) for one in known]),
            numpy.array([numpy.nan if one is None else float(one.sum()) for one in known]),
            self._flow(totals),
            self._giver(self.steps[number]),
        )

    @cached_property
    def weights(self) -> tuple[Weight, ...]:
        """The parameters, the lowest layer's first, the readout last."""
        found = []
        runs = {run.layer: run for run in self.passage.runs}
        for one in contributions(self.passage, self.loss):
            label, words = _LABELS[one.parameter]
            if self.state.layers > 1:
                label += f" of layer {one.layer}"
            nodes = [step.parameters[one.parameter] for step in runs[one.layer].steps]
            ids = tuple(self._ids.get(node) for node in nodes)
            key = f"{one.parameter}_l{one.layer}"
            found.append(Weight(key, one.parameter, one.layer, label, words, ids, one.shares))
        shares = numpy.zeros((len(self.letters), *self.readout.shape))
        used: list[int | None] = [None] * len(self.letters)
        for t, node in self._readouts.items():
            used[t] = self._ids[node]
            shares[t] = self.graph.node(self._ids[node]).gradient
        found.append(Weight(READOUT, READOUT, -1, *_LABELS[READOUT], tuple(used), shares))
        return tuple(found)

    def weight(self, key: str) -> Weight:
        """A parameter by its name; UserError where there is none.

        Arguments:
            key: such as "weight_hh_l0", or "readout".
        """
        for weight in self.weights:
            if weight.key == key:
                return weight
        known = ", ".join(weight.key for weight in self.weights)
        raise UserError(f"there is no weight {key!r}; there are {known}")

    # ---- how the gradient fares

    @cached_property
    def state_gradients(self) -> tuple[StateGradients, ...]:
        """∂L/∂h_t (and ∂L/∂c_t) of every layer, all of the loss."""
        return state_gradients(self.passage, self.loss)

    @cached_property
    def _rows(self) -> list[tuple[str, list[int | None]]]:
        """The states that gradients are watched at, the highest layer first."""
        rows = []
        for run in reversed(self.passage.runs):
            for place, state in enumerate(run.cell.states):
                name = f"∂L/∂{state}_t" + (f" l{run.layer}" if self.state.layers > 1 else "")
                rows.append((name, [self._ids.get(step.after[place]) for step in run.steps]))
        return rows

    def _flow(self, totals: Mapping[int, Any]) -> HeatMap:
        values = [
            [_norm(None if each is None else totals.get(each)) for each in identities]
            for _, identities in self._rows
        ]
        return HeatMap(
            numpy.array(values),
            [name for name, _ in self._rows],
            self.letters,
            "How large the gradient is at each time step (log scale)",
            log=True,
            scale=self._scale,
            gap="not reached yet",
        )

    @cached_property
    def _scale(self) -> tuple[float, float]:
        norms = numpy.concatenate([one.norms for one in self.state_gradients])
        present = norms[(norms > 0) & numpy.isfinite(norms)]
        if not present.size:
            return 0.1, 1.0
        return float(present.min()), float(present.max())

    @cached_property
    def verdicts(self) -> tuple[tuple[str, Verdict], ...]:
        """How much of each state of the last layer is still felt at the last step."""
        felt = reach(self.passage)
        return tuple((one.state, verdict(one.norms[:, 0])) for one in felt)

    def words(self, moment: Moment, weight: Weight) -> str:
        """What the sweep has done so far, as a sentence.

        Arguments:
            moment: where it stands.
            weight: the parameter that is watched.
        """
        count, t = len(self.letters), moment.time
        where = f"t = {t} {self.letters[t]!r}"
        if moment.number == 0:
            return f"{where}: the sweep starts here, at the loss after the last letter"
        done = f"{where}, {count - t} of {plural(count, 'time step')}"
        norm, total = moment.norms[t], moment.sums[t]
        if numpy.isnan(norm):
            return f"{done}: nothing added to ∂L/∂{weight.label} here so far"
        return f"{done}: adds {readable(norm, 3)} to ∂L/∂{weight.label} (sum {readable(total, 3)})"


def _norm(number: Any) -> float:
    return numpy.nan if number is None else float(step_norms(numpy.asarray(number)[None])[0])
