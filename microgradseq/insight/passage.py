"""One run of recurrent layers with every step kept, so that gradients can be asked for anywhere.

The layers are run step by step, out of ordinary rules. Each step gets the parameters through an
`identity` node of its own: the gradient of that node is the step's own share of ∂L/∂W.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from microgradseq.context import recorded, scope
from microgradseq.errors import ShapeError
from microgradseq.nn.cells.specification import Cell, Options
from microgradseq.nn.sequences import Expected, read_sequence, read_states
from microgradseq.nn.stack import Recurrent
from microgradseq.rules import RULES
from microgradseq.sweep import collect
from microgradseq.tensor import Tensor

States = tuple[Tensor, ...]


@dataclass(frozen=True, eq=False)
class Step:
    """One time step of one layer in one direction.

    Arguments:
        t: the place in the sequence; a reverse layer runs from the largest t to 0.
        x: the step's input, with a time axis of length 1.
        before, after: the states, (B, H) each; `after[0]` is h_t.
        parameters: the nodes through which this step alone reads the parameters.
        gates: what each gate let through, (B, H), by its name.
    """

    t: int
    x: Any
    before: States
    after: States
    parameters: Mapping[str, Tensor]
    gates: Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class Run:
    """All steps of one layer in one direction, in the order in which they were taken.

    Arguments:
        layer, direction: which.
        cell, options: what was run.
        steps: one a time step.
    """

    layer: int
    direction: str
    cell: Cell
    options: Options
    steps: tuple[Step, ...]

    @property
    def in_time(self) -> tuple[Step, ...]:
        """The steps by their place in the sequence, t = 0 first."""
        return tuple(sorted(self.steps, key=lambda step: step.t))


@dataclass(frozen=True, eq=False)
class Passage:
    """A run of recurrent layers over a sequence.

    Arguments:
        output: of the last layer, (T, B, D·H).
        runs: one for each layer and direction, the lowest layer first.
    """

    output: Tensor
    runs: tuple[Run, ...]

    def run(self, layer: int = -1, direction: str = "forward") -> Run:
        """The run of one layer and direction.

        Arguments:
            layer: counted from 0; −1 is the last.
            direction: "forward" or "reverse".
        """
        wanted = layer if layer >= 0 else self.runs[-1].layer + 1 + layer
        for run in self.runs:
            if (run.layer, run.direction) == (wanted, direction):
                return run
        known = ", ".join(f"{run.layer} {run.direction}" for run in self.runs)
        raise ValueError(f"there is no layer {layer} {direction}; there are {known}")


def record(layers: Recurrent, x: Any, state: Any = None) -> Passage:
    """Run layers and keep every step.

    Arguments:
        layers: any recurrent layers. Dropout is left out: it would blur what is looked at.
        x: the input, (T, B, I) or (T, I), or whole numbers for one-hot rows; T at least 1.
        state: where to start; zeros if None.
    Returns:
        The passage. Its output has the batch as its second axis, whatever the layers' layout.

    >>> import numpy
    >>> from microgradseq.nn import LSTM
    >>> passage = record(LSTM(2, 3), numpy.ones((4, 1, 2), dtype="float32"))
    >>> passage.output.shape, len(passage.runs[0].steps), sorted(passage.runs[0].steps[0].gates)
    ((4, 1, 3), 4, ['candidate', 'forget', 'input', 'output'])
    """
    x, starts = _read(layers, x, state)
    runs: list[Run] = []
    with recorded(deeper=0):
        for layer in range(layers.num_layers):
            side_by_side = []
            for direction in ("forward", "reverse")[: layers.directions]:
                start = tuple(one[len(runs)] for one in starts)
                runs.append(_run(layers, x, start, layer, direction))
                states = [step.after[0] for step in runs[-1].in_time]
                side_by_side.append(RULES["stack"](*states))
            x = side_by_side[0]
            if len(side_by_side) > 1:
                x = RULES["concatenate"](*side_by_side, axis=2)
    return Passage(x, tuple(runs))


def record_by_time(
    layers: Recurrent, x: Any, after_step: Callable[[int, Tensor], None], state: Any = None
) -> Passage:
    """Run layers and keep every step, all layers of one time step before the next time step.

    A loss that is made on the way stands beside its step, so that a sweep back from it goes
    strictly from the last time step to the first.

    Arguments:
        layers: recurrent layers in one direction.
        x: see `record`.
        after_step: is told t and the last layer's output (B, H) at t, as soon as it is there.
        state: see `record`.

    >>> import numpy
    >>> from microgradseq.nn import RNN
    >>> times = []
    >>> layers = RNN(2, 3, 2)
    >>> x = numpy.ones((4, 1, 2), dtype="float32")
    >>> passage = record_by_time(layers, x, lambda t, h: times.append(t))
    >>> times, bool(numpy.allclose(passage.output.data, record(layers, x).output.data))
    ([0, 1, 2, 3], True)
    """
    if layers.bidirectional:
        raise ValueError("what runs in both directions at once has no one order in time")
    x, starts = _read(layers, x, state)
    count = layers.num_layers
    states = [tuple(one[layer] for one in starts) for layer in range(count)]
    steps: list[list[Step]] = [[] for _ in range(count)]
    with recorded(deeper=0):
        for t in range(x.shape[0]):
            here = x[t : t + 1]
            for layer in range(count):
                if layer:
                    with scope(t=t, layer=layer, direction="forward"):
                        here = RULES["stack"](states[layer - 1][0])
                step = _step(layers, here, states[layer], t, layer, "forward")
                steps[layer].append(step)
                states[layer] = step.after
            after_step(t, states[-1][0])
        output = RULES["stack"](*(step.after[0] for step in steps[-1]))
    options = _options(layers)
    return Passage(
        output,
        tuple(
            Run(layer, "forward", layers.cell, options, tuple(steps[layer]))
            for layer in range(count)
        ),
    )


def _read(layers: Recurrent, x: Any, state: Any) -> tuple[Any, Any]:
    """The input and the first states, checked."""
    weight = next(iter(layers.parameters_of(0).values())).plain()
    expected = Expected(
        type(layers).__name__, layers.input_size, weight.dtype, layers.batch_first, weight
    )
    x, batched = read_sequence(x, expected)
    if x.shape[0] == 0:
        raise ShapeError("there is nothing to look at in a sequence of no steps")
    places = layers.num_layers * layers.directions
    shape = (places, x.shape[1], layers.state_size)
    return x, read_states(state, layers.cell.states, shape, batched, expected)


def _options(layers: Recurrent) -> Options:
    return {**layers.options, "bias": layers.bias}


def _run(layers: Recurrent, x: Any, states: States, layer: int, direction: str) -> Run:
    times = range(x.shape[0]) if direction == "forward" else reversed(range(x.shape[0]))
    steps: list[Step] = []
    for t in times:
        steps.append(_step(layers, x[t : t + 1], states, t, layer, direction))
        states = steps[-1].after
    return Run(layer, direction, layers.cell, _options(layers), tuple(steps))


def _step(layers: Recurrent, x: Any, states: States, t: int, layer: int, direction: str) -> Step:
    """One step of one layer; its input has a time axis of length 1."""
    cell, options = layers.cell, _options(layers)
    with scope(t=t, layer=layer, direction=direction):
        shared = layers.parameters_of(layer, direction)
        own = {name: RULES["identity"](one) for name, one in shared.items()}
        prepared = cell.prepare(x, own, options)
        before = tuple(RULES["identity"](state) for state in states)
        after = cell.step(prepared.projection[0], before, prepared.parameters, options)
    return Step(t, x, before, after, own, _gates(cell, after, own.values()))


def _gates(cell: Cell, after: States, parameters: Iterable[Tensor]) -> dict[str, Tensor]:
    """What each gate let through: the newest squashed number that is tagged with the gate."""
    oldest = min(parameter.index for parameter in parameters)
    found: dict[str, Any] = {}
    for node in collect(after, oldest):
        gate = str(node.tags.get("gate"))
        if node.rule is None or gate not in cell.gates or gate in found:
            continue
        squashing = ("tanh",) if gate == "candidate" else ("tanh", "sigmoid")
        if node.rule.name in squashing:
            found[gate] = node
    return {gate: found[gate] for gate in cell.gates if gate in found}
