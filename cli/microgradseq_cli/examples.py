"""`microgradseq examples`: what there is to step through and to draw."""

from __future__ import annotations

import json

import click

from microgradseq.lessons.examples import EXAMPLES


@click.command(epilog="Example: microgradseq examples, then microgradseq step bptt")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
def examples(as_json: bool) -> None:
    """List the examples."""
    if as_json:
        listed = [
            {
                "name": example.name,
                "title": example.title,
                "formula": example.formula,
                "explanation": example.explanation,
                "values": {**example.leaves, **example.inputs},
                "source": example.source,
            }
            for example in EXAMPLES.values()
        ]
        print(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    width = max(map(len, EXAMPLES))
    for example in EXAMPLES.values():
        print(f"{example.name:<{width}}  {example.title}")
