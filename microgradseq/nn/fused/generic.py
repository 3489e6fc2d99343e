"""A fused rule for any cell: it records the unrolled graph for itself and sweeps it in one go.

It is no faster than the unrolled layer. It serves cells that nobody has written a kernel for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from microgradseq.backend import Array
from microgradseq.joint import JointRule, joint_rule
from microgradseq.nn.cells.specification import Cell
from microgradseq.nn.unrolled import unrolled_form
from microgradseq.sweep import pull_back
from microgradseq.tensor import Tensor

Recorded = tuple[tuple[Tensor, ...], tuple[Tensor, ...]]


def generic_rule(cell: Cell) -> JointRule:
    """A joint rule that runs a whole layer of a cell.

    Arguments:
        cell: any cell.
    Returns:
        A rule of the operands x, initial states, parameters; see `unrolled_form`.

    >>> from microgradseq.nn.cells import ELMAN_CELL
    >>> generic_rule(ELMAN_CELL).name
    'rnn layer'
    """
    unrolled = unrolled_form(cell)

    def forward(m: Any, *operands: Array, **options: Any) -> tuple[tuple[Array, ...], Recorded]:
        leaves = tuple(Tensor(one, requires_grad=one.dtype.kind == "f") for one in operands)
        results = unrolled(*leaves, **options)
        return tuple(result.plain() for result in results), (leaves, results)

    return joint_rule(
        f"{cell.name} layer",
        forward=forward,
        backward=_backward,
        unrolled=unrolled,
        words=f"all steps of the {cell.name} cell, differentiated from the last to the first",
    )


def _backward(
    m: Any,
    gradients: Sequence[Array | None],
    results: Sequence[Array],
    saved: Recorded,
    operands: Sequence[Array],
    options: Mapping[str, Any],
    wanted: Sequence[bool],
) -> list[Array | None]:
    leaves, outputs = saved
    arrived = [place for place, gradient in enumerate(gradients) if gradient is not None]
    asked = [leaf for leaf, want in zip(leaves, wanted, strict=True) if want]
    found = pull_back(
        [outputs[place] for place in arrived], [gradients[place] for place in arrived], asked
    )
    return [found.get(leaf) for leaf in leaves]
