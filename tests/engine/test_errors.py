"""The engine's own errors: each says what was wrong, with which operand, and where."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy
import pytest

from microgradseq import Tensor, Value, backend, debug, ones, tensor, zeros
from microgradseq.errors import GradientError, MixingError, NotFiniteError, ShapeError
from microgradseq.rules import RULES


def line_here() -> str:
    """The line of the test that calls, as errors write it."""
    caller = inspect.currentframe().f_back  # type: ignore[union-attr]
    return f"test_errors.py:{caller.f_lineno}"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda w, x: w @ x, [r'matmul of (2, 3) "w", (4, 5) "x"']),
        (lambda w, x: w + x, [r'add of (2, 3) "w", (4, 5) "x"']),
        (lambda w, x: w.reshape(7), [r'reshape of (2, 3) "w"']),
        (lambda w, x: w[5], [r'getitem of (2, 3) "w"', "out of bounds"]),
        (lambda w, x: w.sum(axis=2), [r'sum of (2, 3) "w"', "axis 2"]),
        (lambda w, x: w.sum(axis=(0, 0)), [r'sum of (2, 3) "w"', "twice"]),
        (RULES["concatenate"], [r'concatenate of (2, 3) "w", (4, 5) "x"']),
        (lambda w, x: w.dot(x), ["dot of", "two vectors"]),
        (lambda w, x: numpy.einsum("ij,jk", w, x), ["einsum of"]),
        (lambda w, x: numpy.einsum("ii,jk", w, x), ["einsum of", "stands twice"]),
        (lambda w, x: numpy.einsum("ij", w, x), ["einsum of", "names 1 operands, 2 were given"]),
        (lambda w, x: w.split([1, 2]), ["split: sizes [1, 2]", "length 2"]),
        (lambda w, x: w.split(0), ["split: a part has at least one element"]),
        (lambda w, x: w.item(), ["item() is for one number", "(2, 3)"]),
        (
            lambda w, x: RULES["cross_entropy"](w, numpy.array([0])),
            ["cross_entropy of", "need targets of shape (2,), got (1,)"],
        ),
        (
            lambda w, x: RULES["cross_entropy"](w, numpy.array([0, 3])),
            ["cross_entropy of", "target 3 is outside 0 to 2"],
        ),
        (
            lambda w, x: RULES["embedding"](w, numpy.array([2])),
            ["embedding of", "index 2 is outside 0 to 1"],
        ),
    ],
)
def test_a_shape_mismatch_names_the_operation_and_its_operands(
    attempt: Callable[[Tensor, Tensor], Any], words: list[str]
) -> None:
    w, x = ones(2, 3, name="w", requires_grad=True), ones(4, 5, name="x")
    with pytest.raises(ShapeError) as caught:
        attempt(w, x)
    for each in words:
        assert each in str(caught.value)


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda t: (t * t).backward(), "this node has shape (3,)"),
        (lambda t: t.detach().sum().backward(), "nothing this was made from requires a gradient"),
        (lambda t: (t * 2).requires_grad_(), "is for leaves"),
        (lambda t: tensor(numpy.array([1, 2])).requires_grad_(), "this one is int64"),
        (lambda t: t.numpy(), "use .detach().numpy()"),
        (lambda t: RULES["where"](t, t, t), "where: operand 1"),
    ],
)
def test_a_derivative_that_cannot_be_taken(attempt: Callable[[Tensor], Any], words: str) -> None:
    with pytest.raises(GradientError) as caught:
        attempt(tensor([1.0, 2.0, 3.0], requires_grad=True))
    assert words in str(caught.value)


def test_a_seed_of_the_wrong_shape() -> None:
    t = tensor([1.0, 2.0, 3.0], requires_grad=True)
    with pytest.raises(ShapeError, match=r"shape \(2,\) does not fit a tensor of shape \(3,\)"):
        (t * t).backward([1.0, 1.0])


def test_one_number_in_any_shape_needs_no_seed() -> None:
    t = tensor([[3.0]], requires_grad=True)
    (t * t).backward()
    assert t.grad.tolist() == [[6.0]]


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda t: RULES["tanh"](t, t), r"tanh takes 1 operand \(u\), 2 were given"),
        (RULES["matmul"], r"matmul takes 2 operands \(a, b\), 1 were given"),
        (lambda t: RULES["sum"](t, axes=0), "sum has no option axes; its options: axis, keepdims"),
        (RULES["reshape"], "reshape needs the option shape"),
    ],
)
def test_a_rule_called_wrongly(attempt: Callable[[Tensor], Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        attempt(ones(2, 2))


# --- mixing -------------------------------------------------------------------------------------


def test_arrays_of_another_framework_are_refused() -> None:
    foreign = type("Tensor", (), {"__module__": "torch"})()
    attempts: list[Callable[[Any], Any]] = [
        lambda t: t * foreign,
        lambda t: foreign * t,
        lambda t: t @ foreign,
    ]
    for attempt in attempts:
        with pytest.raises(MixingError, match=r"cannot be mixed with torch\.Tensor; convert"):
            attempt(ones(3))


@pytest.mark.parametrize("other", [Value(1.0), "text", {}, None, object()])
def test_a_tensor_goes_with_arrays_and_numbers_only(other: Any) -> None:
    with pytest.raises(MixingError, match="a Tensor cannot be mixed with"):
        ones(3) * other


class OtherArray:
    """An array of another library, which lives on another device."""

    class device:  # noqa: N801 - as CuPy has it
        id = 1

    dtype = numpy.dtype("float64")
    shape = (3,)
    base = None

    def copy(self) -> OtherArray:
        return self


@pytest.fixture
def other_library() -> Iterator[None]:
    library = ModuleType("otherarray")
    library.array = lambda array, dtype=None: array  # type: ignore[attr-defined]
    backend.register(OtherArray, library)
    yield
    del backend._LIBRARIES[OtherArray]


@pytest.mark.usefixtures("other_library")
def test_devices_are_not_mixed() -> None:
    there = tensor(OtherArray())
    assert there.device == "cuda:1"
    for attempt in (lambda: ones(3) * there, lambda: RULES["stack"](there, ones(3))):
        with pytest.raises(MixingError, match=r"different devices \(cpu and cuda:1\); move them"):
            attempt()


@pytest.mark.parametrize("device", ["gpu", "cuda:x", "tpu"])
def test_an_unknown_device(device: str) -> None:
    with pytest.raises(ValueError, match=f'unknown device "{device}"'):
        zeros(3, device=device)


# --- debugging ----------------------------------------------------------------------------------


def test_the_first_not_a_number_is_named_with_its_line() -> None:
    x = tensor([1.0, -1.0], requires_grad=True, name="x")
    lines: list[str] = []
    with debug(), pytest.raises(NotFiniteError) as caught:
        lines.append(line_here()) or x.log()  # type: ignore[func-returns-value]
    assert "log gave NaN or infinity from x at" in str(caught.value)
    assert lines[0] in str(caught.value)


def test_an_infinite_gradient_is_named_with_the_line_of_the_forward_code() -> None:
    x = tensor([0.0, 1.0], requires_grad=True, name="x")
    with debug():
        here, y = line_here(), x.sqrt()
        with pytest.raises(NotFiniteError) as caught:
            y.sum().backward()
    assert "sqrt" in str(caught.value)
    assert here in str(caught.value)


def test_values_are_debugged_alike() -> None:
    x = Value(0.0, name="x")
    with debug():
        with pytest.raises(NotFiniteError, match="log gave -inf from x"):
            x.log()
        here, y = line_here(), x.sqrt()
        with pytest.raises(NotFiniteError) as caught:
            y.backward()
    assert "sqrt" in str(caught.value)
    assert here in str(caught.value)


def test_a_constants_gradient_is_no_mistake() -> None:
    with debug():
        y = Value(-4.0) ** 2
        y.backward()
    assert y.parents[0].grad == -8.0


def test_an_error_on_the_way_back_names_the_line_of_the_forward_code() -> None:
    x = tensor([1.0, 2.0], requires_grad=True)
    with debug():
        here, y = line_here(), x * x
    y._array = numpy.ones(3)
    with pytest.raises(ValueError, match="shape") as caught:
        y.backward(numpy.ones(3))
    notes = " ".join(getattr(caught.value, "__notes__", []))
    assert "while differentiating mul" in notes
    assert here in notes


def test_without_debugging_not_a_number_passes_through() -> None:
    x = tensor([-1.0], requires_grad=True)
    y = x.log()
    y.backward()
    assert numpy.isnan(y.data).all()
    assert x.grad.tolist() == [-1.0]
