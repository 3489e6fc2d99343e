"""What a lab is: a system with settings that runs in frames, each with words, pictures, numbers."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from microgradseq.data.nearest import nearest
from microgradseq.errors import UserError
from microgradseq.labs.figures import Figure
from microgradseq.labs.parameter import Parameter, Settings
from microgradseq.numbers import for_json

__all__ = ["Frame", "Lab", "Number", "Parameter", "Settings"]

Number = float | int | str | bool | Sequence[float]


@dataclass(frozen=True, eq=False)
class Frame:
    """One moment of a lab: what it shows and what it has found so far.

    Arguments:
        words: what happens at this moment, in one line.
        figures: its pictures, the most telling one first.
        numbers: what was found so far, by name. Those of the last frame are the lab's answer.
        progress: how much of the run is done, 0 to 1; the last frame has 1.
    """

    words: str
    figures: tuple[Figure, ...]
    numbers: Mapping[str, Number] = field(default_factory=dict)
    progress: float = 1.0


@dataclass(frozen=True, eq=False)
class Lab:
    """A system to be tried out.

    Arguments:
        name: as the command line calls it.
        title: a heading.
        words: two paragraphs: what it is, and what to look at.
        formula: its central formula, one line or several.
        parameters: what can be set; one of them is the seed where chance plays a part.
        simulate: given settings, yields frames; the last one holds the answer.
        check: raises UserError for settings that do not fit each other.
    """

    name: str
    title: str
    words: tuple[str, str]
    formula: str
    parameters: tuple[Parameter, ...]
    simulate: Callable[[Settings], Iterator[Frame]]
    check: Callable[[Settings], None] | None = None

    def settings(self, **changes: Any) -> Settings:
        """The defaults with some changes; UserError for what cannot be used.

        Arguments:
            changes: values by the names of their parameters.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        values = {name: parameter.default for name, parameter in known.items()}
        for name, value in changes.items():
            if name not in known:
                raise UserError(self._no_parameter(name, list(known)))
            values[name] = known[name].checked(value)
        settings = Settings(values)
        if self.check is not None:
            self.check(settings)
        return settings

    def read(self, texts: Mapping[str, str]) -> Settings:
        """Settings that a person typed; UserError for what cannot be used.

        Arguments:
            texts: by the names of their parameters; the others keep their defaults.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        unknown = next((name for name in texts if name not in known), None)
        if unknown is not None:
            raise UserError(self._no_parameter(unknown, list(known)))
        return self.settings(**{name: known[name].read(text) for name, text in texts.items()})

    def _no_parameter(self, name: str, known: list[str]) -> str:
        guesses = nearest(name, known)
        hint = f"did you mean {guesses[0]}?" if guesses else f"it has {', '.join(known)}"
        return f"the lab {self.name} has no parameter {name!r}; {hint}"

    def run(self, settings: Settings | None = None) -> Frame:
        """Run to the end.

        Arguments:
            settings: None for the defaults.
        Returns:
            The last frame.
        """
        last = None
        for frame in self.simulate(settings or self.settings()):
            last = frame
        if last is None:
            raise RuntimeError(f"the lab {self.name} gave no frame")
        return last

    def command(self, settings: Settings) -> str:
        """The command line that runs this lab with these settings.

        Arguments:
            settings: those that equal their default are left out.
        """
        words = ["microgradseq", "lab", self.name]
        for parameter in self.parameters:
            if settings[parameter.name] != parameter.default:
                words += [parameter.option, parameter.write(settings[parameter.name])]
        return shlex.join(words)

    def report(self, settings: Settings, frame: Frame) -> dict[str, Any]:
        """What `--json` prints: the lab, its settings and the numbers of a frame.

        Arguments:
            settings: what it ran with.
            frame: the last one.
        """
        numbers = {
            name: number if isinstance(number, str | bool | int) else for_json(number)
            for name, number in frame.numbers.items()
        }
        return {"lab": self.name, "settings": dict(settings), "numbers": numbers}
