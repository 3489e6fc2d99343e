"""Warnings about a training, in words."""

from __future__ import annotations

import pytest

from microgradseq.insight.warnings import training_warnings


def flow(norms: list[float | None]) -> dict[str, object]:
    return {"step": 1, "gradient_norms": norms}


def validations(*losses: float | None) -> list[dict[str, object]]:
    return [{"step": 10 * place, "loss": loss} for place, loss in enumerate(losses, start=1)]


@pytest.mark.parametrize(
    ("norms", "words"),
    [
        ([1e-9, 1e-6, 1e-3, 1.0], "vanish"),
        ([1e6, 1e4, 1e2, 1.0], "explode"),
        ([1.0, None], "not finite"),
        ([1.0, 1.1, 1.0], None),
        ([1.0], None),
    ],
)
def test_gradients(norms: list[float | None], words: str | None) -> None:
    found = training_warnings([flow(norms)], [])
    assert len(found) == (words is not None)
    assert all(words in each for each in found if words is not None)


def test_only_the_newest_report_counts() -> None:
    assert training_warnings([flow([1e-9, 1e-3, 1.0]), flow([1.0, 1.0, 1.0])], []) == []


@pytest.mark.parametrize(
    ("losses", "turned"),
    [
        ((3.0, 2.0, 2.5, 2.6), True),
        ((3.0, 2.0, 2.5, 2.01), False),
        ((3.0, 2.0, 2.5), False),
        # two per cent above the best one
        ((3.0, 2.0, 2.05, 2.05), True),
        ((3.0, 2.0, 2.03, 2.03), False),
        ((3.0, 2.0, 1.5, 1.4), False),
        ((3.0, 2.0, None, 2.5, 2.6), True),
        ((), False),
    ],
)
def test_a_validation_loss_that_turns(losses: tuple[float | None, ...], turned: bool) -> None:
    found = training_warnings([], validations(*losses))
    assert bool(found) == turned
    assert all("at step 20" in words for words in found)
