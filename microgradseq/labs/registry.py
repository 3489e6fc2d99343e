"""All labs by name; the file of a lab is read only when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from microgradseq.data.nearest import there_is_no
from microgradseq.errors import UserError

if TYPE_CHECKING:
    from microgradseq.labs.lab import Lab

SUMMARIES: Mapping[str, str] = {
    "concat": "one matrix product instead of two",
    "sine": "forecasts of a noisy sine, one step and many",
    "markov": "n-grams of order 0 to 5, forwards and backwards",
    "hopfield": "patterns recalled while the energy falls",
    "ctrnn": "networks in continuous time",
    "jordan": "feedback from the output, beside feedback from the state",
    "rtrl": "the gradient carried forwards, beside backpropagation through time",
    "truncation": "full, regular and randomised truncation of the gradient",
    "compressor": "only what was not expected is passed on",
    "shapes": "one or many in, one or many out",
    "bidirectional": "reading both ways, and why it cannot foretell",
    "gates": "GRU and LSTM with their gates held still",
    "remedies": "against vanishing and exploding gradients",
    "digits": "an LSTM reads a digit row by row",
}
"""Each lab in a few words, in the order in which a list shows them."""


@cache
def _is_there(name: str) -> bool:
    return find_spec(f"microgradseq.labs.{name}") is not None


class _Labs(Mapping[str, "Lab"]):
    """The labs by name, each imported when it is looked up."""

    def __getitem__(self, name: str) -> Lab:
        if name not in self:
            raise KeyError(name)
        found: Lab = import_module(f"microgradseq.labs.{name}").LAB
        return found

    def __contains__(self, name: object) -> bool:
        return name in SUMMARIES and _is_there(str(name))

    def __iter__(self) -> Iterator[str]:
        return (name for name in SUMMARIES if _is_there(name))

    def __len__(self) -> int:
        return sum(1 for _ in self)


LABS: Mapping[str, Lab] = _Labs()
"""Every lab by its name, in the order in which a list shows them."""


def lab(name: str) -> Lab:
    """The lab of a name; UserError with the nearest names if there is none.

    Arguments:
        name: such as "hopfield".

    >>> lab("hopfeild")
    Traceback (most recent call last):
        ...
    microgradseq.errors.UserError: there is no lab 'hopfeild'; did you mean hopfield?
    """
    if name not in LABS:
        raise UserError(there_is_no("lab", name, LABS))
    return LABS[name]
