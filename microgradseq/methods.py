"""The methods of a tensor, under PyTorch's names.

Every method is one line: it says which rule it means. What a rule does stands in `rules/`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy

from microgradseq.backend import Array, device_of, library_of
from microgradseq.errors import GradientError, ShapeError
from microgradseq.operators import TensorOperators
from microgradseq.rules.rule import plain
from microgradseq.rules.shapes import normal_axis

Axis = int | tuple[int, ...] | None
Number = float  # the class below has a method of that name


class TensorMethods(TensorOperators):
    """What can be done with a tensor; `Tensor` adds what a tensor is."""

    __slots__ = ()
    if TYPE_CHECKING:
        requires_grad: bool

        def constant(self, number: Any) -> Self: ...

    # --- what it is -------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """Its lengths along each axis."""
        return tuple(self._array.shape)

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return int(self._array.ndim)

    @property
    def dtype(self) -> Any:
        """The kind of number it holds."""
        return self._array.dtype

    @property
    def device(self) -> str:
        """Where it lives: "cpu" or "cuda:0" and so on."""
        return device_of(self._array)

    def size(self, axis: int | None = None) -> Any:
        """Its shape, or its length along one axis, as PyTorch has it."""
        return self.shape if axis is None else self.shape[axis]

    def dim(self) -> int:
        """How many axes it has, as PyTorch spells it."""
        return self.ndim

    def numel(self) -> int:
        """How many elements it has."""
        return math.prod(self.shape)

    def item(self) -> Number:
        """Its one number."""
        if self.numel() != 1:
            raise ShapeError(f"item() is for one number, this tensor has shape {self.shape}")
        return self._array.item()  # type: ignore[no-any-return]

    def tolist(self) -> Any:
        """Its numbers as nested lists."""
        return self._array.tolist()

    def numpy(self) -> Array:
        """A NumPy copy; refused where a gradient would be lost without a word."""
        if self.requires_grad:
            raise GradientError("this tensor requires a gradient; use .detach().numpy() or .data")
        return numpy.array(self._array.get() if hasattr(self._array, "get") else self._array)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return self.numpy().astype(dtype) if dtype is not None else self.numpy()

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a tensor of one number has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Self]:
        return (self[place] for place in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self._array)

    def __float__(self) -> Number:
        return Number(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __format__(self, form: str) -> str:
        return format(self.item(), form) if form else str(self)

    def __repr__(self) -> str:
        numbers = numpy.array2string(
            numpy.asarray(self._array.get() if hasattr(self._array, "get") else self._array),
            separator=", ",
            prefix="Tensor(",
        )
        wanted = ", requires_grad=True" if self.requires_grad else ""
        return f"Tensor({numbers}, dtype={self.dtype}{wanted})"

    # --- copies -----------------------------------------------------------------------------

    def detach(self) -> Self:
        """The same numbers, copied, as a leaf with no way back."""
        return self.constant(self._array)

    def clone(self) -> Self:
        """A copy that hands its gradient back."""
        return self.to(self.dtype)

    def to(self, target: Any) -> Self:
        """The tensor with another dtype, or on another device ("cpu", "cuda")."""
        if isinstance(target, str) and target.partition(":")[0] in ("cpu", "cuda"):
            return self._rule("to_device", device=target)
        dtype = numpy.dtype(target)
        if dtype.kind != "f":
            # whole numbers have no derivative: the way back ends here
            return self.constant(self._array.astype(dtype))
        return self._rule("cast", dtype=str(dtype))

    def astype(self, dtype: Any) -> Self:
        """The tensor with another dtype, as NumPy spells it."""
        return self.to(dtype)

    def float(self) -> Self:
        """The tensor in float32, as PyTorch spells it."""
        return self.to("float32")

    def double(self) -> Self:
        """The tensor in float64."""
        return self.to("float64")

    def cpu(self) -> Self:
        """The tensor in main memory."""
        return self.to("cpu")

    def cuda(self) -> Self:
        """The tensor on the first GPU."""
        return self.to("cuda")

    def __getitem__(self, index: Any) -> Self:
        return self._rule("getitem", index=_plain_index(index, library_of(self._array)))

    # --- shape ------------------------------------------------------------------------------

    @property
    def T(self) -> Self:  # noqa: N802 - NumPy's and PyTorch's name
        """The axes in reverse order."""
        return self._rule("permute", axes=None)

    @property
    def mT(self) -> Self:  # noqa: N802 - as above
        """The last two axes swapped."""
        return self._rule("swapaxes", first=-1, second=-2)

    def reshape(self, *shape: Any) -> Self:
        """The same elements in another shape; one length may be -1."""
        return self._rule("reshape", shape=_lengths(shape))

    view = reshape

    def flatten(self, start: int = 0, end: int = -1) -> Self:
        """Some neighbouring axes made one."""
        first, last = normal_axis(start, max(self.ndim, 1)), normal_axis(end, max(self.ndim, 1))
        joined = math.prod(self.shape[first : last + 1])
        return self.reshape(*self.shape[:first], joined, *self.shape[last + 1 :])

    def transpose(self, first: int, second: int) -> Self:
        """Two axes swapped, as PyTorch has it."""
        return self._rule("swapaxes", first=first, second=second)

    swapaxes = transpose

    def permute(self, *axes: Any) -> Self:
        """The axes in another order."""
        return self._rule("permute", axes=_lengths(axes))

    def unsqueeze(self, axis: int) -> Self:
        """An axis of length 1 put in."""
        return self._rule("expand_dims", axis=axis)

    expand_dims = unsqueeze

    def squeeze(self, axis: Axis = None) -> Self:
        """Axes of length 1 taken out."""
        return self._rule("squeeze", axis=axis)

    def broadcast_to(self, *shape: Any) -> Self:
        """Repeated along axes of length 1, without copying."""
        return self._rule("broadcast_to", shape=_lengths(shape))

    expand = broadcast_to

    def flip(self, axis: Axis = None) -> Self:
        """The elements in reverse order along some axes."""
        return self._rule("flip", axis=axis)

    def pad(self, pad_width: Any, value: Number = 0.0) -> Self:
        """A border of one value, widths as for numpy.pad."""
        return self._rule("pad", pad_width=pad_width, value=value)

    def split(self, size: int | Sequence[int], axis: int = 0) -> tuple[Self, ...]:
        """Consecutive parts of a size, or of several sizes, along an axis."""
        front = normal_axis(axis, self.ndim)
        length = self.shape[front]
        if isinstance(size, int) and size < 1:
            raise ShapeError(f"split: a part has at least one element, not {size}")
        sizes = (
            [min(size, length - start) for start in range(0, length, size)]
            if isinstance(size, int)
            else list(size)
        )
        if sum(sizes) != length:
            raise ShapeError(f"split: sizes {sizes} do not add up to the axis' length {length}")
        stops = numpy.cumsum(sizes).tolist()
        return tuple(
            self._rule("split", start=stop - part, stop=stop, axis=front)
            for stop, part in zip(stops, sizes, strict=True)
        )

    def chunk(self, count: int, axis: int = 0) -> tuple[Self, ...]:
        """The tensor in (at most) so many parts of equal size."""
        return self.split(max(1, -(-self.shape[axis] // count)), axis)

    def take(self, indices: Any, axis: int = 0) -> Self:
        """Elements picked by whole numbers along an axis, as numpy.take."""
        places = _plain_index(indices, library_of(self._array))
        return self._rule("take", indices=places, axis=normal_axis(axis, self.ndim))

    # --- reductions -------------------------------------------------------------------------

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """The sum over some axes, or all."""
        return self._rule("sum", axis=axis, keepdims=keepdims)

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """The mean over some axes, or all."""
        return self._rule("mean", axis=axis, keepdims=keepdims)

    def var(self, axis: Axis = None, correction: Number = 1, keepdims: bool = False) -> Self:
        """The variance; divided by n − 1 as in PyTorch, by n with `correction=0`."""
        return self._rule("var", axis=axis, correction=correction, keepdims=keepdims)

    def max(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """The largest element; equal ones share the gradient (PyTorch's amax)."""
        return self._rule("max", axis=axis, keepdims=keepdims)

    def min(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """The smallest element; equal ones share the gradient (PyTorch's amin)."""
        return self._rule("min", axis=axis, keepdims=keepdims)

    def argmax(self, axis: int | None = None, keepdims: bool = False) -> Self:
        """Where the largest element lies; has no gradient."""
        return self._rule("argmax", axis=axis, keepdims=keepdims)

    def logsumexp(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """log Σ exp, without overflow."""
        return self._rule("logsumexp", axis=axis, keepdims=keepdims)

    def cumsum(self, axis: int) -> Self:
        """The running sum along an axis."""
        return self._rule("cumsum", axis=axis)

    def norm(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """The Euclidean length."""
        return self._rule("norm", axis=axis, keepdims=keepdims)

    def softmax(self, axis: int = -1) -> Self:
        """exp, divided by its sum along an axis."""
        return self._rule("softmax", axis=axis)

    def log_softmax(self, axis: int = -1) -> Self:
        """The logarithm of softmax, without overflow."""
        return self._rule("log_softmax", axis=axis)

    def outer(self, other: Any) -> Self:
        """Every element times every element of another."""
        return self._rule("outer", other)

    def dot(self, other: Any) -> Self:
        """The dot product of two vectors."""
        return self._rule("dot", other)

    def clip(self, low: Any = None, high: Any = None) -> Self:
        """Kept between two numbers, either of which may be left out."""
        return self._rule(
            "clip",
            low=-math.inf if low is None else low,
            high=math.inf if high is None else high,
        )

    clamp = clip

    def leaky_relu(self, slope: Any = 0.01) -> Self:
        """The number where it is positive, `slope` times it elsewhere."""
        return self._rule("leaky_relu", slope=slope)

    def square(self) -> Self:
        """The number times itself."""
        return self * self


def _lengths(given: tuple[Any, ...]) -> tuple[int, ...]:
    if len(given) == 1 and isinstance(given[0], (tuple, list)):
        return tuple(given[0])
    return given


def _plain_index(index: Any, library: Any) -> Any:
    """An index without nodes and lists in it, on the device, so that the graph can keep it."""
    if isinstance(index, tuple):
        return tuple(_plain_index(part, library) for part in index)
    if isinstance(index, list):
        index = numpy.asarray(index, dtype=None if index else numpy.intp)
    bare = plain(index)
    if library_of(bare) is not None and bare.dtype.kind not in "iub":
        raise TypeError(f"an index must be whole numbers or booleans, got {bare.dtype}")
    if library_of(bare) is None or isinstance(bare, numpy.generic):
        return bare
    # a copy: the index must not change between forward and backward
    return library.array(bare)
