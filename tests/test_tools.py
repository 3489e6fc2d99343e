"""The scripts that `make` calls."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parent.parent / "tools/install_oracles.py"


@pytest.fixture
def installer() -> ModuleType:
    specification = importlib.util.spec_from_file_location("install_oracles", SCRIPT)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_oracles_are_pinned(installer: ModuleType) -> None:
    requirements = installer.oracles()
    assert "torch==2.13.0" in requirements
    assert all("==" in requirement for requirement in requirements)


def test_an_oracle_that_cannot_be_had_is_skipped(
    installer: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    missing = f"nothing @ file://{tmp_path}/nothing.whl"
    monkeypatch.setattr(installer, "oracles", lambda: [missing])
    installer.main()
    assert capsys.readouterr().out.startswith(f"oracle {missing}: skipped (ERROR: ")
