"""A lab that somebody is running: its settings, the frame it is at, and how to go on."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextvars import copy_context
from threading import Lock

from microgradseq.errors import UserError
from microgradseq.labs.lab import Frame, Lab
from microgradseq.labs.parameter import Settings


class Session:
    """One run of a lab, from its first frame to its last.

    Frames may be asked for in one thread while another looks at the last one.

    Arguments:
        lab: what runs.
        settings: with which.
    """

    def __init__(self, lab: Lab, settings: Settings) -> None:
        self.lab, self.settings = lab, settings
        self.frame: Frame | None = None
        self.seen = 0
        self.finished = False
        self.trouble = ""
        """Why it could not go on; "" if nothing was wrong."""
        self._frames: Iterator[Frame] | None = None
        self._busy = Lock()
        self._closed = False
        # a simulation that pauses inside `no_grad()` must find that again in any thread
        self._context = copy_context()

    def advance(self) -> bool:
        """Go on to the next frame.

        Returns:
            Whether there was one.

        >>> from microgradseq.labs.registry import lab
        >>> found = lab("gates")
        >>> session = Session(found, found.settings(steps=2))
        >>> session.advance(), session.seen, session.finished
        (True, 1, False)
        """
        with self._busy:
            frame = None if self.finished or self._closed else self._next()
            if frame is None:
                self.finished = True
                self._drop()
                return False
            self.frame, self.seen = frame, self.seen + 1
        if self._closed:
            self.close()
        return True

    def _next(self) -> Frame | None:
        if self._frames is None:
            self._frames = self.lab.simulate(self.settings)
        try:
            return self._context.run(next, self._frames, None)
        except (UserError, ArithmeticError, MemoryError) as error:
            self.trouble = str(error) or type(error).__name__
            return None

    def close(self) -> None:
        """End the run where it is. A frame that another thread is at work on is finished first."""
        self._closed = True
        if self._busy.acquire(blocking=False):
            try:
                self._drop()
            finally:
                self._busy.release()

    def _drop(self) -> None:
        if isinstance(self._frames, Generator):
            self._context.run(self._frames.close)
        self._frames = None
