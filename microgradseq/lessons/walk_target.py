"""What is walked through: an example by its name, or formulas with numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from microgradseq.data.nearest import there_is_no
from microgradseq.errors import UserError
from microgradseq.expression import FormulaError, MissingValues, build
from microgradseq.graph import Graph
from microgradseq.lessons.examples import EXAMPLES, Example, ExampleError
from microgradseq.value import Value


class MissingNumbers(UserError):
    """Names of a formula that were given no number.

    Arguments:
        message: one sentence.
        names: all of them, in the order of the formula.
    """

    def __init__(self, message: str, names: tuple[str, ...]) -> None:
        super().__init__(message)
        self.names = names


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

    @property
    def text(self) -> str:
        """What `target_of` makes the same target from."""
        return self.expression if self.example is None else self.example.name

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


def target_of(text: str, at: Mapping[str, float] | None = None) -> Target:
    """Build what a person asked for; UserError, one clear line, where that cannot be.

    Arguments:
        text: an example's name, or formulas with `;` between them.
        at: numbers by name.

    >>> target_of("c=a+b; e=c*c", {"a": 2, "b": 1}).derivatives
    {'a': 6.0, 'b': 6.0}
    """
    name, values = text.strip(), at or {}
    example = EXAMPLES.get(name)
    try:
        if example is not None:
            return Target(example.formula, example.node(values), example)
        if name.isidentifier() and not values:
            raise UserError(there_is_no("example", name, EXAMPLES))
        return Target(text, build(text, values))
    except MissingValues as error:
        raise MissingNumbers(str(error), error.names) from None
    except (ExampleError, FormulaError) as error:
        raise UserError(str(error)) from None
