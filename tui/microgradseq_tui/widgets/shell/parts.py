"""A page of several parts, all at once or one alone."""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Container


class Parts(Container):
    """The view that is chosen is a class of the page, such as `-curves`; the styles do the rest."""

    VIEWS: ClassVar[tuple[str, ...]]
    """The first one shows all parts, each other one the part of its name."""

    def __init__(self) -> None:
        super().__init__()
        self._view = 0

    def next_view(self) -> None:
        """Show the next part alone, and after the last one all of them."""
        self._view = (self._view + 1) % len(self.VIEWS)
        self._set_view()

    def _set_view(self) -> None:
        for place, name in enumerate(self.VIEWS):
            self.set_class(place == self._view, f"-{name}")
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """Fit what is shown into its new place."""
        raise NotImplementedError
