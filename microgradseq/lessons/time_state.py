"""What is looked at when a network is unrolled over a word, and the one line that says so."""

from __future__ import annotations

import shlex
import unicodedata
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from microgradseq.data.graphemes import graphemes
from microgradseq.data.nearest import there_is_no
from microgradseq.errors import UserError

CELLS = ("rnn", "relu-rnn", "gru", "lstm", "peephole", "jordan")
"""The cells that can be unrolled, by the names that the command line uses."""
Loss = Literal["every", "last"]
LOSSES: tuple[Loss, ...] = get_args(Loss)
RADII: tuple[float | None, ...] = (None, 0.5, 1.0, 2.0, 4.0)
"""Spectral radii of the hidden weights to choose from; None leaves them as they are drawn."""
FIRST_WORD = "time"
MOST_LETTERS, MOST_HIDDEN, MOST_LAYERS, MOST_RADIUS = 24, 8, 3, 100.0


@dataclass(frozen=True)
class TimeState:
    """A small network over a word, and the place that is looked at; UserError for what cannot be.

    Arguments:
        cell: a name in CELLS.
        word: the letters that are read, at most 24.
        hidden: units a layer.
        layers: how many layers.
        seed: of the weights.
        radius: the spectral radius of each gate's hidden weights; None leaves them as drawn.
        loss: whether every step has a loss or the last one alone.
        weight: the parameter whose derivative is taken apart, such as "weight_hh_l0", or
            "readout" for V.
        cut: the first time step that a truncated gradient still reaches; 0 for no truncation.
        step: how far the sweep has come, counted in single operations.
    """

    cell: str = "lstm"
    word: str = "machine"
    hidden: int = 3
    layers: int = 1
    seed: int = 0
    radius: float | None = None
    loss: Loss = "every"
    weight: str = "weight_hh_l0"
    cut: int = 0
    step: int = 0

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise UserError(there_is_no("cell", self.cell, CELLS))
        count = len(self.letters)
        if not count:
            raise UserError("the word is empty: type at least one letter")
        if count > MOST_LETTERS:
            raise UserError(f"the word has {count} letters; at most {MOST_LETTERS} can be followed")
        if any(_is_hidden(character) for character in self.word):
            raise UserError("the word holds a character that cannot be shown, such as a line break")
        if self.loss not in LOSSES:
            raise UserError(f"loss is {' or '.join(LOSSES)}, got {self.loss!r}")
        for name, low, high in (
            ("hidden", 1, MOST_HIDDEN),
            ("layers", 1, MOST_LAYERS),
            ("seed", 0, 2**31),
            ("cut", 0, count - 1),
            ("step", 0, 10**6),
        ):
            if not low <= getattr(self, name) <= high:
                raise UserError(f"{name} is between {low} and {high}, got {getattr(self, name)}")
        if self.radius is not None and not 0 < self.radius <= MOST_RADIUS:
            raise UserError(f"radius is above 0 and at most {MOST_RADIUS:g}, got {self.radius}")

    @property
    def letters(self) -> tuple[str, ...]:
        """What a reader takes for one character each."""
        return tuple(graphemes(self.word))

    @property
    def network(self) -> TimeState:
        """The same network at the beginning of its sweep, nothing cut."""
        first = TimeState()
        return replace(self, weight=first.weight, cut=0, step=0)

    def share(self) -> str:
        """One line that `TimeState.parse` reads again; what is as usual is left out.

        >>> TimeState(word="time machine", cut=2).share()
        "time lstm 'time machine' cut=2"
        """
        usual = TimeState()
        said = [FIRST_WORD, self.cell, self.word]
        for field in fields(self)[2:]:
            value = getattr(self, field.name)
            if value != getattr(usual, field.name):
                number = f"{value:.12g}" if isinstance(value, float) else value
                said.append(f"{field.name}={number}")
        return " ".join(map(_quoted, said))

    @classmethod
    def parse(cls, text: str) -> TimeState:
        """Read the line again; UserError where it makes no sense.

        Arguments:
            text: such as "time gru machine hidden=2 cut=3 step=40"; all but the first word can be
                left out.

        >>> TimeState.parse("time rnn 时间 hidden=2").hidden
        2
        """
        try:
            first, *rest = shlex.split(text) or [""]
        except ValueError:
            raise UserError(f"a quotation mark is not closed in {text!r}") from None
        if first != FIRST_WORD:
            raise UserError(f"a line about a network in time begins with 'time', got {text!r}")
        given: dict[str, Any] = dict(zip(("cell", "word"), rest[:2], strict=False))
        for part in rest[2:]:
            name, _, value = part.partition("=")
            if name not in _READ:
                raise UserError(f"{part!r} is none of {', '.join(f'{each}=…' for each in _READ)}")
            try:
                given[name] = _READ[name](value)
            except ValueError:
                raise UserError(f"{name} needs a number, got {value!r}") from None
        return cls(**given)


def _quoted(part: str) -> str:
    """A part as `shlex.split` reads it again; letters of every script stay as they are."""
    special = {*part} & {*"'\"\\"} or any(map(str.isspace, part))
    return shlex.quote(part) if special else part


def _is_hidden(character: str) -> bool:
    """Whether a character is a control; what joins the parts of an emoji is none."""
    joins = character in "\u200c\u200d" or "\U000e0020" <= character <= "\U000e007f"
    return not joins and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


_READ: dict[str, type] = {
    "hidden": int,
    "layers": int,
    "seed": int,
    "radius": float,
    "loss": str,
    "weight": str,
    "cut": int,
    "step": int,
}
