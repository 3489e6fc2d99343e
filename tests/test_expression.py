"""Formulas: what they compute, and that everything else is refused in one clear sentence."""

from __future__ import annotations

import math
import warnings
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from microgradseq.expression import FormulaError, MissingValues, build, names
from microgradseq.grammar import functions


def test_the_product_and_its_derivatives() -> None:
    e = build("c=a+b; d=b+1; e=c*d", {"a": 2, "b": 1})
    c, d = e.parents
    a, b = c.parents
    e.backward()
    assert (e.data, a.grad, b.grad) == (6.0, 2.0, 5.0)
    assert [node.name for node in (a, b, c, d, e)] == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3*4 - 6/2", 11.0),
        ("-2**2", -4.0),
        ("2**-1", 0.5),
        ("2**3**2", 512.0),
        ("+(1 + 2) * 3", 9.0),
        ("maximum(1, 2) + minimum(1, 2)", 3.0),
        ("leaky_relu(-2)", -0.02),
        ("leaky_relu(-2, 0.5)", -1.0),
        ("leaky_relu(-2, slope=0.5)", -1.0),
        ("clip(7, -1, 1)", 1.0),
        ("clip(-7, high=1)", -7.0),
        ("pow(2, 5)", 32.0),
        ("2*pi + e", 2 * math.pi + math.e),
        ("e = 3; e + 1", 4.0),
        ("1_000 * 0x10", 16_000.0),
        ("(1 +\n 2)\n", 3.0),
        ("a = 1\n  b = a + 1\r\n b * 3", 6.0),
    ],
)
def test_what_a_formula_computes(text: str, value: float) -> None:
    assert build(text).data == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("name", sorted(functions()))
def test_every_function_computes_what_its_rule_does(name: str) -> None:
    rule = functions()[name]
    operands = [0.3, 0.7][: rule.arity]
    leaves = dict(zip("ab", operands, strict=False))
    assert build(f"{name}({', '.join(leaves)})", leaves).data == pytest.approx(rule(*operands))


def test_numbers_with_a_name_are_leaves_whose_number_can_be_replaced() -> None:
    y = build("k = 2*3; y = k*a", {"a": 5, "k": 4})
    y.backward()
    assert (y.data, y.parents[0].name, y.parents[0].grad) == (20.0, "k", 5.0)


def test_a_second_name_for_a_node_leaves_it_its_first() -> None:
    assert build("c = a; d = c*c", {"a": 3}).parents[0].name == "a"


def test_names_in_any_script() -> None:
    assert names("损失 = 权重*x + b") == ("权重", "x", "b")
    assert build("损失 = 权重*2", {"权重": 3}).name == "损失"


def test_names_compare_as_python_reads_them() -> None:
    assert build("𝑎*2", {"a": 3}).data == build("a*2", {"𝑎": 3}).data == 6.0


def test_names_are_in_the_order_of_the_formula() -> None:
    assert names("c=b*a; d=tanh(z)+c+pi; a*d") == ("b", "a", "z")


def test_e_is_a_variable_once_it_is_given_or_assigned() -> None:
    assert build("2*e", {"e": 1}).data == 2.0
    assert names("e=c*d") == ("c", "d")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import os", "an import statement cannot be in a formula (column 1)"),
        ("from os import path", "an import statement"),
        ("a + b.real", "an attribute (a name with a dot) cannot be in a formula (column 5)"),
        ("a.tanh()", "an attribute"),
        ("[x for x in a]", "a comprehension"),
        ("sum(x for x in a)", "there is no function 'sum'"),
        ("tanh(x for x in a)", "a comprehension"),
        ("f(x)(y)", "a call of something that is not a plain function"),
        ("a[0]", "an index in square brackets"),
        ("a < b", "a comparison"),
        ("a and b", "'and' or 'or'"),
        ("not a", "'not'"),
        ("a if b else c", "an if"),
        ("lambda: 1", "a function definition"),
        ("a, b", "a comma"),
        ("a ^ 2", "(a power is written '**')"),
        ("a % 2", "'%'"),
        ("a += 1", "an assignment such as '+='"),
        ("a: int = 1", "a type annotation"),
        ("del a", "'delete'"),
        ("(a := 1)", "':='"),
        ("'text'", "a text in quotes cannot be in a formula (column 1)"),
        ("f'{a}'", "a text in quotes"),
        ("a + True", "'True' is no number for a formula (column 5)"),
        ("None", "'None' is no number"),
        ("...", "'Ellipsis' is no number"),
        ("1 + 3j", "'3j' is no number for a formula (column 5)"),
        ("1e999", "a number is too large"),
        ("9" * 400, "a number is too large"),
        ("a = b = 1", "a value goes to one plain name at a time"),
        ("a, b = 1, 2", "a value goes to one plain name at a time"),
        ("a = 1; a = 2", "'a' is given a value twice; use a new name (column 8)"),
        ("d = c; c = 1", "'c' is used before it is given a value (column 5)"),
        ("c = c + 1", "'c' is used before it is given a value (column 5)"),
        ("a + 1; 2", "the result of a statement that is not the last needs a name (column 1)"),
        ("sigmiod(1)", "there is no function 'sigmiod' (column 1); did you mean sigmoid?"),
        ("ln(1)", "did you mean log?"),
        ("print(1)", "maximum, minimum and clip"),
        ("tanh(1, 2)", "'tanh' takes 1 number and was given 2"),
        ("clip(1, 2, 3, 4)", "'clip' takes 1 to 3 numbers and was given 4"),
        ("tanh(1, x=2)", "'tanh' has no option 'x' left to set"),
        ("clip(1, 0, low=0)", "'clip' has no option 'low' left to set"),
        ("clip(1, **a)", "'clip' has no option '**' left to set"),
        ("tanh(*a)", "a star before a name"),
        ("clip(1, tanh(0))", "an option of 'clip' must be a plain number"),
        ("1 + tanh", "'tanh' is a function: write tanh(...) (column 5)"),
        ("exp = 1", "'exp' is a function; choose another name"),
        ("(1 + 2", "the formula cannot be read at column 1"),
        ("1 2", "the formula cannot be read at"),
        (
            "x = 1;\n y = x $ 2",
            "the formula cannot be read at line 2, column 8, where '$ 2' stands",
        ),
        ("变量 = 1; 变量.x", "(column 9)"),
        ("x\0y", "the formula"),
        ("\ud800", "the formula holds a character that cannot be read"),
        ("", "the formula is empty"),
        (" ;\n; ", "the formula is empty"),
        ("1+" * 5_000 + "1", "the formula has 10,001 characters; at most 2,000 are allowed"),
        ("-" * 100 + "1", "the formula is nested more than 60 deep"),
        ("tanh(" * 70 + "1" + ")" * 70, "the formula is nested more than 60 deep"),
        ("1" + "+-1" * 501, "the formula has more than 1,000 operations"),
        ("9**9**9", "'9**9**9' is infinite here"),
        ("1/0", "'1/0' is infinite here: it overflows or divides by 0 (column 1)"),
        ("2 + log(-1)", "'log(-1)' is not a number here (column 5)"),
        ("(-8)**(1/3)", "is not a number here"),
        ("1e308*10", "infinite here"),
    ],
)
def test_what_a_formula_may_not_hold(text: str, message: str) -> None:
    with pytest.raises(FormulaError) as caught:
        build(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_long_sum_is_not_nested() -> None:
    assert build("+".join(["1"] * 900)).data == 900.0
    assert build("(" * 150 + "1" + "+1)" * 150).data == 151.0


def test_all_missing_values_are_named_together() -> None:
    with pytest.raises(MissingValues, match="the formula needs values for b, a and z") as caught:
        build("b*a + z*b + c", {"c": 1})
    assert caught.value.names == ("b", "a", "z")


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ({"a": 1, "q": 2}, "the formula has no 'q' to give a value to; it has a"),
        ({"a": 1, "y": 2}, "'y' is computed by the formula"),
        ({"a": math.inf}, "the value of 'a' is inf"),
        ({"a": math.nan}, "the value of 'a' is nan"),
    ],
)
def test_values_that_cannot_be_used(at: dict[str, float], message: str) -> None:
    with pytest.raises(FormulaError, match=message):
        build("y = a*2", at)


def test_warnings_of_the_reader_stay_inside() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(FormulaError):
            build("1or 2")


FORMULA_PIECES = st.lists(
    st.one_of(
        st.sampled_from([*"+-*/()=;,.:[]{}'\"\\\n\0 ", "**", "tanh", "clip", "9", "1e308", "a"]),
        st.sampled_from(["for ", "in ", "if ", "else ", "lambda ", "import ", "log(", "e", "pi"]),
        st.characters(),
    ),
    max_size=60,
).map("".join)


@given(st.one_of(FORMULA_PIECES, st.text(max_size=200)))
@example("(" * 1_000)
@example("[" * 1_999)
@example("-" * 1_999)
@example("a" + "**a" * 600)
@example("not " * 400 + "a")
@example("lambda:" * 280)
def test_any_text_is_computed_or_refused(text: str) -> None:
    with suppress(FormulaError):
        assert math.isfinite(build(text, dict.fromkeys(names(text), 0.5)).data)
