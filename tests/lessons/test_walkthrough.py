"""A walk against finite differences and numbers worked out by hand."""

from __future__ import annotations

import math

import pytest

from microgradseq.errors import UserError
from microgradseq.lessons.examples import EXAMPLES
from microgradseq.lessons.walk_check import output_with
from microgradseq.lessons.walk_costs import Cost
from microgradseq.lessons.walk_export import walk_export
from microgradseq.lessons.walkthrough import Walkthrough

FORMULA = "c=a+b; d=b+1; e=c*d"


def walk_of(formula: str = FORMULA, **at: float) -> Walkthrough:
    return Walkthrough.of(formula, at or {"a": 2.0, "b": 1.0})


def id_of(walk: Walkthrough, name: str) -> int:
    return walk.graph.find(name).id


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_node_of_every_example_agrees_with_finite_differences(name: str) -> None:
    walk = Walkthrough.of(name)
    for node in walk.graph.nodes:
        if node.gradient is not None:
            check = walk.check(node.id)
            assert check.passed or check.corner, check.words


@pytest.mark.parametrize("name", EXAMPLES)
def test_costs_counted_on_edges_are_those_of_the_steps(name: str) -> None:
    walk = Walkthrough.of(name)
    total = Cost()
    for leaf in walk.names:
        walk.switch("forward", leaf)
        total += walk.costs().forward_one
    assert walk.costs().forward_all == total


def test_costs_by_hand() -> None:
    walk = walk_of()
    walk.switch("reverse", "b")
    walk.last()
    costs = walk.costs()
    # e hands to c and d, c to a and b, d to b: five products, and b adds two of them
    assert costs.reverse == costs.reverse_all == Cost(5, 1)
    # b moves c and d, both move e, which adds; a moves c, and c moves e
    assert costs.forward_one == Cost(4, 1)
    assert costs.forward_all == Cost(6, 1)


def test_what_lies_ahead_is_not_told_yet() -> None:
    walk = walk_of()
    for number in range(len(walk.steps) - 1):
        walk.go(number)
        assert walk.ahead() == walk.steps[number + 1].node
    walk.last()
    assert walk.ahead() == walk.step.node
    walk.switch("forward", "b")
    walk.first()
    assert walk.ahead() == id_of(walk, "b")


def test_back_undoes_next_exactly_in_both_modes() -> None:
    walk = walk_of()
    for mode in ("reverse", "forward"):
        walk.switch(mode, "b")
        walk.first()
        seen = []
        for _ in walk.steps:
            seen.append((walk.state(), walk.explanation(), walk.costs(), walk.paths()))
            walk.next()
        for kept in reversed(seen):
            assert (walk.state(), walk.explanation(), walk.costs(), walk.paths()) == kept
            walk.back()


def test_switching_stays_at_the_node_and_comes_back_to_the_step() -> None:
    walk = walk_of()
    for number in range(len(walk.steps)):
        walk.go(number)
        node = walk.step.node
        walk.switch("forward", "b")
        if any(step.node == node for step in walk.steps):
            assert walk.step.node == node
            walk.switch("reverse")
            assert walk.number == number
        else:
            walk.switch("reverse")


def test_jumps() -> None:
    walk = Walkthrough.of("rnn")
    node = walk.graph.leaves()[0].id
    assert walk.to_node(node)
    assert walk.step.node == node
    times = walk.times()
    assert times
    assert walk.to_time(times[-1])
    assert walk.graph.node(walk.step.node).tags["t"] == times[-1]
    assert not walk.to_time(99)
    assert not walk.to_first_nan()


def test_the_first_infinity_is_found() -> None:
    walk = walk_of("b=sqrt(a); c=b*b", a=0.0)
    assert walk.to_first_nan()
    assert walk.graph.node(walk.step.node).name == "a"
    assert math.isinf(walk.step.local)


def test_words_and_expression_by_hand() -> None:
    walk = walk_of()
    assert walk.to_node(id_of(walk, "b"))
    assert walk.explanation().running == "∂e/∂b = 3 + 2 = 5"
    assert walk.explanation().product == "upstream 2 × local 1 = contribution 2"
    parts = walk.expression_parts()
    assert "".join(part.text for part in parts) == "∂e/∂b = ∂e/∂d·∂d/∂b + ∂e/∂c·∂c/∂b = 5"
    assert [part.text for part in parts if part.role == "active"] == ["∂c/∂b"]


def test_what_arrives_in_forward_mode_is_a_tangent() -> None:
    walk = walk_of()
    walk.switch("forward", "b")
    assert walk.to_node(id_of(walk, "e"))
    assert walk.explanation().product == "tangent 1 × local 3 = contribution 3"


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_the_sum_over_paths_fills_up_to_the_derivative(mode: str) -> None:
    walk = walk_of()
    walk.switch(mode, "b")
    walk.first()
    assert walk.paths().passed == 0
    sums = []
    for number in range(len(walk.steps)):
        walk.go(number)
        now = walk.paths()
        assert now.sum_passed == pytest.approx(sum(row.product for row in now.rows if row.passed))
        assert now.passed == sum(row.passed for row in now.rows)
        sums.append(now.sum_passed)
    assert sums[-1] == 5.0
    assert walk.paths().share == 1.0


def test_an_edit_keeps_the_step_and_the_old_numbers() -> None:
    walk = walk_of()
    walk.last()
    walk.edit("a", 4.0)
    assert walk.number == len(walk.steps) - 1
    changes = {change.name: change for change in walk.changes()}
    # e = (a + b)(b + 1): 6 before, 10 now; ∂e/∂b = a + 2b + 1
    assert (changes["e"].value_before, changes["e"].value) == (6.0, 10.0)
    assert (changes["b"].total_before, changes["b"].total) == (5.0, 7.0)
    # d = b + 1 stays, and ∂e/∂d = c = a + b grows from 3 to 5
    assert (changes["d"].value, changes["d"].value_before) == (2.0, 2.0)
    assert (changes["d"].total_before, changes["d"].total) == (3.0, 5.0)
    with pytest.raises(UserError):
        walk.edit("a", math.inf)
    assert walk.graph.find("a").value == 4.0


@pytest.mark.parametrize(
    ("node", "typed", "kind"),
    [
        ("b", "5", "right"),
        ("b", "5.001", "right"),
        ("b", "-5", "sign"),
        ("b", "2", "forgot branch"),
        ("b", "3", "forgot branch"),
        ("b", "5.1", "rounded"),
        ("a", "3", "added"),
        ("b", "much", "not a number"),
        ("b", "1/0", "not a number"),
        ("b", "nan", "not a number"),
        ("b", "40", "wrong"),
        ("b", "0", "zero"),
        ("b", "0.2", "inverted"),
        ("c", "6", "value"),
        ("e", "1", "right"),
    ],
)
def test_predictions(node: str, typed: str, kind: str) -> None:
    walk = walk_of()
    verdict = walk.predict(id_of(walk, node), typed)
    assert verdict.kind == kind
    assert verdict.right == (kind == "right")


def test_a_forgotten_factor_is_named() -> None:
    walk = walk_of("y=tanh(w*x); l=y*3", w=0.5, x=0.7)
    w = id_of(walk, "w")
    inner = walk.graph.node(walk.graph.users(w)[0].target)
    assert walk.predict(w, "0.7").kind == "forgot upstream"
    assert walk.predict(w, repr(inner.gradient)).kind == "forgot local"
    assert walk.predict(w, repr(inner.gradient + 0.7)).kind == "added"
    assert walk.predict(w, "-0.7").words.endswith("turned round as well.")


def test_recomputing_by_hand() -> None:
    walk = walk_of()
    # d = b + 1 = 2; with d = 5 instead, e = c · d = 3 · 5
    assert output_with(walk.graph, id_of(walk, "d"), 5.0) == 15.0
    assert output_with(walk.graph, id_of(walk, "b"), 3.0) == 20.0


def test_a_shared_line_opens_the_same_place() -> None:
    walk = walk_of(a=0.1, b=-1e-7)
    walk.switch("forward", "b")
    walk.go(2)
    assert walk.share() == f"{FORMULA} @ a=0.1 b=-1e-07 ; mode=forward wrt=b step=2"
    again = Walkthrough.reopen(walk.share())
    assert again.state() == walk.state()
    assert again.share() == walk.share()
    assert Walkthrough.reopen("chain").number == 0
    with pytest.raises(UserError, match=f"has {len(walk.steps)} steps"):
        Walkthrough.reopen(f"{FORMULA} @ a=1 b=1 ; mode=forward wrt=b step={len(walk.steps)}")


@pytest.mark.parametrize(
    "line",
    [
        "nothing",
        "",
        "chain @ x",
        "chain @ x=two",
        "chain @ x=nan",
        "chain @ ; mode=sideways",
        "chain @ ; step=-1",
        "chain @ ; step=99",
        "chain @ ; wrt=q",
        "chain @ ; speed=2",
        "chain @ q=2",
        "c=a*b",
        "c=",
    ],
)
def test_lines_that_make_no_sense_are_refused_in_one_line(line: str) -> None:
    with pytest.raises(UserError) as error:
        Walkthrough.reopen(line)
    assert "\n" not in str(error.value)


def test_exports() -> None:
    walk = walk_of()
    assert walk_export(walk, ".svg").startswith("<svg")
    assert "c" in walk_export(walk, ".txt")
    space: dict[str, object] = {}
    exec(walk_export(walk, ".py"), space)
    assert any(callable(each) for each in space.values())
