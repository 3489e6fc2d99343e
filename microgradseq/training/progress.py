"""How far a run has come: the numbers that a resumed run starts from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from microgradseq.tasks.settings import Settings
from microgradseq.training.errors import RunError

USUAL_INTERVAL = 200
"""Steps between reports that the settings leave open; validation waits for a whole epoch too."""


@dataclass(slots=True)
class Progress:
    """Counters of a run.

    Arguments:
        step, tokens: updates done, and targets seen.
        elapsed: seconds of training, pauses left out.
        loss: of the last validation; None before the first.
        best_loss, best_step: of the best validation, and when it was.
        waits: validations since then.
        halvings: how often the learning rate was halved because a loss was not finite.
    """

    step: int = 0
    tokens: int = 0
    elapsed: float = 0.0
    loss: float | None = None
    best_loss: float | None = None
    best_step: int = 0
    waits: int = 0
    halvings: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The counters as JSON can hold them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Any) -> Self:
        """The counters that a checkpoint holds; RunError where they are damaged.

        >>> Progress.from_dict(Progress(step=3).as_dict()).step
        3
        """
        kinds: dict[str, tuple[type, ...]] = {
            "step": (int,),
            "tokens": (int,),
            "elapsed": (int, float),
            "loss": (int, float, type(None)),
            "best_loss": (int, float, type(None)),
            "best_step": (int,),
            "waits": (int,),
            "halvings": (int,),
        }
        if not isinstance(content, dict) or content.keys() != kinds.keys():
            raise RunError("the checkpoint's counters are damaged")
        for name, kind in kinds.items():
            value = content[name]
            if type(value) not in kind or (value is not None and value < 0 and name != "loss"):
                raise RunError(f"the checkpoint's counter {name} is damaged")
        return cls(**content)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many steps a run has, and after how many it reports.

    Arguments:
        steps, per_epoch: in all, and in one pass over the data.
        validate, sample, checkpoint: steps between reports.
    """

    steps: int
    per_epoch: int
    validate: int
    sample: int
    checkpoint: int

    @classmethod
    def of(cls, settings: Settings, per_epoch: int) -> Self:
        """The plan that settings and data make.

        Arguments:
            settings: epochs, max_steps and the "every" settings.
            per_epoch: batches in one pass over the data.

        >>> plan = Plan.of(Settings(epochs=3), per_epoch=500)
        >>> plan.steps, plan.validate, plan.sample
        (1500, 500, 200)
        >>> Plan.of(Settings(epochs=30), per_epoch=50).validate
        200
        """
        steps = settings.epochs * per_epoch
        if settings.max_steps:
            steps = min(steps, settings.max_steps)
        return cls(
            steps,
            per_epoch,
            settings.validate_every or max(per_epoch, USUAL_INTERVAL),
            settings.sample_every or USUAL_INTERVAL,
            settings.checkpoint_every or USUAL_INTERVAL,
        )
