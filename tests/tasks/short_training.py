"""A plain training loop, as short as it can be."""

from __future__ import annotations

import json
from typing import Any

import numpy

from microgradseq.data.batch import Batch
from microgradseq.optim import Adam, clip_grad_norm_
from microgradseq.randomness import manual_seed
from microgradseq.tasks.registry import settings_for, task
from microgradseq.tasks.task import Task


def made(kind: str, source: str | None = None, **changes: Any) -> Task:
    """A task with fresh weights."""
    settings = settings_for(kind, **changes)
    manual_seed(settings.seed)
    return task(kind).prepare(settings, source)


def trained(made_task: Task, steps: int) -> Task:
    """The task after some steps of training."""
    parameters = list(made_task.model.parameters())
    optimizer = Adam(parameters, lr=made_task.settings.lr)
    batches, state = made_task.batches(), None
    made_task.model.train()
    for _ in range(steps):
        batch = batches.next()
        found = made_task.loss(batch, None if batch.fresh else state)
        optimizer.zero_grad()
        found.mean.backward()
        clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        state = found.state
    return made_task


def restored(made_task: Task) -> Task:
    """The task from what JSON holds of it, with its weights."""
    description = json.loads(json.dumps(made_task.description()))
    assert description == made_task.description()
    again = type(made_task).restore(made_task.settings, description)
    again.model.load_state_dict(made_task.model.state_dict())
    return again


def assert_same_batch(first: Batch, second: Batch) -> None:
    """That two batches hold the same."""
    for name in ("inputs", "targets", "lengths"):
        numpy.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert first.fresh == second.fresh


def assert_goes_on_after_seek(made_task: Task) -> None:
    """That a new stream put to another's position gives what that one would have given."""
    batches, others = made_task.batches(), made_task.batches()
    for _ in range(3):
        batches.next()
    others.seek(json.loads(json.dumps(batches.position())))
    for _ in range(batches.per_epoch + 1):
        assert_same_batch(batches.next(), others.next())
