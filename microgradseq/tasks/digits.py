"""Digits: an image read row by row, from the top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy

from microgradseq.context import no_grad
from microgradseq.data.batch import Batch, Batches
from microgradseq.data.errors import DataError
from microgradseq.data.source import is_file, load
from microgradseq.data.stream import BatchAt, Stream
from microgradseq.tasks.labelled import Examples, LabelledTask, Part, majority, split_places
from microgradseq.tasks.metrics import accuracy
from microgradseq.tasks.models import Classifier
from microgradseq.tasks.sampling import chances
from microgradseq.tasks.settings import Settings
from microgradseq.tasks.task import Baseline, Metrics, SampleRequest

CLASSES = 10
TEST_IMAGES = "t10k-images*"
_SHADES = " ░▒▓█"


class ImageBatches(Stream):
    """Images as sequences of rows, numbers from 0 to 1.

    Arguments:
        images: (N, height, width), uint8.
        labels: (N,).
        batch: images in a batch; the last of an epoch may have fewer.
        seed: of the order.
        shuffled: False keeps the images in order.
    """

    def __init__(
        self, images: Any, labels: Any, batch: int, seed: int = 0, shuffled: bool = True
    ) -> None:
        super().__init__(seed)
        self._images, self._labels, self._batch = images, labels, batch
        self._shuffled = shuffled

    @property
    def per_epoch(self) -> int:
        """How many batches there are in one epoch."""
        return -(-len(self._images) // self._batch)

    def _plan(self, random: numpy.random.Generator) -> BatchAt:
        count = len(self._images)
        order = random.permutation(count) if self._shuffled else numpy.arange(count)

        def batch_at(index: int) -> Batch:
            chosen = order[index * self._batch : (index + 1) * self._batch]
            return Batch(rows_of(self._images[chosen]), self._labels[chosen].astype("int64"))

        return batch_at


def rows_of(images: Any) -> Any:
    """Images as sequences of rows.

    Arguments:
        images: (B, height, width), uint8.
    Returns:
        (height, B, width), numbers from 0 to 1.

    >>> rows_of(numpy.full((1, 2, 3), 255, dtype="uint8")).shape
    (2, 1, 3)
    """
    return images.transpose(1, 0, 2).astype("float32") / numpy.float32(255)


class DigitsTask(LabelledTask):
    """Which digit an image shows, after its last row.

    Arguments:
        settings, examples: as for LabelledTask.
        width: numbers in a row.
    """

    kind = "digits"
    title = "digits: an image read row by row"
    shape = "many to one"
    reads = "digits"
    corpus = "strokes"
    shows_example = True
    model: Classifier
    defaults: ClassVar[Mapping[str, Any]] = {
        "cell": "lstm",
        "hidden": 64,
        "batch": 64,
        "epochs": 8,
        "lr": 0.004,
    }

    def __init__(
        self, settings: Settings, width: int = 28, examples: Examples | None = None
    ) -> None:
        super().__init__(settings, Classifier(settings, width, CLASSES, symbols=False), examples)
        self.width = width

    @classmethod
    def prepare(cls, settings: Settings, source: str | None = None) -> Self:
        """Read the images and make the model; a folder's own test set is validated with."""
        (images, labels), title = load(source, "digits", cls.corpus, settings.seed)
        if len(labels) and int(labels.max()) >= CLASSES:
            raise DataError(f"labels are digits from 0 to 9, but one of them is {labels.max()}")
        if settings.max_tokens:
            kept = max(1, settings.max_tokens // images.shape[1])
            images, labels = images[:kept], labels[:kept]
        test = _test_set(source) if settings.validation else None
        if test is not None:
            examples = Examples(Part(images, labels), Part(*test), title)
        else:
            first, second = split_places(len(images), settings)
            training = Part(images[first], labels[first])
            validation = training if first == second else Part(images[second], labels[second])
            examples = Examples(training, validation, title)
        return cls(settings, images.shape[2], examples)

    @classmethod
    def restore(cls, settings: Settings, description: Mapping[str, Any]) -> Self:
        """The same task without its images."""
        width = description.get("width")
        if type(width) is not int or not 0 < width < 10_000:
            raise DataError("a saved task of digits needs the width of its images")
        return cls(settings, width)

    def description(self) -> dict[str, Any]:
        """The width of the images."""
        return {"width": self.width}

    def batches(self, split: str = "training") -> Batches:
        """Images in an order of their own each epoch."""
        part = self.part(split)
        return ImageBatches(part.inputs, part.targets, self.settings.batch, self.settings.seed)

    def _in_order(self, split: str) -> Any:
        part = self.part(split)
        return ImageBatches(part.inputs, part.targets, 256, shuffled=False).epoch_once()

    def measure(self, said: list[Any], wanted: list[Any], split: str) -> Metrics:
        """The share of right digits."""
        return {"accuracy": accuracy(numpy.concatenate(said), numpy.concatenate(wanted))}

    def baselines(self) -> Sequence[Baseline]:
        """Always the most frequent digit."""
        share = majority(self.part("training").targets, self.part("validation").targets)
        return [Baseline("the most frequent digit", {"accuracy": share})]

    def chances_by_row(self, image: Any) -> Any:
        """What the model thinks after each row.

        Arguments:
            image: (height, width), uint8.
        Returns:
            Chances (height, 10).
        """
        self.model.eval()
        rows = rows_of(image[None])
        with no_grad():
            found = [self.model(rows[: end + 1])[0].plain()[0] for end in range(len(rows))]
        return numpy.array([chances(row) for row in found])

    def sample(self, request: SampleRequest, random: numpy.random.Generator) -> str:
        """A digit, and beside each row what the model thinks after it."""
        if self._examples is None:
            return "a digit is read from an image; evaluate the run to see how many are right"
        part = self.part("validation")
        place = int(random.integers(len(part.inputs)))
        image = part.inputs[place]
        found = self.chances_by_row(image)
        lines = [f"a {int(part.targets[place])}, read as a {int(found[-1].argmax())}"]
        for top in range(0, len(image) - 1, 2):
            pair = image[top : top + 2].mean(axis=0)
            drawn = "".join(_SHADES[min(int(value) * 5 // 256, 4)] for value in pair)
            best = int(found[top + 1].argmax())
            lines.append(f"{drawn}  {best} {found[top + 1][best]:>4.0%}")
        return "\n".join(lines)


def _test_set(source: str | None) -> Any:
    """The images that a folder keeps for testing, as MNIST does; None where there are none."""
    if source is None:
        return None
    if is_file(source):
        folder = Path(source)
    else:
        from microgradseq.data.fetch import PUBLIC, fetched_path  # noqa: PLC0415 - needs ssl

        if source not in {corpus.name for corpus in PUBLIC}:
            return None
        folder = fetched_path(source)
    found = sorted(folder.glob(TEST_IMAGES)) if folder.is_dir() else []
    return load(str(found[0]), "digits", "strokes")[0] if found else None
