"""What `step` and `draw` work on: an example by its name, or a formula with numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import click

from microgradseq.expression import FormulaError, MissingValues, build
from microgradseq.graph import Graph
from microgradseq.lessons.examples import EXAMPLES, Example, ExampleError
from microgradseq.value import Value
from microgradseq_cli.errors import BadInput, unknown

Command = TypeVar("Command", bound=Callable[..., object])


@dataclass(frozen=True)
class Target:
    """A graph to look at, and where it came from.

    Arguments:
        expression: the formula as it was typed, or the example's.
        node: the output.
        example: the example, where it is one.
    """

    expression: str
    node: Value
    example: Example | None = None

    @cached_property
    def graph(self) -> Graph:
        """The snapshot of the graph."""
        return Graph.of(self.node)

    @property
    def derivatives(self) -> dict[str, float]:
        """The derivative for each leaf; an example's inputs are given and have none."""
        inputs = self.example.inputs if self.example is not None else ()
        found = self.graph.derivatives()
        return {name: number for name, number in found.items() if name not in inputs}


def target_arguments(command: Command) -> Command:
    """Give a command its TARGET argument and the `--at` option."""
    at = click.option(
        "--at",
        multiple=True,
        metavar="NAME=NUMBER",
        help="The value of a name, such as a=2; repeat it for every name.",
    )
    return click.argument("target")(at(command))


def load(text: str, at: tuple[str, ...]) -> Target:
    """Build what the user asked for.

    Arguments:
        text: an example's name, or a formula.
        at: values as they were typed, each `NAME=NUMBER`.
    Returns:
        The target; everything that cannot be built is one clear error.
    """
    values = _values(at)
    example = EXAMPLES.get(text.strip())
    if example is not None:
        try:
            return Target(example.formula, example.node(values), example)
        except ExampleError as error:
            raise BadInput(str(error)) from None
    if text.strip().isidentifier() and not values:
        raise unknown("example", text.strip(), EXAMPLES)
    try:
        return Target(text, build(text, values))
    except MissingValues as error:
        missing = " ".join(f"--at {name}=2" for name in error.names)
        raise BadInput(f"{error}; for example {missing}") from None
    except FormulaError as error:
        raise BadInput(str(error)) from None


def _values(at: tuple[str, ...]) -> Mapping[str, float]:
    values: dict[str, float] = {}
    for text in at:
        name, sign, written = (part.strip() for part in text.partition("="))
        if not sign or not name.isidentifier():
            raise BadInput(f"--at '{text}' is not of the form NAME=NUMBER, such as --at a=2")
        if name in values:
            raise BadInput(f"--at gives '{name}' two values; give it one")
        try:
            values[name] = float(written)
        except ValueError:
            raise BadInput(f"--at '{text}': '{written}' is not a number") from None
    return values
