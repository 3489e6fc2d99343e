"""A group of commands that imports a command's file only when the command is called."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import click

from microgradseq_cli.errors import BadInput, unknown


class Entry(NamedTuple):
    """Where a command lives.

    Arguments:
        target: "module:attribute" of the click command.
        summary: its line in the list of commands, which is shown without importing it.
    """

    target: str
    summary: str


class LazyGroup(click.Group):
    """A click group over a table of entries.

    Arguments:
        entries: command names and where they live, in the order of the help text.
    """

    def __init__(self, *arguments: Any, entries: dict[str, Entry], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.entries:
            return None
        module, _, attribute = self.entries[cmd_name].target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name == "help":
            raise BadInput(f"there is no command 'help'; write {ctx.command_path} --help")
        if name not in self.entries and not name.startswith("-"):
            raise unknown("command", name, self.entries)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self.entries.items()])
