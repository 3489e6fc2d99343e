"""What an example is: a function that builds a graph, its numbers, and what to say about it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from microgradseq.graph import Graph
from microgradseq.value import Value

NO_NUMBERS: Mapping[str, float] = MappingProxyType({})


class ExampleError(ValueError):
    """A number that an example cannot be built with; its message is one sentence."""


@dataclass(frozen=True, slots=True)
class Table:
    """A few numbers of an example side by side.

    Arguments:
        title: what the table shows.
        columns: a heading for each column.
        rows: the cells; numbers are left for the reader of the table to round.
        conclusion: the sentence to remember.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]
    conclusion: str


def _no_tables(graph: Graph) -> tuple[Table, ...]:
    return ()


@dataclass(frozen=True)
class Example:
    """A graph to learn from.

    Arguments:
        name: what it is called on the command line.
        title: one line.
        formula: what is computed, as one writes it on a blackboard.
        explanation: a few plain sentences.
        build: takes one node for every leaf and input, by name, and returns the output's node.
        leaves: names and numbers of what derivatives are taken for.
        inputs: names and numbers of what is given and gets no derivative.
        source: where the example comes from.
        tables: numbers worth setting side by side, computed from the graph.

    >>> from microgradseq.lessons.examples import EXAMPLES
    >>> EXAMPLES["product"].node({"a": 3.0}).data
    8.0
    """

    name: str
    title: str
    formula: str
    explanation: str
    build: Callable[..., Value]
    leaves: Mapping[str, float]
    inputs: Mapping[str, float] = field(default_factory=lambda: NO_NUMBERS)
    source: str = ""
    tables: Callable[[Graph], tuple[Table, ...]] = _no_tables

    def node(self, at: Mapping[str, float] = NO_NUMBERS) -> Value:
        """Build the graph.

        Arguments:
            at: numbers to use instead of the example's own.
        Returns:
            The output's node.
        """
        numbers = {**self.leaves, **self.inputs}
        for name, number in at.items():
            if name not in numbers:
                known = ", ".join(numbers)
                raise ExampleError(f"the example {self.name} has no '{name}'; it has {known}")
            if not math.isfinite(number):
                raise ExampleError(f"the value of '{name}' is {number}; give a finite number")
        numbers |= at
        nodes = {name: Value(float(number), name=name) for name, number in numbers.items()}
        for name in self.inputs:
            nodes[name].requires_grad = False
        output = self.build(**nodes)
        if not math.isfinite(output.data):
            raise ExampleError(
                f"with these numbers '{output.name}' is {output.data}; choose less extreme ones"
            )
        return output


def named(name: str, node: Value) -> Value:
    """Give a node its name.

    >>> named("c", Value(2.0) + 1).name
    'c'
    """
    node.name = name
    return node
