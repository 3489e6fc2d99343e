"""What a kernel for one cell has to know; `frame.py` does the rest of a fused layer.

A kernel keeps one matrix a time step, with a row a feature and a column a sequence, and goes from
step to step, there and back. There are two kinds, by how the input comes to the steps: before the
first of them (`projected.py`), or below the state in one column (`columns.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from microgradseq.backend import Array
from microgradseq.nn.fused.problem import Problem, Sizes
from microgradseq.nn.fused.products import block_height, in_blocks
from microgradseq.nn.fused.sweep import Sweep


class Kernel:
    """What one part of a batch remembers from its forward pass, and the cell's mathematics.

    Arguments:
        m, sizes, dtype: the library, the sizes of this part, and the numbers' type.

    `states[i][t]` is state i before step t, (H, B).
    """

    spares = 0
    """How many further (H, B) arrays the way back needs."""

    def __init__(self, m: Any, sizes: Sizes, dtype: Any) -> None:
        self.m, self.sizes, self.dtype, self.looked_up = m, sizes, dtype, sizes.looked_up
        self.states: list[Any] = []
        self.parameters: Mapping[str, Array] = {}
        self.options: Mapping[str, Any] = {}
        self.weights: tuple[Any, ...] = ()

    def empty(self, *shape: int) -> Array:
        """An array for numbers to be written into."""
        return self.m.empty(shape, dtype=self.dtype)

    @property
    def by_rows(self) -> int:
        """Of how many rows a step leaves gradients."""
        return self.sizes.rows

    @property
    def input_rows(self) -> tuple[slice, ...]:
        """Which of them belong, one slice after the other, to the rows of the input's weights."""
        return (slice(0, self.sizes.rows),)

    @classmethod
    def shared(cls, problem: Problem, back: bool) -> Any:
        """What all parts of a batch read alike, made once a pass.

        Arguments:
            problem: the layer.
            back: whether for the way back.
        """

    def start(self, problem: Problem, shared: Any) -> None:
        """Take the parameters for one pass.

        Arguments:
            problem: the layer.
            shared: what `shared` made of it.
        """
        self.parameters, self.options = problem.parameters, problem.options
        self.weights = self.prepared(shared)

    def prepared(self, shared: Any) -> tuple[Any, ...]:
        """What all steps of a pass read, kept as `weights`."""
        raise NotImplementedError

    def end(self) -> None:
        """Let go of the parameters: a kernel that waits to be used again must not keep them."""
        self.parameters, self.options, self.weights = {}, {}, ()

    def blocks(self, matrix: Array) -> Array:
        """A matrix in the form that `product` multiplies fastest with the columns of a step."""
        return in_blocks(
            matrix, block_height(self.m, matrix.shape[0], matrix.shape[1], self.sizes.batch)
        )

    def product(self, blocks: Array, columns: Array, target: Array) -> None:
        """Write the product of a matrix, as `blocks` gave it, with the columns of a step."""
        shaped = target if blocks.ndim == 2 else in_blocks(target, blocks.shape[1])
        self.m.matmul(blocks, columns, out=shaped)

    def read_input(self, problem: Problem, part: slice) -> None:
        """Take the input of all steps.

        Arguments:
            problem: the layer.
            part: of its batch, the one that is this kernel's.
        """
        raise NotImplementedError

    @property
    def outputs(self) -> Array:
        """The first state after each step, a view (T, B, H)."""
        raise NotImplementedError

    def step(self, t: int) -> None:
        """From `states[i][t]` to `states[i][t + 1]`."""
        raise NotImplementedError

    def step_back(self, t: int, sweep: Sweep, by_sums: Array) -> None:
        """From the gradients of the states after step t, in `sweep.by_states`, to those before it.

        Arguments:
            t: the step.
            sweep: what the way back works in.
            by_sums: to be written, the gradients of this step's sums, (rows, B).
        """
        raise NotImplementedError

    def add_gradients(self, sweep: Sweep, by_sums: Array, steps: slice) -> None:
        """Add what some steps give to the parameters, all but the looked-up rows of the input's.

        Arguments:
            sweep: `sweep.add(name, gradient)` adds.
            by_sums: of these steps side by side, (rows, steps·B).
            steps: which.
        """
        raise NotImplementedError

    def gradients(self, totals: Sequence[dict[str, Array]]) -> dict[str, Array]:
        """The parameters' gradients by name.

        Arguments:
            totals: what each part has added up; is used up.
        """
        found, *others = totals
        for other in others:
            for name, gradient in other.items():
                self.m.add(found[name], gradient, out=found[name])
            # there may be many parts, and their sums may be large
            other.clear()
        return found
