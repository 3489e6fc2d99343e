"""A tiny task with everything that a trainer may meet: carried state, dropout, a sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import numpy

from microgradseq import nn, no_grad
from microgradseq.data.batch import Batch, Batches
from microgradseq.randomness import manual_seed
from microgradseq.tasks.settings import Settings
from microgradseq.tasks.task import Loss, Metrics, SampleRequest, Task
from microgradseq.training.event_log import all_events
from microgradseq.training.events import Event, without_clocks
from microgradseq.training.run_folder import RunFolder
from microgradseq.training.trainer import Trainer

SYMBOLS, PER_EPOCH, STEPS, BATCH = 5, 6, 4, 3
USUAL: Mapping[str, Any] = {
    "hidden": 6,
    "epochs": 4,
    "validate_every": 5,
    "sample_every": 7,
    "checkpoint_every": 4,
    "lr": 0.05,
    "dropout": 0.3,
}


class ToyBatches:
    """Windows of a drawn text; adjacent ones continue each other."""

    def __init__(self, seed: int) -> None:
        self.seed, self.epoch, self.index = seed, 0, 0

    @property
    def per_epoch(self) -> int:
        return PER_EPOCH

    def next(self) -> Batch:
        batch = self._batch(self.epoch, self.index)
        self.index += 1
        if self.index == PER_EPOCH:
            self.epoch, self.index = self.epoch + 1, 0
        return batch

    def _batch(self, epoch: int, index: int) -> Batch:
        random = numpy.random.default_rng((self.seed, epoch, index))
        text = random.integers(0, SYMBOLS, (STEPS + 1, BATCH))
        text[1:] = (text[:1] + numpy.arange(1, STEPS + 1)[:, None]) % SYMBOLS
        return Batch(text[:-1], text[1:], fresh=index == 0)

    def epoch_once(self) -> Iterator[Batch]:
        return (self._batch(0, index) for index in range(PER_EPOCH))

    def position(self) -> dict[str, int]:
        return {"epoch": self.epoch, "index": self.index}

    def seek(self, position: Mapping[str, int]) -> None:
        self.epoch, self.index = position["epoch"], position["index"]


class ToyModel(nn.Module):
    """A recurrent layer, dropout and scores."""

    def __init__(self, settings: Settings) -> None:
        self.recurrent = nn.GRU(SYMBOLS, settings.hidden)
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(settings.hidden, SYMBOLS)

    def embedded(self, x: Any) -> Any:
        return x

    def scored(self, outputs: Any, lengths: Any = None) -> Any:
        return self.head(self.dropout(outputs))

    def forward(self, x: Any, state: Any = None) -> Any:
        outputs, after = self.recurrent(x, state)
        return self.scored(outputs), after


class ToyTask(Task):
    """Counting round in a circle."""

    kind, title, shape, metric = "toy", "toy", "aligned many to many", "perplexity"

    @classmethod
    def prepare(cls, settings: Settings, source: str | None = None) -> Self:
        return cls(settings, ToyModel(settings))

    @classmethod
    def restore(cls, settings: Settings, description: Mapping[str, Any]) -> Self:
        return cls(settings, ToyModel(settings))

    def description(self) -> dict[str, Any]:
        return {"symbols": SYMBOLS}

    def fingerprint(self) -> dict[str, Any]:
        return {"title": "toy", "size": "none", "sha256": ""}

    def batches(self, split: str = "training") -> Batches:
        return ToyBatches(self.settings.seed + (split == "validation"))

    def loss_of(self, scores: Any, batch: Batch) -> Any:
        return nn.functional.cross_entropy(scores.reshape(-1, SYMBOLS), batch.targets.reshape(-1))

    def loss(self, batch: Batch, state: Any = None) -> Loss:
        scores, after = self.model(batch.inputs, state)
        return Loss(self.loss_of(scores, batch), batch.targets.size, after.plain().copy())

    def evaluate(self, split: str = "validation") -> Metrics:
        with no_grad():
            found = [self.loss(batch).mean.item() for batch in self.batches(split).epoch_once()]
        return {"loss": float(numpy.mean(found)), "perplexity": float(numpy.exp(numpy.mean(found)))}

    def sample(self, request: SampleRequest, random: numpy.random.Generator) -> str:
        with no_grad():
            scores, _ = self.model(numpy.array([[0]]))
        return f"{random.integers(1000)} {scores.plain().argmax()} {request.prefix}"


def toy_trainer(path: Path, **changes: Any) -> Trainer:
    """A trainer in a new folder, or in one that is there."""
    settings = Settings(**{**USUAL, **changes})
    manual_seed(settings.seed)
    task = ToyTask.prepare(settings)
    folder = RunFolder(path)
    if not folder.record.exists():
        folder.create(
            {
                "task": "toy",
                "settings": settings.as_dict(),
                "description": task.description(),
                "status": "running",
            }
        )
    return Trainer(task, folder)


def told(path: Path) -> list[Event]:
    """The events of a run, without clocks."""
    return [without_clocks(event) for event in all_events(path / "events.jsonl")]
