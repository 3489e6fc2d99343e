"""Keys that come in one burst: a paste, a key held down, what a stalled line had kept back."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from textual import events
from textual.app import App

PATIENCE = 0.5
"""Seconds that a key waits at most for the one before."""


class SteadyKeys(App[None]):
    """An app that hands a key on when the one before it has had its effect, and not sooner.

    Textual looks where the focus is as a key comes in. Of a burst, what follows the key that opens
    a field would go to whatever had the focus before, and there do something else.
    """

    _held: deque[events.Key | events.Paste]
    _handing_on: asyncio.Task[None] | None = None

    @property
    def keys_held(self) -> bool:
        """Whether keys have come that nothing was told of yet."""
        return self._handing_on is not None and not self._handing_on.done()

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self.keys_held:
            self._held.append(event)
        elif self._at_rest():
            await super().on_event(event)
        else:
            self._held = deque([event])
            self._handing_on = asyncio.create_task(self._hand_on())

    async def _hand_on(self) -> None:
        while self._held:
            end = time.monotonic() + PATIENCE
            while not self._at_rest() and time.monotonic() < end:
                await asyncio.sleep(0)
            self.call_later(super().on_event, self._held.popleft())

    def _at_rest(self) -> bool:
        """Whether no part of what is seen has still to hear of anything."""
        parts = (self, self.screen, *self.screen.walk_children())
        return not any(part.message_queue_size for part in parts)
