"""Every rule on arrays against PyTorch: values, gradients and tangents, also of empty arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy
import pytest

from microgradseq import jvp, tensor
from microgradseq.rules import RULES, Elementwise

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.oracle,
    # PyTorch's forward mode says so of its own code, when it is first used
    pytest.mark.filterwarnings(r"ignore:.torch\.jit:DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore:var\(\). degrees of freedom:UserWarning"),
]
functional = torch.nn.functional
RELATIVE = 1e-10

# Rules that PyTorch has no counterpart of: they place gradients, or are made of other rules.
OURS_ALONE = {"sum_to", "scatter", "dropout", "to_device"}


class Case(NamedTuple):
    """One call of a rule, and the same in PyTorch."""

    rule: str
    operands: tuple[Any, ...]
    options: dict[str, Any]
    theirs: Callable[..., Any]


def numbers(*shape: int, scale: float = 1.0, seed: int = 0) -> Any:
    return numpy.asarray(numpy.random.default_rng([seed, *shape]).normal(0, scale, shape))


def whole(*numbers_: Any) -> Any:
    return numpy.array(numbers_, dtype=numpy.int64)


X = numbers(3, 4)
EMPTY = numbers(0, 4)
CUBE = numbers(2, 3, 4)
ROW = numbers(4)
POINT = numbers()
EDGES = numpy.array([[-1e4, 0.0, 1e4, 1.0], [0.0, 0.0, 0.0, 0.0], [1e4, 1e4, -1e4, -1e4]])
TIES = numpy.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])


def one(rule: str, operand: Any, theirs: Callable[..., Any], **options: Any) -> Case:
    return Case(rule, (operand,), options, theirs)


def two(rule: str, a: Any, b: Any, theirs: Callable[..., Any], **options: Any) -> Case:
    return Case(rule, (a, b), options, theirs)


SHAPES = [
    one("reshape", X, lambda u: u.reshape(2, 6), shape=(2, 6)),
    one("reshape", EMPTY, lambda u: u.reshape(4, 0), shape=(4, 0)),
    one("reshape", POINT, lambda u: u.reshape(1, 1), shape=(1, 1)),
    one("permute", CUBE, lambda u: u.permute(2, 0, 1), axes=(2, 0, 1)),
    one("permute", X, lambda u: u.T, axes=None),
    one("swapaxes", CUBE, lambda u: u.transpose(0, -1), first=0, second=-1),
    one("expand_dims", X, lambda u: u.unsqueeze(-1), axis=-1),
    one("squeeze", X[:1], lambda u: u.squeeze(), axis=None),
    one("squeeze", X[:1], lambda u: u.squeeze(0), axis=0),
    one("broadcast_to", ROW, lambda u: u.expand(3, 4), shape=(3, 4)),
    one("broadcast_to", POINT, lambda u: u.expand(0, 2), shape=(0, 2)),
    one("flip", X, lambda u: u.flip(0, 1), axis=None),
    one("flip", X, lambda u: u.flip(1), axis=1),
    one(
        "pad",
        X,
        lambda u: functional.pad(u, (1, 0, 2, 3), value=5.0),
        pad_width=((2, 3), (1, 0)),
        value=5.0,
    ),
    one("pad", EMPTY, lambda u: functional.pad(u, (1, 1, 1, 1)), pad_width=1),
    one("cast", X, lambda u: u.to(torch.float32), dtype="float32"),
    Case("concatenate", (X, EMPTY, X), {}, lambda *u: torch.cat(u)),
    Case("concatenate", (X, X[:, :1]), {"axis": -1}, lambda *u: torch.cat(u, dim=-1)),
    Case("stack", (X, X), {"axis": 1}, lambda *u: torch.stack(u, dim=1)),
    Case("stack", (POINT, POINT), {}, lambda *u: torch.stack(u)),
    one("split", X, lambda u: u.split([1, 2, 1], dim=1)[1], start=1, stop=3, axis=1),
]
PICKED = whole(2, 0, 0)
MASK = X > 0
INDEXING = [
    one("getitem", X, lambda u: u[1], index=1),
    one("getitem", X, lambda u: u[::2, -1], index=(slice(None, None, 2), -1)),
    one("getitem", CUBE, lambda u: u[..., None, 1:3], index=(Ellipsis, None, slice(1, 3))),
    one("getitem", X, lambda u: u[torch.tensor(PICKED)], index=PICKED),
    one("getitem", X, lambda u: u[torch.tensor(PICKED), 1:], index=(PICKED, slice(1, None))),
    one("getitem", X, lambda u: u[torch.tensor(MASK)], index=MASK),
    one("getitem", X, lambda u: u[5:], index=slice(5, None)),
    one("getitem", POINT, lambda u: u[()], index=()),
    one("take", X, lambda u: u.index_select(1, torch.tensor(PICKED)), indices=PICKED, axis=1),
    two("embedding", X, whole([2, 0], [0, 0]), lambda w, i: functional.embedding(i, w)),
    two("embedding", X, whole(), lambda w, i: functional.embedding(i, w)),
    one("one_hot", whole(2, 0, 1), lambda i: functional.one_hot(i, 4).double(), classes=4),
]
REDUCTIONS = [
    Case(rule, (operand,), {"axis": axis, "keepdims": keepdims}, theirs)
    for rule, theirs in {
        "sum": lambda u, axis, keepdims: u.sum(axis, keepdims),
        "mean": lambda u, axis, keepdims: u.mean(axis, keepdims),
        "var": lambda u, axis, keepdims: u.var(axis, correction=0, keepdim=keepdims),
        "max": lambda u, axis, keepdims: u.amax(() if axis is None else axis, keepdims),
        "min": lambda u, axis, keepdims: u.amin(() if axis is None else axis, keepdims),
        "logsumexp": lambda u, axis, keepdims: u.logsumexp(
            tuple(range(u.ndim)) if axis is None else axis, keepdims
        ),
        "norm": lambda u, axis, keepdims: torch.linalg.vector_norm(u, 2, axis, keepdims),
    }.items()
    for operand in (X, CUBE, EDGES, TIES, EMPTY, POINT)
    for axis in (None, 1, (0, -1))
    for keepdims in (False, True)
    if not (operand is POINT and axis is not None)
    if not (operand is EMPTY and rule in ("max", "min") and axis != 1)
]
OTHERS = [
    one("var", X, lambda u, **_: u.var(1, correction=1), axis=1, correction=1),
    one("argmax", TIES, lambda u: u.argmax(1), axis=1),
    one("argmax", X, lambda u: u.argmax()),
    one("cumsum", X, lambda u: u.cumsum(1), axis=1),
    one("cumsum", EMPTY, lambda u: u.cumsum(0), axis=0),
    *(
        one(rule, operand, lambda u, f=f, axis=axis: f(u, dim=axis), axis=axis)
        for rule, f in (("softmax", torch.softmax), ("log_softmax", torch.log_softmax))
        for operand in (X, EDGES, EMPTY, CUBE)
        for axis in (0, -1)
    ),
]
SUBSCRIPTS: list[tuple[str, list[tuple[int, ...]]]] = [
    ("ij,jk->ik", [(2, 3), (3, 4)]),
    ("bij,bjk", [(5, 2, 3), (5, 3, 4)]),
    ("...ij,jk->...ki", [(5, 2, 3), (3, 4)]),
    ("ij,k->", [(2, 3), (4,)]),
    ("i,j,ij->", [(2,), (3,), (2, 3)]),
    ("ij,ij->j", [(0, 3), (0, 3)]),
]
PRODUCTS = [
    *(
        Case("linear", (numbers(*shape), numbers(5, 3), numbers(5)), {}, functional.linear)
        for shape in [(2, 3), (4, 2, 3), (3,), (0, 3), (2, 0, 3)]
    ),
    *(
        two("matmul", numbers(*a), numbers(*b, seed=1), torch.matmul)
        for a, b in [
            ((2, 3), (3, 4)),
            ((3,), (3,)),
            ((3,), (3, 4)),
            ((2, 3), (3,)),
            ((5, 2, 3), (3, 4)),
            ((5, 2, 3), (5, 3, 4)),
            ((5, 1, 2, 3), (6, 3, 4)),
            ((2, 3), (5, 3, 4)),
            ((5, 2, 3), (3,)),
            ((3,), (5, 3, 4)),
            ((0, 3), (3, 4)),
            ((2, 0), (0, 4)),
        ]
    ),
    two("outer", ROW, numbers(3), torch.outer),
    two("dot", ROW, numbers(4, seed=1), torch.dot),
    two("dot", numbers(0), numbers(0), torch.dot),
    *(
        Case(
            "einsum",
            tuple(numbers(*shape, seed=place) for place, shape in enumerate(shapes)),
            {"subscripts": subscripts},
            lambda *u, subscripts=subscripts: torch.einsum(subscripts, *u),
        )
        for subscripts, shapes in SUBSCRIPTS
    ),
]
CLASSES = whole(0, 3, 1)
PARTLY = whole(0, -100, 1)
NONE_LEFT = whole(-100, -100, -100)
CHANCES = numbers(3, 4, seed=2)
LOSSES = [
    *(
        two(
            "cross_entropy",
            logits,
            targets,
            lambda u, t, reduction=reduction, ignored=ignored: functional.cross_entropy(
                u, t, reduction=reduction, ignore_index=ignored
            ),
            reduction=reduction,
            ignore_index=ignored,
        )
        for reduction in ("mean", "sum", "none")
        for logits, targets, ignored in [
            (X, CLASSES, -100),
            (X, PARTLY, -100),
            (X, CLASSES, 3),
            (X, NONE_LEFT, -100),
            (EDGES, CLASSES, -100),
            (EMPTY, whole(), -100),
            (CUBE, whole([0, 2, 1, 1], [0, 0, -100, 2]), -100),
            (ROW, numpy.array(2), -100),
        ]
    ),
    one("normalise", X, lambda u: functional.layer_norm(u, (4,)), axis=-1),
    one("normalise", EMPTY, lambda u: functional.layer_norm(u, (4,)), axis=-1),
    one(
        "normalise", CUBE, lambda u: functional.layer_norm(u, (3, 4), eps=0.1), axis=(1, 2), eps=0.1
    ),
    *(
        two(
            rule,
            a,
            b,
            lambda u, v, theirs=theirs, reduction=reduction: theirs(u, v, reduction=reduction),
            reduction=reduction,
        )
        for rule, theirs in (
            ("mse", functional.mse_loss),
            (
                "binary_cross_entropy_with_logits",
                functional.binary_cross_entropy_with_logits,
            ),
        )
        for a, b in ((X, CHANCES), (EDGES, CHANCES), (EMPTY, EMPTY), (POINT, POINT))
        for reduction in ("mean", "sum", "none")
    ),
]
CASES = [*SHAPES, *INDEXING, *REDUCTIONS, *OTHERS, *PRODUCTS, *LOSSES]


def test_every_rule_is_compared() -> None:
    ours = {rule.name for rule in RULES.values() if not isinstance(rule, Elementwise)}
    assert {case.rule for case in CASES} == ours - OURS_ALONE


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{place}-{case.rule}" for place, case in enumerate(CASES)]
)
def test_values_gradients_and_tangents(case: Case) -> None:
    rule = RULES[case.rule]
    wanted = [place for place in range(len(case.operands)) if rule.differentiates(place)]
    ours = [tensor(x, requires_grad=place in wanted) for place, x in enumerate(case.operands)]
    theirs = [
        torch.tensor(x, requires_grad=place in wanted) for place, x in enumerate(case.operands)
    ]
    options = case.options if case.rule in REDUCING else {}
    expected = case.theirs(*theirs, **options)
    result = rule(*ours, **case.options)
    same(result.data, expected.detach())
    if not wanted:
        return
    seed = numbers(*result.shape, seed=3).astype(result.dtype)
    result.backward(seed)
    expected.backward(torch.tensor(seed))
    for place in wanted:
        same(ours[place].grad, theirs[place].grad)

    def moving(function: Callable[..., Any], given: list[Any]) -> Callable[..., Any]:
        return lambda *moved: function(*moved, *given[len(moved) :])

    moved = [case.operands[place] for place in wanted]
    directions = [numbers(*x.shape, seed=4) for x in moved]
    value, tangent = jvp(
        moving(lambda *u: rule(*u, **case.options), list(case.operands)), moved, directions
    )
    _, expected_tangent = torch.func.jvp(
        moving(lambda *u: case.theirs(*u, **options), [t.detach() for t in theirs]),
        tuple(map(torch.tensor, moved)),
        tuple(map(torch.tensor, directions)),
    )
    # of an infinite value, such as log 0 of an empty sum, PyTorch's tangent is NaN, ours 0
    finite = numpy.isfinite(value)
    same(tangent[finite], expected_tangent[torch.tensor(finite)])


REDUCING = {"sum", "mean", "var", "max", "min", "logsumexp", "norm"}


def same(ours: Any, theirs: Any) -> None:
    assert tuple(ours.shape) == tuple(theirs.shape)
    scale = float(abs(theirs[theirs.isfinite()]).max()) if theirs.isfinite().any() else 0.0
    numpy.testing.assert_allclose(ours, theirs.numpy(), rtol=RELATIVE, atol=RELATIVE * scale * 1e-3)
