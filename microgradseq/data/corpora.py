"""Every corpus there is: those of installed packages, and the public ones."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from microgradseq.data.corpus import Corpus
from microgradseq.data.errors import DataError
from microgradseq.data.nearest import there_is_no

GROUP = "microgradseq.corpora"
"""The group of entry points in which a package registers a tuple of Corpus."""


def corpora() -> dict[str, Corpus]:
    """All corpora by name: those of installed packages, then the public ones.

    An entry point that does not work costs its own corpora and a warning. Where a name is taken
    twice, the first one keeps it.

    >>> corpora()["dates"].kind
    'pairs'
    """
    return dict(_found())


def corpus(name: str) -> Corpus:
    """One corpus by name.

    Arguments:
        name: as `corpora` lists it; one that is not there is an error that names the nearest.

    >>> corpus("sine").size
    '1,000 points'
    """
    found = known_corpus(name)
    if found is None:
        raise DataError(there_is_no("corpus", name, corpora()))
    return found


def known_corpus(name: str) -> Corpus | None:
    """The corpus that has a name, or had it before; None where there is none.

    Arguments:
        name: what somebody typed, or what an older run holds.

    >>> found = known_corpus("the-sorry-hand")
    >>> found.name if found else None
    'story'
    """
    found = corpora()
    former = (one for one in found.values() if name in one.former)
    return found.get(name) or next(former, None)


@cache
def _found() -> dict[str, Corpus]:
    from microgradseq.data.fetch import PUBLIC  # noqa: PLC0415 - only lists need it

    found: dict[str, Corpus] = {}
    for entry in entry_points(group=GROUP):
        for one in _registered(entry):
            _add(found, one, f"the package entry {entry.value}")
    for one in PUBLIC:
        _add(found, one, "the list of public corpora")
    return found


def _registered(entry: EntryPoint) -> Iterator[Corpus]:
    try:
        registered = tuple(entry.load())
    # Whatever a stranger's package raises, the other corpora stay usable.
    except Exception as error:
        _warn(f"the corpora of {entry.value} are left out: {type(error).__name__}: {error}")
        return
    for one in registered:
        if isinstance(one, Corpus):
            yield one
        else:
            _warn(f"{entry.value} holds {one!r:.60}, which is no Corpus; it is left out")


def _add(found: dict[str, Corpus], one: Corpus, origin: str) -> None:
    if one.name in found:
        _warn(f"{origin} has a corpus {one.name!r}, a name that is taken; it is left out")
    else:
        found[one.name] = one


def _warn(message: str) -> None:
    warnings.warn(message, stacklevel=2)
