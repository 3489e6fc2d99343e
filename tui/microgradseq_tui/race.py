"""Networks that are trained to be compared: one after another, or all together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from microgradseq_tui import trainers

if TYPE_CHECKING:
    from microgradseq.training.comparing import Comparison
    from microgradseq.training.contestant import Contestant
    from microgradseq_tui.trainers import TrainerChild


class Race:
    """The networks of a comparison, each trained by a process of its own.

    Arguments:
        comparison: checked.
        together: whether all at once.
    """

    def __init__(self, comparison: Comparison, together: bool) -> None:
        from microgradseq.training.contestant import Contestant  # noqa: PLC0415 - slow to import
        from microgradseq.training.run_folder import RUNS, RunFolder  # noqa: PLC0415

        self.comparison, self.together = comparison, together
        self.contestants = [
            Contestant(RunFolder(RUNS / name), label)
            for label, name in comparison.run_names().items()
        ]
        self.stopped = False
        self.ended = False
        self.failures: dict[str, str] = {}
        self._children: list[TrainerChild] = []

    async def run(self) -> None:
        """Train all of them, to the last one's end."""
        try:
            await self._all()
        finally:
            self.ended = True

    async def _all(self) -> None:
        if self.together:
            await asyncio.gather(*map(self._train, self.contestants))
            return
        for contestant in self.contestants:
            if not self.stopped:
                await self._train(contestant)

    async def _train(self, contestant: Contestant) -> None:
        name = contestant.folder.name
        child = await trainers.start_training(self.comparison.arguments(contestant.label, name))
        self._children.append(child)
        if self.stopped:
            await child.stop()
        code = await child.wait()
        if code and not self.stopped:
            self.failures[contestant.label] = child.words()

    async def stop(self) -> None:
        """Let those that train save and stop; the others do not begin."""
        self.stopped = True
        await trainers.stop_all([child for child in self._children if child.code is None])
