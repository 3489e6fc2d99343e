"""Install the libraries that tests compare with, each on its own: a failure is only reported."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def oracles() -> list[str]:
    """The requirements of the `oracles` extra."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    requirements: list[str] = project["optional-dependencies"]["oracles"]
    return requirements


def install(requirement: str) -> str | None:
    """Install one requirement into this environment; returns why not, or None."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    finished = subprocess.run([*pip, requirement], capture_output=True, text=True, check=False)
    if finished.returncode == 0:
        return None
    return (finished.stderr.strip().splitlines() or ["pip gave no reason"])[-1]


def main() -> None:
    """Install every oracle that can be had, and say which could not."""
    for requirement in oracles():
        problem = install(requirement)
        print(f"oracle {requirement}: " + (f"skipped ({problem})" if problem else "installed"))


if __name__ == "__main__":
    main()
