"""Rules with several results, such as a whole recurrent layer: one node, one sweep of its own.

The results of such a rule live together in a bundle; each is picked out of it as a tensor of its
own. A joint rule also knows how to unroll itself into ordinary rules. That is how it is
differentiated twice, and in forward mode: rarely needed, so it need not be fast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from microgradseq.backend import Array, common_library, full_memory, library_of
from microgradseq.context import recorded, special_context
from microgradseq.errors import ChangedError, ShapeError
from microgradseq.node import Details, Node, details_in, next_index, require_finite
from microgradseq.rules.rule import Rule
from microgradseq.storage import Storage
from microgradseq.sweep import pull_back, push_forward
from microgradseq.tensor import Tensor, as_tensors, shapes_of

Results = tuple[Array, ...]


class JointShares(tuple[Any, ...]):
    """Gradients (or tangents) of several results that live together; None where there is none.

    >>> JointShares((1.0, None)) + JointShares((2.0, None))
    (3.0, None)
    """

    __slots__ = ()

    def __add__(self, other: Any) -> JointShares:
        return JointShares(map(_both, self, other))


def _both(one: Any, other: Any) -> Any:
    if one is None:
        return other
    return one if other is None else one + other


@dataclass(eq=False)
class JointRule(Rule):
    """An operation with several results and one backward sweep for all its operands.

    Arguments:
        name, words_by_operand, symbol: see Rule.
        forward: (library, *operands, **options) to the results and what the sweep needs again.
        backward: (library, gradients, results, saved, operands, options, wanted) to one gradient an
            operand; gradients are None for results that nothing depends on, and may be returned
            as None where `wanted` is False.
        unrolled: (*operands, **options) to the same results, from tensors, out of ordinary rules.
    """

    backward: Callable[..., Sequence[Array | None]] = field(kw_only=True)
    unrolled: Callable[..., tuple[Tensor, ...]] = field(kw_only=True)
    joint: ClassVar[bool] = True
    registered: ClassVar[bool] = False

    def differentiates(self, position: int) -> bool:
        return True

    def reads(self, position: int) -> tuple[frozenset[int] | None, bool]:
        return None, True

    def __call__(self, *operands: Any, **options: Any) -> tuple[Tensor, ...]:
        """Apply it to tensors (or arrays, taken as constants); records one node.

        Arguments:
            operands: tensors or arrays.
            options: what is not differentiated.
        Returns:
            One tensor a result.
        """
        tensors = as_tensors(self, operands)
        arrays = tuple(tensor.plain() for tensor in tensors)
        library = common_library(self.name, arrays)
        try:
            results, saved = self.forward(library, *arrays, **options)
        except (ValueError, IndexError) as error:
            raise ShapeError(f"{self.name} of {shapes_of(tensors)}: {error}") from error
        except MemoryError as error:
            raise full_memory(f"{self.name} of {shapes_of(tensors)}", error) from error
        bundle = Bundle(self, tuple(tensors), results, saved, options)
        return tuple(bundle.pick(place) for place in range(len(results)))


def joint_rule(
    name: str,
    *,
    forward: Callable[..., tuple[Results, Any]],
    backward: Callable[..., Sequence[Array | None]],
    unrolled: Callable[..., tuple[Tensor, ...]],
    words: str,
    symbol: str | None = None,
) -> JointRule:
    """Make a rule with several results; see JointRule.

    >>> def both(m, u):
    ...     return (m.sin(u), m.cos(u)), None
    >>> def back(m, gradients, results, saved, operands, options, wanted):
    ...     by_sin, by_cos = gradients
    ...     return [by_sin * results[1] - (0 if by_cos is None else by_cos * results[0])]
    >>> rule = joint_rule("circle", forward=both, backward=back, words="turns by a right angle",
    ...                   unrolled=lambda u: (u.sin(), u.cos()))
    >>> u = Tensor([0.0], requires_grad=True)
    >>> rule(u)[0].sum().backward()
    >>> u.grad.tolist()
    [1.0]
    """
    return JointRule(
        name, forward, (words,), (), {}, symbol or name, backward=backward, unrolled=unrolled
    )


class Bundle(Node):
    """The results of a joint rule, together: what the sweep passes through on its way back."""

    __slots__ = ("results", "saved", "watched")
    kind: ClassVar[str] = "bundle"
    results: Results
    saved: Any
    watched: list[Storage]
    parents: tuple[Any, ...]

    def __init__(
        self,
        rule: JointRule,
        tensors: tuple[Tensor, ...],
        results: Results,
        saved: Any,
        options: Mapping[str, Any],
    ) -> None:
        self.results = results
        self.saved = None
        self.watched = []
        self.grad = None
        self.rule = None
        self.parents = ()
        self.requires_grad = False
        context = special_context()
        self.details = (
            details_in(context, options) if context is not None else Details(options=options)
        )
        recording = context is None or context.recording
        if recording and any(tensor.requires_grad for tensor in tensors):
            self.requires_grad = True
            self.rule, self.parents, self.saved = rule, tensors, saved
            for tensor in tensors:
                tensor.rely_on()
        self.index = next_index()

    def pick(self, place: int) -> Tensor:
        """One of the results as a tensor.

        Arguments:
            place: which.
        """
        storage = Storage(self.results[place])
        if self.requires_grad:
            self.watched.append(storage)
        return Picked(self, place, storage)

    def plain(self) -> Any:
        return self.results

    def constant(self, number: Any) -> Self:
        raise TypeError("a bundle has no constants")

    def alike(self, share: Any) -> Any:
        return share

    def pull_all(self, g: JointShares, wanted: Sequence[bool], recording: bool) -> Sequence[Any]:
        """The share of every operand at once."""
        rule = self.rule
        assert isinstance(rule, JointRule)
        options = self.options or {}
        if recording:
            return self._pulled_again(rule, g, wanted, options)
        arrays = tuple(parent.plain() for parent in self.parents)
        shares = rule.backward(
            library_of(arrays[-1]),
            tuple(g),
            self.results,
            self.saved,
            arrays,
            options,
            tuple(wanted),
        )
        return [
            share if share is None or share.dtype == array.dtype else share.astype(array.dtype)
            for share, array in zip(shares, arrays, strict=True)
        ]

    def _pulled_again(
        self, rule: JointRule, g: JointShares, wanted: Sequence[bool], options: Mapping[str, Any]
    ) -> Sequence[Any]:
        with recorded():
            outputs = rule.unrolled(*self.parents, **options)
        starts = [
            (output, seed) for output, seed in zip(outputs, g, strict=True) if seed is not None
        ]
        asked = [parent for parent, want in zip(self.parents, wanted, strict=True) if want]
        found = pull_back(
            [output for output, _ in starts], [seed for _, seed in starts], asked, recording=True
        )
        return [
            found.get(parent) if want else None
            for parent, want in zip(self.parents, wanted, strict=True)
        ]

    def push_all(self, tangents: Sequence[Any], recording: bool) -> JointShares:
        """The tangents of all results, from those of the operands (None where one has none)."""
        rule = self.rule
        assert isinstance(rule, JointRule)
        parents = self.parents if recording else tuple(map(_fresh_leaf, self.parents))
        with recorded():
            outputs = rule.unrolled(*parents, **(self.options or {}))
        starts = {
            parent: tangent
            for parent, tangent in zip(parents, tangents, strict=True)
            if tangent is not None
        }
        return JointShares(push_forward(outputs, starts, recording))

    def pull(self, position: int, g: Any) -> Any:
        wanted = [place == position for place in range(len(self.parents))]
        return self.pull_all(g, wanted, recording=False)[position]

    def push(self, position: int, t: Any) -> Any:
        tangents = [t if place == position else None for place in range(len(self.parents))]
        return self.push_all(tangents, recording=False)

    def require_unchanged(self, position: int, recording: bool) -> None:
        for place, parent in enumerate(self.parents):
            parent.require_same_since(self, f"operand {place + 1}")
        if any(storage.changed_since(self.index) for storage in self.watched):
            raise ChangedError(
                f"{self.describe()}: its result was changed after the forward pass, so its "
                "derivative cannot be computed; change it after backward(), or use a copy"
            )


class Picked(Tensor):
    """One result of a joint rule."""

    __slots__ = ()
    parents: tuple[Any, ...]

    def __init__(self, bundle: Bundle, place: int, storage: Storage) -> None:
        self._array = storage.array
        self._storage = storage
        self.grad = None
        self.requires_grad = bundle.requires_grad
        self.rule = PICK if bundle.requires_grad else None
        self.parents = (bundle,) if bundle.requires_grad else ()
        context = special_context()
        options = {"place": place}
        self.details = (
            details_in(context, options) if context is not None else Details(options=options)
        )
        self.index = next_index()
        if context is not None and context.debugging:
            require_finite(self)

    def constant(self, number: Any) -> Tensor:  # type: ignore[override]
        return Tensor(number)

    def pull(self, position: int, g: Any) -> Any:
        return PICK.pull(position, g, self._array, self.parents, self.options)

    def push(self, position: int, t: Any) -> Any:
        return PICK.push(position, t, self._array, self.parents, self.options)

    def require_unchanged(self, position: int, recording: bool) -> None:
        """Picking reads no numbers."""


def _fresh_leaf(tensor: Tensor) -> Tensor:
    leaf = tensor.detach()
    return leaf.requires_grad_() if leaf.dtype.kind == "f" else leaf


@dataclass(eq=False)
class _Pick(Rule):
    """Taking one result out of a bundle."""

    registered: ClassVar[bool] = False

    def differentiates(self, position: int) -> bool:
        return True

    def reads(self, position: int) -> tuple[frozenset[int] | None, bool]:
        return frozenset(), False

    def pull(self, position: int, g: Any, y: Any, operands: Sequence[Any], options: Any) -> Any:
        count = len(operands[0].plain())
        return JointShares(g if place == options["place"] else None for place in range(count))

    def push(self, position: int, t: Any, y: Any, operands: Sequence[Any], options: Any) -> Any:
        return t[options["place"]]


PICK = _Pick(
    "pick", lambda m, u, place: u[place], ("the picked result gets its gradient",), ("u",), {}, "↦"
)
