"""Real-time recurrent learning (Williams and Zipser): the exact gradient, carried forward in time.

With θ all parameters of Elman's network and z_t = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh,

    ∂h_t/∂θ = φ'(z_t) ⊙ (∂z_t/∂θ + W_hh ∂h_{t−1}/∂θ)      ∂z_t/∂θ with h_{t−1} held still
    ∂L/∂θ  += ∂L_t/∂h_t · ∂h_t/∂θ

Nothing is kept of the past but ∂h_t/∂θ, so the gradient is there after every step, however long
the sequence: backpropagation through time must wait for the end and store every state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy

from microgradseq.backend import Array, library_of
from microgradseq.errors import ShapeError
from microgradseq.nn.cells.specification import (
    BIAS_HIDDEN,
    BIAS_INPUT,
    WEIGHT_HIDDEN,
    WEIGHT_INPUT,
)
from microgradseq.nn.recurrent import RNN
from microgradseq.nn.stack import suffix_of
from microgradseq.rules import RULES
from microgradseq.tensor import Tensor


class RTRL:
    """Learning in real time for an Elman network of one layer.

    Arguments:
        layer: an `RNN` of one layer and one direction. Its parameters are read at every step.
        batch: B, how many sequences run side by side.

    A step costs O(B·n⁴) time and O(B·n³) memory for n units: each of the n² weights has an
    influence on each of the n units, and W_hh mixes all of them. Backpropagation through time
    costs O(B·n²) a step, but keeps all T steps: O(B·T·n) memory.

    If the parameters change between steps, the carried derivatives still belong to the old ones,
    and the gradient is only nearly that of the new: the price of learning online.

    >>> layer = RNN(2, 3, dtype="float64")
    >>> learning = RTRL(layer)
    >>> for x in ([[1.0, 0.0]], [[0.0, 1.0]]):
    ...     h = learning.step(x, gradient=lambda h: h)
    >>> h.shape, learning.gradients["weight_hh_l0"].shape
    ((1, 3), (3, 3))
    """

    def __init__(self, layer: RNN, batch: int = 1) -> None:
        if layer.num_layers != 1 or layer.bidirectional:
            raise ValueError("RTRL is for an RNN of one layer and one direction")
        if batch < 1:
            raise ValueError(f"batch must be at least 1, got {batch}")
        self.layer, self.batch = layer, batch
        self.reset()

    def reset(self) -> None:
        """Begin a new sequence: state, derivatives and gradients become 0."""
        weight = self._parameters[WEIGHT_HIDDEN].plain()
        self._library = library_of(weight)
        zeros, units = self._library.zeros, self.layer.hidden_size
        self.h: Array = zeros((self.batch, units), dtype=weight.dtype)
        count = sum(one.plain().size for one in self._parameters.values())
        self._influence = zeros((self.batch, units, count), dtype=weight.dtype)
        self._gradient = zeros(count, dtype=weight.dtype)

    @property
    def _parameters(self) -> Mapping[str, Tensor]:
        return self.layer.parameters_of(0)

    @property
    def influence(self) -> dict[str, Array]:
        """∂h_t/∂θ: for each parameter an array (B, H, and the parameter's own shape)."""
        return self._taken_apart(self._influence)

    @property
    def gradients(self) -> dict[str, Array]:
        """∂L/∂θ of all steps so far, under the names of the layer's `state_dict`."""
        return self._taken_apart(self._gradient)

    def _taken_apart(self, flat: Array) -> dict[str, Array]:
        parts, start = {}, 0
        for name, parameter in self._parameters.items():
            size = parameter.plain().size
            block = flat[..., start : start + size]
            parts[name + suffix_of(0, "forward")] = block.reshape(
                *flat.shape[:-1], *parameter.shape
            ).copy()
            start += size
        return parts

    def step(self, x: Any, gradient: Array | Callable[[Array], Array] | None = None) -> Array:
        """One time step.

        Arguments:
            x: the input, (B, I); whole numbers (B,) mean one-hot rows.
            gradient: ∂L_t/∂h_t of this step's loss, (B, H), or a function that gives it from h_t;
                None for a step without a loss.
        Returns:
            h_t, (B, H).
        """
        x = self._input(x)
        parameters = {name: one.plain() for name, one in self._parameters.items()}
        sums = x @ parameters[WEIGHT_INPUT].T + self.h @ parameters[WEIGHT_HIDDEN].T
        for bias in (BIAS_INPUT, BIAS_HIDDEN):
            if bias in parameters:
                sums = sums + parameters[bias]
        rule = RULES[self.layer.options["nonlinearity"]]
        after = rule.compute(self._library, [sums], {})
        slope = rule.pull(0, self._library.ones_like(sums), after, [sums], None)
        influence = parameters[WEIGHT_HIDDEN] @ self._influence
        self._add_direct(influence, x, parameters)
        self._influence = slope[:, :, None] * influence
        self.h = after
        if gradient is not None:
            self.learn(gradient(after.copy()) if callable(gradient) else gradient)
        return after.copy()

    def _input(self, x: Any) -> Array:
        array = x.plain() if isinstance(x, Tensor) else self._library.asarray(x)
        size = self.layer.input_size
        if array.dtype.kind in "iu" and array.ndim == 1:
            # on a GPU the numbers are not looked at, and an index out of range gives NaN
            on_host = self._library is numpy and array.size
            if on_host and (int(array.min()) < 0 or int(array.max()) >= size):
                raise ShapeError(f"RTRL: indices must be from 0 to {size - 1}")
            array = RULES["one_hot"](array, classes=size)
        if array.shape != (self.batch, size):
            raise ShapeError(
                f"RTRL: one step's input has the shape ({self.batch}, {size}), got {array.shape}"
            )
        return array.astype(self.h.dtype)

    def _add_direct(self, influence: Array, x: Array, parameters: Mapping[str, Array]) -> None:
        """Add ∂z_t/∂θ with the last state held still: unit i has weights of its own, row i."""
        fed = {WEIGHT_INPUT: x, WEIGHT_HIDDEN: self.h}
        ones = self._library.ones((self.batch, 1), dtype=x.dtype)
        units, start = self._library.arange(self.layer.hidden_size), 0
        for name, parameter in parameters.items():
            seen = fed.get(name, ones)
            width = seen.shape[1]
            block = influence[:, :, start : start + parameter.size]
            rows = block.reshape(self.batch, len(units), len(units), width)
            rows[:, units, units] += seen[:, None, :]
            block[...] = rows.reshape(block.shape)
            start += parameter.size

    def learn(self, gradient: Any) -> None:
        """Add what the last step's loss says, where it was not known during the step.

        Arguments:
            gradient: ∂L_t/∂h_t, (B, H).
        """
        g = self._library.asarray(gradient, dtype=self.h.dtype)
        if g.shape != self.h.shape:
            raise ShapeError(f"RTRL: ∂L/∂h has the shape {self.h.shape}, got {g.shape}")
        self._gradient += g.ravel() @ self._influence.reshape(g.size, -1)

    def forget_gradient(self) -> None:
        """Begin a new sum of gradients; the state and its derivatives go on."""
        self._gradient[...] = 0

    def add_to_parameters(self) -> None:
        """Add the gradient to `.grad` of the layer's parameters, as `backward()` would."""
        for name, gradient in self.gradients.items():
            parameter: Tensor = getattr(self.layer, name)
            old = parameter.grad
            parameter.grad = gradient if old is None else old + gradient
