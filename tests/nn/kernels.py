"""What every fused kernel must hold: the numbers of the unrolled layer, whatever it is asked."""

from __future__ import annotations

from typing import Any

import numpy

from microgradseq import check_gradients, tensor
from microgradseq.nn.fused.choice import KERNELS
from tests.nn.layers import made, numbers_of, require_close

TOLERANCE = {"float64": 1e-12, "float32": 2e-5}
# T, B, I, H: odd, single, long enough for several chunks of gradients, and empty ones
SIZES = [(6, 4, 3, 5), (1, 1, 1, 1), (150, 3, 2, 7), (5, 17, 1, 33), (0, 3, 2, 4), (4, 0, 2, 4)]
CASES: list[dict[str, Any]] = [
    {},
    {"bias": False},
    {"bias": "single"},
    {"dtype": "float32"},
    {"bidirectional": True},
    {"num_layers": 2, "bidirectional": True},
]


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


def require_equal_with_lengths(kind: str, **options: Any) -> None:
    """The same with sequences of different lengths, forwards and in reverse."""
    lengths = numpy.array([4, 6, 0, 1])
    for whole in (False, True):
        require_equal_modes(kind, (6, 4, 3, 5), whole, lengths, bidirectional=True, **options)


def require_blind_to_padding(kind: str) -> None:
    """What stands in the padding changes not one bit."""
    lengths = numpy.array([4, 6, 0, 1])
    x = sequences((6, 4, 3, 5))
    layer = made(kind, 3, 5, bidirectional=True)
    expected = numbers_of(layer, x, lengths)
    padded = numpy.arange(6)[:, None] >= lengths
    for filling in (numpy.nan, numpy.inf, 1e300):
        x[padded] = filling
        found = numbers_of(layer, x, lengths)
        for name, array in expected.items():
            assert array.tobytes() == found[name].tobytes(), name


def require_right_gradients(kind: str, order: int = 1, **options: Any) -> None:
    """Parameters, input and initial states, against differences."""
    layer = made(kind, 2, 3, **options)
    rule, names = KERNELS[layer.cell.name], list(layer.parameters_of(0))
    random = numpy.random.default_rng(4)
    x = random.standard_normal((3, 2, 2))
    states = [random.standard_normal((2, layer.state_size)) for _ in layer.cell.states]
    parameters = [layer.parameters_of(0)[name].data for name in names]
    bias = options.get("bias", True)

    def total(*operands: Any) -> Any:
        results = rule(
            *operands, reverse=True, lengths=numpy.array([3, 2]), bias=bias, **layer.options
        )
        weights = numpy.random.default_rng(5)
        return sum(
            ((one * weights.standard_normal(one.shape)).sum() for one in results), tensor(0.0)
        )

    report = check_gradients(total, x, *states, *parameters, order=order)
    assert report.passed
    assert report.checked > sum(one.size for one in parameters)


def require_same_in_parts(kind: str, monkeypatch: Any) -> None:
    """A batch cut into parts gives what it gives whole."""
    from microgradseq.nn.fused import frame

    x = sequences((150, 5, 3, 4))
    layer = made(kind, 3, 4)
    whole = numbers_of(layer, x)
    for name, value in (("SPLIT_FROM", 0), ("NARROWEST_PART", 1)):
        monkeypatch.setattr(frame, name, value)
    monkeypatch.setattr(frame, "can_split", lambda: True)
    monkeypatch.setattr(frame, "threads", lambda: 3)
    parts = numbers_of(layer, x)
    require_close(parts, whole, 1e-13)
    again = numbers_of(layer, x)
    assert all(array.tobytes() == again[name].tobytes() for name, array in parts.items())


def require_same_with_help(kind: str, monkeypatch: Any) -> None:
    """A second thread that collects the gradients changes not one bit of them."""
    from microgradseq.nn.fused import frame

    x = sequences((150, 5, 3, 4))
    layer = made(kind, 3, 4)
    alone = numbers_of(layer, x)
    monkeypatch.setattr(frame, "HELPED_FROM", 0)
    monkeypatch.setattr(frame, "can_split", lambda: True)
    helped = numbers_of(layer, x)
    assert all(array.tobytes() == helped[name].tobytes() for name, array in alone.items())


def require_two_passes_apart(kind: str) -> None:
    """A forward pass between a forward and its backward pass does not disturb it."""
    layer = made(kind, 3, 5)
    x = sequences((6, 4, 3, 5))
    once, twice = tensor(x, requires_grad=True), tensor(x, requires_grad=True)
    layer(once)[0].sum().backward()
    output, _ = layer(twice)
    layer(tensor(x + 1))[0].sum().backward()
    output.sum().backward()
    numpy.testing.assert_array_equal(once.grad, twice.grad)
    output.sum().backward()
    numpy.testing.assert_array_equal(2 * once.grad, twice.grad)


def require_lookup_equal_to_columns(kind: str, monkeypatch: Any) -> None:
    """Whole numbers among many rows are looked up, among few they become one-hot columns."""
    from microgradseq.nn.fused import kernel, minimal

    lengths = numpy.array([4, 6, 0, 1])
    x, layer = sequences((6, 4, 3, 5), whole=True), made(kind, 3, 5, bidirectional=True)
    as_columns = numbers_of(layer, x, lengths)
    for module in (kernel, minimal):
        monkeypatch.setattr(module, "MOST_ONE_HOT", 2)
    looked_up = numbers_of(layer, x, lengths)
    require_close(looked_up, as_columns, 1e-14)
    x[numpy.arange(6)[:, None] >= lengths] = -7
    blind = numbers_of(layer, x, lengths)
    assert all(array.tobytes() == blind[name].tobytes() for name, array in looked_up.items())
