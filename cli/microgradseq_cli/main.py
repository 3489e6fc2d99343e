"""The entrance of the command line: the table of commands, and what every command's end means."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence

import click

from microgradseq.errors import UserError
from microgradseq.version import VERSION
from microgradseq_cli.errors import INTERRUPTED
from microgradseq_cli.lazy import Entry, LazyGroup
from microgradseq_cli.terminal import on_terminal

COMMANDS = {
    "tui": Entry("microgradseq_cli.tui:tui", "Open the app: learn, train, compare, play, labs."),
    "step": Entry("microgradseq_cli.step:step", "Step through a derivative, number by number."),
    "draw": Entry("microgradseq_cli.draw:draw", "Draw the graph of a computation."),
    "train": Entry("microgradseq_cli.train:train", "Train a task, or a network on a text."),
    "watch": Entry("microgradseq_cli.watch:watch", "Watch a run, live or finished."),
    "compare": Entry("microgradseq_cli.compare:compare", "Train networks side by side."),
    "sample": Entry("microgradseq_cli.sample:sample", "Write text with a trained model."),
    "neurons": Entry("microgradseq_cli.neurons:neurons", "Rank hidden units by what they follow."),
    "evaluate": Entry("microgradseq_cli.evaluate:evaluate", "Measure a trained model."),
    "runs": Entry("microgradseq_cli.runs:runs", "Look after the runs: list, show, compare, plot."),
    "flow": Entry("microgradseq_cli.flow:flow", "Show how gradients flow back through time."),
    "lab": Entry("microgradseq_cli.lab:lab", "Run one of the field's classic systems."),
    "lesson": Entry("microgradseq_cli.lesson:lesson", "List the lessons, or print one."),
    "examples": Entry("microgradseq_cli.examples:examples", "List the examples."),
    "corpora": Entry("microgradseq_cli.corpora:corpora", "List, show and fetch data."),
    "bench": Entry("microgradseq_cli.bench:bench", "Measure speed beside other libraries."),
    "doctor": Entry("microgradseq_cli.doctor:doctor", "Say what is installed and how it is set."),
}


NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What the system says where a result is sent to a file on a disk that takes no more."""


@click.group(
    cls=LazyGroup,
    entries=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: microgradseq step product",
)
@click.version_option(VERSION, prog_name="microgradseq", message="%(prog)s %(version)s")
@click.pass_context
def application(context: click.Context) -> None:
    """See what backpropagation through time does, number by number."""
    if context.invoked_subcommand is not None:
        return
    if on_terminal():
        from microgradseq_cli.tui import open_here  # noqa: PLC0415 - not needed by any command

        open_here(context)
    click.echo(context.get_help())


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line.

    Arguments:
        arguments: what was typed after the program's name.
    Returns:
        The exit code: 0 done, 1 failed, 2 bad input, 130 interrupted.
    """
    try:
        result = application.main(list(arguments), prog_name="microgradseq", standalone_mode=False)
        print(end="", flush=True)
    except click.ClickException as error:
        from microgradseq_cli.refusals import told  # noqa: PLC0415 - only a mistake needs it

        _tell(told(error, arguments))
        return error.exit_code
    except UserError as error:
        _tell(str(error))
        return error.exit_code
    except click.Abort:
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader left early, as `head` does.
        _forget_output()
        return 1
    except OSError as error:
        # An error that names a file is not about what was printed.
        if error.filename is not None or error.errno not in NO_ROOM:
            raise
        _forget_output()
        _tell(f"cannot write the result: {error.strerror}")
        return 1
    return result if isinstance(result, int) else 0


def _forget_output() -> None:
    """Python flushes stdout once more at exit: let it succeed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(message: str) -> None:
    """Say what is wrong, in one line whatever the message holds."""
    line = " ".join(part.strip() for part in message.splitlines())
    click.echo(f"Error: {line}", err=True)


def main() -> None:
    """Run the command line of this process and exit."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show × or ∂ shows ? instead of a traceback.
        sys.stdout.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))
