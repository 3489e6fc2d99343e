"""A stand-in for `cupy.ElementwiseKernel`: it reads the C of a kernel and computes it with NumPy.

It knows what the kernels here are made of: arithmetic, comparisons, `a ? b : c`, a few functions,
`T(...)`, and declarations `T name = ...`. What it does not know is an error.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

import numpy

from tests.strict.strict_arrays import StrictArray, bare, strict

_FUNCTIONS = {
    "tanh": numpy.tanh,
    "exp": numpy.exp,
    "log": numpy.log,
    "log1p": numpy.log1p,
    "sqrt": numpy.sqrt,
    "fabs": numpy.abs,
    "max": numpy.maximum,
    "min": numpy.minimum,
}
_OPENING, _CLOSING = "([", ")]"


class ElementwiseKernel:
    """One pass over all elements, written in C.

    Arguments:
        in_params, out_params: declarations such as "T u, T v", separated by commas.
        operation: the statements.
        name: what the kernel is called.

    >>> double = ElementwiseKernel("T u", "T v", "T two = 2; v = u > T(0) ? two * u : u;", "double")
    >>> double(strict(numpy.array([-1.0, 2.0]))).tolist()
    [-1.0, 4.0]
    """

    runs: ClassVar[set[str]] = set()
    """The names of all kernels that have been run; a test may empty it."""

    def __init__(
        self, in_params: str, out_params: str, operation: str, name: str = "kernel"
    ) -> None:
        self.inputs, self.outputs = _names(in_params), _names(out_params)
        names = [*self.inputs, *self.outputs]
        for one in names:
            if one in ("i", "n") or one.startswith("_"):
                raise ValueError(f"Can not use '{one}' as a parameter name")
        if len(set(names)) != len(names) or not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise ValueError(f"kernel {name}: names must be different, and names of C")
        self.name = name
        self.steps = [
            _assignment(text)
            for statement in operation.split(";")
            for text in _declared(statement)
            if text.strip()
        ]

    def __call__(self, *operands: Any) -> Any:
        count, total = len(self.inputs), len(self.inputs) + len(self.outputs)
        if len(operands) not in (count, total):
            raise TypeError(f"the kernel takes {count} or {total} operands, not {len(operands)}")
        self.runs.add(self.name)
        arrays = [one for one in operands if isinstance(one, StrictArray)]
        if len({one.dtype for one in arrays}) != 1:
            raise TypeError("Type is mismatched: T stands for one type")
        dtype = arrays[0].dtype
        known = dict(zip(self.inputs, map(bare, operands), strict=False))
        shape = numpy.broadcast_shapes(*(numpy.shape(number) for number in known.values()))
        with numpy.errstate(all="ignore"):
            for name, expression in self.steps:
                known[name] = _as(dtype, eval(expression, {**_environment(dtype), **known}))
        results = [numpy.broadcast_to(known[name], shape) for name in self.outputs]
        if len(operands) == count:
            made = tuple(strict(numpy.array(result)) for result in results)
            return made if len(made) > 1 else made[0]
        for target, result in zip(operands[count:], results, strict=True):
            if target.shape != shape:
                raise ValueError(f"Out shape is mismatched: {target.shape} and {shape}")
            target._numbers[...] = result
        return None


def _as(dtype: Any, number: Any) -> Any:
    return numpy.asarray(number, dtype=dtype)


def _environment(dtype: Any) -> dict[str, Any]:
    return {
        **_FUNCTIONS,
        "T": lambda number: _as(dtype, number),
        "where": numpy.where,
        "__builtins__": {},
    }


def _names(parameters: str) -> list[str]:
    pairs = [parameter.split() for parameter in parameters.split(",")]
    for pair in pairs:
        if len(pair) != 2 or pair[0] != "T":
            raise ValueError(f"a parameter is declared as T and a name, not {' '.join(pair)}")
    return [name for _, name in pairs]


def _declared(statement: str) -> list[str]:
    """The assignments of a statement: a declaration may make several."""
    text = re.sub(r"^\s*(const\s+)?T\s+(?=\w)", "", statement)
    if text == statement:
        return [text]
    comma = _outermost(text, ",")
    return [text] if comma is None else [text[:comma], *_declared("T " + text[comma + 1 :].strip())]


def _assignment(text: str) -> tuple[str, str]:
    """An assignment as its target's name and a Python expression."""
    name, sign, expression = text.partition("=")
    if not sign or not name.strip().isidentifier():
        raise ValueError(f"no assignment: {text.strip()}")
    return name.strip(), _python(expression)


def _python(expression: str) -> str:
    """An expression of C as one of Python: `a ? b : c` becomes where(a, b, c)."""
    question = _outermost(expression, "?")
    if question is None:
        start = _group_with_choice(expression)
        if start is None:
            return expression.strip()
        stop = _end_of_group(expression, start)
        before, inside, after = expression[:start], expression[start:stop], expression[stop:]
        return f"{before}{_python(inside)}{_python(after)}".strip()
    colon = _outermost(expression, ":", question)
    if colon is None:
        raise ValueError(f"? without : in {expression}")
    parts = expression[:question], expression[question + 1 : colon], expression[colon + 1 :]
    return f"where({', '.join(map(_python, parts))})"


def _group_with_choice(text: str) -> int | None:
    """Where the content of an outermost pair of brackets with a ? in it begins."""
    start = 0
    while (opening := text.find("(", start)) >= 0:
        stop = _end_of_group(text, opening + 1)
        if "?" in text[opening + 1 : stop]:
            return opening + 1
        start = stop
    return None


def _end_of_group(text: str, start: int) -> int:
    depth = 1
    for place in range(start, len(text)):
        depth += (text[place] in _OPENING) - (text[place] in _CLOSING)
        if depth == 0:
            return place
    raise ValueError(f"brackets do not match in {text}")


def _outermost(text: str, sign: str, start: int = 0) -> int | None:
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] in _OPENING) - (text[place] in _CLOSING)
        if depth == 0 and text[place] == sign:
            return place
    return None
