"""The interface of a task: data, model, loss, metrics, and what a sample looks like."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy

from microgradseq.data.batch import Batch, Batches
from microgradseq.data.errors import SettingError
from microgradseq.nn.module import Module
from microgradseq.numbers import limits
from microgradseq.tasks.settings import Settings
from microgradseq.tensor import Tensor

Metrics = dict[str, float]


@dataclass(frozen=True, slots=True)
class Loss:
    """What a model made of a batch.

    Arguments:
        mean: nats for each counted target (or mean squared error): what is differentiated.
        count: how many targets were counted.
        state: the recurrent state to carry into the next batch, detached; None for none.
    """

    mean: Tensor
    count: int
    state: Any = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """A simple answer to the same task, to be beaten.

    Arguments:
        name: in words, such as "unigram".
        metrics: on the validation data, under the names that the task's own metrics have.
    """

    name: str
    metrics: Metrics = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """How a sample is to be drawn. Tasks without text ignore what does not concern them.

    Arguments:
        prefix: how the text begins, or the input to answer.
        length: how many symbols to write.
        temperature: below 1 more cautious, above 1 bolder; 0 always takes the likeliest.
        top_k: choose among so many of the likeliest only; 0 for all.
        top_p: choose among the likeliest that together reach this chance; 1 for all.
        beam: keep so many likely texts and write the best; 0 draws symbol by symbol instead.
    """

    prefix: str = ""
    length: int = 200
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    beam: int = 0

    def __post_init__(self) -> None:
        for name in ("length", "temperature", "top_k", "beam"):
            if not 0 <= getattr(self, name) < math.inf:
                raise SettingError(f"{name} must be {limits(0)}, not {getattr(self, name)}")
        if not 0 < self.top_p <= 1:
            raise SettingError(f"top_p must be {limits(above=0, most=1)}, not {self.top_p}")


class Task(ABC):
    """Something to learn, with its data (or without, when only the trained model is needed).

    A subclass is a kind of task. `prepare` reads the data and makes the model; `restore` makes the
    model alone from what `description` gave. `loss` and `evaluate` need the data.

    Arguments:
        settings: all of them.
        model: what is trained.
    """

    kind: ClassVar[str]
    """The name that it is asked for by."""
    title: ClassVar[str]
    """One line for people, such as "language: the next character of a text"."""
    shape: ClassVar[str]
    """"one to many", "many to one", "aligned many to many" or "many to many"."""
    metric: ClassVar[str]
    """The name of the metric that people look at first."""
    higher_is_better: ClassVar[bool] = False
    in_nats: ClassVar[bool] = True
    """Whether its loss is nats for each target, so that a perplexity can be told."""
    reads: ClassVar[str | None] = None
    """The kind of corpus that it reads (see Corpus); None if it draws its own data."""
    corpus: ClassVar[str | None] = None
    """The corpus taken when none is named."""
    takes: ClassVar[str | None] = None
    """What its sample takes as a prefix, such as "a sentence"; None where it takes none."""
    shows_example: ClassVar[bool] = False
    """Whether its sample without a prefix shows an example of the validation data."""
    defaults: ClassVar[Mapping[str, Any]] = {}
    """Settings of its own that visibly learn within a minute on two cores."""

    settings: Settings
    model: Module

    def __init__(self, settings: Settings, model: Module) -> None:
        self.settings = settings
        self.model = model

    @classmethod
    @abstractmethod
    def prepare(cls, settings: Settings, source: str | None = None) -> Self:
        """Read the data and make the model; weights are drawn from `manual_seed(settings.seed)`.

        Arguments:
            settings: all of them.
            source: a corpus's name or a file or folder; None for the task's own corpus.
        """

    @classmethod
    @abstractmethod
    def restore(cls, settings: Settings, description: Mapping[str, Any]) -> Self:
        """The same task without data, to sample from.

        Arguments:
            settings: those it was prepared with.
            description: what `description()` gave.
        """

    @abstractmethod
    def description(self) -> dict[str, Any]:
        """What `restore` needs besides the settings, as JSON can hold it: vocabularies, sizes."""

    @abstractmethod
    def fingerprint(self) -> dict[str, Any]:
        """Title, size and checksum (sha256) of the data, as JSON can hold them; see data.digest."""

    @abstractmethod
    def batches(self, split: str = "training") -> Batches:
        """The data of "training" or "validation" as batches, from the beginning."""

    @abstractmethod
    def loss(self, batch: Batch, state: Any = None) -> Loss:
        """What the model makes of a batch.

        Arguments:
            batch: from `batches`.
            state: what the last batch's Loss carried; not used where the batch is fresh.
        """

    @abstractmethod
    def evaluate(self, split: str = "validation") -> Metrics:
        """Loss and metrics over a whole split, in evaluation mode; "loss" is always among them."""

    @abstractmethod
    def sample(self, request: SampleRequest, random: numpy.random.Generator) -> str:
        """Text that shows what the model can do now.

        Arguments:
            request: how.
            random: where the draws come from.
        """

    def baselines(self) -> Sequence[Baseline]:
        """Simple answers to compare with; slow ones are computed only once."""
        return ()

    def notes(self) -> Sequence[str]:
        """Warnings about the data in words, such as a batch that had to shrink."""
        return ()
