"""Derivatives compared with differences of function values.

A central difference errs by the curvature where its step is large and by rounding where it is
small, so the step is swept and the best agreement counts. Where differences to the left and to the
right disagree at every step there is no derivative: that is a warning, not a failure.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy

from microgradseq.backend import library_of
from microgradseq.errors import GradientError
from microgradseq.node import Node
from microgradseq.numbers import plural
from microgradseq.structure import paths_of, take_apart
from microgradseq.traced import Traced, shape_of

_STEPS = (1e-5, 1e-4, 1e-6, 1e-3, 1e-7, 1e-2, 1e-8)
_SMALL = 0.1
_MODES = ("reverse", "forward")
# How much a step shrinks between two looks at a suspected kink, and how much the gap between the
# left and the right difference must shrink with it where there is a derivative.
_SHRINK = 1e-2
_SMOOTH = 0.3


class GradientMismatch(GradientError):
    """A derivative that disagrees with differences of function values."""


class KinkWarning(UserWarning):
    """A place where the function has no derivative, so that none can be checked."""


@dataclass(frozen=True)
class Derivative:
    """One derivative and the difference it was compared with.

    Arguments:
        mode: "reverse" or "forward"; of a second derivative both, the inner one first.
        path: which input, as `inputs[0]["w"]`.
        index: which element of it; () of a number.
        computed: by the engine.
        measured: by differences.
        error: |computed − measured| / max(1, |computed|, |measured|).
    """

    mode: str
    path: str
    index: tuple[int, ...]
    computed: float
    measured: float
    error: float

    def __str__(self) -> str:
        where = f"{self.path}, index {self.index}" if self.index else self.path
        return (
            f"{where}: {self.mode} mode gives {self.computed:.10g}, "
            f"differences give {self.measured:.10g} (error {self.error:.1e})"
        )


@dataclass
class GradientReport:
    """What a check has found.

    Arguments:
        modes: the modes that were checked.
        order: up to which derivative.
        tolerance: the error allowed.
        checked: how many derivatives were compared.
        kinks: how many lie where there is no derivative.
        worst: the one that agrees least; None where nothing was compared.
    """

    modes: tuple[str, ...]
    order: int
    tolerance: float
    checked: int = 0
    kinks: int = 0
    worst: Derivative | None = field(default=None)

    def add(self, found: Derivative) -> None:
        """Count a comparison."""
        self.checked += 1
        if self.worst is None or not found.error <= self.worst.error:
            self.worst = found

    @property
    def passed(self) -> bool:
        """Whether all derivatives agree."""
        return self.worst is None or self.worst.error <= self.tolerance

    def __str__(self) -> str:
        text = f"{plural(self.checked, 'derivative')} checked in {' and '.join(self.modes)} mode"
        text += f" to order {self.order}"
        if self.kinks:
            text += f", {plural(self.kinks, 'kink')} left out"
        return text if self.worst is None else f"{text}; worst: {self.worst}"


def check_gradients(
    f: Callable[..., Any],
    *inputs: Any,
    modes: Sequence[str] = _MODES,
    order: int = 1,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> GradientReport:
    """Compare a function's derivatives with differences of its values.

    Arguments:
        f: a function; of a result of several numbers a random weighted sum is checked.
        inputs: its arguments: float64 numbers, arrays, nodes, or lists, tuples and dicts of them.
        modes: "reverse", "forward" or both.
        order: 1 checks the derivative, 2 also the derivative of the derivative along a random
            direction, and so on.
        tolerance: the error allowed, relative for numbers above one.
        seed: of the random weights.
    Returns:
        A report. GradientMismatch is raised where the worst element is off by more than the
        tolerance; KinkWarning is issued where left and right differences disagree.

    >>> print(check_gradients(lambda x: x * x, 3.0))  # doctest: +ELLIPSIS
    2 derivatives checked in reverse and forward mode to order 1; worst: inputs[0]: ...
    """
    modes = (modes,) if isinstance(modes, str) else tuple(modes)
    unknown = set(modes) - set(_MODES)
    if unknown or not modes or order < 1:
        raise ValueError(f"check_gradients: modes are {_MODES}, and order is at least 1")
    report = GradientReport(modes, order, tolerance)
    _Check(f, inputs, numpy.random.default_rng(seed), report).run("", order)
    if not report.passed:
        raise GradientMismatch(f"check_gradients: wrong derivative at {report.worst}")
    if report.kinks:
        warnings.warn(
            f"check_gradients: {plural(report.kinks, 'kink')}: differences to the left and to "
            "the right disagree there, so there is no derivative to compare with",
            KinkWarning,
            stacklevel=2,
        )
    return report


class _Check:
    """A function at one place, and what is known of its derivatives there."""

    def __init__(
        self,
        f: Callable[..., Any],
        inputs: Sequence[Any],
        random: numpy.random.Generator,
        report: GradientReport,
    ) -> None:
        self.f = f
        self.random = random
        self.report = report
        given, self.layout = take_apart(tuple(inputs))
        self.paths = paths_of(self.layout, "inputs")
        for number, path in zip(given, self.paths, strict=True):
            _refuse_float32(number, path)
        self.given = [_detached(number) for number in given]
        self.traced = self._traced(self.given)
        for output in self.traced.outputs:
            _refuse_float32(output, "the result")
        self.weights = [self._weight(output) for output in self.traced.outputs]
        self.here = self._weighted(self.traced)

    def _traced(self, given: Sequence[Any]) -> Traced:
        arguments = self.layout.build(given)
        return Traced("check_gradients", self.f, arguments, range(len(arguments)))

    def _weight(self, output: Any) -> Any:
        shape = shape_of(output)
        if math.prod(shape) == 1:
            return 1.0 if shape == () and library_of(_bare(output)) is None else numpy.ones(shape)
        return self.random.uniform(0.5, 1.5, shape) * self.random.choice([-1.0, 1.0], shape)

    def _weighted(self, traced: Traced) -> float:
        pairs = zip(self.weights, map(_bare, traced.outputs), strict=True)
        return float(sum((_host(weight) * _host(value)).sum() for weight, value in pairs))

    def run(self, prefix: str, order: int) -> None:
        """Compare every element of every input, then the derivatives of the derivatives."""
        computed = {mode: self._computed(mode) for mode in self.report.modes}
        for place, index, flat in self._elements():
            differences = _Differences(self, place, flat)
            for mode, gradients in computed.items():
                value = float(gradients[place].reshape(-1)[flat])
                measured = differences.nearest(value, self.report.tolerance)
                error = _error(value, measured)
                agrees = error <= self.report.tolerance and not differences.look_apart
                if not agrees and differences.are_kinked(value):
                    self.report.kinks += 1
                    break
                found = Derivative(prefix + mode, self.paths[place], index, value, measured, error)
                self.report.add(found)
        if order > 1:
            for mode in self.report.modes:
                inner = _Check(self._derivative(mode), self.arguments, self.random, self.report)
                inner.run(f"{prefix}{mode}-then-", order - 1)

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.layout.build(self.given)  # type: ignore[no-any-return]

    def _elements(self) -> Iterator[tuple[int, tuple[int, ...], int]]:
        for place, number in enumerate(self.given):
            for flat, index in enumerate(numpy.ndindex(shape_of(number))):
                yield place, index, flat

    def _computed(self, mode: str) -> list[Any]:
        if mode == "reverse":
            return [_host(_bare(one)) for one in self.traced.pull(self.weights)]
        gradients = [numpy.zeros(shape_of(number)) for number in self.given]
        for place, _, flat in self._elements():
            tangents = [_moved(number, place == k, flat) for k, number in enumerate(self.given)]
            pushed = zip(self.weights, self.traced.push(tangents), strict=True)
            slope = sum((_host(weight) * _host(_bare(one))).sum() for weight, one in pushed)
            gradients[place].reshape(-1)[flat] = slope
        return gradients

    def at(self, place: int, flat: int, step: float) -> float:
        """The function's weighted value with one element of one input moved."""
        moved = list(self.given)
        moved[place] = _shifted(moved[place], flat, step)
        with numpy.errstate(all="ignore"):
            return self._weighted(self._traced(moved))

    def _derivative(self, mode: str) -> Callable[..., Any]:
        """The derivative along a random direction, as a function of the same inputs."""
        directions: list[Any] = [
            self.random.uniform(0.5, 1.5)
            if isinstance(number, float)
            else self.random.uniform(0.5, 1.5, shape_of(number))
            for number in self.given
        ]
        f, weights = self.f, self.weights

        def derivative(*arguments: Any) -> Any:
            traced = Traced("check_gradients", f, arguments, range(len(arguments)))
            if mode == "reverse":
                return _products(zip(directions, traced.pull(weights), strict=True))
            return _products(zip(weights, traced.push(directions), strict=True))

        return derivative


class _Differences:
    """Differences of function values along one element of one input."""

    def __init__(self, check: _Check, place: int, flat: int) -> None:
        self.check = check
        self.place = place
        self.flat = flat
        number = float(_host(check.given[place]).reshape(-1)[flat])
        self.scale = max(1.0, abs(number))
        self.steps = [step * self.scale for step in _STEPS]
        if 0 < abs(number) < _SMALL:
            # log and its like end just below
            self.steps += [step * abs(number) for step in _STEPS]
        self.known: dict[float, tuple[float, float]] = {}

    def _sides(self, h: float) -> tuple[float, float]:
        """The difference quotients to the left and to the right."""
        if h not in self.known:
            right = self.check.at(self.place, self.flat, h) - self.check.here
            left = self.check.here - self.check.at(self.place, self.flat, -h)
            self.known[h] = left / h, right / h
        return self.known[h]

    def nearest(self, computed: float, tolerance: float) -> float:
        """Of the central differences with all steps, the one that agrees best."""
        best = math.nan
        for step in self.steps:
            measured = sum(self._sides(step)) / 2
            if not math.isfinite(measured):
                continue
            if math.isnan(best) or _error(computed, measured) < _error(computed, best):
                best = measured
            # well inside the tolerance: smaller and larger steps would only confirm it
            if _error(computed, best) <= tolerance / 10:
                break
        return best

    @property
    def look_apart(self) -> bool:
        """Whether the two sides differ enough to be worth a second look."""
        left, right = self._sides(self.steps[0])
        return abs(left - right) > 1e-3 * max(1.0, abs(left), abs(right))

    def are_kinked(self, computed: float) -> bool:
        """Whether the two sides stay apart, or grow without bound, as the step shrinks."""
        step = self.steps[1]
        coarse, fine = self._sides(step), self._sides(step * _SHRINK)
        if not all(map(math.isfinite, (*coarse, *fine))):
            return False
        jumps = max(map(abs, fine)) > _SMOOTH / _SHRINK * max(1.0, *map(abs, coarse))
        gap = abs(fine[0] - fine[1])
        apart = gap > _SMOOTH * abs(coarse[0] - coarse[1]) and gap > 1e-4 * max(map(abs, fine))
        slack = 1e-3 * max(1.0, *map(abs, fine))
        between = min(fine) - slack <= computed <= max(fine) + slack
        return jumps or (apart and between)


def _bare(thing: Any) -> Any:
    return thing.plain() if isinstance(thing, Node) else thing


def _host(number: Any) -> Any:
    """A float or an array of any library as a NumPy array."""
    return numpy.asarray(number.get() if hasattr(number, "get") else number)


def _detached(number: Any) -> Any:
    bare = _bare(number)
    library = library_of(bare)
    return float(bare) if library is None else library.array(bare)


def _refuse_float32(number: Any, path: str) -> None:
    dtype = getattr(_bare(number), "dtype", None)
    if dtype is not None and dtype.kind == "f" and dtype != numpy.float64:
        raise GradientError(
            f"check_gradients needs float64, {path} is {dtype}: differences of {dtype} numbers "
            "are mostly rounding noise; convert with .astype('float64')"
        )


def _moved(number: Any, here: bool, flat: int) -> Any:
    """The direction that moves one element, or none."""
    if isinstance(number, float):
        return 1.0 if here else 0.0
    direction = library_of(number).zeros(number.shape)
    if here:
        direction.reshape(-1)[flat] = 1.0
    return direction


def _shifted(number: Any, flat: int, step: float) -> Any:
    if isinstance(number, float):
        return number + step
    moved = number.copy()
    moved.reshape(-1)[flat] += step
    return moved


def _products(pairs: Any) -> list[Any]:
    """Each weight times its share, summed to one node; a Value and a Tensor cannot be added."""
    products = [share * weight for weight, share in pairs]
    return [product.sum() if shape_of(product) else product for product in products]


def _error(computed: float, measured: float) -> float:
    if computed == measured:
        return 0.0
    return abs(computed - measured) / max(1.0, abs(computed), abs(measured))
