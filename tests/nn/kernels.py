"""What every fused kernel must hold: the numbers of the unrolled layer, whatever it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
import pytest

from microgradseq import tensor
from microgradseq.joint import JointRule
from microgradseq.nn.fused.choice import KERNELS
from tests.nn.layers import KINDS, made, numbers_of, require_close

EVERY_KIND = pytest.mark.parametrize("kind", KINDS)
EVERY_STEPWISE_KIND = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if not kind.startswith("min")]
)
"""Those that go step by step, in the frame of nn/fused/frame.py."""

TOLERANCE = {"float64": 1e-12, "float32": 2e-5}
# T, B, I, H: odd, single, of several chunks of gradients, wide, with rows for blocks, and empty
SIZES = [
    (6, 4, 3, 5),
    (1, 1, 1, 1),
    (11, 3, 2, 7),
    (5, 17, 1, 33),
    (9, 2, 3, 16),
    (0, 3, 2, 4),
    (4, 0, 2, 4),
]
LENGTHS = numpy.array([4, 6, 0, 1])


def sequences(sizes: tuple[int, ...], dtype: str = "float64", whole: bool = False) -> Any:
    """Random input (T, B, I), or whole numbers (T, B) below I."""
    steps, batch, inputs, _ = sizes
    random = numpy.random.default_rng(2)
    if whole:
        return random.integers(0, inputs, (steps, batch))
    return random.standard_normal((steps, batch, inputs)).astype(dtype)


def require_equal_modes(
    kind: str, sizes: tuple[int, ...], whole: bool = False, lengths: Any = None, **options: Any
) -> None:
    """Results and all gradients of the kernel are those of the unrolled layer."""
    dtype = options.get("dtype", "float64")
    x = sequences(sizes, dtype, whole)
    fused, unrolled = (
        made(kind, *sizes[2:], mode=mode, **options) for mode in ("fused", "unrolled")
    )
    assert fused.kernel is KERNELS[fused.cell.name]
    ours, theirs = (numbers_of(layer, x, lengths) for layer in (fused, unrolled))
    assert all(array.dtype == dtype for array in ours.values())
    require_close(ours, theirs, TOLERANCE[dtype])


def rule_of(kind: str, *sizes: int, **options: Any) -> tuple[JointRule, list[Any], dict[str, Any]]:
    """A kernel's rule, the parameters of a layer as arrays, and the cell's options."""
    layer = made(kind, *sizes, **options)
    parameters = [one.plain() for one in layer.parameters_of(0).values()]
    return KERNELS[layer.cell.name], parameters, {**layer.options, "bias": layer.bias}


def operands_of(kind: str, sizes: tuple[int, ...], **options: Any) -> list[Any]:
    """Input and initial states of random numbers, then the parameters; all want gradients."""
    steps, batch, inputs, hidden = sizes
    layer = made(kind, inputs, hidden, **options)
    random = numpy.random.default_rng(5)
    shapes = [(steps, batch, inputs), *[(batch, layer.state_size)] * len(layer.cell.states)]
    drawn = [random.standard_normal(shape) for shape in shapes]
    drawn += [one.plain() for one in layer.parameters_of(0).values()]
    return [tensor(array, requires_grad=True) for array in drawn]


def weighted(results: Any) -> Any:
    """A loss that every number of the results has a share in."""
    random = numpy.random.default_rng(6)
    return sum(
        ((one * random.standard_normal(one.shape)).sum() for one in results), start=tensor(0.0)
    )


def require_same_bits(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    """Not one bit differs."""
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        assert array.tobytes() == theirs[name].tobytes(), name
