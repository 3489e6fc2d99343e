"""`microgradseq draw`: every format, folding, and files that are written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from microgradseq import Graph
from microgradseq.lessons.examples import EXAMPLES

if TYPE_CHECKING:
    from tests.conftest import Command


@pytest.mark.parametrize("form", ["text", "dot", "svg", "json", "python"])
@pytest.mark.parametrize("name", ["product", "lstm", "rnn"])
def test_every_format(command: Command, name: str, form: str) -> None:
    code, out, err = command("draw", name, "--format", form)
    assert (code, err) == (0, "")
    graph = Graph.of(EXAMPLES[name].node())
    assert graph.node(graph.output).name in out


def test_text_is_the_default(command: Command) -> None:
    out = command("draw", "product").out
    assert out == command("draw", "product", "--format", "text").out
    assert "\x1b" not in out


def test_svg_and_json_can_be_read(command: Command) -> None:
    assert ElementTree.fromstring(command("draw", "bptt", "--format", "svg").out).tag.endswith(
        "svg"
    )
    assert json.loads(command("draw", "bptt", "--format", "json").out)


def test_python_computes_the_value_and_the_gradients(command: Command) -> None:
    source = command("draw", "product", "--format", "python").out
    drawn: dict[str, Any] = {}
    exec(source, drawn)
    assert drawn["replay"]() == (6.0, {"a": 2.0, "b": 5.0})
    assert drawn["replay"](a=3.0) == (8.0, {"a": 2.0, "b": 6.0})


def test_a_formula_is_drawn_at_its_numbers(command: Command) -> None:
    code, out, err = command("draw", "c=a*b", "--at", "a=2", "--at", "b=21")
    assert (code, err) == (0, "")
    assert "= 42" in out


@pytest.mark.parametrize(("name", "by"), [("bptt", "time"), ("lstm", "gate"), ("lstm", "layer")])
def test_folding_makes_the_picture_smaller(command: Command, name: str, by: str) -> None:
    whole = json.loads(command("draw", name, "--format", "json").out)
    code, out, err = command("draw", name, "--format", "json", "--fold", by)
    assert (code, err) == (0, "")
    assert len(json.loads(out)["nodes"]) < len(whole["nodes"])


def test_a_folded_graph_is_no_program(command: Command) -> None:
    code, out, err = command("draw", "bptt", "--format", "python", "--fold", "time")
    assert (code, out) == (2, "")
    assert err.startswith("Error: a folded graph is no program")


def test_folding_by_what_is_not_there(command: Command) -> None:
    code, out, err = command("draw", "product", "--fold", "time")
    assert (code, out) == (2, "")
    assert err.startswith("Error: --fold time: nothing in this graph is tagged")
    assert err.count("\n") == 1


@pytest.mark.parametrize(("no_colour", "coloured"), [("", True), ("1", False)])
def test_a_terminal_gets_colours_unless_it_wants_none(
    command: Command, monkeypatch: pytest.MonkeyPatch, no_colour: str, coloured: bool
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", no_colour)
    assert ("\x1b[" in command("draw", "product").out) == coloured


def test_a_file_holds_what_the_screen_would_show(command: Command, tmp_path: Path) -> None:
    place = tmp_path / "图.txt"
    assert command("draw", "product", "-o", str(place)) == (0, "", f"Wrote {place}.\n")
    assert place.read_text(encoding="utf-8") == command("draw", "product").out
    assert list(tmp_path.iterdir()) == [place]


def test_a_file_that_was_there_is_replaced(command: Command, tmp_path: Path) -> None:
    place, link = tmp_path / "old.txt", tmp_path / "link.txt"
    place.write_text("old" * 10_000)
    link.symlink_to(place)
    assert command("draw", "product", "-o", str(link)).code == 0
    assert "old" not in place.read_text(encoding="utf-8")
    assert link.is_symlink()


@pytest.mark.parametrize(
    ("name", "form"), [("a.svg", "svg"), ("a.DOT", "dot"), ("a.json", "json"), ("a.py", "python")]
)
def test_the_name_of_the_file_chooses_the_format(
    command: Command, tmp_path: Path, name: str, form: str
) -> None:
    place = tmp_path / name
    assert command("draw", "product", "-o", str(place)).code == 0
    told = command("draw", "product", "--format", form).out
    assert place.read_text(encoding="utf-8") == told
    assert command("draw", "product", "--format", "text", "-o", str(place)).code == 0
    assert place.read_text(encoding="utf-8") == command("draw", "product").out


@pytest.mark.parametrize("name", ["a.png", "A.JPG", "a.pdf"])
def test_a_picture_that_cannot_be_drawn(command: Command, tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    code, out, err = command("draw", "product", "-o", str(place))
    assert (code, out, place.exists()) == (2, "", False)
    assert err == f"Error: {place}: a picture is drawn as .svg, not {place.suffix.lower()}\n"
    assert command("draw", "product", "--format", "text", "-o", str(place)).code == 0


def test_devices_are_written_to_and_not_replaced(command: Command) -> None:
    assert command("draw", "product", "-o", "/dev/null") == (0, "", "")
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("place", ["missing/folder/graph.svg", "."])
def test_a_file_that_cannot_be_written(command: Command, tmp_path: Path, place: str) -> None:
    code, out, err = command("draw", "product", "-o", str(tmp_path / place))
    assert (code, out) == (1, "")
    assert err.startswith("Error: cannot write ")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_nothing_half_written_is_left(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "graph.txt"
    place.write_text("the old picture")

    def full(self: Path, text: str, **_: object) -> int:
        with self.open("w") as file:
            file.write(text[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    code, _, err = command("draw", "product", "-o", str(place))
    assert (code, err) == (1, f"Error: cannot write {place}: No space left on device\n")
    assert place.read_text() == "the old picture"
    assert list(tmp_path.iterdir()) == [place]


def test_a_target_that_is_nothing(command: Command) -> None:
    code, out, err = command("draw", "import os")
    assert (code, out) == (2, "")
    assert err.startswith("Error: an import statement")


def test_help_ends_with_an_example(command: Command) -> None:
    assert command("draw", "--help").out.splitlines()[-1].startswith("  Example:")
