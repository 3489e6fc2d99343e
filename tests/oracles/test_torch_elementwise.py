"""Every elementwise rule against PyTorch: values, gradients and tangents, also at the edges."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy
import pytest

from microgradseq import jvp, tensor
from microgradseq.rules import RULES, Elementwise

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.oracle,
    # PyTorch's forward mode says so of its own code, when it is first used
    pytest.mark.filterwarnings(r"ignore:.torch\.jit:DeprecationWarning"),
]

EDGES = (-1e4, -1.5, -0.0, 0.0, 0.3, 1.0, 2.0, 1e4)
RELATIVE = 1e-10

TORCH: dict[str, Callable[..., Any]] = {
    "identity": lambda u: u.clone(),
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "neg": torch.neg,
    "pow": torch.pow,
    "exp": torch.exp,
    "log": torch.log,
    "log1p": torch.log1p,
    "expm1": torch.expm1,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    # PyTorch's softplus turns into the identity above 20, which is off by 2e-9 there
    "softplus": lambda u: torch.logaddexp(u, torch.zeros_like(u)),
    "relu": torch.relu,
    "leaky_relu": lambda u, slope=0.01: torch.nn.functional.leaky_relu(u, slope),
    "abs": torch.abs,
    "sign": torch.sign,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "where": torch.where,
    "clip": lambda u, low=None, high=None: torch.clamp(u, low, high),
}
OPTIONS: dict[str, list[dict[str, float]]] = {
    "leaky_relu": [{}, {"slope": 0.3}],
    "clip": [{"low": -1.5, "high": 1.0}, {"high": 0.0}, {"low": 0.0}],
}
ELEMENTWISE = [rule for rule in RULES.values() if isinstance(rule, Elementwise)]


def edge_cases(rule: Elementwise) -> list[tuple[Any, ...]]:
    """All combinations of edges, empty arrays, and single numbers."""
    columns = numpy.array(list(itertools.product(EDGES, repeat=rule.arity))).T
    columns = columns.reshape(rule.arity, -1)
    cases = [
        tuple(columns),
        tuple(numpy.zeros((0, 3)) for _ in columns),
        tuple(numpy.array(0.3 + place) for place in range(rule.arity)),
    ]
    if rule.name == "where":
        return [(one[0] > 0, *one[1:]) for one in cases]
    return cases


@pytest.mark.parametrize("rule", ELEMENTWISE, ids=lambda rule: rule.name)
def test_values_gradients_and_tangents(rule: Elementwise) -> None:
    assert rule.name in TORCH, "name PyTorch's function for the new rule"
    for options in OPTIONS.get(rule.name, [{}]):
        for operands in edge_cases(rule):
            compare(rule, operands, options)


def compare(rule: Elementwise, operands: tuple[Any, ...], options: dict[str, float]) -> None:
    wanted = [place for place in range(rule.arity) if rule.differentiates(place)]
    theirs = [
        torch.tensor(one, requires_grad=place in wanted) for place, one in enumerate(operands)
    ]
    ours = [tensor(one, requires_grad=place in wanted) for place, one in enumerate(operands)]
    expected = TORCH[rule.name](*theirs, **options)
    expected.backward(torch.ones_like(expected))
    with numpy.errstate(all="ignore"):
        result = rule(*ours, **options)
        result.backward(numpy.ones(result.shape))
    same(rule.name, result.data, expected.detach())
    for place in wanted:
        same(f"gradient {place} of {rule.name}", ours[place].grad, theirs[place].grad)
    compare_tangents(rule, operands, options, wanted)


def compare_tangents(
    rule: Elementwise, operands: tuple[Any, ...], options: dict[str, float], wanted: list[int]
) -> None:
    def of_wanted(function: Callable[..., Any], given: list[Any]) -> Callable[..., Any]:
        def called(*moved: Any) -> Any:
            for place, one in zip(wanted, moved, strict=True):
                given[place] = one
            return function(*given, **options)

        return called

    moved = [operands[place] for place in wanted]
    _, expected = torch.func.jvp(
        of_wanted(TORCH[rule.name], [torch.tensor(one) for one in operands]),
        tuple(torch.tensor(one) for one in moved),
        tuple(torch.ones(one.shape, dtype=torch.float64) for one in moved),
    )
    with numpy.errstate(all="ignore"):
        value, tangent = jvp(
            of_wanted(rule, list(operands)), moved, [numpy.ones(one.shape) for one in moved]
        )
    # where the value itself is infinite, the order of sums decides between ∞ and ∞ − ∞
    finite = numpy.isfinite(value)
    same(f"tangent of {rule.name}", tangent[finite], expected[torch.tensor(finite)])


def same(what: str, ours: Any, theirs: Any) -> None:
    assert ours.shape == tuple(theirs.shape)
    numpy.testing.assert_allclose(ours, theirs.numpy(), rtol=RELATIVE, atol=0, err_msg=what)


@pytest.mark.parametrize(
    "infinitely_steep",
    [
        lambda u, m: m.sqrt(u),
        lambda u, m: m.log(u),
        lambda u, m: 1.0 / u,
        lambda u, m: u**0.5,
    ],
)
def test_a_zero_that_flows_back_stays_zero_on_purpose(
    infinitely_steep: Callable[[Any, Any], Any],
) -> None:
    """PyTorch hands back 0·∞ = NaN here; the unused branch of `where` must not spoil the other."""
    theirs = torch.tensor([0.0], dtype=torch.float64, requires_grad=True)
    ours = tensor([0.0], requires_grad=True)
    infinitely_steep(theirs, torch).backward(torch.zeros(1, dtype=torch.float64))
    infinitely_steep(ours, numpy).backward(numpy.zeros(1))
    assert theirs.grad.isnan().all()
    assert ours.grad.tolist() == [0.0]
