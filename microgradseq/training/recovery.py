"""What happens when a loss is not finite: say where it began, go back, take smaller steps."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy

from microgradseq.backend import move
from microgradseq.context import debug
from microgradseq.data.batch import Batch
from microgradseq.errors import NotFiniteError
from microgradseq.nn.module import Module
from microgradseq.nn.stack import Recurrent
from microgradseq.numbers import readable
from microgradseq.tasks.task import Task
from microgradseq.training.errors import DivergedError
from microgradseq.training.snapshot import restore_weights

if TYPE_CHECKING:
    from microgradseq.training.trainer import Trainer

MOST_HALVINGS = 3


def go_back(trainer: Trainer, batch: Batch, loss: float) -> None:
    """Restore the last good weights and halve the learning rate; DivergedError after three times.

    Arguments:
        trainer: in the step whose loss or gradients were not finite.
        batch: which it read.
        loss: what came out.
    """
    what = "the loss" if not math.isfinite(loss) else "the gradient"
    where = first_bad_node(trainer.task, batch, None if batch.fresh else trainer.state)
    restore_weights(trainer, trainer.good)
    trainer.state = None
    trainer.progress.halvings += 1
    # the checkpoint may be older than earlier halvings
    since = trainer.progress.halvings - int(trainer.good.rest["progress"]["halvings"])
    for group in trainer.optimizer.param_groups:
        group["lr"] *= 0.5**since
    rate = trainer.optimizer.param_groups[0]["lr"]
    good = trainer.good.rest["progress"]["step"]
    if trainer.progress.halvings > MOST_HALVINGS:
        raise DivergedError(
            f"{what} was not finite for the {MOST_HALVINGS + 1}th time, at step "
            f"{trainer.progress.step}: {where}; try a smaller --lr or a smaller --clip"
        )
    trainer.emit(
        "warning",
        text=f"{what} was not finite at step {trainer.progress.step}: {where}. The weights of "
        f"step {good} are back, the learning rate is {readable(rate)}.",
    )


def first_bad_node(task: Task, batch: Batch, state: Any) -> str:
    """The first operation that gave a NaN or an infinity, in words, with its time step.

    Arguments:
        task: with the weights that failed.
        batch, state: what it read.
    """
    for name, parameter in task.model.named_parameters():
        if not bool(numpy.isfinite(move(parameter.plain(), "cpu")).all()):
            return f"the weights {name} are not finite"
    try:
        with unrolled(task.model), debug():
            task.loss(batch, state).mean.backward()
    except (NotFiniteError, FloatingPointError) as error:
        return str(error).partition(" at /")[0]
    return "it was finite when computed again step by step"


@contextmanager
def unrolled(model: Module) -> Iterator[None]:
    """Run all recurrent layers of a model step by step inside the block.

    Arguments:
        model: any.
    """
    layers = [module for module in model.modules() if isinstance(module, Recurrent)]
    modes = [layer.mode for layer in layers]
    for layer in layers:
        layer.mode = "unrolled"
    try:
        yield
    finally:
        for layer, mode in zip(layers, modes, strict=True):
            layer.mode = mode
