"""What can be set in a lab: one setting with its limits, and all settings together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from microgradseq.errors import UserError
from microgradseq.numbers import limit, limits

_TRUE, _FALSE = frozenset({"yes", "true", "on", "1"}), frozenset({"no", "false", "off", "0"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that can be set. What kind it is follows from its default.

    Arguments:
        name: a Python name; the command line writes it with - for _.
        words: what it is, in one line.
        default: a whole number, a number, yes or no (a bool), or a text.
        low, high: the smallest and the largest number allowed, or how long a text may be;
            None for no limit.
        choices: the texts allowed; empty for any.

    >>> Parameter("units", "how many units", 100, low=2, high=2000).read("64")
    64
    """

    name: str
    words: str
    default: Any
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def option(self) -> str:
        """How the command line calls it.

        >>> Parameter("noise_level", "noise", 0.1).option
        '--noise-level'
        """
        return "--" + self.name.replace("_", "-")

    @property
    def limits(self) -> str:
        """What is allowed, in a few words.

        >>> Parameter("units", "how many units", 100, low=2, high=2000).limits
        'a whole number from 2 to 2,000'
        >>> Parameter("text", "what is read", "", high=4096).limits
        'a text of at most 4,096 characters'
        """
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if isinstance(self.default, bool):
            return "yes or no"
        if isinstance(self.default, str):
            return "a text" + (f" of at most {limit(self.high)} characters" if self.high else "")
        low, high = (None if end is None else limit(end) for end in (self.low, self.high))
        if low is not None and high is not None:
            return f"{self._kind} from {low} to {high}"
        if low is not None:
            return f"{self._kind}, {low} or more"
        return self._kind if high is None else f"{self._kind}, at most {high}"

    @property
    def _kind(self) -> str:
        return "a whole number" if isinstance(self.default, int) else "a number"

    def read(self, text: str, called: str | None = None) -> Any:
        """The value that a person typed; UserError if it cannot be used.

        Arguments:
            text: as typed.
            called: what an error calls it; None for its name.

        >>> Parameter("units", "how many units", 100, low=2).read("many")
        Traceback (most recent call last):
            ...
        microgradseq.errors.UserError: units must be a whole number, not 'many'
        """
        plain = text.strip()
        if isinstance(self.default, bool):
            if plain.lower() in _TRUE | _FALSE:
                return plain.lower() in _TRUE
            raise self._refusal(text, called)
        if isinstance(self.default, str):
            return self.checked(text, called)
        try:
            number = int(plain) if isinstance(self.default, int) else float(plain)
        except ValueError:
            raise self._refusal(text, called) from None
        return self.checked(number, called)

    def checked(self, value: Any, called: str | None = None) -> Any:
        """The value itself if it is allowed; UserError with one line if not.

        Arguments:
            value: of the default's kind; a whole number is a number too.
            called: what an error calls it; None for its name.
        """
        kind = type(self.default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not kind or not self._allows(value):
            raise self._refusal(value, called)
        return value

    def _allows(self, value: Any) -> bool:
        if self.choices:
            return value in self.choices
        if isinstance(value, bool):
            return True
        size = len(value) if isinstance(value, str) else value
        return (
            math.isfinite(size)
            and (self.low is None or size >= self.low)
            and (self.high is None or size <= self.high)
        )

    def write(self, value: Any) -> str:
        """A value as a person would type it.

        Arguments:
            value: an allowed one.

        >>> Parameter("shown", "whether it is shown", True).write(False)
        'no'
        >>> Parameter("noise", "how much", 1.0).write(1.0)
        '1'
        """
        if isinstance(value, bool):
            return "yes" if value else "no"
        return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)

    def nudged(self, value: Any, direction: int) -> Any:
        """The next value up or down, as a slider would give it; the same at a limit.

        Arguments:
            value: an allowed one.
            direction: 1 or −1.

        >>> Parameter("weight", "a weight", 4.5, -20.0, 20.0).nudged(4.5, 1)
        4.6
        >>> Parameter("units", "how many", 100, 1).nudged(100, -1)
        90
        """
        if self.choices:
            return self.choices[(self.choices.index(value) + direction) % len(self.choices)]
        if isinstance(value, bool):
            return not value
        if isinstance(value, str):
            return value
        size = max(abs(value), abs(self.default))
        step = 10.0 ** (math.floor(math.log10(size)) - 1) if size else 0.1
        if isinstance(value, int):
            step = max(round(step), 1)
        # multiples of the step, or 0.1 added ten times would not be 1
        moved = round((round(value / step) + direction) * step, 12)
        lowest = -math.inf if self.low is None else self.low
        highest = math.inf if self.high is None else self.high
        return type(value)(min(max(moved, lowest), highest))

    def _refusal(self, value: Any, called: str | None) -> UserError:
        wanted = self.limits
        if not self.choices and not isinstance(self.default, bool | str):
            fits = type(value) is type(self.default)
            wanted = limits(self.low, self.high) if fits else self._kind
        return UserError(f"{called or self.name} must be {wanted}, not {value!r}")


class Settings(Mapping[str, Any]):
    """The values of all parameters of a lab, by name or as attributes.

    Arguments:
        values: by name.

    >>> settings = Settings({"units": 64})
    >>> settings.units, settings["units"], dict(settings)
    (64, 64, {'units': 64})
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Settings({self._values})"
