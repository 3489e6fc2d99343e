"""What the tests of the fused kernels share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from microgradseq import Tensor, tensor
from microgradseq.joint import JointRule


def operands_of(
    gates: int,
    states: int,
    sizes: tuple[int, int, int, int],
    *,
    dtype: str = "float64",
    bias: bool = True,
    whole: bool = False,
) -> list[Any]:
    """A fused rule's operands of known random numbers; all of floating point want gradients."""
    steps, batch, inputs, hidden = sizes
    random = numpy.random.default_rng(5)
    rows = gates * hidden
    shapes: list[tuple[int, ...]] = [*[(batch, hidden)] * states, (rows, inputs), (rows, hidden)]
    shapes += [(rows,), (rows,)] if bias else []
    x: Any = random.integers(0, inputs, (steps, batch))
    if not whole:
        x = tensor(random.standard_normal((steps, batch, inputs)).astype(dtype), requires_grad=True)
    drawn = [random.standard_normal(shape).astype(dtype) / 2 for shape in shapes]
    return [x, *(tensor(array, requires_grad=True) for array in drawn)]


def weighted(results: Sequence[Tensor]) -> Tensor:
    """A loss that every number of the results has a share in."""
    random = numpy.random.default_rng(6)
    total: Any = 0.0
    for result in results:
        total = total + (result * random.standard_normal(result.shape).astype(result.dtype)).sum()
    return total  # type: ignore[no-any-return]


def everything(run: Any, operands: list[Any], **options: Any) -> list[Any]:
    """The results and the gradients of all operands that want one."""
    leaves = [one for one in operands if isinstance(one, Tensor)]
    for leaf in leaves:
        leaf.grad = None
    results = run(*operands, **options)
    weighted(results).backward()
    # where nothing depends on an operand, one form leaves no gradient and the other one of zeros
    gradients = (
        numpy.zeros(one.shape, one.dtype) if one.grad is None else one.grad for one in leaves
    )
    return [*(result.plain() for result in results), *gradients]


def unrolled_too(rule: JointRule, operands: list[Any], **options: Any) -> tuple[Any, Any]:
    """The same from a rule and from its unrolled form."""
    return everything(rule, operands, **options), everything(rule.unrolled, operands, **options)


def require_same(ours: Sequence[Any], theirs: Sequence[Any], tolerance: float = 1e-11) -> None:
    """Equal up to rounding."""
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == other.dtype
        scale = max(1.0, float(numpy.abs(other).max(initial=0)))
        numpy.testing.assert_allclose(one, other, rtol=0, atol=tolerance * scale)
