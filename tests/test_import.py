"""The front door of the package: its public names, and how little it loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import microgradseq

SOURCE = Path(microgradseq.__file__).read_text(encoding="utf-8")


def python(code: str) -> str:
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()


def names_for_type_checkers() -> dict[str, str]:
    """Each public name and its module, as the TYPE_CHECKING block imports them."""
    blocks = (node for node in ast.parse(SOURCE).body if isinstance(node, ast.If))
    imports = (one for block in blocks for one in block.body if isinstance(one, ast.ImportFrom))
    return {alias.name: str(one.module) for one in imports for alias in one.names}


def test_the_type_checker_sees_what_is_imported_at_run_time() -> None:
    assert names_for_type_checkers() == microgradseq._HOME_OF
    assert set(microgradseq.__all__) == {*microgradseq._HOME_OF, "__version__"}


@pytest.mark.parametrize("name", microgradseq.__all__)
def test_every_public_name_is_there_and_explained(name: str) -> None:
    found = getattr(microgradseq, name)
    assert isinstance(found, str) or found.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    name = "tensr"
    with pytest.raises(AttributeError, match="no attribute 'tensr'"):
        getattr(microgradseq, name)


def test_dir_lists_names_not_used_yet() -> None:
    listed = python("import microgradseq; print(*dir(microgradseq))").split()
    assert set(microgradseq.__all__) <= set(listed)


@pytest.mark.parametrize(
    "first", ["import microgradseq.tensor", "from microgradseq import grad, Value", ""]
)
def test_tensor_is_the_function_whatever_was_imported_before(first: str) -> None:
    code = f"{first}\nfrom microgradseq import tensor\nprint(callable(tensor))"
    assert python(code) == "True"


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = python("import microgradseq, sys; print(*sys.modules)").split()
    ours = {name for name in loaded if name.startswith("microgradseq")}
    assert ours == {"microgradseq", "microgradseq.version"}
    assert "numpy" not in loaded
