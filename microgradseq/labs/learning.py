"""A task learned one update at a time, for labs that show learning rather than run it."""

from __future__ import annotations

from collections.abc import Iterator

from microgradseq import optim
from microgradseq.tasks.task import Task


def learning(task: Task, updates: int, rate: float, clip: float | None = 1.0) -> Iterator[float]:
    """Train with Adam.

    Arguments:
        task: with its data.
        updates: how many.
        rate: of Adam.
        clip: the longest gradient that is not shortened; None to leave all as they are.
    Returns:
        The loss of each update.
    """
    parameters = list(task.model.parameters())
    optimizer = optim.Adam(parameters, lr=rate)
    batches = task.batches()
    state = None
    for _ in range(updates):
        task.model.train()
        batch = batches.next()
        optimizer.zero_grad()
        loss = task.loss(batch, None if batch.fresh else state)
        loss.mean.backward()
        if clip is not None:
            optim.clip_grad_norm_(parameters, clip)
        optimizer.step()
        state = loss.state
        yield float(loss.mean.item())
