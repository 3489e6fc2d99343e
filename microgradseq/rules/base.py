"""What every kind of operation has in common, and the registry of them all."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy

from microgradseq.backend import common_library, library_of
from microgradseq.numbers import plural

Product = Callable[..., Any]

RULES: dict[str, Rule] = {}
"""Every operation by its name."""


@dataclass(eq=False)
class Rule:
    """One operation.

    Arguments:
        name: what it is called in code, errors and formulas.
        forward: from an array library and the operands (and options) to the result.
        words: the derivative in words, one sentence an operand.
        operands: the operands' names, as the words use them.
        options: names and defaults of what is not differentiated, such as an axis.
        symbol: what stands for it in a picture.
        numpy: NumPy's universal functions (ufuncs) that mean this operation.
        singular: whether a slope can be infinite at a finite operand; then a zero that flows back
            stays zero instead of becoming NaN.
        variadic: whether it takes any number of operands, all treated alike.
        pull_into: (total, g, *, options): adds the operand's share to a running total in place,
            where that is cheaper than making the share first.
        pull_together: see Together.

    >>> RULES["tanh"].words
    '∂tanh(u)/∂u = 1 − tanh²(u)'
    >>> RULES["tanh"](0.0)
    0.0
    """

    name: str
    forward: Callable[..., Any]
    words_by_operand: tuple[str, ...]
    operands: tuple[str, ...]
    options: Mapping[str, Any]
    symbol: str
    numpy: tuple[str, ...] = ()
    singular: bool = False
    variadic: bool = False
    pull_into: Product | None = None
    pull_together: Together | None = None
    elementwise: ClassVar[bool] = False
    joint: ClassVar[bool] = False
    registered: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not self.registered:
            return
        if self.name in RULES:
            raise ValueError(f"there is a rule named {self.name} already")
        if not self.words_by_operand or not all(self.words_by_operand):
            raise ValueError(f"rule {self.name} says no words about its derivative")
        RULES[self.name] = self

    @property
    def words(self) -> str:
        """The whole derivative in words."""
        return "; ".join(dict.fromkeys(self.words_by_operand))

    @property
    def arity(self) -> int:
        """How many operands it takes; of a variadic rule, the least."""
        return len(self.operands)

    def words_for(self, position: int) -> str:
        """The derivative in words with respect to one operand."""
        return self.words_by_operand[min(position, len(self.words_by_operand) - 1)]

    def __call__(self, *operands: Any, **options: Any) -> Any:
        """Apply it to numbers, arrays, or nodes (which record it)."""
        for operand in operands:
            apply_rule = getattr(type(operand), "apply_rule", None)
            if apply_rule is not None:
                return apply_rule(self, operands, options)
        if any(library_of(operand) is not None for operand in operands):
            arrays = [operand for operand in operands if library_of(operand) is not None]
            library = common_library(self.name, arrays)
            return self.compute(library, operands, options)
        result = self.compute(numpy, tuple(map(numpy.float64, operands)), options)
        return result.item() if getattr(result, "shape", None) == () else result

    def compute(self, library: Any, operands: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """The forward result on plain arrays, without warnings where infinities are in order."""
        if self.singular:
            with numpy.errstate(all="ignore"):
                return self.forward(library, *operands, **options)
        return self.forward(library, *operands, **options)

    def require_call(self, operands: int, options: Mapping[str, Any]) -> None:
        """Refuse a call with the wrong number of operands, or with options that do not fit."""
        if operands != self.arity and not self.variadic:
            raise TypeError(
                f"{self.name} takes {plural(self.arity, 'operand')} "
                f"({', '.join(self.operands)}), {operands} were given"
            )
        unknown = ", ".join(sorted(options.keys() - self.options.keys()))
        if unknown:
            known = ", ".join(self.options) or "none"
            raise TypeError(f"{self.name} has no option {unknown}; its options: {known}")
        missing = [
            option
            for option, default in self.options.items()
            if default is inspect.Parameter.empty and option not in options
        ]
        if missing:
            raise TypeError(f"{self.name} needs the option {', '.join(missing)}")

    def differentiates(self, position: int) -> bool:
        """Whether a derivative with respect to this operand exists."""
        raise NotImplementedError

    def reads(self, position: int) -> tuple[frozenset[int] | None, bool]:
        """Which operands, and whether the output, the derivative looks at (None: all operands)."""
        raise NotImplementedError

    def pull(self, position: int, g: Any, y: Any, operands: Sequence[Any], options: Any) -> Any:
        """Vector-Jacobian product: the share of the output's gradient g that reaches an operand."""
        raise NotImplementedError

    def push(self, position: int, t: Any, y: Any, operands: Sequence[Any], options: Any) -> Any:
        """Jacobian-vector product: the share of an operand's tangent t that reaches the output."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Together:
    """How the shares of many uses of one operand are computed at once, where that is faster.

    Arguments:
        position: the operand.
        fits: (operands) to whether this use can be part of it.
        total: (gradients, operands of each use) to the sum of all shares.
    """

    position: int
    fits: Callable[[Sequence[Any]], bool]
    total: Callable[[list[Any], list[Sequence[Any]]], Any]


def plain(thing: Any) -> Any:
    """The bare array or number behind a node; anything else as it is.

    >>> plain(3)
    3
    """
    return thing.plain() if hasattr(type(thing), "apply_rule") else thing
