"""One layer of a recurrent network, one direction, as ordinary nodes: every step can be looked at.

Padding is never read: padded inputs are replaced before anything is computed from them, a state
is carried past the end of its sequence unchanged, and the output there is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from microgradseq.backend import Array, library_of
from microgradseq.context import scope
from microgradseq.nn.cells.specification import Cell, Options, Parameters, States
from microgradseq.rules import RULES
from microgradseq.tensor import Tensor

# A node of very many operands is slow to differentiate, so long sequences are joined in two rounds.
_STACKED_AT_ONCE = 256


def unrolled_layer(
    cell: Cell,
    x: Any,
    states: States,
    parameters: Parameters,
    options: Options,
    *,
    reverse: bool = False,
    lengths: Array | None = None,
    suffix: str = "",
) -> tuple[Tensor, ...]:
    """All steps of a layer.

    Arguments:
        cell: which.
        x: tensor (T, B, I), or whole numbers (T, B) for one-hot rows.
        states: the initial ones, (B, H) each.
        parameters: the cell's, without a layer's suffix.
        options: the cell's, all of them.
        reverse: whether time runs from the end; the output stays in the input's order.
        lengths: how many steps of each sequence count, a NumPy array (B,); None for all.
        suffix: what is added to the names of the states' nodes, which are h0, h1 and so on.
    Returns:
        The output (T, B, H), then the final states (B, H) each. Nodes are tagged with t.

    >>> import numpy
    >>> from microgradseq.nn.cells import ELMAN_CELL
    >>> weights = {"weight_ih": Tensor([[1.0]]), "weight_hh": Tensor([[0.0]])}
    >>> x, h = Tensor([[[1.0]], [[0.0]]]), Tensor([[0.0]])
    >>> output, h = unrolled_layer(ELMAN_CELL, x, (h,), weights, {"nonlinearity": "relu"})
    >>> output.tolist(), h.tolist(), h.name
    ([[[1.0]], [[0.0]]], [[0.0]], 'h1')
    """
    steps = x.shape[0]
    longest, shortest = (steps, steps) if lengths is None else _extent(lengths, steps)
    if lengths is not None:
        lengths = library_of(states[0].plain()).asarray(lengths)
        x = without_padding(x, lengths)
    prepared = cell.prepare(x, parameters, options)
    outputs: list[Tensor | None] = [None] * steps
    names = [f"{state}{{}}{suffix}" for state in cell.states]
    for t in reversed(range(longest)) if reverse else range(longest):
        with scope(t=t):
            after = cell.step(prepared.projection[t], states, prepared.parameters, options)
            for name, state in zip(names, after, strict=True):
                state.name = name.format(t)
            outputs[t] = after[0]
            if lengths is None or t < shortest:
                states = after
                continue
            goes_on = (t < lengths)[:, None]
            outputs[t] = RULES["where"](goes_on, after[0], 0.0)
            states = tuple(
                RULES["where"](goes_on, new, old) for new, old in zip(after, states, strict=True)
            )
    return (_joined(outputs, states[0], prepared.projection), *states)


def _extent(lengths: Array, steps: int) -> tuple[int, int]:
    """The longest and the shortest length; of no sequences, all steps."""
    return (int(lengths.max()), int(lengths.min())) if len(lengths) else (steps, steps)


def without_padding(x: Any, lengths: Array) -> Any:
    """An input with zeros where sequences have ended, whatever stood there.

    Arguments:
        x: tensor or array (T, B, ...).
        lengths: how many steps of each sequence count, (B,).

    >>> import numpy
    >>> without_padding(numpy.array([[5, 6], [7, 8]]), numpy.array([1, 2])).tolist()
    [[5, 6], [0, 8]]
    """
    library = library_of(lengths)
    counts = library.arange(x.shape[0])[:, None] < lengths
    counts = counts.reshape(counts.shape + (1,) * (x.ndim - 2))
    if x.dtype.kind == "f":
        return RULES["where"](counts, x, 0.0)
    return library.where(counts, x.plain() if isinstance(x, Tensor) else x, 0)


def _joined(outputs: Sequence[Tensor | None], state: Tensor, projection: Tensor) -> Tensor:
    """The outputs of all steps as one tensor; zeros for steps that no sequence reaches."""
    stack, concatenate = RULES["stack"], RULES["concatenate"]
    reached = [output for output in outputs if output is not None]
    parts = [
        stack(*reached[start : start + _STACKED_AT_ONCE])
        for start in range(0, len(reached), _STACKED_AT_ONCE)
    ]
    missing = len(outputs) - len(reached)
    if missing or not parts:
        zeros = library_of(state.plain()).zeros((missing, *state.shape), dtype=state.dtype)
        # an output of no steps still hangs on the input, so that it can be differentiated
        parts.append(Tensor(zeros) if parts else zeros + projection[:0].sum())
    return parts[0] if len(parts) == 1 else concatenate(*parts, axis=0)  # type: ignore[no-any-return]


def unrolled_form(cell: Cell) -> Callable[..., tuple[Tensor, ...]]:
    """A layer as a function of a fused rule's operands and options.

    Arguments:
        cell: which.
    Returns:
        (x, *states, *parameters, reverse, lengths, bias, **the cell's options) to the output and
        the final states.

    >>> import numpy
    >>> from microgradseq.nn.cells import ELMAN_CELL
    >>> operands = [numpy.zeros((4, 2, 3)), numpy.zeros((2, 5)), numpy.ones((5, 3))]
    >>> output, h = unrolled_form(ELMAN_CELL)(
    ...     *map(Tensor, operands), Tensor(numpy.ones((5, 5))), bias=False, nonlinearity="tanh"
    ... )
    >>> output.shape, h.shape
    ((4, 2, 5), (2, 5))
    """

    def unrolled(
        *operands: Tensor, reverse: bool = False, lengths: Array | None = None, **options: Any
    ) -> tuple[Tensor, ...]:
        complete = {**cell.options, **options}
        x, states, parameters = take_operands(cell, operands, complete)
        return unrolled_layer(
            cell, x, states, parameters, complete, reverse=reverse, lengths=lengths
        )

    return unrolled


def take_operands(
    cell: Cell, operands: Sequence[Any], options: Options
) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """The operands of a fused rule: the input, the states, and the parameters by name.

    Arguments:
        cell: which.
        operands: tensors or arrays in a fused rule's order.
        options: the cell's, and `bias`.

    >>> from microgradseq.nn.cells import ELMAN_CELL
    >>> take_operands(ELMAN_CELL, "xhwu", {"bias": False})
    ('x', ('h',), {'weight_ih': 'w', 'weight_hh': 'u'})
    """
    first = 1 + len(cell.states)
    complete = {**cell.options, **options}
    names = cell.parameters(1, 1, complete)
    parameters = dict(zip(names, operands[first:], strict=True))
    return operands[0], tuple(operands[1:first]), parameters
