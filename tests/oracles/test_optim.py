"""Optimizers, schedules and clipping against PyTorch, over 50 steps in double precision."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest

from microgradseq import Tensor, optim

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle
STEPS = 50
RELATIVE = 1e-11

OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {}),
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.3}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.4}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.01, "momentum": 0.5, "maximize": True, "weight_decay": 0.1}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.2, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-3, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.8, "eps": 1e-3, "weight_decay": 0.1}),
    ("RMSprop", {"momentum": 0.9}),
    ("RMSprop", {"centered": True}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "maximize": True, "weight_decay": 0.1}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.3}),
    ("Adam", {"lr": 0.1, "amsgrad": True}),
    ("Adam", {"lr": 0.1, "amsgrad": True, "maximize": True, "weight_decay": 0.1}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.5}),
    ("AdamW", {"lr": 0.1, "amsgrad": True, "maximize": True}),
]


class Pair:
    """The same two parameters here and in PyTorch, under optimizers of the same name."""

    def __init__(self, name: str, options: dict[str, Any], second: dict[str, Any]) -> None:
        random = numpy.random.default_rng(3)
        starts = [random.normal(size=shape) for shape in ((3, 4), (5,))]
        self.noise = random.normal(size=(STEPS, 17))
        self.ours = [Tensor(start, requires_grad=True) for start in starts]
        self.theirs = [torch.tensor(start, requires_grad=True) for start in starts]
        self.optimizer = getattr(optim, name)(_groups(self.ours, second), **options)
        self.reference = getattr(torch.optim, name)(_groups(self.theirs, second), **options)

    def gradients(self, step: int) -> None:
        """Give both the gradient of a bowl whose bottom moves about."""
        for place, (ours, theirs) in enumerate(zip(self.ours, self.theirs, strict=True)):
            noise = self.noise[step, 12 * place : 12 * place + ours.numel()].reshape(ours.shape)
            ours.grad = ours.data + noise
            theirs.grad = torch.tensor(ours.grad)

    def step(self, step: int) -> None:
        self.gradients(step)
        self.optimizer.step()
        self.reference.step()

    def require_same(self) -> None:
        for ours, theirs in zip(self.ours, self.theirs, strict=True):
            numpy.testing.assert_allclose(
                ours.data, theirs.detach().numpy(), rtol=RELATIVE, atol=1e-12
            )


def _groups(parameters: list[Any], second: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"params": [parameters[0]]}, {"params": [parameters[1]], **second}]


@pytest.mark.parametrize(("name", "options"), OPTIMIZERS)
def test_an_optimizer_walks_the_same_way(name: str, options: dict[str, Any]) -> None:
    pair = Pair(name, options, {"lr": 0.02, "weight_decay": 0.05})
    for step in range(STEPS):
        pair.step(step)
        pair.require_same()


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "RMSprop", "Adam", "AdamW"])
def test_defaults_are_the_same(name: str) -> None:
    ours = getattr(optim, name)([Tensor([1.0], requires_grad=True)]).defaults
    theirs = getattr(torch.optim, name)([torch.ones(1, requires_grad=True)]).defaults
    assert ours == {option: theirs[option] for option in ours}


@pytest.mark.parametrize(("name", "options"), OPTIMIZERS)
def test_a_state_saved_by_pytorch_is_continued(name: str, options: dict[str, Any]) -> None:
    pair = Pair(name, options, {})
    for step in range(5):
        pair.step(step)
    saved = pair.reference.state_dict()
    plain = {
        number: {entry: _as_array(value) for entry, value in state.items()}
        for number, state in saved["state"].items()
    }
    pair.optimizer = getattr(optim, name)(_groups(pair.ours, {}), **options)
    pair.optimizer.load_state_dict({"state": plain, "param_groups": saved["param_groups"]})
    for step in range(5, STEPS):
        pair.step(step)
    pair.require_same()


def _as_array(value: Any) -> Any:
    return value.numpy() if hasattr(value, "numpy") else value


SCHEDULES: list[tuple[str, dict[str, Any]]] = [
    ("StepLR", {"step_size": 7}),
    ("StepLR", {"step_size": 3, "gamma": 0.7}),
    ("ExponentialLR", {"gamma": 0.93}),
    ("CosineAnnealingLR", {"T_max": 50}),
    ("CosineAnnealingLR", {"T_max": 7, "eta_min": 0.01}),
    ("CosineAnnealingLR", {"T_max": 1}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 0.1, "end_factor": 0.8, "total_iters": 20}),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.0, "total_iters": 9}),
    ("LambdaLR", {"lr_lambda": lambda epoch: 1 / (1 + epoch)}),
    ("LambdaLR", {"lr_lambda": [lambda epoch: 0.9**epoch, math.cos]}),
]


def _rates(optimizer: Any) -> list[float]:
    return [group["lr"] for group in optimizer.param_groups]


def _schedules(pair: Pair, name: str, options: dict[str, Any]) -> tuple[Any, Any]:
    theirs = getattr(torch.optim.lr_scheduler, name)(pair.reference, **options)
    return getattr(optim.lr_scheduler, name)(pair.optimizer, **options), theirs


@pytest.mark.parametrize(("name", "options"), SCHEDULES)
def test_a_schedule_sets_the_same_rates(name: str, options: dict[str, Any]) -> None:
    pair = Pair("SGD", {"lr": 0.5}, {"lr": 0.2})
    ours, theirs = _schedules(pair, name, options)
    for step in range(STEPS):
        assert _rates(pair.optimizer) == pytest.approx(
            _rates(pair.reference), rel=RELATIVE, abs=1e-15
        )
        assert ours.last_epoch == theirs.last_epoch
        assert ours.get_last_lr() == pytest.approx(theirs.get_last_lr(), rel=RELATIVE, abs=1e-15)
        pair.step(step)
        ours.step()
        theirs.step()
    pair.require_same()


@pytest.mark.parametrize(("name", "options"), SCHEDULES)
def test_a_schedule_continues_from_an_epoch(name: str, options: dict[str, Any]) -> None:
    pair = Pair("SGD", {"lr": 0.5}, {"lr": 0.2})
    for group in [*pair.optimizer.param_groups, *pair.reference.param_groups]:
        group["initial_lr"], group["lr"] = group["lr"], 0.7 * group["lr"]
    ours, theirs = _schedules(pair, name, {**options, "last_epoch": 3})
    for step in range(20):
        expected = _rates(pair.reference)
        assert _rates(pair.optimizer) == pytest.approx(expected, rel=RELATIVE, abs=1e-15), step
        pair.step(step)
        ours.step()
        theirs.step()


def test_chained_schedules_set_the_same_rates() -> None:
    pair = Pair("SGD", {"lr": 0.5}, {"lr": 0.2})
    chain: list[tuple[str, dict[str, Any]]] = [
        ("LinearLR", {"total_iters": 4}),
        ("ExponentialLR", {"gamma": 0.9}),
    ]
    schedules = [each for one in chain for each in _schedules(pair, *one)]
    for step in range(STEPS):
        assert _rates(pair.optimizer) == pytest.approx(_rates(pair.reference), rel=RELATIVE)
        pair.step(step)
        for schedule in schedules:
            schedule.step()


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
@pytest.mark.parametrize("options", [{}, {"cooldown": 3, "min_lr": [0.01, 0.002]}])
def test_a_plateau_sets_the_same_rates(
    mode: str, threshold_mode: str, options: dict[str, Any]
) -> None:
    pair = Pair("SGD", {"lr": 0.5}, {"lr": 0.2})
    complete = {"patience": 2, "mode": mode, "threshold_mode": threshold_mode, "threshold": 0.05}
    ours, theirs = _schedules(pair, "ReduceLROnPlateau", {**complete, **options})
    measures = numpy.abs(pair.noise[:, 0]) + 1.0
    seen = []
    for step in range(STEPS):
        pair.step(step)
        ours.step(measures[step])
        theirs.step(measures[step])
        assert _rates(pair.optimizer) == _rates(pair.reference)
        seen += _rates(pair.optimizer)
    assert len(set(seen)) > 4


@pytest.mark.parametrize("limit", [0.5, 100.0])
def test_clipping_differs_only_by_pytorchs_tiny_number(limit: float) -> None:
    pair = Pair("SGD", {}, {})
    pair.gradients(0)
    ours = optim.clip_grad_norm_(pair.ours, limit)
    theirs = torch.nn.utils.clip_grad_norm_(pair.theirs, limit)
    assert ours == pytest.approx(float(theirs), rel=1e-14)
    for one, other in zip(pair.ours, pair.theirs, strict=True):
        numpy.testing.assert_allclose(one.grad, other.grad.numpy(), rtol=1e-6 / ours + 1e-14)


def test_clipping_by_value_is_the_same() -> None:
    pair = Pair("SGD", {}, {})
    pair.gradients(0)
    optim.clip_grad_value_(pair.ours, 0.3)
    torch.nn.utils.clip_grad_value_(pair.theirs, 0.3)
    for one, other in zip(pair.ours, pair.theirs, strict=True):
        numpy.testing.assert_array_equal(one.grad, other.grad.numpy())
