"""`microgradseq step` where there is no terminal: as text, as JSON, and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from microgradseq.lessons.examples import EXAMPLES

if TYPE_CHECKING:
    from tests.conftest import Command

FORMULA = ("c=a+b; d=b+1; e=c*d", "--at", "a=2", "--at", "b=1")


def parsed(command: Command, *arguments: str) -> Any:
    code, out, err = command("step", *arguments, "--json")
    assert (code, err) == (0, "")

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(out, parse_constant=refuse)


def test_reverse_mode_finds_every_derivative(command: Command) -> None:
    found = parsed(command, *FORMULA)
    assert list(found) == ["expression", "mode", "value", "nodes", "edges", "steps", "derivatives"]
    assert found["expression"] == FORMULA[0]
    assert (found["mode"], found["value"]) == ("reverse", 6.0)
    assert found["derivatives"] == {"a": 2.0, "b": 5.0}
    assert {tuple(node) for node in found["nodes"]} == {("id", "name", "op", "value")}
    assert {tuple(edge) for edge in found["edges"]} == {("from", "to", "derivative")}
    keys = ("node", "rule", "upstream", "local", "contribution", "total", "text")
    assert {tuple(step) for step in found["steps"]} == {keys}


def test_the_last_total_of_a_node_is_its_derivative(command: Command) -> None:
    found = parsed(command, *FORMULA)
    names = {node["id"]: node["name"] for node in found["nodes"]}
    totals = {names[step["node"]]: step["total"] for step in found["steps"]}
    assert totals["a"], totals["b"] == (2.0, 5.0)
    for step in found["steps"][1:]:
        assert step["contribution"] == step["upstream"] * step["local"]


def test_forward_mode_follows_one_leaf(command: Command) -> None:
    found = parsed(command, *FORMULA, "--mode", "forward", "--wrt", "b")
    assert found["mode"] == "forward"
    assert found["derivatives"] == {"b": 5.0}
    assert found["steps"][-1]["total"] == 5.0


def test_forward_mode_takes_the_only_leaf_by_itself(command: Command) -> None:
    assert parsed(command, "x*x", "--at", "x=3", "--mode", "forward")["derivatives"] == {"x": 6.0}


def test_forward_mode_needs_to_know_the_leaf(command: Command) -> None:
    code, out, err = command("step", *FORMULA, "--mode", "forward")
    assert (code, out) == (2, "")
    assert err == (
        "Error: forward mode follows one leaf; say which with --wrt, such as --wrt a "
        "(there are a, b)\n"
    )


def test_paths_are_counted_and_added(command: Command) -> None:
    found = parsed(command, *FORMULA, "--paths", "b")
    assert (found["paths"]["count"], found["paths"]["sum"]) == (2, 5.0)
    assert sorted(path["product"] for path in found["paths"]["listed"]) == [2.0, 3.0]
    names = {node["id"]: node["name"] for node in found["nodes"]}
    ways = {tuple(names[one] for one in path["nodes"]) for path in found["paths"]["listed"]}
    assert ways == {("b", "c", "e"), ("b", "d", "e")}


def test_reverse_mode_can_show_one_derivative(command: Command) -> None:
    assert parsed(command, *FORMULA, "--wrt", "a")["derivatives"] == {"a": 2.0}


def test_infinities_are_texts_in_json(command: Command) -> None:
    found = parsed(command, "sqrt(x)", "--at", "x=0")
    assert found["derivatives"] == {"x": "inf"}


def test_without_a_terminal_every_step_is_printed(command: Command) -> None:
    code, out, err = command("step", *FORMULA, "--paths", "b")
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    steps = parsed(command, *FORMULA)["steps"]
    for number, step in enumerate(steps, 1):
        assert f"{number:>3}. {step['text']}\n" in out
    assert "2 paths from b to e:\n" in out
    assert "  b → c → e: " in out
    assert "  sum 5 = ∂e/∂b\n" in out
    assert out.endswith("∂e/∂a = 2\n∂e/∂b = 5\ne = 6\n")


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_every_example_in_both_modes(command: Command, name: str, mode: str) -> None:
    leaf = next(iter(EXAMPLES[name].leaves))
    code, out, err = command("step", name, "--mode", mode, "--wrt", leaf)
    assert (code, err) == (0, "")
    assert EXAMPLES[name].title in out
    assert f"/∂{leaf} = " in out
    both = [parsed(command, name, "--mode", mode, "--wrt", leaf) for mode in ("reverse", "forward")]
    assert both[0]["derivatives"] == pytest.approx(both[1]["derivatives"])


def test_bptt_is_shown_term_by_term(command: Command) -> None:
    out = command("step", "bptt").out
    for weight in "VWU":
        assert f"∂E_3/∂{weight}: " in out
    assert out.count("  sum ") == 2
    assert "∂s_k/∂W" in out


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("number", ["0", "1e3", "-1e200"])
def test_examples_stand_extreme_numbers(command: Command, name: str, number: str) -> None:
    leaves = EXAMPLES[name].leaves
    code, out, err = command("step", name, *(f"--at={leaf}={number}" for leaf in leaves))
    assert (code == 0) == bool(out)
    if code != 0:
        assert code == 2
        assert err.startswith("Error: with these numbers '")


def test_an_example_takes_other_numbers(command: Command) -> None:
    assert parsed(command, "product", "--at", "a=3")["derivatives"] == {"a": 2.0, "b": 6.0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["import os"], "an import statement cannot be in a formula"),
        (["(1).real"], "an attribute (a name with a dot)"),
        (["[x for x in y]"], "a comprehension"),
        (["1+" * 5_000], "the formula has 10,000 characters"),
        (["9**9**9"], "'9**9**9' is infinite here"),
        (["q(1)"], "there is no function 'q'"),
        (["sofmax"], "there is no example 'sofmax'; did you mean softmax?"),
        (["a*b + c"], "the formula needs values for a, b and c; for example --at a=2 --at b=2 "),
        (["a*b", "--at", "a=2"], "the formula needs a value for b; for example --at b=2"),
        (["a*b", "--at", "a"], "--at 'a' is not of the form NAME=NUMBER"),
        (["a*b", "--at", "1=2"], "--at '1=2' is not of the form NAME=NUMBER"),
        (["a*b", "--at", "a=two"], "--at 'a=two': 'two' is not a number"),
        (["a*b", "--at", "a=1", "--at", "a=2"], "--at gives 'a' two values"),
        (["a+1", "--at", "a=nan"], "the value of 'a' is nan"),
        (["a+1", "--at", "a=1", "--at", "q=1"], "the formula has no 'q'"),
        (["product", "--at", "q=1"], "the example product has no 'q'; it has a, b"),
        ([*FORMULA, "--wrt", "q"], "there is no leaf 'q'"),
        ([*FORMULA, "--paths", "q"], "there is no leaf 'q'"),
        ([*FORMULA, "--mode", "x"], "--mode must be one of reverse, forward, not 'x'"),
        (["2*3", "--mode", "forward"], "there is no named leaf to derive with respect to"),
        ([""], "the formula is empty"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    command: Command, arguments: list[str], message: str
) -> None:
    code, out, err = command("step", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("Error: ")
    assert message in err
    assert err.count("\n") == 1


def test_help_ends_with_an_example(command: Command) -> None:
    help_text = command("step", "--help").out
    assert 'Example: microgradseq step "c=a+b' in help_text.rpartition("\n\n")[2]
