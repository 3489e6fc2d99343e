"""`microgradseq examples`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from microgradseq.lessons.examples import EXAMPLES

if TYPE_CHECKING:
    from tests.conftest import Command


def test_every_example_has_a_line(command: Command) -> None:
    code, out, err = command("examples")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == len(EXAMPLES)
    for line, example in zip(lines, EXAMPLES.values(), strict=True):
        assert line.split()[0] == example.name
        assert line.endswith(example.title)


def test_json_is_a_list_of_objects(command: Command) -> None:
    code, out, err = command("examples", "--json")
    assert (code, err) == (0, "")
    listed = json.loads(out)
    assert [one["name"] for one in listed] == list(EXAMPLES)
    assert listed[2]["values"] == {"a": 2.0, "b": 1.0}


def test_help_ends_with_an_example(command: Command) -> None:
    assert command("examples", "--help").out.splitlines()[-1].startswith("  Example:")
