"""`microgradseq tui`: the app."""

from __future__ import annotations

import click

from microgradseq_cli.errors import BadInput, unknown
from microgradseq_cli.terminal import on_terminal


@click.command(epilog="Example: microgradseq tui learn lstm")
@click.argument("screen", required=False)
@click.argument("state", required=False)
@click.pass_context
def tui(context: click.Context, screen: str | None, state: str | None) -> None:
    """Open the app.

    SCREEN is learn, train, compare, play, labs or runs; the one that was open last if left out.
    STATE says what to show there: an example's name, formulas, a run, a file to learn from (train),
    or a line that the app gave you to share.
    """
    from microgradseq_tui.modes import MODES  # noqa: PLC0415 - only this command needs it

    if screen is not None and screen not in MODES:
        raise unknown("screen", screen, MODES)
    if not on_terminal():
        raise BadInput("the app needs a terminal; `microgradseq --help` lists what works without")
    open_here(context, screen, state)


def open_here(context: click.Context, screen: str | None = None, state: str | None = None) -> None:
    """Open the app in this terminal and end as it ends.

    Arguments:
        context: of the command.
        screen: the mode to open; the one that was open last if left out.
        state: what to show there.
    """
    from microgradseq_tui.app import open_app  # noqa: PLC0415 - Textual is needed here only

    context.exit(open_app(screen, state))
