"""`microgradseq doctor`, for a person, for a pipe and for a program."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from microgradseq import environment
from microgradseq.environment import Blas, Environment, Terminal, gather, warnings
from microgradseq.version import VERSION
from microgradseq_cli.doctor import print_lines, print_table

if TYPE_CHECKING:
    from tests.conftest import Command

SCREEN = Terminal(interactive=True, columns=80, rows=24, colours=256, encoding="utf-8")
BLAS = Blas("scipy-openblas", "0.3.31", 64, {})


def test_without_a_terminal_it_prints_plain_lines(command: Command) -> None:
    code, out, err = command("doctor")
    assert (code, err) == (0, "")
    assert out.startswith(f"microgradseq: {VERSION}\nPython: {sys.version_info.major}.")
    assert "terminal: none\n" in out
    assert all(": " in line for line in out.splitlines())


def test_json_is_one_object(command: Command) -> None:
    code, out, err = command("doctor", "--json")
    facts = json.loads(out)
    assert (code, err) == (0, "")
    assert facts["microgradseq"] == VERSION
    assert facts["cores"] >= 1
    assert facts["blas"].keys() == {"name", "version", "most_threads", "settings"}


def test_every_optional_package_says_how_to_get_it(capsys: pytest.CaptureFixture[str]) -> None:
    missing = environment.OptionalPackage("matplotlib", "plot", None)
    print_lines(replace(gather(), packages=(missing,)))
    expected = 'matplotlib: not installed; pip install "microgradseq[plot]"'
    assert expected in capsys.readouterr().out.splitlines()


def test_optional_packages_come_from_the_installation() -> None:
    extras = {one.extra: one.name for one in gather().packages}
    assert extras["gpu"] == "cupy-cuda12x"
    assert extras["plot"] == "matplotlib"
    assert extras["tensorboard"] == "tensorboard"
    assert not {"dev", "test"} & extras.keys()


def test_a_terminal_gets_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(replace(gather(), terminal=SCREEN, warnings=("something hurts",)))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("┏") or lines[0].startswith("┌")
    assert any("80×24, 256 colours" in line for line in lines)
    assert lines[-1] == "Warning: something hurts"
    assert max(map(len, lines)) <= 80


def test_a_good_environment_has_no_warnings() -> None:
    assert list(warnings("2.4.6", BLAS, 2, SCREEN)) == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"numpy_version": "1.26.4"}, "install NumPy 2"),
        ({"terminal": replace(SCREEN, encoding="ISO-8859-1")}, "UTF-8"),
        ({"terminal": replace(SCREEN, columns=60)}, "smaller than 80×24"),
        ({"blas": replace(BLAS, settings={"OMP_NUM_THREADS": "8"})}, "OMP_NUM_THREADS=8"),
    ],
)
def test_what_is_likely_to_hurt(changes: dict[str, object], word: str) -> None:
    facts = {"numpy_version": "2.4.6", "blas": BLAS, "cores": 2, "terminal": SCREEN, **changes}
    (warning,) = warnings(**facts)  # type: ignore[arg-type]
    assert word in warning


def test_thread_limits_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1000")
    found: Environment = gather()
    assert found.blas.settings["OMP_NUM_THREADS"] == "1000"
    assert any("OMP_NUM_THREADS=1000" in warning for warning in found.warnings)


def test_a_gpu_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = SimpleNamespace(
        getDeviceCount=lambda: 1, getDeviceProperties=lambda number: {"name": b"H200"}
    )
    cupy = SimpleNamespace(cuda=SimpleNamespace(runtime=runtime))
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    assert list(environment._devices()) == ["cuda:0 H200"]


def test_cupy_without_a_driver_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_driver() -> int:
        raise RuntimeError("no driver")

    runtime = SimpleNamespace(getDeviceCount=no_driver)
    cupy = SimpleNamespace(cuda=SimpleNamespace(runtime=runtime))
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    (line,) = environment._devices()
    assert line == "CuPy is installed but finds no usable GPU (no driver)"


def test_looking_imports_no_optional_package() -> None:
    code = "import sys; from microgradseq.environment import gather; gather(); print(*sys.modules)"
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in finished.stdout.split()}
    assert loaded & {"torch", "jax", "matplotlib", "sklearn", "onnx", "dask"} == set()
