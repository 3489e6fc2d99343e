"""Jordan's network: what is fed back is the output, not the hidden layer.

    h_t = φ(W_ih x_t + b_ih + W_hh y_{t−1} + b_hh)        φ is tanh, relu or sigmoid
    y_t = ψ(W_ho h_t + b_ho)                              ψ is one of these, or the identity

The state, and the output of a layer, is y. It has the size of the hidden layer unless
`output_size` says otherwise.
"""

from __future__ import annotations

from microgradseq.context import scope
from microgradseq.nn.cells.elman import NONLINEARITIES
from microgradseq.nn.cells.specification import (
    BIAS_HIDDEN,
    BIAS_INPUT,
    WEIGHT_HIDDEN,
    WEIGHT_INPUT,
    Cell,
    Options,
    Parameters,
    Prepared,
    Shapes,
    States,
    kept_biases,
    prepare_all_gates,
    require_one_of,
    with_biases,
)
from microgradseq.rules import RULES
from microgradseq.tensor import Tensor

WEIGHT_OUTPUT = "weight_ho"
BIAS_OUTPUT = "bias_ho"
OUTPUT_NONLINEARITIES = (*NONLINEARITIES, "identity")


def _output_size(hidden_size: int, options: Options) -> int:
    return int(options["output_size"] or hidden_size)


def _shapes(input_size: int, hidden_size: int, options: Options) -> Shapes:
    output_size = _output_size(hidden_size, options)
    shapes: Shapes = {
        WEIGHT_INPUT: (hidden_size, input_size),
        WEIGHT_HIDDEN: (hidden_size, output_size),
        BIAS_INPUT: (hidden_size,),
        BIAS_HIDDEN: (hidden_size,),
        WEIGHT_OUTPUT: (output_size, hidden_size),
    }
    return {**shapes, BIAS_OUTPUT: (output_size,)} if kept_biases(options) else shapes


def _prepare(x: object, parameters: Parameters, options: Options) -> Prepared:
    prepared = prepare_all_gates(x, parameters, options)
    shared = {**prepared.parameters, WEIGHT_OUTPUT: parameters[WEIGHT_OUTPUT].T}
    return Prepared(prepared.projection, shared)


def _step(projection: Tensor, states: States, parameters: Parameters, options: Options) -> States:
    (y,) = states
    with scope(gate="hidden"):
        h = RULES[options["nonlinearity"]](projection + y @ parameters[WEIGHT_HIDDEN])
    with scope(gate="output"):
        sums = with_biases(h @ parameters[WEIGHT_OUTPUT], parameters.get(BIAS_OUTPUT))
        return (RULES[options["output_nonlinearity"]](sums),)


def _check(options: Options) -> None:
    require_one_of("nonlinearity", options["nonlinearity"], NONLINEARITIES)
    require_one_of("output_nonlinearity", options["output_nonlinearity"], OUTPUT_NONLINEARITIES)
    size = options["output_size"]
    if size is not None and (not isinstance(size, int) or size < 1):
        raise ValueError(f"output_size must be a whole number of at least 1, got {size!r}")


JORDAN_CELL = Cell(
    name="jordan",
    gates=("hidden",),
    states=("y",),
    shapes=_shapes,
    prepare=_prepare,
    step=_step,
    options={"nonlinearity": "tanh", "output_nonlinearity": "tanh", "output_size": None},
    check=_check,
    state_size=_output_size,
)
