"""What tasks with labelled examples share: splits, padded batches, loss, evaluation."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy

from microgradseq import nn
from microgradseq.backend import move
from microgradseq.context import no_grad
from microgradseq.data.batch import Batch, Batches
from microgradseq.data.digest import digest
from microgradseq.data.errors import DataError
from microgradseq.data.padded import IGNORED, PaddedBatches
from microgradseq.numbers import plural
from microgradseq.tasks.settings import Settings
from microgradseq.tasks.task import Loss, Metrics, Task
from microgradseq.tensor import Tensor

_SPLIT = 0x5EED
"""Added to the seed of the split, so that it shares no draw with the order of batches."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some examples.

    Arguments:
        inputs, targets: as PaddedBatches takes them.
    """

    inputs: Sequence[Any]
    targets: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled examples in two parts.

    Arguments:
        training, validation: the parts; where nothing is kept aside they are the same.
        title: of the data.
    """

    training: Part
    validation: Part
    title: str

    @classmethod
    def of(
        cls, part: Callable[[list[int]], Part], first: list[int], second: list[int], title: str
    ) -> Self:
        """The examples of two lists of places, as `split_places` draws them.

        Arguments:
            part: makes the examples of some places.
            first, second: of training and of validation; the same where nothing is kept aside.
            title: of the data.
        """
        training = part(first)
        return cls(training, training if second == first else part(second), title)

    def fingerprint(self) -> dict[str, Any]:
        """Title, size and checksum."""
        parts = (self.training, self.validation)
        flat = (numpy.asarray(one) for part in parts for each in _pairs(part) for one in each)
        count = len(self.training.inputs)
        if self.validation is not self.training:
            count += len(self.validation.inputs)
        return {"title": self.title, "size": plural(count, "example"), "sha256": digest(flat)}


def _pairs(part: Part) -> Iterator[tuple[Any, Any]]:
    return zip(part.inputs, part.targets, strict=True)


def split_places(count: int, settings: Settings) -> tuple[list[int], list[int]]:
    """Which examples train and which validate, drawn from the seed.

    Arguments:
        count: how many examples there are; DataError for none.
        settings: validation and seed are read.
    Returns:
        Places; both the same where nothing is kept aside.

    >>> first, second = split_places(10, Settings(validation=0.3))
    >>> len(first), len(second), sorted(first + second) == list(range(10))
    (7, 3, True)
    """
    if count < 1:
        raise DataError("there are no examples to learn from")
    order = numpy.random.default_rng((settings.seed, _SPLIT)).permutation(count).tolist()
    kept = min(round(count * settings.validation), count - 1)
    return order[kept:], order[:kept] or order


def symbols_within(lengths: Sequence[int], most: int) -> int:
    """How many examples fit into so many symbols; at least one.

    Arguments:
        lengths: of the examples.
        most: 0 for all.

    >>> symbols_within([3, 3, 3], 6), symbols_within([3, 3, 3], 5)
    (2, 1)
    """
    if not most:
        return len(lengths)
    return max(1, int(numpy.searchsorted(numpy.cumsum(lengths), most, side="right")))


class LabelledTask(Task):
    """Examples with answers. A subclass reads them, makes the model and measures.

    Arguments:
        settings, model: as for Task.
        examples: the data; None only to sample.
    """

    aligned: ClassVar[bool] = False
    """Whether each step has its answer."""
    metric = "accuracy"
    higher_is_better = True

    def __init__(self, settings: Settings, model: Any, examples: Examples | None = None) -> None:
        super().__init__(settings, model)
        self._examples = examples

    @property
    def examples(self) -> Examples:
        """The data; DataError where the task was restored without."""
        if self._examples is None:
            raise DataError("this task was restored without its data; it can only answer")
        return self._examples

    def fingerprint(self) -> dict[str, Any]:
        """Title, size and checksum of the examples."""
        return self.examples.fingerprint()

    def part(self, split: str) -> Part:
        """The examples of "training" or "validation"."""
        return self.examples.training if split == "training" else self.examples.validation

    def batches(self, split: str = "training") -> Batches:
        """Examples of like length together, in an order of their own each epoch."""
        part, settings = self.part(split), self.settings
        return PaddedBatches(part.inputs, part.targets, settings.batch, settings.seed, self.aligned)

    def loss_of(self, scores: Tensor, batch: Batch) -> Tensor:
        """Mean nats for each answer; padding does not count.

        Arguments:
            scores: (…, classes), with the shape of the targets before.
            batch: whose targets count.
        """
        targets = move(batch.targets, self.settings.device).reshape(-1)
        return nn.functional.cross_entropy(scores.reshape(-1, scores.shape[-1]), targets)

    def loss(self, batch: Batch, state: Any = None) -> Loss:
        """What the model makes of a batch; nothing is carried over."""
        scores, _ = self.model(batch.inputs, None, lengths_of(batch))
        return Loss(self.loss_of(scores, batch), int((batch.targets != IGNORED).sum()))

    def evaluate(self, split: str = "validation") -> Metrics:
        """Loss and metrics over all examples of a split."""
        self.model.eval()
        total, count = 0.0, 0
        said, wanted = [], []
        with no_grad():
            for batch in self._in_order(split):
                scores, _ = self.model(batch.inputs, None, lengths_of(batch))
                number = int((batch.targets != IGNORED).sum())
                total += float(self.loss_of(scores, batch).item()) * number
                count += number
                said.append(move(scores.plain().argmax(-1), "cpu"))
                wanted.append(batch.targets)
        return {"loss": total / count, **self.measure(said, wanted, split)}

    def _in_order(self, split: str) -> Iterator[Batch]:
        part = self.part(split)
        size = max(self.settings.batch, 64)
        return PaddedBatches(
            part.inputs, part.targets, size, aligned=self.aligned, shuffled=False
        ).epoch_once()

    @abstractmethod
    def measure(self, said: list[Any], wanted: list[Any], split: str) -> Metrics:
        """Metrics from answers.

        Arguments:
            said, wanted: of each batch in order, indices of the same shape.
            split: which examples they are.
        """


def lengths_of(batch: Batch) -> Any:
    """The lengths of a batch where they differ, else None: full sequences are read faster.

    Arguments:
        batch: any.
    """
    if batch.lengths is None or (batch.lengths == len(batch.inputs)).all():
        return None
    return batch.lengths


def majority(labels: Sequence[int], tests: Sequence[int]) -> float:
    """The share of right answers of one who always says the most frequent label.

    Arguments:
        labels: of the training data.
        tests: of the validation data.

    >>> majority([1, 1, 0], [1, 0])
    0.5
    """
    values, counts = numpy.unique(numpy.asarray(labels), return_counts=True)
    return float((numpy.asarray(tests) == values[counts.argmax()]).mean())


def label_list(saved: Any) -> list[str]:
    """A list of labels from JSON; DataError if it is anything else.

    Arguments:
        saved: what a description holds.

    >>> label_list(["a", "b"])
    ['a', 'b']
    """
    if not isinstance(saved, list) or not saved or not all(isinstance(one, str) for one in saved):
        raise DataError("a saved task needs a list of labels")
    return saved


def described(description: Mapping[str, Any], name: str) -> Any:
    """An entry of a description; DataError if it is missing.

    Arguments:
        description: what JSON held.
        name: of the entry.
    """
    if name not in description:
        raise DataError(f"a saved task needs its {name}")
    return description[name]
