"""What a recurrent cell is: one record that drives the stack, the kernels and the pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from microgradseq.context import scope
from microgradseq.rules import RULES
from microgradseq.tensor import Tensor

Options = Mapping[str, Any]
Parameters = Mapping[str, Tensor]
States = tuple[Tensor, ...]
Shapes = dict[str, tuple[int, ...]]

WEIGHT_INPUT = "weight_ih"
WEIGHT_HIDDEN = "weight_hh"
BIAS_INPUT = "bias_ih"
BIAS_HIDDEN = "bias_hh"


@dataclass(frozen=True)
class Prepared:
    """What a cell computes once for a whole sequence, before the first step.

    Arguments:
        projection: the input's share of all gates at all steps, shape (T, B, G·H).
        parameters: what the steps read, such as transposed weights, by name.
    """

    projection: Tensor
    parameters: Parameters


@dataclass(frozen=True)
class Cell:
    """A recurrent cell, as data.

    Arguments:
        name: what it is called.
        gates: the blocks of rows in the weights, in their order.
        states: what is carried from step to step; the first is what a layer outputs.
        shapes: (input size, hidden size, options) to the shape of each parameter by its name
            without a layer's suffix, in the order in which a fused rule takes them.
        prepare: (input, parameters, options) to what all steps share. The input has the shape
            (T, B, I), or (T, B) where whole numbers stand for one-hot rows.
        step: (projection of one step (B, G·H), states (B, H) each, prepared parameters, options)
            to the new states, out of ordinary rules, with tags for the gates.
        options: names and defaults of what the cell can be told.
        check: (options), raises ValueError for what the cell cannot do.
        state_size: (hidden size, options) to the length of a state.

    >>> from microgradseq.nn.cells import LSTM_CELL
    >>> LSTM_CELL.gates, LSTM_CELL.states
    (('input', 'forget', 'candidate', 'output'), ('h', 'c'))
    """

    name: str
    gates: tuple[str, ...]
    states: tuple[str, ...]
    shapes: Callable[[int, int, Options], Shapes]
    prepare: Callable[[Any, Parameters, Options], Prepared]
    step: Callable[[Tensor, States, Parameters, Options], States]
    options: Options = field(default_factory=dict)
    check: Callable[[Options], None] = lambda options: None
    state_size: Callable[[int, Options], int] = lambda hidden_size, options: hidden_size

    def parameters(self, input_size: int, hidden_size: int, options: Options) -> Shapes:
        """The shape of each parameter.

        Arguments:
            input_size: I.
            hidden_size: H.
            options: the cell's own, and `bias`: True for both biases, "single" for the input's
                alone, False for none.
        Returns:
            Shapes by name, in the order of a fused rule's operands.

        >>> from microgradseq.nn.cells import GRU_CELL
        >>> GRU_CELL.parameters(3, 5, {"bias": False})
        {'weight_ih': (15, 3), 'weight_hh': (15, 5)}
        """
        kept = kept_biases(options)
        return {
            name: shape
            for name, shape in self.shapes(input_size, hidden_size, options).items()
            if name not in BIASES or name in kept
        }


BIASES = (BIAS_INPUT, BIAS_HIDDEN)


def kept_biases(options: Options) -> tuple[str, ...]:
    """Which of the two biases there are.

    >>> kept_biases({"bias": "single"})
    ('bias_ih',)
    """
    bias = options.get("bias", True)
    if bias == "single":
        return BIASES[:1]
    return BIASES if bias else ()


def gated_shapes(gates: int) -> Callable[[int, int, Options], Shapes]:
    """The parameters of a cell whose gates see the input and the last h.

    >>> gated_shapes(1)(3, 5, {})["weight_ih"]
    (5, 3)
    """

    def shapes(input_size: int, hidden_size: int, options: Options) -> Shapes:
        rows = gates * hidden_size
        return {
            WEIGHT_INPUT: (rows, input_size),
            WEIGHT_HIDDEN: (rows, hidden_size),
            BIAS_INPUT: (rows,),
            BIAS_HIDDEN: (rows,),
        }

    return shapes


def input_product(x: Any, weight: Tensor) -> Tensor:
    """x W_ihᵀ at all steps in one product; whole numbers look rows up instead.

    Arguments:
        x: tensor (T, B, I), or whole numbers (T, B).
        weight: (G·H, I).
    Returns:
        Shape (T, B, G·H).

    >>> import numpy
    >>> input_product(numpy.array([[1]]), Tensor([[2.0, 3.0], [4.0, 5.0]])).tolist()
    [[[3.0, 5.0]]]
    """
    if x.dtype.kind in "iu":
        return RULES["embedding"](weight.T, x)  # type: ignore[no-any-return]
    if x.ndim == 2:
        return x @ weight.T  # type: ignore[no-any-return]
    # one large product: NumPy would multiply a stack of small ones
    steps, batch, size = x.shape
    rows = x.reshape(steps * batch, size) @ weight.T
    return rows.reshape(steps, batch, weight.shape[0])  # type: ignore[no-any-return]


def with_biases(projection: Tensor, *biases: Tensor | None) -> Tensor:
    """A projection with the biases that exist; two of them are added to each other first.

    >>> with_biases(Tensor([1.0]), None, Tensor([2.0])).tolist()
    [3.0]
    """
    present = [bias for bias in biases if bias is not None]
    if not present:
        return projection
    return projection + (present[0] if len(present) == 1 else present[0] + present[1])


def prepare_all_gates(x: Any, parameters: Parameters, options: Options) -> Prepared:
    """What cells share whose gates add up x W_ihᵀ + b_ih + h W_hhᵀ + b_hh."""
    projection = with_biases(
        input_product(x, parameters[WEIGHT_INPUT]),
        parameters.get(BIAS_INPUT),
        parameters.get(BIAS_HIDDEN),
    )
    others = {
        name: parameter
        for name, parameter in parameters.items()
        if name not in (WEIGHT_INPUT, *BIASES)
    }
    if WEIGHT_HIDDEN in others:
        others[WEIGHT_HIDDEN] = others[WEIGHT_HIDDEN].T
    return Prepared(projection, others)


def activation(name: str, known: tuple[str, ...]) -> Callable[[Tensor], Tensor]:
    """The function that an option names.

    Arguments:
        name: of a rule, such as "tanh".
        known: the names that the cell allows.

    >>> activation("tanh", ("tanh", "relu"))(Tensor([0.0])).tolist()
    [0.0]
    """
    require_one_of("nonlinearity", name, known)
    return RULES[name]


def require_one_of(option: str, given: Any, known: tuple[str, ...]) -> None:
    """Refuse an option's value that is not among the known ones.

    >>> require_one_of("reset", "never", ("after", "before"))
    Traceback (most recent call last):
        ...
    ValueError: reset="never" is unknown; choose "after" or "before"
    """
    if given not in known:
        choices = " or ".join(f'"{one}"' for one in known)
        raise ValueError(f'{option}="{given}" is unknown; choose {choices}')


def gated(
    sums: Tensor, gates: tuple[str, ...], functions: tuple[Callable[[Tensor], Tensor], ...]
) -> tuple[Tensor, ...]:
    """Each gate's block of a (B, G·H) array with the gate's function applied, tagged by the gate.

    >>> gate, = gated(Tensor([[0.0]]), ("update",), (RULES["sigmoid"],))
    >>> gate.tolist(), dict(gate.tags)
    ([[0.5]], {'gate': 'update'})
    """
    size = sums.shape[1] // len(gates)
    values = []
    for place, (gate, function) in enumerate(zip(gates, functions, strict=True)):
        with scope(gate=gate):
            block = RULES["split"](sums, start=place * size, stop=(place + 1) * size, axis=1)
            values.append(function(block))
    return tuple(values)
