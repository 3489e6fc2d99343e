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
