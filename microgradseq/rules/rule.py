"""The two kinds of operation: elementwise, given by slopes, and any other, given by products."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy

from microgradseq.backend import library_of
from microgradseq.rules.base import RULES, Product, Rule, Together, plain
from microgradseq.rules.formula import Symbol, SymbolLibrary, as_tree, name, names_in, python_source

__all__ = [
    "RULES",
    "Elementwise",
    "Operation",
    "Rule",
    "Together",
    "broadcast_to_shape",
    "elementwise",
    "operation",
    "plain",
    "sum_to_shape",
]


@dataclass(eq=False)
class Elementwise(Rule):
    """An operation on each element by itself, given by its local slopes."""

    slopes: Callable[..., tuple[Any, ...]] = field(kw_only=True)
    elementwise: ClassVar[bool] = True

    def differentiates(self, position: int) -> bool:
        return self.slope_trees[position] is not None

    def reads(self, position: int) -> tuple[frozenset[int] | None, bool]:
        return self._reads[position]

    @cached_property
    def _reads(self) -> tuple[tuple[frozenset[int], bool], ...]:
        seen = [names_in(tree) if tree is not None else set() for tree in self.slope_trees]
        return tuple(
            (frozenset(i for i, each in enumerate(self.operands) if each in names), "y" in names)
            for names in seen
        )

    def pull(self, position: int, g: Any, y: Any, operands: Sequence[Any], options: Any) -> Any:
        share = self._times_slope(position, g, y, operands, options)
        return sum_to_shape(share, operands[position])

    def push(self, position: int, t: Any, y: Any, operands: Sequence[Any], options: Any) -> Any:
        share = self._times_slope(position, t, y, operands, options)
        return broadcast_to_shape(share, y)

    def slope(self, position: int, y: Any, operands: Sequence[Any], options: Any) -> Any:
        """The local derivative itself: a float or an array (or node) of the output's shape."""
        if self.singular:
            with numpy.errstate(all="ignore"):
                return self._slope_functions[position](y, *operands, **(options or {}))
        return self._slope_functions[position](y, *operands, **(options or {}))

    def _times_slope(
        self, position: int, g: Any, y: Any, operands: Sequence[Any], options: Any
    ) -> Any:
        constant = self.constant_slopes[position]
        if constant == 1:
            return g
        if constant == -1:
            return -g
        slope = self.slope(position, y, operands, options)
        if not self.singular:
            return g * slope
        with numpy.errstate(all="ignore"):
            share = g * slope
            library = library_of(plain(share)) or numpy
            lost = library.isnan(plain(share))
            # a GPU is not asked, which would mean waiting for it: there the choice is always made
            if library is numpy and not lost.any():
                return share
            # a zero that flows back stays zero, even past an infinite slope
            return g * RULES["where"]((plain(g) == 0) & lost, 0.0, slope)

    @cached_property
    def forward_tree(self) -> Symbol:
        """The forward function as a formula of the operands' and options' names."""
        options = {option: name(option) for option in self.options}
        return as_tree(self.forward(SymbolLibrary(), *map(name, self.operands), **options))

    @cached_property
    def slope_trees(self) -> tuple[Symbol | None, ...]:
        """Each slope as a formula of `y`, the operands' and the options' names."""
        options = {option: name(option) for option in self.options}
        slopes = self.slopes(name("y"), *map(name, self.operands), **options)
        return tuple(None if slope is None else as_tree(slope) for slope in slopes)

    @cached_property
    def constant_slopes(self) -> tuple[float | None, ...]:
        """Each slope that is the same number everywhere, else None."""
        return tuple(
            tree.parts[0] if tree is not None and tree.operation == "number" else None
            for tree in self.slope_trees
        )

    @cached_property
    def _slope_functions(self) -> tuple[Callable[..., Any], ...]:
        parameters = ", ".join(["y", *self.operands, *self.options])
        rules = {rule.name: rule for rule in RULES.values()}
        # one function a slope, so that the slope of an operand nobody asks for costs nothing
        return tuple(
            eval(f"lambda {parameters}: {python_source(tree)}", rules)
            if tree is not None
            else _no_slope
            for tree in self.slope_trees
        )


def _no_slope(*_: Any, **__: Any) -> float:
    return 0.0


@dataclass(eq=False)
class Operation(Rule):
    """An operation that moves or mixes elements, given by both of its products."""

    vjp: tuple[Product | None, ...] = field(kw_only=True)
    jvp: tuple[Product | None, ...] = field(kw_only=True)
    needs: frozenset[str] = field(kw_only=True)

    def differentiates(self, position: int) -> bool:
        return self.variadic or self.vjp[position] is not None

    def reads(self, position: int) -> tuple[frozenset[int] | None, bool]:
        if self.variadic:
            return (None if self.needs else frozenset()), "y" in self.needs
        operands = frozenset(i for i, each in enumerate(self.operands) if each in self.needs)
        return operands, "y" in self.needs

    def pull(self, position: int, g: Any, y: Any, operands: Sequence[Any], options: Any) -> Any:
        return self._product(self.vjp, position, g, y, operands, options)

    def push(self, position: int, t: Any, y: Any, operands: Sequence[Any], options: Any) -> Any:
        return self._product(self.jvp, position, t, y, operands, options)

    def _product(
        self,
        products: tuple[Product | None, ...],
        position: int,
        vector: Any,
        y: Any,
        operands: Sequence[Any],
        options: Any,
    ) -> Any:
        product = products[0] if self.variadic else products[position]
        assert product is not None, "asked only where differentiates() says yes"
        which = (position,) if self.variadic else ()
        if self.singular:
            with numpy.errstate(all="ignore"):
                return product(*which, vector, y, *operands, **(options or {}))
        return product(*which, vector, y, *operands, **(options or {}))


def elementwise(
    rule_name: str,
    *,
    forward: Callable[..., Any],
    slopes: Callable[..., tuple[Any, ...]],
    words: str | tuple[str, ...],
    symbol: str | None = None,
    numpy: tuple[str, ...] = (),
    singular: bool = False,
) -> Elementwise:
    """Make and register a rule that works on each element by itself.

    Arguments:
        rule_name: its name.
        forward: (library, *operands, *, options) to the result.
        slopes: (y, *operands, *, options) to one slope an operand, None where there is none;
            written with ordinary operators and other rules, comparisons give 0 or 1.
        words: the derivative in words, one text an operand.
        symbol: see Rule.
        numpy: see Rule.
        singular: see Rule.

    >>> RULES["mul"].operands, RULES["mul"].symbol
    (('u', 'v'), '×')
    """
    operands, options = _signature(forward)
    return Elementwise(
        rule_name,
        forward,
        (words,) if isinstance(words, str) else words,
        operands,
        options,
        symbol or rule_name,
        numpy,
        singular,
        slopes=slopes,
    )


def operation(
    rule_name: str,
    *,
    forward: Callable[..., Any],
    vjp: Product | tuple[Product | None, ...] | None,
    jvp: Product | tuple[Product | None, ...] | None,
    words: str | tuple[str, ...],
    needs: tuple[str, ...] = (),
    symbol: str | None = None,
    numpy: tuple[str, ...] = (),
    singular: bool = False,
    pull_into: Product | None = None,
    pull_together: Together | None = None,
) -> Operation:
    """Make and register a rule that moves or mixes elements.

    Arguments:
        rule_name: its name.
        forward: (library, *operands, *, options) to the result.
        vjp: (g, y, *operands, *, options) to the gradient of an operand; one function an operand,
            None where there is no derivative. Where forward takes `*operands`, one function
            (position, g, y, *operands, *, options) for all.
        jvp: the same with the tangent t of that operand, to its share of the result's tangent.
        needs: the operands (by name) and "y" whose elements, not only shapes, the products read.
        pull_into: (total, g, *, options): adds the operand's share to a running total in place,
            where that is cheaper than making the share first.
        pull_together: see Together.
        words: the derivative in words, one text an operand.
        symbol: see Rule.
        numpy: see Rule.
        singular: see Rule.

    >>> RULES["matmul"].operands
    ('a', 'b')
    """
    operands, options = _signature(forward)
    variadic = any(
        each.kind is inspect.Parameter.VAR_POSITIONAL
        for each in inspect.signature(forward).parameters.values()
    )
    return Operation(
        rule_name,
        forward,
        (words,) if isinstance(words, str) else words,
        operands,
        options,
        symbol or rule_name,
        numpy,
        singular,
        variadic,
        vjp=vjp if isinstance(vjp, tuple) else (vjp,),
        jvp=jvp if isinstance(jvp, tuple) else (jvp,),
        needs=frozenset(needs),
        pull_into=pull_into,
        pull_together=pull_together,
    )


def _signature(forward: Callable[..., Any]) -> tuple[tuple[str, ...], dict[str, Any]]:
    parameters = list(inspect.signature(forward).parameters.values())[1:]
    operands = tuple(p.name for p in parameters if p.kind is not p.KEYWORD_ONLY)
    return operands, {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}


def sum_to_shape(share: Any, operand: Any) -> Any:
    """Undo broadcasting: sum a gradient until it has its operand's shape.

    Arguments:
        share: array or node of the broadcast shape.
        operand: what it belongs to, of a shape that broadcasts to that one.
    Returns:
        The share, summed over the axes along which the operand was repeated.

    >>> sum_to_shape(numpy.ones((2, 3)), numpy.ones((3,))).tolist()
    [2.0, 2.0, 2.0]
    """
    wanted = getattr(operand, "shape", ())
    if getattr(share, "shape", ()) == wanted:
        return share
    return RULES["sum_to"](share, shape=wanted)


def broadcast_to_shape(share: Any, result: Any) -> Any:
    """Repeat a tangent until it has the result's shape; the counterpart of `sum_to_shape`."""
    wanted = getattr(result, "shape", ())
    if getattr(share, "shape", ()) == wanted:
        return share
    return RULES["broadcast_to"](share, shape=wanted)
