"""Names that somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """The known names most like an unknown one, best first; at most three.

    Arguments:
        name: what was asked for.
        names: what there is.

    >>> nearest("tme-machine", ["time-machine", "names"])
    ['time-machine']
    """
    return get_close_matches(name, list(names), n=3, cutoff=0.5)


def did_you_mean(name: str, names: Iterable[str], before: str = "") -> str:
    """A question about the nearest names, for the end of an error; "" where none is near.

    Arguments:
        name, names: as for `nearest`.
        before: stands before each of them, and does not count as likeness.

    >>> did_you_mean("grv", ["gru", "lstm"]), did_you_mean("x", ["gru", "lstm"])
    ('did you mean gru?', '')
    """
    guesses = [before + each for each in nearest(name, names)]
    return f"did you mean {' or '.join(guesses)}?" if guesses else ""


def there_is_no(kind: str, name: str, names: Iterable[str]) -> str:
    """The whole error for a name that is not among the known ones.

    Arguments:
        kind: what the name should have been, such as "command" or "example".
        name, names: as for `nearest`.

    >>> there_is_no("example", "sofmax", ["chain", "softmax"])
    "there is no example 'sofmax'; did you mean softmax?"
    """
    return f"there is no {kind} {name!r}; {meant_or_known(name, names)}"


def meant_or_known(name: str, names: Iterable[str]) -> str:
    """The same question; where no name is near, all that there are.

    Arguments:
        name, names: as for `nearest`.

    >>> meant_or_known("x", ["gru", "lstm"])
    'known: gru, lstm'
    """
    known = list(names)
    return did_you_mean(name, known) or f"known: {', '.join(known)}"
