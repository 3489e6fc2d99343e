"""The LSTM whose gates also look at the cell state, in three variants.

    i = σ(W_ii x_t + look_i(c_{t−1}) + b_i)               input gate
    f = σ(W_if x_t + look_f(c_{t−1}) + b_f)               forget gate
    g = tanh(W_ig x_t + W_hg h_{t−1} + b_g)               candidate
    c_t = f ⊙ c_{t−1} + i ⊙ g
    o = σ(W_io x_t + look_o(c) + b_o)                     output gate
    h_t = o ⊙ tanh(c_t)

variant="diagonal" (Gers and Schmidhuber): look(c) = W_h h_{t−1} + w_c ⊙ c, one weight a unit;
    the output gate looks at the new c_t, the others at c_{t−1}.
variant="cell": look(c) = W_c c_{t−1} in all three gates, a full matrix in place of h; and the
    candidate sees no h either: g = tanh(W_ig x_t + b_g).
variant="both": look(c) = W_h h_{t−1} + W_c c_{t−1}, the cell state alongside h.

`weight_ch` holds the rows of i, f and o: (3·H,) where diagonal, else (3·H, H).
"""

from __future__ import annotations

from typing import Any

from microgradseq.context import scope
from microgradseq.nn.cells.specification import (
    WEIGHT_HIDDEN,
    Cell,
    Options,
    Parameters,
    Prepared,
    Shapes,
    States,
    gated_shapes,
    prepare_all_gates,
    require_one_of,
)
from microgradseq.rules import RULES
from microgradseq.tensor import Tensor

GATES = ("input", "forget", "candidate", "output")
VARIANTS = ("diagonal", "cell", "both")
WEIGHT_CELL = "weight_ch"
_LOOKING = ("input", "forget", "output")


def _shapes(input_size: int, hidden_size: int, options: Options) -> Shapes:
    shapes = gated_shapes(4)(input_size, hidden_size, options)
    rows = 3 * hidden_size
    if options["variant"] == "cell":
        del shapes[WEIGHT_HIDDEN]
    diagonal = options["variant"] == "diagonal"
    return {**shapes, WEIGHT_CELL: (rows,) if diagonal else (rows, hidden_size)}


def _prepare(x: Any, parameters: Parameters, options: Options) -> Prepared:
    prepared = prepare_all_gates(x, parameters, options)
    shared, looking = dict(prepared.parameters), parameters[WEIGHT_CELL]
    del shared[WEIGHT_CELL]
    if options["variant"] == "diagonal":
        for gate, weights in zip(_LOOKING, looking.chunk(3), strict=True):
            shared[gate] = weights
    else:
        shared[WEIGHT_CELL] = looking.T
    return Prepared(prepared.projection, shared)


def _step(projection: Tensor, states: States, parameters: Parameters, options: Options) -> States:
    h, c = states
    sums = projection
    if WEIGHT_HIDDEN in parameters:
        sums = sums + h @ parameters[WEIGHT_HIDDEN]
    size = c.shape[1]
    by_gate = dict(zip(GATES, sums.split(size, axis=1), strict=True))
    if WEIGHT_CELL in parameters:
        looks = (c @ parameters[WEIGHT_CELL]).split(size, axis=1)
        for gate, look in zip(_LOOKING, looks, strict=True):
            by_gate[gate] = by_gate[gate] + look
    admit = _gate(by_gate, "input", parameters, c)
    keep = _gate(by_gate, "forget", parameters, c)
    with scope(gate="candidate"):
        candidate = by_gate["candidate"].tanh()
    c = keep * c + admit * candidate
    show = _gate(by_gate, "output", parameters, c)
    return show * c.tanh(), c


def _gate(by_gate: dict[str, Tensor], gate: str, parameters: Parameters, c: Tensor) -> Tensor:
    with scope(gate=gate):
        sums = by_gate[gate]
        if gate in parameters:
            sums = sums + parameters[gate] * c
        return RULES["sigmoid"](sums)  # type: ignore[no-any-return]


def _check(options: Options) -> None:
    require_one_of("variant", options["variant"], VARIANTS)


PEEPHOLE_CELL = Cell(
    name="peephole",
    gates=GATES,
    states=("h", "c"),
    shapes=_shapes,
    prepare=_prepare,
    step=_step,
    options={"variant": "diagonal"},
    check=_check,
)
