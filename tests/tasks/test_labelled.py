"""Tasks with labelled examples: they learn, they can be put back, and they say what they cannot."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy
import pytest

from microgradseq import no_grad
from microgradseq.data.batch import Batch
from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.padded import PaddedBatches
from microgradseq.tasks.labelled import Examples, LabelledTask, Part, lengths_of, split_places
from microgradseq.tasks.settings import Settings
from microgradseq.tasks.task import SampleRequest
from tests.tasks.short_training import assert_goes_on_after_seek, made, restored, trained

SMALL: dict[str, dict[str, Any]] = {
    "tagging": {"max_tokens": 4000, "hidden": 24, "embedding": 12},
    "entities": {"max_tokens": 6000, "hidden": 24, "embedding": 12, "lr": 0.01},
    "sentiment": {"max_tokens": 9000, "hidden": 24, "embedding": 12, "lr": 0.01},
    "digits": {"max_tokens": 28 * 400, "hidden": 24, "batch": 32, "lr": 0.01},
    "translation": {"max_tokens": 12_000, "hidden": 24, "embedding": 12, "lr": 0.01},
    "generation": {"max_tokens": 4000, "hidden": 24, "embedding": 12},
}
STEPS = {"digits": 60, "translation": 60, "sentiment": 250}
PREFIXES = {
    "tagging": "the quokka sings",
    "entities": "Zyx met Ann",
    "sentiment": "a quokka of a film",
    "translation": "5 May 2021",
    "generation": "",
}


@pytest.fixture(scope="module", params=list(SMALL))
def learned(request: pytest.FixtureRequest) -> Any:
    """A task after a short training, with what it could do before."""
    task = made(request.param, **SMALL[request.param])
    before = task.evaluate()
    return trained(task, STEPS.get(request.param, 100)), before


def test_it_learns(learned: Any) -> None:
    task, before = learned
    after = task.evaluate()
    assert after["loss"] < before["loss"] * 0.85
    metric = task.metric
    better = (
        after[metric] > before[metric]
        if task.higher_is_better
        else (after[metric] < before[metric])
    )
    assert better or task.kind == "translation"


def test_it_beats_its_baselines(learned: Any) -> None:
    task, _ = learned
    if task.kind == "translation":
        return
    after = task.evaluate()[task.metric]
    for baseline in task.baselines():
        number = baseline.metrics[task.metric]
        assert (after > number) == task.higher_is_better, baseline.name


def test_it_comes_back_from_json(learned: Any) -> None:
    task, _ = learned
    again: Any = restored(task)
    request = SampleRequest(prefix=PREFIXES.get(task.kind, ""), length=20)
    if task.kind == "digits":
        images = task.part("validation").inputs
        assert (again.chances_by_row(images[0]) == task.chances_by_row(images[0])).all()
        return
    first = task.sample(request, numpy.random.default_rng(3))
    assert again.sample(request, numpy.random.default_rng(3)) == first
    with pytest.raises(DataError, match="without its data"):
        again.batches()


def test_a_sample_without_a_prefix_shows_something(learned: Any) -> None:
    task, _ = learned
    assert task.sample(SampleRequest(length=20), numpy.random.default_rng(0)).strip()
    assert restored(task).sample(SampleRequest(length=20), numpy.random.default_rng(0)).strip()


def test_batches_go_on_after_a_seek(learned: Any) -> None:
    assert_goes_on_after_seek(learned[0])


def test_padding_changes_nothing_by_one_bit(learned: Any) -> None:
    task, _ = learned
    batches = task.batches()
    batch = next(
        each
        for each in iter(batches.next, None)
        if lengths_of(each) is not None or (task.kind == "digits")
    )
    if task.kind == "digits":
        return
    changed = batch.inputs.copy()
    padding = numpy.arange(len(changed))[:, None] >= batch.lengths[None, :]
    changed[padding] = 1
    task.model.eval()
    with no_grad():
        one = task.loss(batch).mean.item()
        other = task.loss(Batch(changed, batch.targets, batch.lengths)).mean.item()
    assert one == other


def test_the_loss_is_a_mean_over_answers_whatever_the_batches() -> None:
    task = made("tagging", **{**SMALL["tagging"], "validation": 0.5})
    assert isinstance(task, LabelledTask)
    part = task.part("validation")
    assert len(part.inputs) > 64, "more than one batch, or there is nothing to weigh"
    task.model.eval()
    nats, count = 0.0, 0
    with no_grad():
        for inputs, targets in zip(part.inputs, part.targets, strict=True):
            alone = PaddedBatches([inputs], [targets], 1, aligned=True, shuffled=False)
            loss = task.loss(alone.next())
            nats, count = nats + loss.mean.item() * loss.count, count + loss.count
    assert task.evaluate()["loss"] == pytest.approx(nats / count, rel=1e-5)


def test_examples_are_split_once_and_for_all() -> None:
    first = split_places(100, Settings(validation=0.2))
    assert first == split_places(100, Settings(validation=0.2))
    assert first != split_places(100, Settings(validation=0.2, seed=1))
    assert len(first[0]) == 80
    both = split_places(5, Settings(validation=0.0))
    assert both[0] == both[1]
    with pytest.raises(DataError, match="no examples"):
        split_places(0, Settings())


def test_examples_that_serve_both_parts_are_counted_once() -> None:
    places = list(range(5))

    def part(chosen: list[int]) -> Part:
        return Part([[place] for place in chosen], chosen)

    assert Examples.of(part, places, places, "all").fingerprint()["size"] == "5 examples"
    assert Examples.of(part, places[:3], places[3:], "all").fingerprint()["size"] == "5 examples"


def test_the_split_shares_no_draw_with_the_order_of_batches() -> None:
    order, _ = split_places(100, Settings(validation=0.0, seed=5))
    assert order != numpy.random.default_rng((5, 0)).permutation(100).tolist()


def test_one_direction_cannot_tag_what_depends_on_what_follows() -> None:
    found = {}
    for both in (False, True):
        task = made("tagging", bidirectional=both, max_tokens=12_000, hidden=32, embedding=16)
        found[both] = trained(task, 250).evaluate()["accuracy_ambiguous"]
    assert found[True] > 0.98
    assert found[False] < 0.8


def test_generation_never_writes_the_unknown_symbol() -> None:
    task = made("generation", max_tokens=500, hidden=8)
    request, random = SampleRequest(length=400, temperature=5.0), numpy.random.default_rng(0)
    assert "<unk>" not in task.sample(request, random)


def test_the_readme_of_generation_names_unknown_labels() -> None:
    task = made("generation", max_tokens=500, hidden=8)
    with pytest.raises(DataError, match="no label 'rivver'; labels: river"):
        task.sample(SampleRequest(prefix="rivver"), numpy.random.default_rng(0))


@pytest.mark.parametrize("kind", ["generation", "translation"])
def test_what_is_written_from_the_left_cannot_be_bidirectional(kind: str) -> None:
    with pytest.raises(SettingError, match="left to right"):
        made(kind, bidirectional=True, max_tokens=500)


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    path.write_text("very nice\tgood\nvery bad\tpoor\n" * 6, encoding="utf-8")
    task = made("sentiment", str(path), hidden=4)
    assert task.labels == ["good", "poor"]  # type: ignore[attr-defined]
    path.write_text("a\tgood\nb\tgood\n", encoding="utf-8")
    with pytest.raises(DataError, match="all texts have the label 'good'"):
        made("sentiment", str(path), hidden=4)


def idx(path: Path, array: Any) -> None:
    """Write an array as MNIST does."""
    head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    path.write_bytes(gzip.compress(head + array.astype("uint8").tobytes()))


def test_the_test_images_of_a_folder_are_validated_with(tmp_path: Path) -> None:
    random = numpy.random.default_rng(0)
    for name, count in (("train", 30), ("t10k", 7)):
        idx(tmp_path / f"{name}-images-idx3-ubyte.gz", random.integers(0, 256, (count, 28, 28)))
        idx(tmp_path / f"{name}-labels-idx1-ubyte.gz", random.integers(0, 10, count))
    task = made("digits", str(tmp_path), hidden=4)
    assert len(task.part("training").inputs) == 30  # type: ignore[attr-defined]
    assert len(task.part("validation").inputs) == 7  # type: ignore[attr-defined]


def test_attention_looks_somewhere_for_every_symbol() -> None:
    task: Any = trained(made("translation", **SMALL["translation"]), 5)
    read, written, weights = task.attention("5 May 2021")
    assert weights.shape == (len(written), len(read))
    assert weights.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
