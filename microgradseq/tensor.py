"""Arrays that remember where they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy

from microgradseq.backend import Array, common_library, full_memory, is_array, library_of
from microgradseq.context import special_context
from microgradseq.errors import ChangedError, DeviceError, GradientError, MixingError, ShapeError
from microgradseq.methods import TensorMethods
from microgradseq.node import Details, Node, details_in, next_index, require_finite, require_seed
from microgradseq.rules import RULES, Rule
from microgradseq.storage import Storage, own_array, same_memory
from microgradseq.sweep import pull_back


class Tensor(TensorMethods, Node):
    """An array in a graph.

    Arguments:
        data: an array (copied, its dtype kept), or numbers and nested lists (made float64).
        dtype: the wanted dtype, if another.
        device: "cpu", "cuda" or "cuda:1"; None leaves an array where it is.
        requires_grad: whether derivatives with respect to it are wanted.
        name: what it is called in errors, pictures and steps.

    Methods have PyTorch's names; `.data` and `.grad` are plain arrays.

    >>> w = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> (w @ w).sum().backward()
    >>> w.grad.tolist()
    [[7.0, 11.0], [9.0, 13.0]]
    """

    __slots__ = ("_array", "_storage")
    kind: ClassVar[str] = "tensor"
    _array: Array
    _storage: Storage | None

    def __init__(
        self,
        data: Any,
        dtype: Any = None,
        device: str | None = None,
        requires_grad: bool = False,
        name: str | None = None,
    ) -> None:
        self._array = own_array(data, dtype, device)
        self._storage = None
        self.grad = None
        self.parents = ()
        self.rule = None
        self.index = next_index()
        self.requires_grad = False
        context = special_context()
        self.details = details_in(context, None) if context is not None else None
        if name is not None:
            self.name = name
        if requires_grad:
            self.requires_grad_()

    @property
    def data(self) -> Array:
        """The bare array, shared: writing into it changes the tensor."""
        self._watched().lend()
        return self._array

    @data.setter
    def data(self, data: Any) -> None:
        if data is self._array:
            # `t.data -= step` writes into the array and then sets it: comparing finds out
            self._watched().lend()
            return
        known = isinstance(data, type(self._array))
        self._array = data if known else own_array(data, self._array.dtype)
        self._storage = Storage.replacing(self._array)

    def _watched(self) -> Storage:
        if self._storage is None:
            self._storage = Storage(self._array)
        return self._storage

    def overwrite(self, array: Array) -> None:
        """Write numbers into the tensor's own array, as an optimizer does.

        Arguments:
            array: of the tensor's shape. Graphs that still need the old numbers refuse to be
                differentiated from now on.

        >>> w = Tensor([1.0, 2.0])
        >>> w.overwrite(w.data * 10)
        >>> w.tolist()
        [10.0, 20.0]
        """
        self._array[...] = array
        self.note_write()

    def note_write(self) -> None:
        """Say that the array of `plain()` was written into, as an optimizer must after its step."""
        self._watched().wrote()

    def adopt(self, array: Array) -> None:
        """Take another array in place of its own, as when a model moves to another device.

        Arguments:
            array: of any dtype, on any device, and held by nobody else.

        >>> w = Tensor([1.0])
        >>> w.adopt(w.plain().astype("float32"))
        >>> w.dtype
        dtype('float32')
        """
        if array is not self._array:
            self._array = array
            self._storage = Storage(array)
            self._storage.wrote()

    def plain(self) -> Array:
        return self._array

    def constant(self, number: Any) -> Self:
        return type(self)(number)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Ask for derivatives with respect to this leaf, or stop asking; returns the tensor.

        >>> Tensor([1.0]).requires_grad_().requires_grad
        True
        """
        if self.parents:
            raise GradientError("requires_grad_() is for leaves; use .detach() to cut a result off")
        if requires_grad and self._array.dtype.kind != "f":
            raise GradientError(
                f"only real floating-point tensors have gradients, this one is {self._array.dtype}"
            )
        self.requires_grad = requires_grad
        return self

    def retain_grad(self) -> None:
        """Keep the gradient of this result in `.grad` at the next backward().

        >>> x = Tensor([3.0], requires_grad=True)
        >>> y = x * x
        >>> y.retain_grad()
        >>> (y * 2).sum().backward()
        >>> y.grad.tolist()
        [2.0]
        """
        self._own_details().retains = True

    def backward(self, gradient: Any = None) -> None:
        """Add the derivative of this node to `.grad` of every leaf it was made from.

        Arguments:
            gradient: what to start with, of this tensor's shape; may be left out for one number.
        """
        if not self.requires_grad:
            raise GradientError("backward(): nothing this was made from requires a gradient")
        if gradient is None:
            require_seed(self._array.shape)
        for leaf, total in pull_back([self], [self.seed(gradient)]).items():
            leaf.grad = total if leaf.grad is None else leaf.grad + total

    def seed(self, gradient: Any = None) -> Array:
        """A gradient to start from as an array like this tensor's; ones where none is given."""
        library = library_of(self._array)
        if gradient is None:
            return library.ones_like(self._array)
        bare = gradient.plain() if isinstance(gradient, Node) else gradient
        array = library.asarray(bare, dtype=self._array.dtype)
        if array.shape != self._array.shape:
            raise ShapeError(
                f"a gradient of shape {array.shape} does not fit a tensor of shape {self.shape}"
            )
        return array

    def pull(self, position: int, g: Array) -> Array:
        assert self.rule is not None
        operands = [parent._array for parent in self.parents]
        share = self.rule.pull(position, g, self._array, operands, self.options)
        return _as_dtype(share, operands[position].dtype)

    def alike(self, share: Any) -> Tensor:
        same = share.dtype == self._array.dtype
        return share if same else RULES["cast"](share, dtype=str(self._array.dtype))  # type: ignore[no-any-return]

    def push(self, position: int, t: Array) -> Array:
        assert self.rule is not None
        operands = [parent._array for parent in self.parents]
        share = self.rule.push(position, t, self._array, operands, self.options)
        return _as_dtype(share, self._array.dtype)

    def require_unchanged(self, position: int, recording: bool) -> None:
        if self._storage is None:
            for parent in self.parents:
                if parent._storage is not None:
                    break
            else:
                return
        assert self.rule is not None
        operands, output = self.rule.reads(position)
        if output:
            self.require_same_since(self, "its result")
        for place, parent in enumerate(self.parents):
            if operands is None or place in operands:
                parent.require_same_since(self, f"operand {place + 1}")

    def rely_on(self) -> None:
        """Note that a node made now will read this array again on the way back."""
        if self._storage is not None:
            self._storage.rely()

    def require_same_since(self, node: Node, what: str) -> None:
        """Refuse to differentiate a node that was made from other numbers than these.

        Arguments:
            node: what was made from this tensor.
            what: which of its numbers this is, for the error.
        """
        if self._storage is not None and self._storage.changed_since(node.index):
            raise ChangedError(
                f"{node.describe()}: {what}{_label(self)} was changed after the forward pass, "
                "so its derivative cannot be computed; change it after backward(), or use a copy"
            )

    @classmethod
    def apply_rule(
        cls, rule: Rule, operands: tuple[Any, ...], options: Mapping[str, Any]
    ) -> Tensor:
        """Apply a rule to tensors, arrays and numbers; see `Rule.__call__`."""
        tensors = as_tensors(rule, operands)
        arrays = [tensor._array for tensor in tensors]
        library = common_library(rule.name, arrays)
        complete = {**rule.options, **options} if rule.options else None
        try:
            result = rule.compute(library, arrays, complete or {})
        except DeviceError:
            raise
        except (ValueError, IndexError) as error:
            raise ShapeError(f"{rule.name} of {shapes_of(tensors)}: {error}") from error
        except TypeError:
            rule.require_call(len(operands), options)
            raise
        except MemoryError as error:
            raise full_memory(f"{rule.name} of {shapes_of(tensors)}", error) from error
        if result.__class__ is not arrays[0].__class__ and not is_array(result):
            result = library.asarray(result)
        # the watch on lent arrays counts who holds them: not this list
        del arrays
        return _make(rule, tensors, result, complete)


def _make(
    rule: Rule, tensors: Sequence[Tensor], result: Array, options: Mapping[str, Any] | None
) -> Tensor:
    node = Tensor.__new__(Tensor)
    node._array = result
    node._storage = None
    node.grad = None
    node.parents = ()
    node.rule = None
    node.requires_grad = False
    context = special_context()
    if context is not None:
        node.details = details_in(context, options)
        if context.debugging:
            node.parents, node.rule = tuple(tensors), rule
            require_finite(node)
            node.parents, node.rule = (), None
    else:
        node.details = Details(options=options) if options is not None else None
    _share_watch(node, tensors)
    if (context is None or context.recording) and _records(rule, tensors):
        node.requires_grad = True
        node.rule = rule
        node.parents = tuple(tensors)
        _watch(node)
    # after _watch: a change that it finds was made before this node
    node.index = next_index()
    return node


def _records(rule: Rule, tensors: Sequence[Tensor]) -> bool:
    wanting = False
    for place, tensor in enumerate(tensors):
        if tensor.requires_grad:
            if not rule.differentiates(place):
                return _lost(rule, tensors, place)
            wanting = True
    return wanting


def _lost(rule: Rule, tensors: Sequence[Tensor], place: int) -> bool:
    """Refuse to lose a gradient; a rule without any derivative, such as argmax, just ends here."""
    if not any(rule.differentiates(other) for other in range(len(tensors))):
        return False
    raise GradientError(
        f"{rule.name}: operand {place + 1}{_label(tensors[place])} requires a gradient, "
        "but there is no derivative with respect to it; pass it through .detach()"
    )


def _share_watch(node: Tensor, tensors: Sequence[Tensor]) -> None:
    """Let a view be watched together with what it is a view of, recorded or not."""
    array = node._array
    if array.base is None and array is not tensors[0]._array:
        return
    for source in tensors:
        if same_memory(array, source._array):
            node._storage = source._watched()


def _watch(node: Tensor) -> None:
    """Look at arrays that were handed out before, now that a derivative will read them."""
    for place, parent in enumerate(node.parents):
        if parent._storage is not None and any(_reads(node, place)):
            parent._storage.rely()


def _reads(node: Tensor, place: int) -> Iterator[bool]:
    assert node.rule is not None
    for position in range(len(node.parents)):
        operands, _ = node.rule.reads(position)
        yield operands is None or place in operands


def shapes_of(tensors: Sequence[Tensor]) -> str:
    """The shapes and names of some operands, for an error."""
    return ", ".join(f"{tensor.shape}{_label(tensor)}" for tensor in tensors)


def as_tensors(rule: Rule, operands: tuple[Any, ...]) -> Sequence[Tensor]:
    """Operands as tensors: arrays and numbers become constants of the tensors' kind."""
    for operand in operands:
        if operand.__class__ is not Tensor:
            break
    else:
        return operands
    like = next(operand for operand in operands if isinstance(operand, Tensor))
    return [
        operand if isinstance(operand, Tensor) else _constant(rule, operand, operands, like)
        for operand in operands
    ]


def _constant(rule: Rule, operand: Any, operands: tuple[Any, ...], like: Tensor) -> Tensor:
    """A plain operand as a tensor; a bare Python number takes the others' dtype, as in NumPy."""
    if isinstance(operand, (bool, int, float)):
        others = [other.dtype for other in operands if hasattr(other, "dtype")]
        dtype = numpy.result_type(operand, *others)
        return Tensor(library_of(like._array).asarray(operand, dtype=dtype))
    kind = type(operand)
    if kind.__module__.partition(".")[0] in ("torch", "jax", "jaxlib", "tensorflow"):
        raise MixingError(
            f"{rule.name}: a Tensor cannot be mixed with {kind.__module__}.{kind.__name__}; "
            "convert it to a NumPy array first"
        )
    if isinstance(operand, Node):
        raise MixingError(f"{rule.name}: a Tensor cannot be mixed with a {kind.__name__}")
    if isinstance(operand, (list, tuple, numpy.generic)):
        # it belongs to no device, and a list of whole numbers, which may be an index, stays whole
        return Tensor(library_of(like._array).asarray(numpy.asarray(operand)))
    if library_of(operand) is None:
        raise MixingError(f"{rule.name}: a Tensor cannot be mixed with {kind.__name__}")
    return Tensor(operand)


def _as_dtype(array: Array, dtype: Any) -> Array:
    return array if array.dtype == dtype else array.astype(dtype)


def _label(tensor: Tensor) -> str:
    return f' "{tensor.name}"' if tensor.name is not None else ""


def tensor(
    data: Any,
    dtype: Any = None,
    device: str | None = None,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """Make a tensor from an array (copied), a number or nested lists.

    Arguments:
        data: the numbers.
        dtype: the wanted dtype, if another than the array's (float64 for lists).
        device: "cpu", "cuda" or "cuda:1"; None leaves an array where it is.
        requires_grad: whether derivatives with respect to it are wanted.
        name: what it is called in errors, pictures and steps.
    Returns:
        A leaf.

    >>> tensor([1, 2, 3]).dtype
    dtype('float64')
    """
    return Tensor(data, dtype, device, requires_grad, name)
