"""The gated recurrent unit (Cho), with the reset gate in either of its two places.

    r = σ(W_ir x_t + b_ir + W_hr h_{t−1} + b_hr)          reset gate
    z = σ(W_iz x_t + b_iz + W_hz h_{t−1} + b_hz)          update gate
    n = tanh(W_in x_t + b_in + r ⊙ (W_hn h_{t−1} + b_hn))     reset="after" the product, as PyTorch
    n = tanh(W_in x_t + b_in + W_hn (r ⊙ h_{t−1}) + b_hn)     reset="before" it, as the study notes
    h_t = z ⊙ h_{t−1} + (1 − z) ⊙ n

The weights hold the rows of r, z and n in this order. Elsewhere z and 1 − z are sometimes
exchanged; `to_one_minus_z` and `from_one_minus_z` convert weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from microgradseq.backend import Array
from microgradseq.context import scope
from microgradseq.nn.cells.specification import (
    BIAS_HIDDEN,
    BIAS_INPUT,
    WEIGHT_HIDDEN,
    WEIGHT_INPUT,
    Cell,
    Options,
    Parameters,
    Prepared,
    States,
    gated,
    gated_shapes,
    input_product,
    prepare_all_gates,
    require_one_of,
    with_biases,
)
from microgradseq.rules import RULES
from microgradseq.tensor import Tensor

GATES = ("reset", "update", "candidate")
RESETS = ("after", "before")
_SIGMOIDS = (RULES["sigmoid"], RULES["sigmoid"])
_CANDIDATE = "weight_hh_candidate"


def _prepare(x: Any, parameters: Parameters, options: Options) -> Prepared:
    weight = parameters[WEIGHT_HIDDEN]
    if options["reset"] == "before":
        prepared = prepare_all_gates(x, parameters, options)
        size = weight.shape[1]
        gates, candidate = weight.split([2 * size, size])
        return Prepared(prepared.projection, {WEIGHT_HIDDEN: gates.T, _CANDIDATE: candidate.T})
    projection = with_biases(input_product(x, parameters[WEIGHT_INPUT]), parameters.get(BIAS_INPUT))
    # the bias of the hidden state stays outside: the reset gate multiplies the candidate's
    shared = {WEIGHT_HIDDEN: weight.T}
    if BIAS_HIDDEN in parameters:
        shared[BIAS_HIDDEN] = parameters[BIAS_HIDDEN]
    return Prepared(projection, shared)


def _step(projection: Tensor, states: States, parameters: Parameters, options: Options) -> States:
    (h,) = states
    form = _after if options["reset"] == "after" else _before
    update, candidate = form(projection, h, parameters)
    return (update * h + (1 - update) * candidate,)


def _after(projection: Tensor, h: Tensor, parameters: Parameters) -> tuple[Tensor, Tensor]:
    size = h.shape[1]
    recalled = with_biases(h @ parameters[WEIGHT_HIDDEN], parameters.get(BIAS_HIDDEN))
    seen_by_gates, seen = projection.split([2 * size, size], axis=1)
    recalled_by_gates, recalled = recalled.split([2 * size, size], axis=1)
    reset, update = gated(seen_by_gates + recalled_by_gates, GATES[:2], _SIGMOIDS)
    with scope(gate="candidate"):
        return update, (seen + reset * recalled).tanh()


def _before(projection: Tensor, h: Tensor, parameters: Parameters) -> tuple[Tensor, Tensor]:
    size = h.shape[1]
    seen_by_gates, seen = projection.split([2 * size, size], axis=1)
    reset, update = gated(seen_by_gates + h @ parameters[WEIGHT_HIDDEN], GATES[:2], _SIGMOIDS)
    with scope(gate="candidate"):
        return update, (seen + (reset * h) @ parameters[_CANDIDATE]).tanh()


def _check(options: Options) -> None:
    require_one_of("reset", options["reset"], RESETS)


GRU_CELL = Cell(
    name="gru",
    gates=GATES,
    states=("h",),
    shapes=gated_shapes(3),
    prepare=_prepare,
    step=_step,
    options={"reset": "after"},
    check=_check,
)


def to_one_minus_z(state: Mapping[str, Array]) -> dict[str, Array]:
    """GRU weights for a library that computes h_t = (1 − z) ⊙ h_{t−1} + z ⊙ n.

    Arguments:
        state: the arrays of a GRU's `state_dict()`.
    Returns:
        New arrays of the same names: 1 − σ(u) = σ(−u), so the update gate's rows change sign.

    >>> import numpy
    >>> to_one_minus_z({"bias_ih_l0": numpy.array([1.0, 2.0, 3.0])})["bias_ih_l0"].tolist()
    [1.0, -2.0, 3.0]
    """
    return {name: _with_negated_update(array) for name, array in state.items()}


def from_one_minus_z(state: Mapping[str, Array]) -> dict[str, Array]:
    """The weights of a GRU h_t = (1 − z) ⊙ h_{t−1} + z ⊙ n, for this library's.

    Arguments:
        state: arrays named as in a GRU's `state_dict()`, gates in the order r, z, n.
    Returns:
        New arrays, to be loaded with `load_state_dict`.

    >>> import numpy
    >>> there = to_one_minus_z({"bias_ih_l0": numpy.array([1.0, 2.0, 3.0])})
    >>> from_one_minus_z(there)["bias_ih_l0"].tolist()
    [1.0, 2.0, 3.0]
    """
    return to_one_minus_z(state)


def _with_negated_update(array: Array) -> Array:
    converted = array.copy()
    size = len(array) // len(GATES)
    converted[size : 2 * size] *= -1
    return converted


def to_other_reset(state: Mapping[str, Array]) -> dict[str, Array]:
    """Weights for the other place of the reset gate: there are none, and the error says why.

    Arguments:
        state: the arrays of a GRU's `state_dict()`.

    >>> to_other_reset({})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: no converter between reset="after" and reset="before" can exist: ...
    """
    raise ValueError(
        'no converter between reset="after" and reset="before" can exist: r ⊙ (W h) and W (r ⊙ h) '
        "are different functions of h for every W that mixes units, so no weights of one give "
        "the other; train the form you need, or load weights into the form they were trained with"
    )
