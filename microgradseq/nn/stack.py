"""The stack that every recurrent layer is: cells on top of each other, in one or two directions."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any

from microgradseq.backend import Array, library_of
from microgradseq.context import scope
from microgradseq.joint import JointRule
from microgradseq.nn.cells.specification import (
    Cell,
    Options,
    require_one_of,
)
from microgradseq.nn.functional import dropout
from microgradseq.nn.fused.choice import fused_rule
from microgradseq.nn.module import Module
from microgradseq.nn.sequences import (
    Expected,
    read_lengths,
    read_sequence,
    read_states,
    require_rows,
)
from microgradseq.nn.unrolled import unrolled_layer
from microgradseq.randomness import generator
from microgradseq.rules import RULES
from microgradseq.tensor import Tensor

MODES = ("fused", "unrolled")
DIRECTIONS = ("forward", "reverse")


class Recurrent(Module):
    """Layers of one cell.

    Arguments:
        cell: which.
        input_size: features a step; of whole-number input, how many there are to choose from.
        hidden_size: units a layer and direction.
        num_layers: how many layers, each reading the outputs of the one below.
        bias: True for both biases as in PyTorch, "single" for one, False for none.
        batch_first: whether batches come and go as (B, T, ...) instead of (T, B, ...).
        dropout: the share of a layer's outputs that the next layer does not see in training.
        bidirectional: whether each layer also runs from the end, its outputs appended.
        mode: "fused" runs a layer as one rule, "unrolled" as a node for every operation.
        dtype: "float32" or "float64".
        device: "cpu", "cuda" or "cuda:1".
        kernel: the fused rule; None for the cell's own, or one made from the cell.
        options: the cell's own.

    Weights are drawn evenly from ±1/√hidden_size; see `manual_seed`. Their names are PyTorch's.

    >>> from microgradseq.nn.cells import ELMAN_CELL
    >>> layers = Recurrent(ELMAN_CELL, 5, 10, 2)
    >>> output, h = layers(Tensor([[[0.0] * 5] * 3] * 6, dtype="float32"))
    >>> output.shape, h.shape
    ((6, 3, 10), (2, 3, 10))
    """

    def __init__(
        self,
        cell: Cell,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool | str = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        mode: str = "fused",
        dtype: Any = "float32",
        device: str | None = None,
        kernel: JointRule | None = None,
        options: Options | None = None,
    ) -> None:
        self.cell = cell
        self.kernel = kernel or fused_rule(cell)
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, dropout
        self.bidirectional, self.mode = bidirectional, mode
        self.options = {**cell.options, **(options or {})}
        self._require_sense()
        self.state_size = cell.state_size(hidden_size, self.options)
        self._places = [
            (layer, direction)
            for layer in range(num_layers)
            for direction in DIRECTIONS[: self.directions]
        ]
        for layer, direction in self._places:
            for name, parameter in self._fresh(layer, dtype, device).items():
                parameter.name = name + suffix_of(layer, direction)
                setattr(self, parameter.name, parameter)

    @property
    def directions(self) -> int:
        """1, or 2 where bidirectional."""
        return 2 if self.bidirectional else 1

    def _require_sense(self) -> None:
        for what in ("input_size", "hidden_size", "num_layers"):
            size = getattr(self, what)
            if not isinstance(size, Integral) or size < 1:
                raise ValueError(f"{self._label}: {what} must be a whole number, got {size!r}")
        if not 0 <= self.dropout <= 1:
            raise ValueError(f"{self._label}: dropout is a share from 0 to 1, got {self.dropout}")
        if self.bias not in (True, False, "single"):
            raise ValueError(f'{self._label}: bias is True, False or "single", got {self.bias!r}')
        require_one_of("mode", self.mode, MODES)
        self.cell.check(self.options)

    @property
    def _like(self) -> Array:
        """One of the weights: it tells the library and the dtype of all."""
        return next(iter(self.parameters_of(0).values())).plain()

    @property
    def _label(self) -> str:
        return type(self).__name__

    def _fresh(self, layer: int, dtype: Any, device: str | None) -> dict[str, Tensor]:
        """One layer's and direction's parameters, drawn anew."""
        below = self.input_size if layer == 0 else self.state_size * self.directions
        bound = 1 / math.sqrt(self.hidden_size)
        options = {**self.options, "bias": self.bias}
        return {
            name: Tensor(generator().uniform(-bound, bound, shape), dtype, device, True)
            for name, shape in self.cell.parameters(below, self.hidden_size, options).items()
        }

    def parameters_of(self, layer: int, direction: str = "forward") -> dict[str, Tensor]:
        """The parameters of one layer and direction, under the cell's own names.

        Arguments:
            layer: counted from 0.
            direction: "forward" or "reverse".
        """
        options = {**self.options, "bias": self.bias}
        suffix = suffix_of(layer, direction)
        return {name: getattr(self, name + suffix) for name in self.cell.parameters(1, 1, options)}

    def forward(self, x: Any, state: Any = None, lengths: Any = None) -> tuple[Tensor, Any]:
        """Run over sequences.

        Arguments:
            x: (T, B, I), or (T, I) without a batch; whole numbers (T, B) or (T,) mean one-hot
                rows, and are looked up.
            state: where to start, (L·D, B, H); zeros if None. A tuple where cells carry two.
            lengths: how many steps of each sequence count, (B,); what comes after is never read.
        Returns:
            The outputs of the last layer (T, B, D·H), 0 past a sequence's length; and the final
            states in the form of `state`.
        """
        weight = self._like
        expected = Expected(self._label, self.input_size, weight.dtype, self.batch_first, weight)
        x, batched = read_sequence(x, expected)
        steps, batch = x.shape[:2]
        counts = read_lengths(lengths, steps, batch, self._label)
        if x.dtype.kind in "iu":
            require_rows(x, expected, counts)
        shape = (len(self._places), batch, self.state_size)
        states = read_states(state, self.cell.states, shape, batched, expected)
        output, finals = self._run(x, states, counts)
        if not batched:
            output, finals = output.squeeze(1), tuple(one.squeeze(1) for one in finals)
        elif self.batch_first:
            output = output.swapaxes(0, 1)
        return output, finals if len(finals) > 1 else finals[0]

    def _run(
        self, x: Any, states: tuple[Tensor, ...], lengths: Any
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        finals: list[tuple[Tensor, ...]] = []
        outputs: list[Tensor] = []
        for place, (layer, direction) in enumerate(self._places):
            if place and direction == "forward":
                joined = _side_by_side(outputs)
                x, outputs = dropout(joined, self.dropout, self.training), []
            with scope(layer=layer, direction=direction):
                start = tuple(one[place] for one in states)
                output, *last = self._run_layer(x, start, lengths, layer, direction)
            outputs.append(output)
            finals.append(tuple(last))
        stacked = tuple(RULES["stack"](*ends) for ends in zip(*finals, strict=True))
        return _side_by_side(outputs), stacked

    def _run_layer(
        self, x: Any, start: tuple[Tensor, ...], lengths: Any, layer: int, direction: str
    ) -> tuple[Tensor, ...]:
        parameters = self.parameters_of(layer, direction)
        reverse = direction == "reverse"
        require_one_of("mode", self.mode, MODES)
        if self.mode == "unrolled":
            suffix = suffix_of(layer, direction) if len(self._places) > 1 else ""
            return unrolled_layer(
                self.cell,
                x,
                start,
                parameters,
                self.options,
                reverse=reverse,
                lengths=lengths,
                suffix=suffix,
            )
        if self.bias == "single":
            parameters = self._with_second_bias(parameters)
        return self.kernel(
            x,
            *start,
            *parameters.values(),
            reverse=reverse,
            lengths=lengths,
            bias=bool(self.bias),
            **self.options,
        )

    def _with_second_bias(self, parameters: dict[str, Tensor]) -> dict[str, Tensor]:
        """A kernel adds both biases, so the missing one is 0."""
        shapes = self.cell.parameters(1, self.hidden_size, {**self.options, "bias": True})
        zeros = library_of(self._like).zeros
        return {
            name: parameters[name]
            if name in parameters
            else Tensor(zeros(shapes[name], dtype=self._like.dtype))
            for name in shapes
        }

    def extra_repr(self) -> str:
        """Its sizes, and what differs from the ordinary."""
        ordinary = {
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0.0,
            "bidirectional": False,
            "mode": "fused",
        }
        told = {name: getattr(self, name) for name in ordinary}
        parts = [f"{self.input_size}, {self.hidden_size}"]
        parts += [f"{name}={told[name]!r}" for name in ordinary if told[name] != ordinary[name]]
        parts += [
            f"{name}={value!r}"
            for name, value in self.options.items()
            if value is not self.cell.options.get(name) and value != self.cell.options.get(name)
        ]
        return ", ".join(parts)


def suffix_of(layer: int, direction: str) -> str:
    """What PyTorch adds to the names of a layer's parameters.

    >>> suffix_of(1, "reverse")
    '_l1_reverse'
    """
    return f"_l{layer}" + ("_reverse" if direction == "reverse" else "")


def _side_by_side(outputs: list[Tensor]) -> Tensor:
    if len(outputs) == 1:
        return outputs[0]
    return RULES["concatenate"](*outputs, axis=2)  # type: ignore[no-any-return]
