"""Operands for every rule: one table, from which the registry test takes what it checks.

An elementwise rule needs no entry: its samples follow from its arity. It needs one in `DOMAINS`
only where it is not defined, or not smooth, for all numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy

from microgradseq.rules import RULES, Elementwise, Rule

Domain = tuple[float, float]


@dataclass(frozen=True)
class Sample:
    """What to call a rule with.

    Arguments:
        operands: arrays and numbers, in order.
        options: of the rule.
    """

    operands: tuple[Any, ...]
    options: dict[str, Any] = field(default_factory=dict)

    def wanted(self, rule: Rule) -> tuple[int, ...]:
        """The operands with a derivative."""
        return tuple(place for place in range(len(self.operands)) if rule.differentiates(place))


ANYWHERE: Domain = (-1.5, 1.5)
POSITIVE: Domain = (0.5, 2.0)
DOMAINS: dict[str, tuple[Domain, ...]] = {
    "div": (ANYWHERE, POSITIVE),
    "pow": (POSITIVE, ANYWHERE),
    "log": (POSITIVE,),
    "log1p": ((-0.5, 2.0),),
    "sqrt": (POSITIVE,),
}
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "leaky_relu": [{}, {"slope": 0.2}],
    "clip": [{}, {"low": -0.5}, {"low": -0.5, "high": 0.7}],
}
SHAPES = (
    ((2, 3), (2, 3), (2, 3)),
    ((), (), ()),
    ((2, 1, 3), (4, 1), (3,)),
    ((3,), (2, 3), (2, 1)),
    ((), (2, 2), (2, 1)),
    ((0,), (1,), ()),
    ((0, 3), (3,), (1, 1)),
)


def numbers(*shape: int, domain: Domain = ANYWHERE, seed: int = 0) -> Any:
    """Random numbers of a domain, at least 0.05 away from 0 and from each other's ties."""
    random = numpy.random.default_rng([seed, *shape])
    found = random.uniform(*domain, shape)
    return numpy.asarray(found + numpy.where(numpy.abs(found) < 0.05, 0.1, 0.0))


def whole(*shape: int, below: int, seed: int = 0) -> Any:
    return numpy.random.default_rng([seed, *shape]).integers(0, below, shape)


def elementwise_samples(rule: Rule) -> list[Sample]:
    """Samples that follow from how many operands a rule takes."""
    domains = DOMAINS.get(rule.name, (ANYWHERE,) * rule.arity)
    samples = []
    for options in OPTIONS.get(rule.name, [{}]):
        # of a rule of one operand, broadcasting is nothing to ask for
        shapes = dict.fromkeys(shape[: rule.arity] for shape in SHAPES)
        for each in shapes:
            operands = [
                numbers(*shape, domain=domain, seed=place + 1)
                for place, (shape, domain) in enumerate(zip(each, domains, strict=True))
            ]
            if rule.name == "where":
                operands[0] = operands[0] > 0
            samples.append(Sample(tuple(operands), options))
    return samples


def _one(*shape: int, **options: Any) -> Sample:
    return Sample((numbers(*shape),), options)


def _pair(first: tuple[int, ...], second: tuple[int, ...], **options: Any) -> Sample:
    return Sample((numbers(*first), numbers(*second, seed=1)), options)


def _targets(shape: tuple[int, ...], targets: Any, **options: Any) -> Sample:
    return Sample((numbers(*shape), numpy.array(targets, dtype=int)), options)


def _affine(shape: tuple[int, ...]) -> Sample:
    return Sample((numbers(*shape), numbers(2, 3, seed=1), numbers(2, seed=2)))


_REDUCED = [
    _one(2, 3),
    _one(2, 3, axis=0),
    _one(2, 3, 4, axis=(0, -1)),
    _one(2, 3, axis=1, keepdims=True),
    _one(2, 3, keepdims=True),
    _one(),
]
_REDUCED_EMPTY = [_one(0), _one(0, 3, axis=1), _one(0, 3, axis=0)]
_TIE = Sample((numpy.array([[1.0, 3.0, 2.0], [0.5, -1.0, 0.25]]),), {"axis": 1})

_SAMPLES: dict[str, list[Sample]] = {
    "reshape": [
        _one(2, 3, shape=(3, 2)),
        _one(2, 3, shape=-1),
        _one(1, shape=()),
        _one(0, 2, shape=(0,)),
    ],
    "permute": [
        _one(2, 3, 4, axes=(2, 0, 1)),
        _one(2, 3, axes=None),
        _one(2, 3, axes=(-1, 0)),
        _one(axes=None),
        _one(0, 2, axes=(1, 0)),
    ],
    "swapaxes": [_one(2, 3, 4, first=0, second=-1), _one(0, 2, first=0, second=1)],
    "expand_dims": [_one(2, 3, axis=1), _one(axis=0), _one(2, axis=(0, -1)), _one(0, axis=0)],
    "squeeze": [_one(1, 3, 1), _one(1, 3, axis=0), _one(1, 1, axis=(0, 1)), _one(1, 0), _one()],
    "broadcast_to": [
        _one(3, 1, shape=(2, 3, 4)),
        _one(shape=(2, 2)),
        _one(2, shape=(2,)),
        _one(1, shape=(0,)),
    ],
    "sum_to": [_one(2, 3, 4, shape=(3, 1)), _one(2, 2, shape=()), _one(0, 2, shape=(2,))],
    "flip": [_one(2, 3), _one(2, 3, axis=1), _one(2, 3, axis=(0, 1)), _one(0)],
    "pad": [
        _one(2, 3, pad_width=1),
        _one(3, pad_width=(1, 2), value=2.0),
        _one(2, 3, pad_width=((0, 1), (2, 0))),
        _one(0, pad_width=1),
        _one(pad_width=()),
    ],
    "cast": [_one(2, 3, dtype="float64"), _one(dtype="float64"), _one(0, dtype="float64")],
    "to_device": [_one(2, 3, device="cpu"), _one(0, device="cpu")],
    "scatter": [
        _one(2, index=numpy.array([1, 3]), shape=(5,)),
        _one(3, index=numpy.array([0, 0, 1]), shape=(2,)),
        _one(2, 2, index=slice(1, 3), shape=(4, 2)),
        _one(0, index=slice(0, 0), shape=(2,)),
    ],
    "getitem": [
        _one(4, 3, index=1),
        _one(4, 3, index=(slice(None, None, 2), -1)),
        _one(4, 3, 2, index=(Ellipsis, None, 0)),
        _one(4, index=numpy.array([0, 0, -1])),
        _one(4, 3, index=(numpy.array([[0], [2]]), numpy.array([0, 1]))),
        _one(4, 3, index=(numpy.array([1, 1]), slice(0, 2))),
        _one(4, 3, index=numpy.array([True, False, True, False])),
        _one(4, index=slice(3, 1)),
        _one(4, 3, index=(0, 0)),
        _one(index=()),
        _one(index=None),
        _one(0, 3, index=slice(None)),
    ],
    "take": [
        _one(4, 3, indices=numpy.array([2, 0, 0]), axis=0),
        _one(4, 3, indices=numpy.array([[1], [-1]]), axis=1),
        _one(4, indices=2, axis=0),
        _one(2, 4, indices=numpy.array([2, 2]), axis=-1),
        _one(4, indices=numpy.zeros(0, dtype=int), axis=0),
    ],
    "embedding": [
        Sample((numbers(5, 3), whole(2, 4, below=5))),
        Sample((numbers(5, 3), numpy.array(2))),
        Sample((numbers(5, 3), whole(0, below=5))),
    ],
    "one_hot": [
        Sample((whole(2, 3, below=4),), {"classes": 4}),
        Sample((whole(0, below=4),), {"classes": 4}),
    ],
    "concatenate": [
        Sample((numbers(2, 3), numbers(1, 3), numbers(0, 3))),
        Sample((numbers(2, 3), numbers(2, 1)), {"axis": -1}),
    ],
    "stack": [
        Sample((numbers(2, 3), numbers(2, 3, seed=1))),
        Sample((numbers(2), numbers(2, seed=1)), {"axis": -1}),
        Sample((numbers(), numbers(seed=1))),
        Sample((numbers(0),)),
    ],
    "split": [
        _one(5, 3, start=1, stop=4, axis=0),
        _one(2, 4, start=3, stop=4, axis=1),
        _one(2, 4, start=1, stop=3, axis=-1),
        _one(3, start=1, stop=1, axis=0),
    ],
    "softmax": [_one(2, 3), _one(2, 3, axis=0), _one(4), _one(0, 3), _one(3, 0)],
    "log_softmax": [_one(2, 3), _one(2, 3, axis=0), _one(4), _one(0, 3), _one(3, 0)],
    "cross_entropy": [
        _targets((4, 3), [0, 2, 1, 1]),
        _targets((4, 3), [0, -100, 1, 1], reduction="none"),
        _targets((4, 3), [0, 7, 1, 7], ignore_index=7, reduction="sum"),
        _targets((2, 3, 2), [[0, 2], [1, 0]]),
        _targets((3,), 1),
        _targets((0, 3), [], reduction="sum"),
        _targets((0, 3), [], reduction="none"),
    ],
    "mse": [
        _pair((2, 3), (2, 3)),
        _pair((2, 3), (3,), reduction="sum"),
        _pair((2, 1), (3,), reduction="none"),
        _pair((), ()),
        _pair((0,), (0,), reduction="sum"),
    ],
    "binary_cross_entropy_with_logits": [
        _pair((2, 3), (2, 3)),
        _pair((2, 3), (3,), reduction="sum"),
        _pair((2, 1), (3,), reduction="none"),
        _pair((), ()),
        _pair((0,), (0,), reduction="none"),
    ],
    "dropout": [
        _one(2, 3, keep=numpy.array([[2.0, 0.0, 2.0], [0.0, 2.0, 2.0]])),
        _one(0, keep=numpy.zeros(0)),
    ],
    "normalise": [
        _one(2, 3),
        _one(2, 3, 2, axis=(1, 2), eps=0.1),
        _one(3, 2, axis=0),
        _one(0, 3),
        _one(2, 0),
    ],
    "matmul": [
        _pair((2, 3), (3, 4)),
        _pair((3,), (3,)),
        _pair((3,), (3, 2)),
        _pair((2, 3), (3,)),
        _pair((2, 2, 3), (3, 4)),
        _pair((2, 3), (4, 3, 2)),
        _pair((2, 1, 2, 3), (4, 3, 2)),
        _pair((3,), (2, 3, 2)),
        _pair((2, 2, 3), (3,)),
        _pair((0, 3), (3, 2)),
        _pair((2, 0), (0, 3)),
        _pair((0, 2, 3), (3, 4)),
    ],
    "linear": [
        _affine((2, 3)),
        _affine((2, 4, 3)),
        _affine((3,)),
        _affine((0, 3)),
        _affine((2, 0, 3)),
    ],
    "outer": [_pair((2,), (3,)), _pair((2, 2), (3,)), _pair((), (3,)), _pair((0,), (3,))],
    "dot": [_pair((3,), (3,)), _pair((0,), (0,))],
    "einsum": [
        _pair((2, 3), (3, 4), subscripts="ij,jk->ik"),
        _pair((2, 3), (3, 4), subscripts="ij,jk"),
        _pair((5, 2, 3), (3, 4), subscripts="...ij,jk->...ik"),
        _pair((1, 2, 3), (4, 3, 2), subscripts="...ij,...jk->...ik"),
        _pair((2, 3), (4,), subscripts="ij,k->k"),
        _pair((2, 3), (2, 3), subscripts="ij,ij->"),
        Sample(
            (numbers(2, 3), numbers(3, 4, seed=1), numbers(4, seed=2)), {"subscripts": "ij,jk,k->i"}
        ),
        _one(2, 3, subscripts="ij->ji"),
        _pair((0, 3), (3, 2), subscripts="ij,jk->ik"),
        _pair((), (2,), subscripts=",i->i"),
    ],
    "sum": [*_REDUCED, *_REDUCED_EMPTY],
    "mean": [*_REDUCED, _one(0, 3, axis=0)],
    "var": [*_REDUCED[:5], _one(2, 3, axis=1, correction=1), _one(0, 3, axis=1)],
    "max": [*_REDUCED, _TIE],
    "min": [*_REDUCED, _TIE],
    "argmax": [_one(2, 3), _one(2, 3, axis=1), _one(2, 3, axis=0, keepdims=True), _one()],
    "logsumexp": [*_REDUCED, _one(0, 3, axis=1)],
    "cumsum": [_one(2, 3, axis=1), _one(2, 3, axis=0), _one(0, axis=0)],
    "norm": [*_REDUCED, *_REDUCED_EMPTY],
}


def samples_of(rule: Rule) -> list[Sample]:
    """All samples of a rule; none for a rule that this table does not know."""
    if isinstance(rule, Elementwise):
        return elementwise_samples(rule)
    return _SAMPLES.get(rule.name, [])


EVERY_SAMPLE = [
    (rule, sample, f"{rule.name}-{place}")
    for rule in RULES.values()
    for place, sample in enumerate(samples_of(rule))
]
