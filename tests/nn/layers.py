"""Every recurrent layer with every choice that its formula has, and what tests do with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from microgradseq import Tensor, manual_seed, nn, tensor

KINDS: dict[str, Callable[..., nn.Recurrent]] = {}


def _kind(name: str, layer: Callable[..., nn.Recurrent], **options: Any) -> None:
    KINDS[name] = lambda *sizes, **further: layer(*sizes, **{**options, **further})


_kind("rnn", nn.RNN)
_kind("rnn relu", nn.RNN, nonlinearity="relu")
_kind("rnn sigmoid", nn.RNN, nonlinearity="sigmoid")
_kind("gru", nn.GRU)
_kind("gru reset before", nn.GRU, reset="before")
_kind("lstm", nn.LSTM)
_kind("peephole diagonal", nn.PeepholeLSTM)
_kind("peephole cell", nn.PeepholeLSTM, variant="cell")
_kind("peephole both", nn.PeepholeLSTM, variant="both")
_kind("jordan", nn.JordanRNN)
_kind("jordan smaller output", nn.JordanRNN, output_size=2, output_nonlinearity="identity")
_kind("ctrnn euler", nn.CTRNN, tau=2.0, dt=0.3)
_kind("ctrnn rk4", nn.CTRNN, dt=0.5, method="rk4")
_kind("min gru", nn.MinGRU)
_kind("min lstm", nn.MinLSTM)


def made(kind: str, *sizes: Any, seed: int = 3, **options: Any) -> nn.Recurrent:
    """A layer of known weights, in float64 unless told otherwise."""
    manual_seed(seed)
    return KINDS[kind](*sizes, **{"dtype": "float64", **options})


def starting_states(layer: nn.Recurrent, batch: int, seed: int = 0) -> tuple[Tensor, ...]:
    """Initial states of random numbers that want gradients."""
    random = numpy.random.default_rng(seed)
    shape = (layer.num_layers * layer.directions, batch, layer.state_size)
    dtype = next(layer.parameters()).dtype
    return tuple(
        tensor(random.standard_normal(shape).astype(dtype), requires_grad=True)
        for _ in layer.cell.states
    )


def numbers_of(layer: nn.Recurrent, x: Any, lengths: Any = None, seed: int = 0) -> dict[str, Any]:
    """Output, final states, and the gradient of everything by a random weighted sum of them."""
    states = starting_states(layer, x.shape[0] if layer.batch_first else x.shape[1], seed)
    given = states if len(states) > 1 else states[0]
    inputs = tensor(x, requires_grad=True) if x.dtype.kind == "f" else x
    layer.zero_grad()
    output, final = layer(inputs, given, lengths)
    finals = final if isinstance(final, tuple) else (final,)
    random = numpy.random.default_rng(seed + 1)
    loss: Any = 0.0
    for one in (output, *finals):
        loss = loss + (one * random.standard_normal(one.shape).astype(one.dtype)).sum()
    loss.backward()
    found: dict[str, Any] = {"output": output.data}
    found |= {f"final {place}": one.data for place, one in enumerate(finals)}
    found |= {f"initial {place}": _gradient(one) for place, one in enumerate(states)}
    found |= {name: _gradient(one) for name, one in layer.named_parameters()}
    return found if inputs is x else {**found, "input": _gradient(inputs)}


def _gradient(leaf: Tensor) -> Any:
    return numpy.zeros(leaf.shape, leaf.dtype) if leaf.grad is None else leaf.grad


def require_close(ours: dict[str, Any], theirs: dict[str, Any], tolerance: float) -> None:
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        assert array.dtype == theirs[name].dtype, name
        scale = max(1.0, float(numpy.abs(theirs[name]).max(initial=0)))
        numpy.testing.assert_allclose(
            array, theirs[name], rtol=0, atol=tolerance * scale, err_msg=name
        )
