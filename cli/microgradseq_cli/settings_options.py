"""Click options made from the table of settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import click

from microgradseq.tasks.settings import OPTIONS, Option, Settings, option_of, setting_of

GROUPS = {
    "model": "The model",
    "data": "The data",
    "training": "Training",
    "reports": "Reports",
}
_WORDS = {"int": "integer", "float": "float", "str": "text"}


class SettingType(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.5
    """What a setting may be, as the table of settings has it.

    Arguments:
        setting: its name.
        kind: its type in words, for --help.
    """

    def __init__(self, setting: str, kind: str) -> None:
        self.setting, self.name = setting, kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        # a default stands there already read
        is_text = isinstance(value, str)
        return setting_of(self.setting, value, option_of(self.setting)) if is_text else value


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add an option for every setting; what is not typed stays None.

    Arguments:
        command: the function under a click command.
    """
    for each in reversed(fields(Settings)):
        add = _click_option(each.name, str(each.type), each.default, OPTIONS[each.name])
        command = add(command)
    return command


def _click_option(name: str, kind: str, default: Any, option: Option) -> Callable[..., Any]:
    words = option.help[0].upper() + option.help[1:]
    flag = option_of(name)
    if kind == "bool":
        off = flag.replace("--", "--no-", 1)
        return click.option(f"{flag}/{off}", name, default=None, help=f"{words}.")
    shown = f"  [default: {default}]" if default != "" else ""
    choice = click.Choice(option.choices) if option.choices else SettingType(name, _WORDS[kind])
    return click.option(flag, name, type=choice, default=None, help=f"{words}.{shown}")


class GroupedCommand(click.Command):
    """A command whose settings stand under headings in --help."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            row = parameter.get_help_record(ctx)
            # a newer click makes an empty row for an argument
            if row is None or isinstance(parameter, click.Argument):
                continue
            option = OPTIONS.get(parameter.name or "")
            heading = "Options" if option is None else GROUPS[option.group]
            rows.setdefault(heading, []).append(row)
        for heading, found in rows.items():
            with formatter.section(heading):
                formatter.write_dl(found)
