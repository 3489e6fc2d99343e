"""Moving to a GPU and back, and what is said where it, its driver or its memory is missing."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy
import pytest

import microgradseq
from microgradseq import Tensor, debug, grad, nn, ones, randn, tensor, value_and_grad, zeros
from microgradseq.errors import MixingError, ShapeError
from microgradseq.nn import functional, init
from microgradseq.rules import RULES
from tests.strict.gpu import Gpu, kinds, missing_gpu


def test_the_suite_runs_on_a_real_gpu() -> None:
    reason = missing_gpu()
    if reason is not None:
        pytest.skip(f"on the stand-in alone: {reason}")
    assert kinds() == ("stand-in", "cupy")


# --- moving ---------------------------------------------------------------------------------------


def test_tensors_are_made_on_the_gpu(gpu: Gpu) -> None:
    made = [
        tensor([[1.0, 2.0]], device="cuda"),
        Tensor(numpy.ones(3, dtype="float32"), device="cuda:0"),
        zeros(2, 3, device="cuda"),
        ones(4, device="cuda", dtype="float32"),
        randn(2, 2, device="cuda"),
    ]
    for one in made:
        assert one.device == "cuda:0"
        assert isinstance(one.plain(), gpu.m.ndarray)
    assert made[0].tolist() == [[1.0, 2.0]]
    assert made[1].dtype == made[3].dtype == numpy.dtype("float32")


def test_moving_hands_gradients_back(gpu: Gpu) -> None:
    here = tensor([1.0, 2.0], requires_grad=True)
    there = here.to("cuda")
    back = (there * there).cpu()
    assert (there.device, back.device) == ("cuda:0", "cpu")
    back.sum().backward()
    assert here.grad.tolist() == [2.0, 4.0]
    assert here.cuda().device == "cuda:0"


def test_numbers_come_back_where_they_are_asked_for(gpu: Gpu) -> None:
    t = tensor([[1.0, 2.0]], device="cuda")
    assert t.numpy().tolist() == t.tolist() == [[1.0, 2.0]]
    assert isinstance(t.numpy(), numpy.ndarray)
    assert t.sum().item() == float(t.sum()) == 3.0
    assert repr(t) == "Tensor([[1., 2.]], dtype=float64)"


def test_lists_numbers_and_indices_follow_the_tensor(gpu: Gpu) -> None:
    t = tensor([1.0, 2.0, 3.0], device="cuda")
    assert (t * [1.0, 0.0, 2.0]).tolist() == [1.0, 0.0, 6.0]
    assert (numpy.float64(2.0) * t).tolist() == (t * numpy.float64(2.0)).tolist() == [2.0, 4.0, 6.0]
    assert t[[2, 0]].tolist() == t[numpy.array([2, 0])].tolist() == [3.0, 1.0]
    assert t.take([1, 1]).tolist() == [2.0, 2.0]
    recorded: Any = numpy.tanh(t)
    assert recorded.device == "cuda:0"
    assert gpu.here(t > 1.5).tolist() == gpu.here(numpy.greater(t, 1.5)).tolist()
    assert functional.embedding([2, 0], t.unsqueeze(1)).tolist() == [[3.0], [1.0]]


def test_arrays_of_both_devices_are_not_mixed(gpu: Gpu) -> None:
    there = tensor([1.0], device="cuda")
    with pytest.raises(MixingError, match=r"different devices \(cpu and cuda:0\)"):
        there * tensor([1.0])
    with pytest.raises(MixingError, match=r"move them to one with \.to\(\)"):
        there * numpy.ones(1)
    layer = nn.RNN(2, 3, device="cuda")
    with pytest.raises(MixingError, match="different devices"):
        layer(numpy.zeros((4, 1, 2), dtype="float32"))


def test_derivatives_of_functions_stay_there(gpu: Gpu) -> None:
    x = gpu.m.asarray(numpy.array([1.0, 2.0]))

    def cubes(x: Any) -> Any:
        return (x**3).sum()

    with gpu.no_host_copies():
        value, gradient = value_and_grad(cubes)(x)
        second = grad(lambda x: grad(cubes)(x).sum())(x)
    assert float(value) == 9.0
    assert gpu.here(gradient).tolist() == [3.0, 12.0]
    assert gpu.here(second).tolist() == [6.0, 12.0]


def test_a_model_is_built_and_started_there(gpu: Gpu) -> None:
    model = nn.Sequential(
        nn.Linear(3, 4, device="cuda"), nn.LayerNorm(4, device="cuda"), nn.Dropout(0.5)
    )
    assert {one.device for one in model.parameters()} == {"cuda:0"}
    assert model(randn(2, 3, dtype="float32", device="cuda")).device == "cuda:0"
    weight = nn.LSTM(4, 4, device="cuda").weight_hh_l0
    for start in (init.orthogonal_, init.xavier_normal_, init.identity_, init.zeros_):
        start(weight)
    assert not gpu.here(weight.plain()).any()


def test_debug_names_an_index_out_of_range(gpu: Gpu) -> None:
    table, wrong = tensor([[1.0], [2.0]], device="cuda"), gpu.there(numpy.array([0, 2]))
    with debug(), pytest.raises(ShapeError, match="index 2 is outside 0 to 1"):
        functional.embedding(wrong, table)
    assert numpy.isnan(functional.embedding(wrong, table).numpy()[1])
    assert numpy.isnan(gpu.here(RULES["one_hot"](wrong, classes=2))[1]).all()


def test_changes_are_noticed_there(gpu: Gpu) -> None:
    w = tensor([1.0, 2.0], device="cuda", requires_grad=True)
    y = (w * w).sum()
    w.data[0] = 5.0
    with pytest.raises(microgradseq.errors.ChangedError):
        y.backward()


# --- what is missing ------------------------------------------------------------------------------


def pretend(monkeypatch: pytest.MonkeyPatch, devices: Any, asarray: Any = None) -> None:
    """A CuPy that finds so many devices, or fails."""

    class Device:
        def __init__(self, number: int) -> None:
            self.id = number

        def __enter__(self) -> Device:
            return self

        def __exit__(self, *exception: object) -> None: ...

    module: Any = ModuleType("cupy")
    module.ndarray = type("ndarray", (), {})
    module.asarray = asarray
    module.cuda = SimpleNamespace(Device=Device, runtime=SimpleNamespace(getDeviceCount=devices))
    monkeypatch.setitem(sys.modules, "cupy", module)


def test_without_cupy_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(RuntimeError, match=r'not installed: pip install "microgradseq\[gpu\]"'):
        tensor([1.0], device="cuda")
    with pytest.raises(RuntimeError, match="not installed"):
        nn.Linear(2, 2).to("cuda")


def test_a_cupy_that_cannot_be_loaded_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "cupy.py").write_text("raise ImportError('libcudart.so.12: cannot open')")
    monkeypatch.delitem(sys.modules, "cupy", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RuntimeError, match=r"installed but cannot be loaded.*libcudart\.so\.12"):
        tensor([1.0], device="cuda")


def test_without_a_driver_it_says_what_cupy_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> int:
        raise RuntimeError("cudaErrorInsufficientDriver: CUDA driver version is insufficient")

    pretend(monkeypatch, fail)
    with pytest.raises(RuntimeError, match=r"finds no usable GPU driver \(cudaErrorInsufficient"):
        zeros(2, device="cuda")


def test_without_a_gpu_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, lambda: 0)
    with pytest.raises(RuntimeError, match="this machine shows no GPU"):
        tensor([1.0]).to("cuda")


def test_a_device_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, lambda: 1)
    with pytest.raises(RuntimeError, match=r'"cuda:3": this machine shows 1 GPU'):
        tensor([1.0]).to("cuda:3")
    with pytest.raises(ValueError, match='unknown device "cuda:x"'):
        tensor([1.0]).to("cuda:x")


def test_full_memory_is_said_when_moving(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(array: Any) -> Any:
        raise MemoryError("Out of memory allocating 8,589,934,592 bytes")

    pretend(monkeypatch, lambda: 1, fail)
    with pytest.raises(MemoryError, match=r'shape \(2, 3\) to "cuda": the memory is full.*8,589'):
        zeros(2, 3, device="cuda")


def test_full_memory_is_said_when_computing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(m: Any, a: Any, b: Any) -> Any:
        raise MemoryError("Out of memory allocating 512 bytes")

    monkeypatch.setattr(RULES["matmul"], "forward", fail)
    with pytest.raises(MemoryError, match=r"matmul of \(2, 3\), \(3, 2\): the memory is full"):
        zeros(2, 3) @ zeros(3, 2)


def test_full_memory_is_said_by_a_whole_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = nn.LSTM(2, 3)

    def fail(*operands: Any, **options: Any) -> Any:
        raise MemoryError("Out of memory allocating 512 bytes")

    monkeypatch.setattr(layer.kernel, "forward", fail)
    with pytest.raises(MemoryError, match=r"lstm layer of .* make the batch, the sequence"):
        layer(numpy.zeros((4, 1, 2), dtype="float32"))
