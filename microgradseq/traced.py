"""One run of a function, recorded so that it can be differentiated with respect to its inputs.

The inputs become nodes of their own. An input that is itself part of a graph under differentiation
stays connected to it through the rule `identity`, so derivatives nest to any order, and a node of
an outer derivative is never mistaken for one of this run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy

from microgradseq.backend import library_of
from microgradseq.context import current_context, nesting, recorded
from microgradseq.errors import GradientError, ShapeError
from microgradseq.node import Node
from microgradseq.rules import RULES
from microgradseq.structure import Layout, matching, paths_of, take_apart
from microgradseq.sweep import pull_back, push_forward
from microgradseq.tensor import Tensor
from microgradseq.value import Value


class Traced:
    """A function's run, its inputs and outputs taken apart into single nodes.

    Arguments:
        asked_by: the derivative's name, for errors.
        function: called once, as `function(*arguments)`.
        arguments: all of its arguments.
        argnums: which arguments are differentiated.
        create_graph: whether the derivative shall be a graph even where nothing asks for it.

    `recording` says whether derivatives are made as graphs: inside another derivative, or where an
    input requires a gradient.
    """

    def __init__(
        self,
        asked_by: str,
        function: Callable[..., Any],
        arguments: Sequence[Any],
        argnums: Sequence[int],
        create_graph: bool = False,
    ) -> None:
        self.asked_by = asked_by
        chosen = tuple(arguments[place] for place in argnums)
        self.given, self.input_layout = take_apart(chosen)
        wanting = any(isinstance(one, Node) and one.requires_grad for one in self.given)
        self.recording = _recorded_here(create_graph or wanting)
        with recorded():
            self.inputs = [self._input(one) for one in self.given]
            complete = list(arguments)
            for place, argument in zip(argnums, self.input_layout.build(self.inputs), strict=True):
                complete[place] = argument
            result = function(*complete)
        self.outputs, self.output_layout = take_apart(result)
        for output in self.outputs:
            self._require_differentiable(output)

    def _input(self, given: Any) -> Node:
        if isinstance(given, Node):
            return self._input_from_node(given)
        if isinstance(given, (bool, numpy.bool)):
            raise GradientError(f"{self.asked_by}: there is no derivative with respect to a bool")
        if isinstance(given, (int, float, numpy.number)):
            return Value(given)
        if library_of(given) is not None:
            return Tensor(given, requires_grad=True)
        raise GradientError(
            f"{self.asked_by}: there is no derivative with respect to {type(given).__name__}; "
            "pass numbers, arrays, Values or Tensors, or choose others with argnums"
        )

    def _input_from_node(self, given: Node) -> Node:
        if self.recording and given.requires_grad:
            inside: Node = RULES["identity"](given)
        elif isinstance(given, Value):
            inside = Value(given.data)
        else:
            inside = Tensor(given.plain(), requires_grad=True)
        if given.name is not None:
            inside.name = given.name
        return inside

    def _require_differentiable(self, output: Any) -> None:
        if isinstance(output, (int, float, numpy.number)):
            return
        bare = output.plain() if isinstance(output, Node) else output
        if library_of(bare) is None and not isinstance(bare, float):
            raise GradientError(
                f"{self.asked_by}: the function returned {type(output).__name__}, which has no "
                "derivative; return Values, Tensors or numbers"
            )
        if library_of(bare) is not None and bare.dtype.kind != "f":
            raise GradientError(
                f"{self.asked_by}: the function returned {bare.dtype} numbers, which have no "
                "derivative"
            )

    # --- reverse and forward ----------------------------------------------------------------

    def seeds(self, cotangents: Any) -> list[Any]:
        """The numbers to start from at each output, checked against the outputs."""
        return _fitted(cotangents, self.outputs, self.output_layout, f"{self.asked_by}: cotangents")

    def tangents(self, tangents: Any) -> list[Any]:
        """The numbers to start from at each input, checked against the inputs."""
        return _fitted(tangents, self.inputs, self.input_layout, f"{self.asked_by}: tangents")

    def pull(self, seeds: Sequence[Any]) -> list[Any]:
        """Reverse mode: one gradient an input, from one seed an output."""
        recording = self._records_with(seeds)
        starts = [
            (output, _seed(output, seed, recording))
            for output, seed in zip(self.outputs, seeds, strict=True)
            if isinstance(output, Node) and output.requires_grad
        ]
        nodes, numbers = [node for node, _ in starts], [seed for _, seed in starts]
        with recorded(0) if recording else nullcontext():
            found = pull_back(nodes, numbers, self.inputs, recording)
        return [
            _presented(found.get(node), node, given, recording)
            for node, given in zip(self.inputs, self.given, strict=True)
        ]

    def push(self, tangents: Sequence[Any]) -> list[Any]:
        """Forward mode: one tangent an output, from one tangent an input."""
        recording = self._records_with(tangents)
        starts: dict[Node, Any] = {
            node: _seed(node, tangent, recording)
            for node, tangent in zip(self.inputs, tangents, strict=True)
        }
        nodes = [output for output in self.outputs if isinstance(output, Node)]
        with recorded(0) if recording else nullcontext():
            found = iter(push_forward(nodes, starts, recording))
        return [
            _presented(
                next(found) if isinstance(output, Node) else None, output, self._like, recording
            )
            for output in self.outputs
        ]

    def values(self) -> list[Any]:
        """The outputs themselves: as nodes inside another derivative, else as bare numbers."""
        return [
            output
            if self.recording
            else _presented(_bare(output), output, self._like, self.recording)
            for output in self.outputs
        ]

    def _records_with(self, starts: Sequence[Any]) -> bool:
        wanting = any(isinstance(one, Node) and one.requires_grad for one in starts)
        return self.recording or _recorded_here(wanting)

    @property
    def _like(self) -> Any:
        """An input that is a node, if there is one: then results are nodes too."""
        return next((given for given in self.given if isinstance(given, Node)), None)


def _recorded_here(wanted: bool) -> bool:
    return current_context().recording and (wanted or nesting() > 0)


def _bare(thing: Any) -> Any:
    return thing.plain() if isinstance(thing, Node) else thing


def shape_of(thing: Any) -> tuple[int, ...]:
    """The shape of an array or a tensor; of a number ().

    >>> shape_of(2.0), shape_of(numpy.ones(3))
    ((), (3,))
    """
    return tuple(getattr(_bare(thing), "shape", ()))


def _fitted(structure: Any, wanted: Sequence[Any], layout: Layout, what: str) -> list[Any]:
    """What a structure holds, if its form and its shapes are those of some nodes."""
    leaves = matching(
        structure,
        layout,
        lambda: GradientError(f"{what} must be nested like what they belong to"),
    )
    for leaf, node, path in zip(leaves, wanted, paths_of(layout), strict=True):
        if library_of(_bare(leaf)) is None and not isinstance(_bare(leaf), (int, float)):
            raise GradientError(f"{what}{path} must be numbers, got {type(leaf).__name__}")
        if shape_of(leaf) != shape_of(node):
            raise ShapeError(
                f"{what}{path} of shape {shape_of(leaf)} do not fit shape {shape_of(node)}"
            )
    return leaves


def _seed(node: Node, number: Any, recording: bool) -> Any:
    """A number to start from, as a node of the same kind where the derivative is recorded."""
    if recording and isinstance(number, Node):
        return node.alike(number)
    bare = _bare(number)
    fitting = float(bare) if isinstance(node, Value) else node.seed(bare)  # type: ignore[attr-defined]
    return node.constant(fitting) if recording else fitting


def _presented(number: Any, node: Any, given: Any, recording: bool) -> Any:
    """A derivative as the caller wants it; zeros where there is none.

    Arguments:
        number: a float, an array or a node; None for zeros.
        node: what it is the derivative of or with respect to.
        given: what the caller passed in: a node asks for nodes.
        recording: whether the derivative is part of a graph.
    """
    if number is None:
        number = _zeros(_bare(node))
    if isinstance(number, Node):
        return number
    if library_of(number) is not None:
        number = library_of(number).asarray(number)
    if not isinstance(node, Node) or not (recording or isinstance(given, Node)):
        return number
    return node.constant(number)


def _zeros(bare: Any) -> Any:
    library = library_of(bare)
    return 0.0 if library is None else library.zeros(bare.shape, dtype=bare.dtype)
