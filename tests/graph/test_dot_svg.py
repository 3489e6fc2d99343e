"""The pictures for other programs: valid, escaped, and complete."""

from __future__ import annotations

import re
import shutil
import subprocess
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from microgradseq.graph.dot import to_dot
from microgradseq.graph.svg import to_svg

SVG = "{http://www.w3.org/2000/svg}"
AWKWARD = ["a<b>&c", 'say "hi"', "{x|y}", "back\\slash", "汉字", "line\nbreak", "bell\a", "\\N"]


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [" ".join("".join(one.itertext()).split()) for one in parsed(svg).iter(f"{SVG}text")]


def boxes(svg: str, kind: str) -> list[ElementTree.Element]:
    return [one for one in parsed(svg).iter(f"{SVG}g") if one.get("class") == kind]


def test_svg_shows_names_values_gradients_and_derivatives(sketches: SimpleNamespace) -> None:
    svg = to_svg(sketches.product())
    assert sorted(texts(svg)) == sorted(
        ["a", "= 2", "∂ 0.25", "b", "= 1", "∂ 0.25", "1"]
        + ["c +", "= 3", "∂ 1.5", "d +", "= 2", "∂ 1.5", "e ×", "= 6", "∂ 1.5"]
        + ["2", "3"] * 3
    )
    assert len(boxes(svg, "leaf")) == 2
    assert len(boxes(svg, "operation")) == 3
    assert len(boxes(svg, "constant")) == 1


def test_svg_leaves_out_what_is_not_wanted(sketches: SimpleNamespace) -> None:
    assert not [text for text in texts(to_svg(sketches.product(), values=False)) if "=" in text]
    assert not [text for text in texts(to_svg(sketches.product(), gradients=False)) if "∂" in text]
    assert "= 2" not in texts(to_svg(sketches.product(), detail="names"))


def test_svg_draws_every_edge_inside_the_sheet(sketches: SimpleNamespace) -> None:
    graph = sketches.lstm(2)
    root = parsed(to_svg(graph))
    paths = [one for one in root.iter(f"{SVG}path") if one.get("class") == "edge"]
    assert len(paths) == len(graph.edges)
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    for path in paths:
        numbers = [float(one) for one in re.findall(r"-?[\d.]+", path.get("d", ""))]
        assert all(0 <= x <= width for x in numbers[0::2])
        assert all(0 <= y <= height for y in numbers[1::2])


def test_svg_marks_time_steps_and_shared_leaves(sketches: SimpleNamespace) -> None:
    svg = to_svg(sketches.unrolled(3))
    assert [text for text in texts(svg) if text.startswith("t =")] == ["t = 1", "t = 2", "t = 3"]
    assert len(boxes(svg, "badge")) == 9
    assert "◆wx = 0.5 ∂ 0.25 in 3 places" in texts(svg)


def test_svg_draws_no_bands_where_steps_share_columns(sketches: SimpleNamespace) -> None:
    assert not [one for one in texts(to_svg(sketches.both_directions(3))) if one.startswith("t =")]


@pytest.mark.parametrize("name", AWKWARD)
def test_svg_survives_any_name(sketches: SimpleNamespace, name: str) -> None:
    graph = sketches.Sketch()
    graph.call("tanh", graph.leaf(name), name="out")
    shown = " ".join(name.replace("\a", "\ufffd").split())
    assert shown in texts(to_svg(graph))


def test_dot_keeps_operand_order_in_ports(sketches: SimpleNamespace) -> None:
    graph = sketches.product()
    lines = [line.strip() for line in to_dot(graph).splitlines()]
    assert 'n5 [label="{{<p0>|<p1>}|{e ×|= 6|∂ 1.5}}", fillcolor="#ffffff"];' in lines
    assert 'n2 -> n5:p0 [label="2"];' in lines
    assert 'n4 -> n5:p1 [label="3"];' in lines
    assert len([line for line in lines if "->" in line]) == len(graph.edges)


def test_dot_gathers_time_steps(sketches: SimpleNamespace) -> None:
    dot = to_dot(sketches.unrolled(3))
    assert re.findall(r'label="(t = \d)"', dot) == ["t = 1", "t = 2", "t = 3"]
    assert dot.count("{") - dot.count("\\{") == dot.count("}") - dot.count("\\}")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('say "hi"', 'say \\"hi\\"'),
        ("{x|y}", "\\{x\\|y\\}"),
        ("a<b>", "a\\<b\\>"),
        ("\\N", "\\\\N"),
        ("line\nbreak", "line\\nbreak"),
    ],
)
def test_dot_escapes_names(sketches: SimpleNamespace, name: str, written: str) -> None:
    graph = sketches.Sketch()
    graph.leaf(name)
    assert f'n0 [label="{written}|= 0.5|∂ 0.25"' in to_dot(graph)


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_reads_it(sketches: SimpleNamespace) -> None:
    graph = sketches.unrolled(2)
    for name in AWKWARD:
        graph.leaf(name)
    command = ["dot", "-Tsvg"]
    done = subprocess.run(command, input=to_dot(graph).encode(), capture_output=True, check=False)
    assert done.returncode == 0
    assert done.stderr == b""
