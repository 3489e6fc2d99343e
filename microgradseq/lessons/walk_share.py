"""A place in a walk as one line: `TARGET @ a=2 b=1 ; mode=reverse wrt=a step=3`.

TARGET is an example's name or formulas. After @ stand the numbers of its names (of an example only
those that were changed), after the last ; the mode, the chosen leaf, and the step counted from 0.
Everything from @ on can be left out, and so can each part of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from microgradseq.errors import UserError

Mode = Literal["reverse", "forward"]
MODES: tuple[Mode, Mode] = ("reverse", "forward")
_PLACES = ("mode", "wrt", "step")


@dataclass(frozen=True, slots=True)
class SharedWalk:
    """A place in a walk.

    Arguments:
        target: an example's name or formulas.
        at: numbers by name.
        mode: "reverse" or "forward".
        wrt: the chosen leaf; None for the first.
        step: the step, from 0.
    """

    target: str
    at: Mapping[str, float] = field(default_factory=dict)
    mode: Mode = "reverse"
    wrt: str | None = None
    step: int = 0

    def line(self) -> str:
        """The line that `SharedWalk.read` reads again.

        >>> SharedWalk("c=a*b", {"a": 2, "b": 0.5}, wrt="a", step=3).line()
        'c=a*b @ a=2 b=0.5 ; mode=reverse wrt=a step=3'
        """
        formula = "; ".join(line.strip() for line in self.target.splitlines() if line.strip())
        numbers = "".join(f" {name}={_exact(number)}" for name, number in self.at.items())
        leaf = "" if self.wrt is None else f" wrt={self.wrt}"
        return f"{formula} @{numbers} ; mode={self.mode}{leaf} step={self.step}"

    @classmethod
    def read(cls, line: str) -> SharedWalk:
        """Read the line; UserError where it makes no sense.

        Arguments:
            line: as `line` writes it, or the beginning of it.

        >>> SharedWalk.read("chain @ x=2 ; step=1")
        SharedWalk(target='chain', at={'x': 2.0}, mode='reverse', wrt=None, step=1)
        """
        target, _, rest = line.partition("@")
        numbers, _, place = rest.partition(";")
        said = _pairs(place)
        for name in said:
            if name not in _PLACES:
                raise UserError(f"{name!r} is none of {', '.join(_PLACES)}")
        mode = said.get("mode", MODES[0])
        if mode not in MODES:
            raise UserError(f"mode is {' or '.join(MODES)}, got {mode!r}")
        step = said.get("step", "0")
        if not (step.isascii() and step.isdigit() and len(step) < 10):
            raise UserError(f"step is a whole number from 0 on, got {step!r}")
        at = {name: _number(name, text) for name, text in _pairs(numbers).items()}
        return cls(
            target.strip(),
            at,
            next(each for each in MODES if each == mode),
            said.get("wrt"),
            int(step),
        )


def _pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split():
        name, sign, value = part.partition("=")
        if not sign or not name or not value:
            raise UserError(f"{part!r} is not of the form NAME=NUMBER, such as a=2")
        if name in found:
            raise UserError(f"{name!r} is given twice")
        found[name] = value
    return found


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise UserError(f"{name} needs a number, got {text!r}") from None
    if not math.isfinite(number):
        raise UserError(f"{name} needs a finite number, got {text!r}")
    return number


def _exact(number: float) -> str:
    """All digits that are needed to get the same number back."""
    return repr(float(number)).removesuffix(".0")
