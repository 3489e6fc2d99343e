"""Derivatives of functions: of numbers, arrays, and nested lists, tuples and dicts of them.

Numbers reach the function as `Value`, arrays as `Tensor`. Where plain numbers go in, plain numbers
come out; inside another derivative, or where an input requires a gradient, the derivative is a
graph that can be differentiated again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any

import numpy

from microgradseq.backend import library_of
from microgradseq.errors import GradientError
from microgradseq.gradient_check import check_gradients
from microgradseq.node import Node
from microgradseq.rules import RULES
from microgradseq.traced import Traced, shape_of
from microgradseq.value import Value

__all__ = [
    "check_gradients",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "value_and_grad",
    "vjp",
]

Function = Callable[..., Any]
Argnums = int | Sequence[int]


def grad(f: Function, argnums: Argnums = 0, create_graph: bool = False) -> Function:
    """The function that gives the gradient of a function of one number.

    Arguments:
        f: a function that returns one number.
        argnums: which argument to differentiate with respect to, or several.
        create_graph: whether to return nodes that can be differentiated again.
    Returns:
        A function of the same arguments; keyword arguments are passed on as they are. Its result
        is nested like the chosen argument; for several argnums it is a tuple.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    """
    both = _value_and_grad("grad", f, argnums, create_graph)

    @wraps(f, updated=())
    def gradient(*arguments: Any, **keywords: Any) -> Any:
        return both(*arguments, **keywords)[1]

    return gradient


def value_and_grad(f: Function, argnums: Argnums = 0, create_graph: bool = False) -> Function:
    """The function that gives both the value and the gradient, from one run.

    Arguments:
        f: a function that returns one number.
        argnums: which argument to differentiate with respect to, or several.
        create_graph: whether to return nodes that can be differentiated again.
    Returns:
        A function of the same arguments that returns (value, gradient); see `grad`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return _value_and_grad("value_and_grad", f, argnums, create_graph)


def _value_and_grad(asked_by: str, f: Function, argnums: Argnums, create_graph: bool) -> Function:
    @wraps(f, updated=())
    def both(*arguments: Any, **keywords: Any) -> Any:
        places = _places(asked_by, argnums, len(arguments))
        traced = Traced(asked_by, partial(f, **keywords), arguments, places, create_graph)
        if len(traced.outputs) != 1 or math.prod(shape_of(traced.outputs[0])) != 1:
            raise GradientError(_not_one_number(asked_by, traced))
        gradients = traced.input_layout.build(traced.pull([_one_like(traced.outputs[0])]))
        value = traced.values()[0]
        # on a GPU the number stays there until somebody reads it
        if library_of(value) is numpy:
            value = value.item()
        return value, gradients[0] if isinstance(argnums, int) else gradients

    return both


def _not_one_number(asked_by: str, traced: Traced) -> str:
    if len(traced.outputs) == 1:
        what = f"shape {shape_of(traced.outputs[0])}"
    else:
        what = f"{len(traced.outputs)} things"
    return (
        f"{asked_by} is for functions that return one number, this one returned {what}; "
        "reduce it, for example with .sum(), or use jacobian or vjp"
    )


def _one_like(output: Any) -> Any:
    library = _library_of(output)
    return 1.0 if library is None else library.ones(shape_of(output))


def _places(asked_by: str, argnums: Argnums, count: int) -> tuple[int, ...]:
    places = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for place in places:
        if not -count <= place < count:
            raise GradientError(
                f"{asked_by}: argnums names argument {place}, the function was given {count}"
            )
    return tuple(place % count for place in places)


def vjp(f: Function, *inputs: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Reverse mode: the value, and the function that carries gradients back.

    Arguments:
        f: a function.
        inputs: its arguments, all differentiated.
    Returns:
        The value, and a function from gradients, nested and shaped like the value, to a tuple
        with one gradient an input.

    >>> value, pull_back = vjp(lambda a, b: a * b, 2.0, 3.0)
    >>> value, pull_back(1.0)
    (6.0, (3.0, 2.0))
    """
    traced = Traced("vjp", f, inputs, range(len(inputs)))

    def pull(cotangents: Any) -> tuple[Any, ...]:
        return traced.input_layout.build(traced.pull(traced.seeds(cotangents)))  # type: ignore[no-any-return]

    return traced.output_layout.build(traced.values()), pull


def _as_arguments(inputs: Any) -> tuple[Any, ...]:
    return tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)


def jvp(f: Function, inputs: Any, tangents: Any) -> tuple[Any, Any]:
    """Forward mode: the value, and how it moves when the inputs move.

    Arguments:
        f: a function.
        inputs: its arguments as a tuple or list; a single number or array may stand bare.
        tangents: the direction in which they move, nested and shaped alike.
    Returns:
        The value and its tangent.

    >>> jvp(lambda a, b: a * b, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    arguments = _as_arguments(inputs)
    traced = Traced("jvp", f, arguments, range(len(arguments)))
    pushed = traced.push(traced.tangents(_as_arguments(tangents)))
    build = traced.output_layout.build
    return build(traced.values()), build(pushed)


def jacobian(f: Function, argnums: Argnums = 0, create_graph: bool = False) -> Function:
    """The function that gives all derivatives of every output with respect to every input.

    Arguments:
        f: a function.
        argnums: which argument to differentiate with respect to, or several.
        create_graph: whether to return nodes that can be differentiated again.
    Returns:
        A function of the same arguments. Its result is nested like the output, and inside like the
        argument; each array has the output's shape followed by the input's. Reverse mode is used
        where there are fewer outputs than inputs, else forward mode.

    >>> import numpy
    >>> jacobian(lambda x: x * x)(numpy.array([1.0, 2.0])).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """

    @wraps(f, updated=())
    def derivatives(*arguments: Any, **keywords: Any) -> Any:
        places = _places("jacobian", argnums, len(arguments))
        traced = Traced("jacobian", partial(f, **keywords), arguments, places, create_graph)
        outputs = sum(math.prod(shape_of(output)) for output in traced.outputs)
        inputs = sum(math.prod(shape_of(one)) for one in traced.inputs)
        blocks = _by_rows(traced) if outputs <= inputs else _by_columns(traced)
        per_output = [traced.input_layout.build(row) for row in blocks]
        if isinstance(argnums, int):
            per_output = [row[0] for row in per_output]
        return traced.output_layout.build(per_output)

    return derivatives


def _by_rows(traced: Traced) -> list[list[Any]]:
    """One backward sweep for each element of each output."""
    blocks = []
    for place, output in enumerate(traced.outputs):
        seeds = [_zeros_like(other) for other in traced.outputs]
        rows = []
        for seeds[place] in _unit_directions(output):
            rows.append(traced.pull(seeds))
        blocks.append(
            [
                _joined([row[k] for row in rows], output, one, first=True)
                for k, one in enumerate(traced.inputs)
            ]
        )
    return blocks


def _by_columns(traced: Traced) -> list[list[Any]]:
    """One forward sweep for each element of each input."""
    blocks: list[list[Any]] = [[] for _ in traced.outputs]
    for place, one in enumerate(traced.inputs):
        tangents = [_zeros_like(other) for other in traced.inputs]
        columns = []
        for tangents[place] in _unit_directions(one):
            columns.append(traced.push(tangents))
        for k, output in enumerate(traced.outputs):
            blocks[k].append(_joined([column[k] for column in columns], output, one, first=False))
    return blocks


def _library_of(thing: Any) -> Any:
    return library_of(thing.plain() if isinstance(thing, Node) else thing)


def _zeros_like(thing: Any) -> Any:
    library = _library_of(thing)
    return 0.0 if library is None else library.zeros(shape_of(thing))


def _unit_directions(thing: Any) -> list[Any]:
    """For each element, what is one there and zero elsewhere."""
    library = _library_of(thing)
    if library is None:
        return [1.0]
    count = math.prod(shape_of(thing))
    return [row.reshape(shape_of(thing)) for row in library.eye(count)]


def _joined(pieces: list[Any], output: Any, one: Any, first: bool) -> Any:
    """Rows (`first`) or columns as one array of the output's shape and then the input's."""
    shape = shape_of(output) + shape_of(one)
    if len(pieces) == 1 and shape_of(pieces[0]) == shape:
        return pieces[0]
    if not pieces or isinstance(pieces[0], (float, Value)):
        # of nothing, or between a Value and a Tensor, which cannot depend on each other
        library = _library_of(output) or _library_of(one)
        return library.zeros(shape)
    return RULES["reshape"](RULES["stack"](*pieces, axis=0 if first else -1), shape=shape)


def hessian(f: Function, argnums: Argnums = 0, create_graph: bool = False) -> Function:
    """The function that gives all second derivatives of a function of one number.

    Arguments:
        f: a function that returns one number.
        argnums: which argument to differentiate with respect to, or several.
        create_graph: whether to return nodes that can be differentiated again.
    Returns:
        A function of the same arguments; its result is the Jacobian of the gradient.

    >>> import numpy
    >>> hessian(lambda x: (x**3).sum())(numpy.array([1.0, 2.0])).tolist()
    [[6.0, 0.0], [0.0, 12.0]]
    """
    return jacobian(grad(f, argnums), argnums, create_graph)


def hvp(f: Function, inputs: Any, vector: Any) -> Any:
    """The Hessian times a vector, without making the Hessian: forward mode over reverse mode.

    Arguments:
        f: a function that returns one number.
        inputs: its arguments as a tuple or list; a single number or array may stand bare.
        vector: nested and shaped like the inputs.
    Returns:
        The product, a tuple where `inputs` is a tuple or list.

    >>> hvp(lambda x: x**3, 2.0, 1.0)
    12.0
    """
    arguments = _as_arguments(inputs)
    gradient = grad(f, tuple(range(len(arguments))))
    product = jvp(gradient, arguments, vector)[1]
    return product if isinstance(inputs, (tuple, list)) else product[0]
