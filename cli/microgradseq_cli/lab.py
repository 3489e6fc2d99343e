"""`microgradseq lab`: the classic systems of the field, each with its settings as options."""

from __future__ import annotations

import shutil
import textwrap
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from microgradseq_cli.errors import INTERRUPTED, unknown
from microgradseq_cli.output import require_place, write_whole
from microgradseq_cli.progress import progress

if TYPE_CHECKING:
    from microgradseq.labs.lab import Frame, Lab, Parameter, Settings

_WIDEST, _NARROWEST = 100, 40
_FORMER = {"max_steps": "--updates"}
"""What options were called before; the old names still work."""
_NAMES = {option.removeprefix("--"): name for name, option in _FORMER.items()}


class LabGroup(click.Group):
    """A group with one command for each lab, made from the lab when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from microgradseq.labs.registry import LABS  # noqa: PLC0415 - not needed by other commands

        return list(LABS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from microgradseq.labs.registry import LABS  # noqa: PLC0415

        return _command_of(LABS[cmd_name]) if cmd_name in LABS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.list_commands(ctx) and not name.startswith("-"):
            raise unknown("lab", name, self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Labs"):
            formatter.write_dl(_summaries())


@click.group(
    cls=LabGroup,
    invoke_without_command=True,
    subcommand_metavar="NAME [OPTIONS]",
    epilog="Example: microgradseq lab hopfield --noise 0.3 -o recall.svg",
)
@click.pass_context
def lab(context: click.Context) -> None:
    """Run one of the field's classic systems; without a name, list them.

    Each has settings of its own: microgradseq lab NAME --help lists them.
    """
    if context.invoked_subcommand is None:
        rows = _summaries()
        width = max(len(name) for name, _ in rows)
        for name, words in rows:
            print(f"{name:{width}}  {words}")


def _summaries() -> list[tuple[str, str]]:
    from microgradseq.labs.registry import LABS, SUMMARIES  # noqa: PLC0415

    return [(name, SUMMARIES[name]) for name in LABS]


def _command_of(found: Lab) -> click.Command:
    """The command of one lab: its parameters as options, and what all labs share."""
    options: list[click.Parameter] = [_option(parameter) for parameter in found.parameters]
    options += [
        click.Option([_FORMER[each.name]], type=_ParameterType(each), hidden=True)
        for each in found.parameters
        if each.name in _FORMER
    ]
    options += [
        click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON object."),
        click.Option(
            ["-o", "--output"],
            metavar="FILE",
            type=click.Path(),
            help="Also write the pictures, as .svg or .txt; or the numbers, as .json.",
        ),
        click.Option(["--quiet"], is_flag=True, help="No pictures and no progress."),
    ]

    def callback(as_json: bool, output: str | None, quiet: bool, **given: Any) -> int:
        typed = {
            _NAMES.get(name, name): value for name, value in given.items() if value is not None
        }
        return _run(found, typed, as_json, output, quiet)

    return click.Command(
        found.name,
        callback=callback,
        params=options,
        help=_help(found),
        short_help=found.title,
        epilog=f"Example: microgradseq lab {found.name} -o {found.name}.svg",
    )


def _option(parameter: Parameter) -> click.Option:
    # in the words that click uses for the options of other commands
    kinds = {bool: "YES|NO", int: "INTEGER", float: "FLOAT", str: "TEXT"}
    metavar = "|".join(parameter.choices) or kinds[type(parameter.default)]
    first, default = parameter.words[0], parameter.write(parameter.default)
    # τ and β are symbols of formulas: they have no upper case
    words = f"{first.upper() if first.isascii() else first}{parameter.words[1:]}"
    usual = f"  [default: {default}]" if default else ""
    return click.Option(
        [parameter.option, parameter.name],
        type=_ParameterType(parameter),
        metavar=metavar,
        help=f"{words}; {parameter.limits}.{usual}",
    )


class _ParameterType(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.5
    """What a lab's parameter may be."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter, self.name = parameter, parameter.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return self.parameter.read(value, self.parameter.option)


def _help(found: Lab) -> str:
    # click joins the lines of a paragraph unless it begins with \b
    return "\n\n".join([f"{found.title}.", *found.words, f"\b\n{found.formula}"])


def _run(found: Lab, typed: dict[str, Any], as_json: bool, output: str | None, quiet: bool) -> int:
    """Run a lab to its end, or to Ctrl-C, and give what it has found; returns the exit code."""
    from microgradseq.labs.drawing import figures_text  # noqa: PLC0415 - slow to import
    from microgradseq.labs.writing import as_json as written  # noqa: PLC0415
    from microgradseq.labs.writing import lab_file, suffix_of  # noqa: PLC0415

    suffix = "" if output is None else suffix_of(output)
    settings = found.settings(**typed)
    require_place(output)
    last, code = _ran(found, settings, quiet)
    if output is not None:
        write_whole(output, lab_file(found, settings, last, suffix), quiet)
    if as_json:
        print(written(found, settings, last), end="")
        return code
    if quiet:
        for name, number in found.report(settings, last)["numbers"].items():
            print(f"{name}  {number}")
        return code
    width = max(min(shutil.get_terminal_size().columns, _WIDEST), _NARROWEST)
    print(f"{found.title}\n\n{found.formula}\n")
    print(figures_text("\n".join(textwrap.wrap(last.words, width)), last.figures, width), end="")
    return code


def _ran(found: Lab, settings: Settings, quiet: bool) -> tuple[Frame, int]:
    """The last frame of a lab that has run to its end, or to Ctrl-C, and the exit code."""
    from microgradseq.training.interrupts import interrupts  # noqa: PLC0415 - slow to import

    last, count, code = None, 0, INTERRUPTED
    # Ctrl-C waits for the frame at work; a second one does not
    with suppress(KeyboardInterrupt), progress(found.name, quiet) as tell, interrupts() as asked:
        for number, frame in enumerate(found.simulate(settings), 1):
            tell(frame.progress, frame.words)
            last, count = frame, number
            if asked.asked is not None:
                break
        else:
            code = 0
    if code and last is None:
        raise click.Abort
    if last is None:
        raise click.ClickException(f"the lab {found.name} gave no result")
    if code:
        click.echo(f"Interrupted after frame {count}; this is what it had found.", err=True)
    return last, code
