"""The settings' table: every limit holds, and what is wrong is named."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from microgradseq.data.errors import SettingError
from microgradseq.tasks.settings import OPTIONS, SAFE_TO_CHANGE, Settings
from microgradseq.tasks.task import SampleRequest


@pytest.mark.parametrize("name", OPTIONS)
def test_every_limit_and_type_is_kept(name: str) -> None:
    option, usual = OPTIONS[name], getattr(Settings(), name)
    wrong: list[Any] = [None, [usual], "sideways" if isinstance(usual, str) else "12"]
    if not isinstance(usual, str | bool):
        wrong += [math.nan, math.inf, True]
        wrong += [] if option.least is None else [option.least - 1]
        wrong += [] if option.most is None else [option.most + 1]
        wrong += [] if option.above is None else [option.above]
    for value in wrong:
        with pytest.raises(SettingError, match=name):
            Settings(**{name: value})


@pytest.mark.parametrize("name", [name for name, option in OPTIONS.items() if option.choices])
def test_every_choice_can_be_chosen(name: str) -> None:
    for choice in OPTIONS[name].choices:
        assert getattr(Settings().replaced(**{name: choice}), name) == choice


def test_settings_come_back_from_json() -> None:
    settings = Settings(hidden=7, lr=1, cell="gru")
    assert Settings(**json.loads(json.dumps(settings.as_dict()))) == settings


def test_an_unknown_name_is_refused_with_a_guess() -> None:
    with pytest.raises(SettingError, match="did you mean unroll"):
        Settings().replaced(unrol=3)
    with pytest.raises(SettingError, match=r'no setting is called "zzz"$'):
        Settings().replaced(zzz=3)


def test_every_option_can_be_explained() -> None:
    for option in OPTIONS.values():
        assert option.help == option.help.rstrip(".")
        assert option.group in ("model", "data", "training", "reports")
    assert set(OPTIONS) >= SAFE_TO_CHANGE


@pytest.mark.parametrize(
    "wrong",
    [
        {"length": -1},
        {"temperature": -0.1},
        {"temperature": math.nan},
        {"top_k": -1},
        {"top_p": 0.0},
        {"top_p": 1.5},
        {"top_p": math.nan},
        {"beam": -2},
    ],
)
def test_a_senseless_request_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=next(iter(wrong))):
        SampleRequest(**wrong)
