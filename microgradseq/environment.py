"""What this machine and this installation offer: gathered as data, printed elsewhere."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module, metadata
from typing import Any

import numpy

from microgradseq.numbers import plural
from microgradseq.version import VERSION

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
DEVELOPER_EXTRAS = {"dev", "test"}
SMALLEST_SCREEN = (80, 24)


@dataclass(frozen=True, slots=True)
class Blas:
    """The library that multiplies NumPy's matrices.

    Arguments:
        name: such as "scipy-openblas".
        version: its version.
        most_threads: how many threads it was built for, where it says so.
        settings: the environment variables that limit its threads, where they are set.
    """

    name: str
    version: str
    most_threads: int | None
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Terminal:
    """What standard output can show.

    Arguments:
        interactive: whether it is a terminal at all.
        columns: width in cells.
        rows: height in cells.
        colours: how many colours it shows; 0 for none.
        encoding: how text is written to it.
    """

    interactive: bool
    columns: int
    rows: int
    colours: int
    encoding: str


@dataclass(frozen=True, slots=True)
class OptionalPackage:
    """A package that one of the extras brings.

    Arguments:
        name: its name.
        extra: the extra that brings it.
        version: the installed version, or None.
    """

    name: str
    extra: str
    version: str | None


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything that `gather` finds.

    Arguments:
        microgradseq: our version.
        python: Python's version.
        system: operating system and processor.
        numpy: NumPy's version.
        blas: the library that multiplies NumPy's matrices.
        cores: processor cores that this process may use.
        memory: bytes of main memory, or None where the system does not say.
        terminal: what standard output can show.
        packages: the optional packages, installed or not.
        devices: the GPUs that CuPy finds; empty without CuPy or without a GPU.
        warnings: sentences about what is likely to hurt.
    """

    microgradseq: str
    python: str
    system: str
    numpy: str
    blas: Blas
    cores: int
    memory: int | None
    terminal: Terminal
    packages: tuple[OptionalPackage, ...]
    devices: tuple[str, ...]
    warnings: tuple[str, ...]


def gather() -> Environment:
    """Look at this machine and this installation.

    Returns:
        An `Environment`. No optional package is imported for it, except an installed CuPy,
        which alone knows its devices.

    >>> gather().cores >= 1
    True
    """
    blas, cores, terminal = _blas(), _cores(), _terminal()
    packages = _optional_packages()
    has_cupy = any(one.version and one.name.startswith("cupy") for one in packages)
    return Environment(
        microgradseq=VERSION,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        numpy=numpy.__version__,
        blas=blas,
        cores=cores,
        memory=_memory(),
        terminal=terminal,
        packages=packages,
        devices=tuple(_devices()) if has_cupy else (),
        warnings=tuple(warnings(numpy.__version__, blas, cores, terminal)),
    )


def warnings(numpy_version: str, blas: Blas, cores: int, terminal: Terminal) -> Iterator[str]:
    """Say what is likely to hurt.

    Arguments:
        numpy_version: such as "2.4.6".
        blas: the library that multiplies matrices, with the limits set on its threads.
        cores: processor cores that this process may use.
        terminal: what standard output can show.
    Returns:
        One sentence for each trouble.

    >>> calm = Terminal(interactive=True, columns=120, rows=40, colours=256, encoding="utf-8")
    >>> list(warnings("1.26.4", Blas("openblas", "0.3", 64, {}), 2, calm))
    ['NumPy 1.26.4 is too old; install NumPy 2 or newer']
    """
    if int(numpy_version.partition(".")[0]) < 2:
        yield f"NumPy {numpy_version} is too old; install NumPy 2 or newer"
    for name, setting in blas.settings.items():
        if setting.isdigit() and int(setting) > cores:
            yield (
                f"{name}={setting} asks for more threads than the {plural(cores, 'core')} here, "
                "which makes matrix products many times slower; lower it"
            )
    if terminal.encoding.lower().replace("-", "") != "utf8":
        yield (
            f"text is written as {terminal.encoding}, which cannot show graphs or Chinese; "
            "set the locale to a UTF-8 one, or PYTHONUTF8=1"
        )
    columns, rows = SMALLEST_SCREEN
    if terminal.interactive and (terminal.columns < columns or terminal.rows < rows):
        yield f"the terminal is smaller than {columns}×{rows}; pictures will be cut"


def _blas() -> Blas:
    configuration: dict[str, Any] = dict(numpy.show_config(mode="dicts"))
    found = configuration.get("Build Dependencies", {}).get("blas", {})
    threads = re.search(r"MAX_THREADS=(\d+)", found.get("openblas configuration", ""))
    return Blas(
        name=found.get("name", "unknown"),
        version=found.get("version", "unknown"),
        most_threads=int(threads[1]) if threads else None,
        settings={name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ},
    )


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # not every system answers
        return None


def _terminal() -> Terminal:
    size = shutil.get_terminal_size()
    interactive = sys.stdout.isatty()
    return Terminal(
        interactive=interactive,
        columns=size.columns,
        rows=size.lines,
        colours=colours(os.environ) if interactive else 0,
        encoding=sys.stdout.encoding or "unknown",
    )


def colours(variables: Mapping[str, str]) -> int:
    """How many colours a terminal with these environment variables shows.

    Arguments:
        variables: such as `os.environ`.
    Returns:
        0, 16, 256 or 16,777,216.

    >>> colours({"TERM": "xterm-256color"}), colours({"TERM": "xterm", "NO_COLOR": "1"})
    (256, 0)
    """
    kind = variables.get("TERM", "")
    if variables.get("NO_COLOR") or kind in {"", "dumb", "unknown"}:
        return 0
    if variables.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return 1 << 24
    return 256 if "256color" in kind else 16


def _optional_packages() -> tuple[OptionalPackage, ...]:
    # The extras are said once, in pyproject.toml; an installation carries them as metadata.
    try:
        requirements = metadata.requires("microgradseq") or []
    except metadata.PackageNotFoundError:  # run from a bare checkout
        requirements = []
    packages: dict[str, OptionalPackage] = {}
    for requirement in requirements:
        parts = re.match(r"""([\w.-]+).*;.*extra == ['"]([\w-]+)['"]""", requirement)
        if parts and parts[1] not in packages and parts[2] not in DEVELOPER_EXTRAS:
            version = _installed_version(parts[1])
            packages[parts[1]] = OptionalPackage(parts[1], extra=parts[2], version=version)
    return tuple(packages.values())


def _installed_version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _devices() -> Iterator[str]:
    try:
        runtime = import_module("cupy").cuda.runtime
        for number in range(runtime.getDeviceCount()):
            yield f"cuda:{number} {runtime.getDeviceProperties(number)['name'].decode()}"
    except Exception as error:  # CuPy raises its own errors, and the system's, without a driver
        yield f"CuPy is installed but finds no usable GPU ({error})"
