"""Presets: settings that reproduce published results, each with what was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from microgradseq.data.nearest import there_is_no
from microgradseq.tasks.settings import Settings
from microgradseq.training.errors import RunError


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings under a name.

    Arguments:
        name: what it is asked for by.
        task: the kind of task.
        source: the corpus that the published result was had with.
        words: one line for people.
        published: the result and where it stands, in words.
        changes: settings, where they are not the task's own defaults.
    """

    name: str
    task: str
    source: str
    words: str
    published: str
    changes: Mapping[str, Any]


_D2L: Mapping[str, Any] = {
    "clean": "d2l",
    "max_tokens": 10_000,
    "batch": 32,
    "unroll": 35,
    "sampling": "sequential",
    "validation": 0.0,
    "epochs": 500,
    "optimizer": "sgd",
    "lr": 1.0,
    "momentum": 0.0,
    "clip": 1.0,
    "hidden": 256,
    "layers": 1,
    "dropout": 0.0,
    "embedding": 0,
}
_BOOK = "Dive into Deep Learning, executed notebooks"


def _d2l(name: str, words: str, published: str, **changes: Any) -> Preset:
    return Preset(
        name,
        "language",
        "time-machine",
        words,
        f"perplexity {published} at epoch 500 ({_BOOK})",
        {**_D2L, **changes},
    )


PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        _d2l(
            "d2l-rnn-scratch",
            "RNN of 512 units on The Time Machine, weights drawn with deviation 0.01",
            "1.0 (1.038), 1.5 (1.548) with --sampling random",
            cell="rnn",
            hidden=512,
            init="normal",
        ),
        _d2l("d2l-rnn", "RNN of 256 units on The Time Machine", "1.3 (1.271)", cell="rnn"),
        _d2l("d2l-gru", "GRU of 256 units on The Time Machine", "1.0 (1.036)", cell="gru"),
        _d2l("d2l-lstm", "LSTM of 256 units on The Time Machine", "1.1 (1.056)", cell="lstm"),
        _d2l(
            "d2l-deep-lstm",
            "two LSTM layers of 256 units on The Time Machine, lr 2",
            "1.0 (1.028)",
            cell="lstm",
            layers=2,
            lr=2.0,
        ),
        Preset(
            "sine",
            "forecasting",
            "sine",
            "the last four values of a noisy sine tell the next one: an MLP 4-10-1",
            f"squared error .0768 .0563 .0538 .0563 .0517 after epochs 1 to 5 ({_BOOK})",
            {
                "cell": "window",
                "hidden": 10,
                "unroll": 4,
                "batch": 16,
                "sampling": "random",
                "optimizer": "adam",
                "lr": 0.01,
                "clip": 0.0,
                "epochs": 5,
                "init": "xavier",
                "validation": 0.396,
            },
        ),
        Preset(
            "digits-lstm",
            "digits",
            "mnist",
            "two LSTM layers of 10 units read a digit row by row",
            "93.0 to 93.2% of the test digits after 20 epochs",
            {
                "cell": "lstm",
                "hidden": 10,
                "layers": 2,
                "batch": 64,
                "optimizer": "sgd",
                "lr": 0.01,
                "momentum": 0.5,
                "epochs": 20,
                "clip": 0.0,
            },
        ),
        Preset(
            "min-char-rnn",
            "language",
            "tiny-shakespeare",
            "RNN of 100 units reads Shakespeare 25 characters at a time",
            "sum of the loss over 25 steps, smoothed: 104.4 at step 0, 52.2 at 10,000, 46.8 at "
            "50,000, 44.4 at 100,000",
            {
                "cell": "rnn",
                "hidden": 100,
                "unroll": 25,
                "batch": 1,
                "optimizer": "adagrad",
                "lr": 0.1,
                "clip": 0.0,
                "validation": 0.0,
                "epochs": 3,
                "max_steps": 100_000,
            },
        ),
    )
}


def preset_named(name: str) -> Preset:
    """The preset of a name; RunError with the nearest names if there is none.

    >>> preset_named("d2l-gru").changes["cell"]
    'gru'
    """
    if name not in PRESETS:
        raise RunError(there_is_no("preset", name, PRESETS))
    return PRESETS[name]


def settings_of(preset: Preset, **changes: Any) -> Settings:
    """The settings of a preset; a task's own defaults, which may change, play no part.

    Arguments:
        preset: which.
        changes: settings that are to be other than in the preset.
    """
    return Settings().replaced(**{**preset.changes, **changes})
