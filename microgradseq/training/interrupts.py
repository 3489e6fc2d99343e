"""Ctrl-C and polite requests to end: finish the step, save, and go."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Interrupts:
    """Whether somebody asked the process to end.

    Arguments:
        asked: the name of the signal; None as long as nobody did.
    """

    def __init__(self) -> None:
        self.asked: str | None = None


@contextmanager
def interrupts() -> Iterator[Interrupts]:
    """Note signals instead of obeying them at once; the same signal a second time is obeyed.

    Outside the main thread, where signals never arrive, nothing is changed.

    >>> with interrupts() as found:
    ...     found.asked is None
    True
    """
    found = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield found
        return
    before: dict[int, Any] = {}

    def note(number: int, frame: FrameType | None) -> None:
        if found.asked is not None:
            raise KeyboardInterrupt
        found.asked = signal.Signals(number).name

    for number in _SIGNALS:
        before[number] = signal.signal(number, note)
    try:
        yield found
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
