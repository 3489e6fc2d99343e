"""Forecasting: splits, scale, errors some steps ahead, and that it can be learned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest

from microgradseq.data.errors import DataError, SettingError
from microgradseq.tasks.forecasting import ForecastingTask
from microgradseq.tasks.task import SampleRequest
from tests.tasks.short_training import (
    assert_goes_on_after_seek,
    assert_same_batch,
    made,
    restored,
    trained,
)

RANDOM = numpy.random.default_rng(0)
WINDOW: dict[str, Any] = {
    "cell": "window",
    "unroll": 4,
    "hidden": 10,
    "clip": 0.0,
    "init": "xavier",
}


def saved(path: Path, numbers: Any) -> str:
    """A CSV file of numbers."""
    place = path / "numbers.csv"
    place.write_text("\n".join(["value", *map(str, numbers)]) + "\n", encoding="utf-8")
    return str(place)


def forecaster(source: str | None = None, **changes: Any) -> ForecastingTask:
    found = made("forecasting", source, **{"hidden": 12, "unroll": 8, **changes})
    assert isinstance(found, ForecastingTask)
    return found


@pytest.mark.parametrize(
    "changes", [{"lr": 0.01}, {**WINDOW, "lr": 0.01}, {"sampling": "sequential"}]
)
def test_a_short_training_beats_repeating_the_last_number(changes: dict[str, Any]) -> None:
    learner = forecaster(**changes)
    before = learner.evaluate()
    after = trained(learner, 250).evaluate()
    last, mean = (baseline.metrics for baseline in learner.baselines())
    assert after["error_1"] < 0.6 * before["error_1"]
    assert after["error_1"] < min(last["error_1"], mean["error_1"])
    assert after["loss"] < last["loss"]


def test_errors_come_in_the_series_own_unit(tmp_path: Path) -> None:
    numbers = 100 * numpy.sin(numpy.arange(400) / 9)
    learner = forecaster(saved(tmp_path, numbers), validation=0.25)
    held, told = numbers[300:], learner.baselines()
    last, mean = told[0].metrics, told[1].metrics
    assert list(last) == ["loss", "error_1", "error_4", "error_16", "error_64"]
    for ahead in (1, 4, 16, 64):
        off = held[ahead - 1 :] - numbers[299 : 400 - ahead]
        assert last[f"error_{ahead}"] == pytest.approx((off**2).mean(), rel=1e-4)
    assert mean["error_1"] == pytest.approx(((held - numbers[:300].mean()) ** 2).mean(), rel=1e-4)
    assert mean["loss"] == pytest.approx(mean["error_1"] / numbers[:300].var(), rel=1e-4)


def test_forecasts_read_the_forecasts_before_them() -> None:
    learner = forecaster(**{**WINDOW, "dtype": "float64"})
    model = learner.model
    known = numpy.array([0.1, 0.4, 0.2, 0.3])
    expected = list((known - learner.mean) / learner.deviation)
    for _ in range(3):
        scores, _ = model(numpy.array(expected[-4:])[:, None, None])
        expected.append(scores.plain()[-1].item())
    text = learner.sample(SampleRequest("0.1 0.4 0.2 0.3", length=3), RANDOM)
    found = [float(part) for part in text.splitlines()[1].split()]
    wanted = numpy.array(expected[4:]) * learner.deviation + learner.mean
    numpy.testing.assert_allclose(found, wanted, rtol=1e-3)


def test_the_window_is_trained_on_all_pairs_of_the_training_part() -> None:
    learner = forecaster(**WINDOW, sampling="random", validation=0.396, batch=16)
    batches = list(learner.batches().epoch_once())
    assert sum(batch.inputs.shape[1] for batch in batches) == 600
    assert len(batches) == learner.batches().per_epoch == 38
    assert batches[0].inputs.shape == (4, 16, 1)
    assert batches[0].targets.shape == (1, 16, 1)
    assert sum(one.size for one in learner.model.state_dict().values()) == 4 * 10 + 10 + 10 + 1


def test_sequential_rows_go_on_where_they_ended() -> None:
    batches = forecaster(sampling="sequential").batches()
    first, second = batches.next(), batches.next()
    numpy.testing.assert_array_equal(first.targets[-1], second.inputs[0])
    assert (first.fresh, second.fresh) == (True, False)


@pytest.mark.parametrize("sampling", ["random", "sequential"])
def test_batches_depend_on_the_position_alone(sampling: str) -> None:
    learner = forecaster(sampling=sampling)
    assert_goes_on_after_seek(learner)
    once = list(learner.batches().epoch_once())
    stream = learner.batches()
    for batch in once:
        assert_same_batch(batch, stream.next())


@pytest.mark.parametrize("changes", [{}, WINDOW])
def test_a_state_carried_on_equals_one_long_window(changes: dict[str, Any]) -> None:
    model = forecaster(**changes, dtype="float64").model
    x = RANDOM.standard_normal((9, 2, 1))
    whole, _ = model(x)
    first, state = model(x[:4])
    second, _ = model(x[4:], state)
    joined = numpy.concatenate([first.plain(), second.plain()])
    numpy.testing.assert_allclose(joined, whole.plain(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("changes", [{}, WINDOW])
def test_a_restored_task_forecasts_the_same(changes: dict[str, Any]) -> None:
    learner = forecaster(**changes)
    again = restored(learner)
    request = SampleRequest(length=5)
    assert again.sample(request, RANDOM) == learner.sample(request, RANDOM)
    with pytest.raises(DataError, match="without its series"):
        again.evaluate()


def test_nothing_kept_aside_means_errors_of_the_training_part() -> None:
    learner = forecaster(validation=0.0)
    assert "nothing is kept aside" in learner.notes()[0]
    assert learner.evaluate("validation") == learner.evaluate("training")


def test_a_short_series_shrinks_what_it_must_and_says_so(tmp_path: Path) -> None:
    learner = forecaster(saved(tmp_path, [1, 2, 3, 4, 5, 6, 7]), unroll=32, validation=0.0)
    assert "unroll shrinks" in learner.notes()[0]
    assert set(learner.evaluate()) == {"loss", "error_1", "error_4"}
    assert trained(learner, 2).evaluate()["loss"] > 0
    with pytest.raises(DataError, match="too few"):
        forecaster(saved(tmp_path, [1, 2, 3]), **WINDOW)


def test_a_constant_series_is_learned_and_not_divided_by_zero(tmp_path: Path) -> None:
    learner = forecaster(saved(tmp_path, [5] * 60))
    assert learner.evaluate()["loss"] < 1
    assert learner.baselines()[0].metrics["error_1"] == 0


@pytest.mark.parametrize("prefix", ["one two", "nan", "1 inf", ","])
def test_a_prefix_must_be_numbers(prefix: str) -> None:
    with pytest.raises(DataError, match="goes on from numbers"):
        forecaster().sample(SampleRequest(prefix), RANDOM)


def test_both_directions_are_refused() -> None:
    with pytest.raises(SettingError, match="bidirectional"):
        forecaster(bidirectional=True)
