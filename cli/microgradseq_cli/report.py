"""How a walk through a derivative is printed: for a person, and for a program."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from rich.cells import cell_len

from microgradseq.graph.paths import Paths
from microgradseq.lessons.examples import Table
from microgradseq.numbers import for_json, plural, readable
from microgradseq_cli.walk import Walk

LINE = 80
MOST_PATHS = 50


def as_object(walk: Walk) -> dict[str, Any]:
    """A walk as plain data; nodes are named by their ids.

    Arguments:
        walk: the walk.
    Returns:
        What `step --json` prints. Infinities and NaN are texts, for JSON has no numbers for them.
    """
    graph = walk.target.graph
    written = {
        "expression": walk.target.expression,
        "mode": walk.mode,
        "value": for_json(graph.node(graph.output).value),
        "nodes": [
            {"id": node.id, "name": node.name, "op": node.op, "value": for_json(node.value)}
            for node in graph.nodes
        ],
        "edges": [
            {"from": edge.source, "to": edge.target, "derivative": for_json(edge.derivative)}
            for edge in graph.edges
        ],
        "steps": [
            {
                "node": step.node,
                "rule": step.rule,
                "upstream": for_json(step.upstream),
                "local": for_json(step.local),
                "contribution": for_json(step.contribution),
                "total": for_json(step.total),
                "text": step.text,
            }
            for step in walk.steps
        ],
        "derivatives": {name: for_json(number) for name, number in walk.derivatives.items()},
    }
    if walk.paths is not None:
        written["paths"] = {
            "count": walk.paths.count,
            "sum": for_json(walk.paths.sum),
            "listed": [
                {"nodes": list(path.nodes), "product": for_json(path.product)}
                for path in walk.paths.listed
            ],
        }
    return written


def lines(walk: Walk) -> Iterator[str]:
    """Every step of a walk as text, and what came out at the end."""
    yield from heading(walk)
    for number, step in enumerate(walk.steps, 1):
        yield f"{number:>3}. {step.text}"
        if operation := walk.operation(step):
            yield f"     {operation}: {step.numbers}"
    yield ""
    yield from summary(walk)


def heading(walk: Walk) -> Iterator[str]:
    """What is about to be derived."""
    example = walk.target.example
    if example is not None:
        yield example.title
    yield walk.target.expression
    if example is not None:
        yield ""
        yield from wrap(example.explanation, LINE)
    yield ""


def summary(walk: Walk) -> Iterator[str]:
    """Tables, paths, derivatives and the value."""
    example = walk.target.example
    if example is not None:
        for table in example.tables(walk.target.graph):
            yield from table_lines(table)
            yield ""
    if walk.paths is not None:
        yield from path_lines(walk, walk.paths)
        yield ""
    for name, number in walk.derivatives.items():
        yield f"∂{walk.output}/∂{name} = {readable(number)}"
    graph = walk.target.graph
    yield f"{walk.output} = {readable(graph.node(graph.output).value)}"


def path_lines(walk: Walk, paths: Paths) -> Iterator[str]:
    """Every listed path with its product, and their sum."""
    graph = walk.target.graph
    yield f"{plural(paths.count, 'path')} from {walk.source} to {walk.output}:"
    shown = paths.listed[:MOST_PATHS]
    for path in shown:
        way = " → ".join(graph.node(identity).name for identity in path.nodes)
        factors = " · ".join(readable(factor) for factor in path.factors)
        product = readable(path.product)
        yield f"  {way}: {product}" if factors == product else f"  {way}: {factors} = {product}"
    if paths.count > len(shown):
        yield f"  and {paths.count - len(shown):,} more"
    yield f"  sum {readable(paths.sum)} = ∂{walk.output}/∂{walk.source}"


def table_lines(table: Table) -> Iterator[str]:
    """A table in columns of spaces."""
    rows = [
        [cell if isinstance(cell, str) else readable(cell) for cell in row] for row in table.rows
    ]
    widths = [max(map(cell_len, column)) for column in zip(table.columns, *rows, strict=True)]
    yield table.title
    for row in (table.columns, *rows):
        padded = (
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        )
        yield ("  " + "  ".join(padded)).rstrip()
    yield from wrap(table.conclusion, LINE)
