"""What the trainer does at a viewer's command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from microgradseq.errors import UserError
from microgradseq.tasks.task import SampleRequest
from microgradseq.training.control import refusal

if TYPE_CHECKING:
    from microgradseq.training.trainer import Trainer

Command = Mapping[str, Any]


def obey(trainer: Trainer, command: Command) -> None:
    """Do what a viewer asks, and say so in a control event.

    Arguments:
        trainer: between two steps.
        command: a line of control.jsonl; a bad one is answered with the reason.
    """
    reason = refusal(command)
    if reason is None:
        try:
            _ANSWERS[command["command"]](trainer, command)
        except UserError as error:
            reason = str(error)
    value = {"value": command["value"]} if "value" in command else {}
    because = {} if reason is None else {"reason": reason}
    name = str(command.get("command"))
    trainer.emit("control", command=name, **value, accepted=reason is None, **because)
    trainer.log.flush()


def _pause(trainer: Trainer, command: Command) -> None:
    trainer.paused = True
    trainer.folder.update(status="paused")


def _resume(trainer: Trainer, command: Command) -> None:
    trainer.paused = False
    trainer.folder.update(status="running")


def _step(trainer: Trainer, command: Command) -> None:
    if not trainer.paused:
        _pause(trainer, command)
    trainer.steps_asked += 1


def _lr(trainer: Trainer, command: Command) -> None:
    for group in trainer.optimizer.param_groups:
        group["lr"] = float(command["value"])


def _clip(trainer: Trainer, command: Command) -> None:
    trainer.clip = float(command["value"])


def _sample(trainer: Trainer, command: Command) -> None:
    request = SampleRequest(
        prefix=command.get("prefix", ""), temperature=float(command.get("temperature", 1.0))
    )
    trainer.sample(request, asked=True)


def _stop(trainer: Trainer, command: Command) -> None:
    trainer.stop_reason = "stopped by a viewer"


_ANSWERS: Mapping[str, Callable[[Trainer, Command], None]] = {
    "pause": _pause,
    "resume": _resume,
    "step": _step,
    "lr": _lr,
    "clip": _clip,
    "sample": _sample,
    "checkpoint": lambda trainer, command: trainer.save(),
    "stop": _stop,
}
