"""Modules: what belongs to them, saving and loading, switching, and what they say of themselves."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import Tensor, nn, no_grad, tensor
from microgradseq.nn.loading import StateError


class Line(nn.Module):
    def __init__(self) -> None:
        self.slope = tensor([[2.0, 1.0]], requires_grad=True)
        self.offset = tensor([0.5], requires_grad=True)
        self.register_buffer("mean", tensor([1.0, 0.0]))

    def forward(self, x: Any) -> Any:
        return (x - self.mean) @ self.slope.T + self.offset


class Two(nn.Module):
    def __init__(self) -> None:
        self.first = Line()
        self.others = [Line(), Line()]
        self.by_name = {"last": Line()}
        self.others[1].slope = self.first.slope


def test_a_call_runs_forward() -> None:
    assert Line()(numpy.array([[2.0, 3.0]])).tolist() == [[5.5]]
    with pytest.raises(NotImplementedError, match=r"Module has no forward\(\)"):
        nn.Module()(1)


def test_names_of_parameters_and_buffers() -> None:
    model = Two()
    names = [name for name, _ in model.named_parameters()]
    assert names == [
        "first.slope",
        "first.offset",
        "others.0.slope",
        "others.0.offset",
        "others.1.offset",
        "by_name.last.slope",
        "by_name.last.offset",
    ]
    assert {"others.1.slope", "first.mean"} <= model.state_dict().keys()
    assert [type(child) for child in model.children()] == [Line] * 4
    assert [name for name, _ in model.named_modules()] == [
        "",
        "first",
        "others.0",
        "others.1",
        "by_name.last",
    ]


def test_what_is_set_anew_takes_the_place_of_the_old() -> None:
    line = Line()
    line.slope = tensor([[1.0, 1.0]], requires_grad=True)
    line.mean = tensor([0.0, 0.0])
    assert set(line.state_dict()) == {"slope", "offset", "mean"}
    result = line.slope * 2
    with no_grad():
        line.seen = line(numpy.ones((1, 2)))
    line.slope = result
    del line.offset
    assert set(line.state_dict()) == {"mean"}
    assert list(line.parameters()) == []


def test_a_frozen_parameter_is_still_saved() -> None:
    line = Line()
    line.slope.requires_grad_(False)
    assert "slope" in line.state_dict()


def test_saved_numbers_are_copies_and_load_again() -> None:
    one, other = Line(), Line()
    one.slope.overwrite(numpy.array([[7.0, 8.0]]))
    saved = one.state_dict()
    one.slope.overwrite(numpy.zeros((1, 2)))
    kept = other.slope
    other.load_state_dict(saved)
    assert other.slope is kept
    assert other.slope.tolist() == [[7.0, 8.0]]


def test_one_error_lists_everything_that_does_not_fit() -> None:
    line = Line()
    before = line.state_dict()
    wrong = {"slope": numpy.zeros((2, 2)), "slop": [1.0], "mean": [0.0, 0.0]}
    with pytest.raises(StateError) as caught:
        line.load_state_dict(wrong)
    assert str(caught.value).splitlines() == [
        "the state does not fit Line:",
        "  1 entry missing: offset",
        "  1 entry unexpected: slop",
        "  1 entry misshaped: slope has shape (2, 2), needs (1, 2)",
    ]
    assert all((line.state_dict()[name] == array).all() for name, array in before.items())
    with pytest.raises(StateError, match="misshaped"):
        line.load_state_dict(wrong, strict=False)
    line.load_state_dict({"offset": [3.0], "more": [1.0]}, strict=False)
    assert line.offset.tolist() == [3.0]


class LikeTorch:
    """What PyTorch's parameters look like: they must be detached before they become arrays."""

    def __init__(self, numbers: Any, detached: bool = False) -> None:
        self.numbers, self.detached = numpy.array(numbers), detached

    def detach(self) -> LikeTorch:
        return LikeTorch(self.numbers, True)

    def numpy(self) -> Any:
        assert self.detached
        return self.numbers


def test_other_libraries_tensors_load() -> None:
    line = Line()
    line.load_state_dict(
        {"slope": LikeTorch([[1, 2]]), "offset": tensor([4.0]), "mean": numpy.zeros(2, "float32")}
    )
    assert (line.slope.tolist(), line.offset.tolist()) == ([[1.0, 2.0]], [4.0])
    with pytest.raises(StateError, match="must hold numbers, got str"):
        line.load_state_dict({"slope": "no"}, strict=False)


def test_training_and_evaluation() -> None:
    model = Two()
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    assert all(module.training for module in model.train().modules())


def test_gradients_are_forgotten() -> None:
    line = Line()
    line(numpy.ones((1, 2))).sum().backward()
    assert line.slope.grad is not None
    line.zero_grad()
    assert line.slope.grad is None


def test_another_dtype_keeps_the_parameters_themselves() -> None:
    line = Line()
    slope = line.slope
    line(numpy.ones((1, 2))).sum().backward()
    assert line.to("float32", "cpu") is line
    assert line.slope is slope
    assert {one.dtype for one in (slope, line.mean, slope.grad)} == {numpy.dtype("float32")}
    result = line(numpy.ones((1, 2), "float32"))
    assert result.dtype == numpy.dtype("float32")
    result.sum().backward()
    assert slope.grad.dtype == numpy.dtype("float32")
    with pytest.raises(TypeError, match="a model is made of floating-point numbers, not int64"):
        line.to("int64")
    with pytest.raises(ValueError, match='unknown device "cuda:x"'):
        line.to("cuda:x")


def test_a_summary_counts_shared_numbers_once() -> None:
    lines = Two().summary().splitlines()
    assert lines[0].split() == ["module", "kind", "tensors", "parameters"]
    assert lines[1].split() == ["(all)", "Two"]
    assert lines[2].split() == ["first", "Line", "slope", "1×2", "2"]
    assert lines[3].split() == ["offset", "1", "1"]
    assert lines[-1].split() == ["total", "10"]
    assert nn.LSTM(28, 256).summary().splitlines()[-1].split() == ["total", "292,864"]


def test_a_module_shows_what_is_inside() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            self.body = nn.LSTM(3, 4, bidirectional=True)
            self.head = Line()

    assert repr(Model()).splitlines() == [
        "Model(",
        "  (body): LSTM(3, 4, bidirectional=True)",
        "  (head): Line()",
        ")",
    ]


def test_a_parameter_that_was_made_elsewhere_is_no_buffer() -> None:
    line = Line()
    line.constant = Tensor([1.0])
    assert "constant" not in line.state_dict()
