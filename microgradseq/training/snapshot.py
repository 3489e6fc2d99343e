"""From a trainer to a checkpoint, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from microgradseq.backend import move
from microgradseq.randomness import generator
from microgradseq.training.checkpoint import Checkpoint, flattened, restored
from microgradseq.training.errors import RunError
from microgradseq.training.progress import Progress

if TYPE_CHECKING:
    from microgradseq.training.trainer import Trainer


def snapshot(trainer: Trainer, log: int) -> Checkpoint:
    """Everything that the rest of the run depends on.

    Arguments:
        trainer: between two steps.
        log: the length of the log in bytes; what comes after is taken back on a resume.
    """
    optimizer, optimizer_rest = flattened(trainer.optimizer.state_dict())
    state, state_rest = flattened(trainer.state, "carried")
    schedule = None if trainer.schedule is None else trainer.schedule.state_dict()
    return Checkpoint(
        model={name: move(array, "cpu") for name, array in trainer.task.model.state_dict().items()},
        optimizer=optimizer,
        state=state,
        rest={
            "task": trainer.task.kind,
            "settings": trainer.settings.as_dict(),
            "progress": trainer.progress.as_dict(),
            "position": trainer.batches.position(),
            "random": generator().bit_generator.state,
            "clip": trainer.clip,
            "schedule": schedule,
            "optimizer": optimizer_rest,
            "state": state_rest,
            "log": log,
        },
    )


def restore(trainer: Trainer, checkpoint: Checkpoint) -> None:
    """Put a trainer where a checkpoint was taken; RunError where it does not fit.

    Arguments:
        trainer: of the same task and settings, its weights still fresh.
        checkpoint: as from `snapshot`.
    """
    rest = checkpoint.rest
    try:
        trainer.progress = Progress.from_dict(rest["progress"])
        restore_weights(trainer, checkpoint)
        trainer.batches.seek(rest["position"])
        trainer.state = _at_home(trainer, restored(rest["state"], checkpoint.state))
        trainer.clip = float(rest["clip"])
        if trainer.schedule is not None:
            trainer.schedule.load_state_dict(rest["schedule"])
        generator().bit_generator.state = rest["random"]
        if type(rest["log"]) is not int or rest["log"] < 0:
            raise ValueError("the length of the log is damaged")
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        if isinstance(error, RunError):
            raise
        raise RunError(f"the checkpoint does not fit this run: {error}") from error


def restore_weights(trainer: Trainer, checkpoint: Checkpoint) -> None:
    """Put back the model and the optimizer only.

    Arguments:
        trainer, checkpoint: as for `restore`.
    """
    trainer.task.model.load_state_dict(checkpoint.model)
    trainer.optimizer.load_state_dict(restored(checkpoint.rest["optimizer"], checkpoint.optimizer))


def _at_home(trainer: Trainer, state: Any) -> Any:
    """A carried state on the device of the model."""
    device = trainer.settings.device
    if isinstance(state, tuple):
        return tuple(_at_home(trainer, one) for one in state)
    return move(state, device) if hasattr(state, "dtype") else state
