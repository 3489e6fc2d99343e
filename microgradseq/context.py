"""What holds for a stretch of code: recording on or off, tags for new nodes, debugging.

The state is kept per thread and per asyncio task, so a sampler under `no_grad()` in one thread
never switches recording off in another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Context:
    """How new nodes are made.

    Arguments:
        recording: whether operations remember where they came from.
        debugging: whether nodes remember their line of code and refuse NaN and infinity.
        tags: what new nodes are marked with.
    """

    recording: bool = True
    debugging: bool = False
    tags: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


ORDINARY = Context()
_current: ContextVar[Context | None] = ContextVar("microgradseq", default=None)

# Kept apart from the rest: inside `grad` nodes are made in the ordinary, fast way.
_nesting: ContextVar[int] = ContextVar("microgradseq_nesting", default=0)

special_context = _current.get
"""The context where it is not the ordinary one, else None: one cheap call for the hot path."""


def current_context() -> Context:
    """The context that holds now.

    >>> current_context().recording
    True
    """
    return _current.get() or ORDINARY


@contextmanager
def _changed(**changes: object) -> Iterator[Context]:
    context = replace(current_context(), **changes)  # type: ignore[arg-type]
    token = _current.set(None if context == ORDINARY else context)
    try:
        yield context
    finally:
        _current.reset(token)


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: results are plain numbers with no way back.

    >>> from microgradseq import Value
    >>> with no_grad():
    ...     y = Value(2.0) * 3
    >>> y.requires_grad
    False
    """
    with _changed(recording=False):
        yield


def nesting() -> int:
    """How many derivative functions, such as `grad`, are at work around this code.

    >>> nesting()
    0
    """
    return _nesting.get()


@contextmanager
def recorded(deeper: int = 1) -> Iterator[None]:
    """Record inside a derivative function, whatever holds outside; used by `grad` and its kin.

    Arguments:
        deeper: by how much derivative functions nest deeper inside.

    >>> with no_grad(), recorded():
    ...     current_context().recording, nesting()
    (True, 1)
    """
    token = _nesting.set(_nesting.get() + deeper)
    try:
        with _changed(recording=True):
            yield
    finally:
        _nesting.reset(token)


@contextmanager
def scope(**tags: object) -> Iterator[None]:
    """Mark the nodes made inside, so that a graph can be folded by these marks.

    Arguments:
        tags: names and values, such as `t=3, layer=0, gate="forget"`; inner scopes add to outer.

    >>> from microgradseq import Value
    >>> with scope(t=3):
    ...     y = Value(2.0) * 3
    >>> dict(y.tags)
    {'t': 3}
    """
    with _changed(tags=MappingProxyType({**current_context().tags, **tags})):
        yield


@contextmanager
def debug() -> Iterator[None]:
    """Find mistakes: errors name the line of forward code; the first NaN or infinity raises.

    >>> from microgradseq import Value
    >>> with debug():
    ...     Value(0.0).log()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    microgradseq.errors.NotFiniteError: log gave -inf ...
    """
    with _changed(debugging=True):
        yield
