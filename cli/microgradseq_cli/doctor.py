"""`microgradseq doctor`: what is installed, how it is set, and what is likely to hurt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

import click

from microgradseq.environment import Environment, OptionalPackage, gather
from microgradseq.numbers import plural, readable

GIBIBYTE = 1 << 30


@click.command(epilog="Example: microgradseq doctor --json")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(as_json: bool) -> None:
    """Say what is installed and how it is set."""
    environment = gather()
    if as_json:
        click.echo(json.dumps(asdict(environment), indent=2, ensure_ascii=False))
    elif environment.terminal.interactive:
        print_table(environment)
    else:
        print_lines(environment)


def rows(environment: Environment) -> Iterator[tuple[str, str]]:
    """What there is to say, as pairs of a topic and a line for it."""
    blas, terminal = environment.blas, environment.terminal
    limits = [f"{name}={setting}" for name, setting in blas.settings.items()]
    yield "microgradseq", environment.microgradseq
    yield "Python", f"{environment.python} on {environment.system}"
    yield "NumPy", environment.numpy
    yield "BLAS", f"{blas.name} {blas.version}"
    if blas.most_threads:
        limits.append(f"built for at most {blas.most_threads}")
    yield "BLAS threads", ", ".join(limits) or "no limit set"
    yield "cores", str(environment.cores)
    if environment.memory:
        yield "memory", f"{readable(environment.memory / GIBIBYTE, 3)} GiB"
    yield "terminal", terminal_line(environment) if terminal.interactive else "none"
    yield "text encoding", terminal.encoding
    yield "GPU", "; ".join(environment.devices) or "none"
    for package in environment.packages:
        yield package.name, package_line(package)


def terminal_line(environment: Environment) -> str:
    """The terminal's size and colours."""
    terminal = environment.terminal
    colours = plural(terminal.colours, "colour") if terminal.colours else "no colours"
    return f"{terminal.columns}×{terminal.rows}, {colours}"


def package_line(package: OptionalPackage) -> str:
    """The version of an optional package, or how to get it."""
    if package.version:
        return package.version
    return f'not installed; pip install "microgradseq[{package.extra}]"'


def print_lines(environment: Environment) -> None:
    """Print for a file, a pipe or a log."""
    for topic, line in rows(environment):
        click.echo(f"{topic}: {line}")
    for warning in environment.warnings:
        click.echo(f"Warning: {warning}")


def print_table(environment: Environment) -> None:
    """Print for a person at a terminal."""
    from rich.console import Console  # noqa: PLC0415 - plain output needs no Rich
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(show_header=False)
    for topic, line in rows(environment):
        missing = line.startswith("not installed")
        table.add_row(Text(topic, style="bold"), Text(line, style="dim" if missing else ""))
    console = Console(highlight=False)
    console.print(table)
    for warning in environment.warnings:
        console.print(Text(f"Warning: {warning}", style="yellow"))
