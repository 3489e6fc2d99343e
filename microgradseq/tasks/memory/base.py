"""What a memory test is: batches drawn without end, a baseline, and when it counts as solved."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy

from microgradseq import nn
from microgradseq.backend import Array, move
from microgradseq.context import no_grad
from microgradseq.data.batch import Batch, Batches
from microgradseq.data.digest import digest
from microgradseq.data.errors import SettingError
from microgradseq.data.padded import IGNORED
from microgradseq.data.stream import BatchAt, Stream
from microgradseq.tasks.models import Classifier, SequenceModel
from microgradseq.tasks.settings import Settings
from microgradseq.tasks.task import Baseline, Loss, Metrics, SampleRequest, Task
from microgradseq.tensor import Tensor

Random = numpy.random.Generator
PER_EPOCH = 100
"""An epoch is so many batches; there is no end to the data."""
EVALUATED = 8
"""Batches that an evaluation looks at, always the same."""
SOLVED = 0.99
"""The accuracy at which a memory test counts as solved."""
ELSEWHERE = 1 << 40
"""Added to the seed of what is evaluated, so that it is never trained on."""
SHOWN = 60
"""Steps of a sequence that a sample shows at most."""


class DrawnBatches(Stream):
    """Batches drawn from a seed: what one holds depends on seed, epoch and index alone.

    Arguments:
        task: what draws them.
        seed: of all of them.
        per_epoch: how many there are in an epoch.
    """

    def __init__(self, task: MemoryTask, seed: int, per_epoch: int) -> None:
        super().__init__(seed)
        self._task = task
        self._per_epoch = per_epoch

    @property
    def per_epoch(self) -> int:
        """How many batches there are in one epoch."""
        return self._per_epoch

    def _plan(self, random: Random) -> BatchAt:
        seeds = random.integers(0, 1 << 62, self._per_epoch)
        size = self._task.settings.batch
        return lambda index: self._task.draw(numpy.random.default_rng(seeds[index]), size)


class MemoryTask(Task):
    """A problem of remembering, drawn anew for every batch.

    A subclass draws examples and names its baseline. `settings.unroll` is T, how long there is
    something to remember. It is solved when 99% of the answers are right, unless the subclass says
    otherwise.
    """

    shape = "aligned many to many"
    metric = "accuracy"
    higher_is_better = True
    inputs: ClassVar[int]
    """How many symbols there are to read, or how many numbers a step has."""
    outputs: ClassVar[int]
    """How many answers there are to choose from."""
    reads_symbols: ClassVar[bool] = True
    answers_at_end: ClassVar[bool] = False
    """Whether there is one answer for the whole sequence, after its last step."""
    shortest: ClassVar[int] = 1
    """The smallest T that makes sense."""
    defaults: ClassVar[Mapping[str, Any]] = {
        "cell": "lstm",
        "hidden": 64,
        "batch": 64,
        "lr": 0.003,
        "epochs": 20,
    }

    @classmethod
    def prepare(cls, settings: Settings, source: str | None = None) -> Self:
        """Make the model; there is no data to read."""
        if source is not None:
            raise SettingError(f"the task {cls.kind} draws its own data: it does not read {source}")
        return cls.restore(settings, {})

    @classmethod
    def restore(cls, settings: Settings, description: Mapping[str, Any]) -> Self:
        """The same task."""
        if settings.unroll < cls.shortest:
            raise SettingError(f"{cls.kind} needs an --unroll of at least {cls.shortest}")
        kind = Classifier if cls.answers_at_end else SequenceModel
        return cls(settings, kind(settings, cls.inputs, cls.outputs, cls.reads_symbols))

    def description(self) -> dict[str, Any]:
        """Nothing: the settings say everything."""
        return {}

    def fingerprint(self) -> dict[str, Any]:
        """What decides which examples are drawn."""
        shaping = [self.kind, self.settings.unroll, self.settings.batch, self.settings.seed]
        return {"title": self.kind, "size": "without end", "sha256": digest(shaping)}

    def batches(self, split: str = "training") -> Batches:
        """Examples without end."""
        if split == "training":
            return DrawnBatches(self, self.settings.seed, PER_EPOCH)
        return DrawnBatches(self, self.settings.seed + ELSEWHERE, EVALUATED)

    @abstractmethod
    def draw(self, random: Random, count: int) -> Batch:
        """Draw examples.

        Arguments:
            random: where they come from.
            count: how many, B.
        Returns:
            Targets are -100 where nothing is to be said.
        """

    def loss_of(self, scores: Tensor, batch: Batch) -> Tensor:
        """Mean nats for each answer.

        Arguments:
            scores: (T, B, answers), or (B, answers) after the end.
            batch: whose targets are (T, B) or (B,).
        """
        targets = move(batch.targets, self.settings.device).reshape(-1)
        return nn.functional.cross_entropy(scores.reshape(-1, scores.shape[-1]), targets)

    def loss(self, batch: Batch, state: Any = None) -> Loss:
        """What the model makes of a batch; every batch is fresh."""
        scores, _ = self.model(batch.inputs, None, batch.lengths)
        return Loss(self.loss_of(scores, batch), int((batch.targets != IGNORED).sum()))

    def evaluate(self, split: str = "validation") -> Metrics:
        """Loss, accuracy, and `solved`, 1 or 0, over examples that are never trained on."""
        self.model.eval()
        losses, found = [], []
        for batch in self.batches(split).epoch_once():
            with no_grad():
                scores, _ = self.model(batch.inputs, None, batch.lengths)
                losses.append(self.loss_of(scores, batch).item())
            found.append(self.right(move(scores.plain(), "cpu"), batch))
            if len(losses) == EVALUATED:
                break
        # every batch is equally large, so the mean of means is the mean
        metrics = {"loss": float(numpy.mean(losses)), "accuracy": mean_of(found)}
        return {**metrics, "solved": float(self.is_solved(metrics))}

    def right(self, scores: Array, batch: Batch) -> Array:
        """Which answers are right.

        Arguments:
            scores: on the host, as for `loss_of`.
            batch: the examples.
        Returns:
            (N,) of True and False, one for each answer that counts.
        """
        asked = batch.targets != IGNORED
        return (scores.argmax(axis=-1) == batch.targets)[asked]

    def is_solved(self, metrics: Metrics) -> bool:
        """Whether these metrics count as solved."""
        return metrics["accuracy"] >= SOLVED

    @abstractmethod
    def baselines(self) -> Sequence[Baseline]:
        """What an answer without memory comes to."""

    def sample(self, request: SampleRequest, random: Random) -> str:
        """One example: what is read, what is right, and what the model says."""
        self.model.eval()
        batch = self.draw(random, 1)
        with no_grad():
            scores, _ = self.model(batch.inputs, None, batch.lengths)
        said = self.said(move(scores.plain(), "cpu"))
        return "\n".join(
            (
                f"reads  {self.shown(batch.inputs[:, 0])}",
                f"right  {self.shown_answers(batch.targets.reshape(-1))}",
                f"says   {self.shown_answers(numpy.where(_asked(batch), said, IGNORED))}",
            )
        )

    def said(self, scores: Array) -> Array:
        """A single example's answers.

        Arguments:
            scores: (T, 1, answers) or (1, answers).
        """
        return scores.argmax(axis=-1).reshape(-1)

    def shown(self, steps: Array) -> str:
        """The input of an example for people.

        Arguments:
            steps: (T,) of symbols, or (T, I) of numbers.
        """
        return shortened(self.symbol(int(step)) for step in steps)

    def shown_answers(self, answers: Array) -> str:
        """Answers for people, a point where nothing is asked.

        Arguments:
            answers: (T,), or (1,).
        """
        return shortened("·" if each == IGNORED else self.symbol(int(each)) for each in answers)

    def symbol(self, number: int) -> str:
        """A symbol for people.

        Arguments:
            number: of the symbol.
        """
        return str(number)


def _asked(batch: Batch) -> Array:
    return (batch.targets != IGNORED).reshape(-1)


def shortened(parts: Iterable[str]) -> str:
    """Symbols in a row, the middle of a long one left out.

    >>> shortened("ab"), len(shortened("a" * 99))
    ('ab', 61)
    """
    row = list(parts)
    if len(row) > SHOWN:
        half = SHOWN // 2
        row = [*row[:half], "…", *row[-half:]]
    return "".join(row)


def mean_of(parts: Sequence[Array]) -> float:
    """The mean of all elements of some arrays.

    >>> mean_of([numpy.array([1.0]), numpy.array([0.0, 2.0])])
    1.0
    """
    return float(numpy.concatenate(parts).mean())
