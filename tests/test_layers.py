"""Imports point one way, and no file is too long to read in one sitting."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ENGINE = ROOT / "microgradseq"
LONGEST_FILE = 400

# What each component may import of ours, besides itself.
COMPONENTS = {
    "microgradseq": (ENGINE, set[str]()),
    "microgradseq_corpora": (ROOT / "corpora/microgradseq_corpora", {"microgradseq"}),
    "microgradseq_tui": (
        ROOT / "tui/microgradseq_tui",
        {"microgradseq", "microgradseq_corpora"},
    ),
    "microgradseq_cli": (
        ROOT / "cli/microgradseq_cli",
        {"microgradseq", "microgradseq_corpora", "microgradseq_tui"},
    ),
}

# The rooms of the engine. A room imports only rooms of earlier lines. The first line holds small
# tools that every room may use.
LAYERS = [
    {"cells", "context", "errors", "numbers", "randomness", "structure", "version"},
    {"backend"},
    {"rules"},
    {"grammar", "node", "numpy_functions"},
    {"operators", "storage", "sweep"},
    {"methods"},
    {"tensor", "value"},
    {"joint"},
    {"creation"},
    {"traced"},
    {"gradient_check"},
    {"data", "derivatives", "environment", "expression", "graph", "nn", "optim"},
    {"charts"},
    {"insight", "tasks"},
    {"examples", "labs", "lessons"},
    {"speed", "training"},
]
FRONT_DOOR = "__init__"
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}


def files_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def imports_of(file: Path, component: Path) -> Iterator[str]:
    """Every dotted name that a file imports, wherever the import stands."""
    package = file.relative_to(component.parent).parent.parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            start = ".".join([*above, node.module] if node.module else above)
            yield from (f"{start}.{alias.name}" for alias in node.names)


def room_of(file: Path) -> str:
    first = file.relative_to(ENGINE).parts[0]
    return first.removesuffix(".py")


def wrong_rooms(file: Path) -> list[str]:
    """What a file of the engine imports although it stands in no earlier layer."""
    room = room_of(file)
    imported = [name.split(".") for name in imports_of(file, ENGINE)]
    ours = [parts for parts in imported if parts[0] == "microgradseq"]
    inside = [parts[1] if len(parts) > 1 else FRONT_DOOR for parts in ours]
    return [
        other
        for other in inside
        if other != room and RANK.get(other, len(LAYERS)) >= max(RANK[room], 1)
    ]


ROOMS = [file for file in files_of(ENGINE) if room_of(file) != FRONT_DOOR]


@pytest.mark.parametrize("file", ROOMS, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_room_imports_only_rooms_below_it(file: Path) -> None:
    assert room_of(file) in RANK, "give the new room its place in LAYERS"
    assert wrong_rooms(file) == []


@pytest.mark.parametrize("component", COMPONENTS)
def test_components_import_one_way(component: str) -> None:
    folder, allowed = COMPONENTS[component]
    forbidden = COMPONENTS.keys() - allowed - {component}
    imported = {name for file in files_of(folder) for name in imports_of(file, folder)}
    used = {name.partition(".")[0] for name in imported}
    assert used & forbidden == set()


def test_the_engine_loads_no_interface_library() -> None:
    code = (
        "import importlib, pkgutil, sys, microgradseq\n"
        "for found in pkgutil.walk_packages(microgradseq.__path__, 'microgradseq.'):\n"
        "    importlib.import_module(found.name)\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(finished.stdout.split())
    assert "numpy" in loaded
    assert loaded & {"textual", "rich", "click", "microgradseq_tui", "microgradseq_cli"} == set()


@pytest.mark.parametrize("folder", ["benchmarks", "cli", "corpora", "microgradseq", "tests", "tui"])
def test_no_file_is_too_long(folder: str) -> None:
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines())
        for file in files_of(ROOT / folder)
    }
    assert lengths
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}
