"""A node of the graph: what scalars and arrays have in common.

Every node carries the number of its creation. Operands are always older than what is made of
them, so that number is a topological order for free. No node points forward, so there are no
reference cycles.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Mapping, Sequence
from copy import deepcopy
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Self

from microgradseq.backend import library_of
from microgradseq.context import Context
from microgradseq.errors import GradientError, NotFiniteError
from microgradseq.rules import Rule

next_index = itertools.count().__next__
by_index = attrgetter("index")
NO_TAGS: Mapping[str, object] = MappingProxyType({})
# this package's files, and the functions that it generates from the rules
_OURS = (str(Path(__file__).parent), "<rule ")


class Details:
    """What most nodes do without: a name, tags, a rule's options, the line that made the node."""

    __slots__ = ("name", "options", "retains", "site", "tags")

    def __init__(
        self,
        name: str | None = None,
        tags: Mapping[str, object] = NO_TAGS,
        options: Mapping[str, Any] | None = None,
        site: str | None = None,
    ) -> None:
        self.name = name
        self.tags = tags
        self.options = options
        self.site = site
        self.retains = False


class Node:
    """A number in a graph: what it is, which rule made it, and from which operands.

    `Value` and `Tensor` are its two kinds. A node without operands is a leaf; a leaf that does
    not require a gradient is a constant.
    """

    __slots__ = (
        "__weakref__",
        "details",
        "grad",
        "index",
        "parents",
        "requires_grad",
        "rule",
    )
    kind: ClassVar[str]
    details: Details | None
    grad: Any
    index: int
    parents: tuple[Self, ...]
    requires_grad: bool
    rule: Rule | None

    @property
    def name(self) -> str | None:
        """The name that a person gave it, if any."""
        return self.details.name if self.details is not None else None

    @name.setter
    def name(self, name: str | None) -> None:
        self._own_details().name = name

    @property
    def tags(self) -> Mapping[str, object]:
        """What `scope(...)` marked it with."""
        return self.details.tags if self.details is not None else NO_TAGS

    @property
    def options(self) -> Mapping[str, Any] | None:
        """The options of its rule, such as an axis."""
        return self.details.options if self.details is not None else None

    @property
    def site(self) -> str | None:
        """The line of code that made it, where `debug()` was on."""
        return self.details.site if self.details is not None else None

    def _own_details(self) -> Details:
        if self.details is None:
            self.details = Details()
        return self.details

    def describe(self) -> str:
        """The node in a few words for an error: its rule, its name, its line if known."""
        text = self.rule.name if self.rule is not None else "leaf"
        if self.name is not None:
            text += f' "{self.name}"'
        return f"{text}, made at {self.site}" if self.site is not None else text

    def plain(self) -> Any:
        """The bare float or array."""
        raise NotImplementedError

    def constant(self, number: Any) -> Self:
        """A constant node of the same kind as this one."""
        raise NotImplementedError

    def __deepcopy__(self, known: dict[int, Any]) -> Self:
        """A leaf of its own with the same number, gradient and marks; a result has no copy."""
        if self.parents:
            raise GradientError(f"{self.describe()}: only leaves can be copied; use .detach()")
        twin = self.constant(self.plain())
        twin.requires_grad = self.requires_grad
        twin.grad = deepcopy(self.grad)
        twin.details = Details(self.name, self.tags, None, self.site)
        return twin

    def alike(self, share: Any) -> Any:
        """A recorded gradient or tangent of this node, as a node at this node's precision."""
        raise NotImplementedError

    def pull(self, position: int, g: Any) -> Any:
        """The share of this node's gradient g, a plain number, that reaches one operand."""
        raise NotImplementedError

    def push(self, position: int, t: Any) -> Any:
        """The share of one operand's tangent t, a plain number, that reaches this node."""
        raise NotImplementedError

    def pull_all(self, g: Any, wanted: Sequence[bool], recording: bool) -> Sequence[Any]:
        """Of a joint rule: the shares of all operands at once, None where not wanted."""
        raise NotImplementedError

    def push_all(self, tangents: Sequence[Any], recording: bool) -> Any:
        """Of a joint rule: the tangents of all results, from those of the operands."""
        raise NotImplementedError

    def require_unchanged(self, position: int, recording: bool) -> None:
        """Refuse to differentiate where a number that the derivative reads has been changed."""
        raise NotImplementedError


def is_finite(number: Any) -> bool:
    """Whether a float or every element of an array is finite.

    >>> is_finite(1.0), is_finite(float("nan"))
    (True, False)
    """
    library = library_of(number)
    if library is not None:
        return bool(library.isfinite(number).all())
    return bool(number - number == 0)


def require_finite(node: Node) -> None:
    """Under `debug()`: refuse a NaN or an infinity where it is made."""
    number = node.plain()
    if is_finite(number):
        return
    shown = number if isinstance(number, float) else "NaN or infinity"
    rule = node.rule.name if node.rule is not None else "the leaf"
    operands = ", ".join(map(_told, node.parents)) or "a number"
    tags = ", ".join(f"{name}={value}" for name, value in (node.tags or {}).items())
    place = f" ({tags})" if tags else ""
    raise NotFiniteError(f"{rule}{place} gave {shown} from {operands} at {node.site}")


def _told(node: Node) -> str:
    """A node in an error: its name, its number, or the shape of its numbers."""
    number = node.plain()
    return node.name or (repr(number) if isinstance(number, float) else f"shape {number.shape}")


def line_of_user_code() -> str:
    """The nearest line outside this package that is being run, as `file:line`."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def details_in(context: Context, options: Mapping[str, Any] | None) -> Details:
    """The details of a node that is made in a special context."""
    site = line_of_user_code() if context.debugging else None
    return Details(None, context.tags, options, site)


def require_seed(shape: tuple[int, ...]) -> None:
    """Refuse `backward()` without a seed where there is no single number to start from."""
    if shape not in ((), (1,)) and any(length != 1 for length in shape):
        raise GradientError(
            f"backward() starts from a single number, this node has shape {shape}: "
            "reduce it first, for example with .sum(), or pass backward(gradient=...)"
        )
