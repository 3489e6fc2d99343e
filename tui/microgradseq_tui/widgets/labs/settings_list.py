"""The settings of a lab, to go through and to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets.option_list import Option

from microgradseq.cells import cell_width
from microgradseq_tui.widgets.shell.marked_list import MarkedList

if TYPE_CHECKING:
    from microgradseq.labs.lab import Lab, Parameter, Settings


class SettingsList(MarkedList):
    """One line for each parameter: its name and its value; what is not the default is bold."""

    def __init__(self) -> None:
        super().__init__(id="settings", markup=False, compact=True)
        self._parameters: tuple[Parameter, ...] = ()

    def show(self, lab: Lab, settings: Settings) -> None:
        """Show these values; the mark stays on its line where the lab is the same.

        Arguments:
            lab: whose parameters.
            settings: their values.
        """
        same = self._parameters is lab.parameters
        marked = self.highlighted if same else 0
        self._parameters = lab.parameters
        width = max(cell_width(parameter.name) for parameter in lab.parameters)
        options = [_option(parameter, settings, width) for parameter in lab.parameters]
        if same:
            for place, option in enumerate(options):
                self.replace_option_prompt_at_index(place, option.prompt)
        else:
            self.clear_options()
            self.add_options(options)
        self.highlighted = marked

    def marked(self) -> Parameter | None:
        """The marked parameter; None where there is none."""
        if self.highlighted is None or self.highlighted >= len(self._parameters):
            return None
        return self._parameters[self.highlighted]


def _option(parameter: Parameter, settings: Settings, width: int) -> Option:
    value = settings[parameter.name]
    look = "$muted" if value == parameter.default else "bold"
    name = parameter.name + " " * (width - cell_width(parameter.name))
    return Option(Content.assemble(name, "  ", (parameter.write(value), look)))
