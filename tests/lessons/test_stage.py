"""The picture of a walk: nothing moves, nothing is shown too early, the right badge is meant."""

from __future__ import annotations

import pytest

from microgradseq import Graph, Value
from microgradseq.lessons.examples import EXAMPLES
from microgradseq.lessons.stage import Stage, edge_of
from microgradseq.numbers import readable


def staged(name: str) -> Stage:
    graph = Graph.of(EXAMPLES[name].node())
    return Stage(graph, graph.steps("reverse"))


def lines(stage: Stage, number: int) -> list[str]:
    canvas = stage.moment(number).canvas
    return [canvas.text(y) for y in range(canvas.height)]


@pytest.mark.parametrize("name", ["product", "softmax", "bptt"])
def test_nothing_moves_from_step_to_step(name: str) -> None:
    stage = staged(name)
    last = len(stage.steps) - 1
    sizes = {
        (moment.canvas.width, moment.canvas.height) for moment in map(stage.moment, range(last + 1))
    }
    assert len(sizes) == 1
    boxes = stage.picture.layout.boxes
    for number in (0, last):
        canvas = stage.moment(number).canvas
        for box in boxes:
            inside = "".join(part for part, _ in canvas.line(box.y, box.x, box.right))
            assert inside.strip(), "a box is drawn where the layout says"


def test_a_total_is_shown_from_its_step_on() -> None:
    stage = staged("product")
    for number in range(len(stage.steps)):
        known = stage.moment(number).totals
        assert "\n".join(lines(stage, number)).count("∂") == len(known)
    assert any("∂ 5" in line for line in lines(stage, 5))
    assert not any("∂ 5" in line for line in lines(stage, 4))


def test_totals_are_the_derivatives_at_the_end() -> None:
    stage = staged("bptt")
    totals = stage.moment(len(stage.steps) - 1).totals
    for name in ("U", "W", "V_1"):
        node = stage.graph.find(name)
        assert totals[node.id] == pytest.approx(node.gradient)


def test_a_shared_leaf_is_marked_beside_the_operation_that_uses_it() -> None:
    stage = staged("bptt")
    weight = stage.graph.find("W").id
    marked = set()
    for step in stage.steps:
        if step.node == weight:
            moment = stage.moment(step.number)
            assert moment.changed.tied
            assert moment.changed.id == weight
            assert moment.helper is not None
            assert moment.helper.id == step.source
            assert moment.helper.x > moment.changed.x
            marked.add(moment.changed)
    assert len(marked) == 4, "a badge at each of the four time steps"


def test_boxes_have_room_for_the_longest_total() -> None:
    x = Value(1 / 3, name="x")
    graph = Graph.of(x * 1e-7 + x * 0.5 + x * 0.5)
    stage = Stage(graph, graph.steps("reverse"))
    for step in stage.steps:
        moment = stage.moment(step.number)
        box = moment.changed
        inside = [
            "".join(part for part, _ in moment.canvas.line(y, box.x + 1, box.right - 1))
            for y in range(box.y, box.bottom)
        ]
        assert any(f" ∂ {readable(step.total)} " in line for line in inside)


def test_the_edge_of_a_step() -> None:
    graph = Graph.of(EXAMPLES["product"].node())
    e, c = graph.find("e").id, graph.find("c").id
    reverse, forward = graph.steps("reverse"), graph.steps("forward", wrt="b")
    assert edge_of(reverse[0]) is None
    assert edge_of(reverse[1]) == (e, 0)
    assert {edge_of(step) for step in forward[1:]} == {
        (c, 1),
        (graph.find("d").id, 0),
        (e, 0),
        (e, 1),
    }
