"""The registry: every task is there, and says what a list needs to know."""

from __future__ import annotations

import subprocess
import sys

import pytest

from microgradseq.data.corpora import corpora
from microgradseq.data.errors import SettingError
from microgradseq.tasks.registry import TASKS, settings_for, task
from microgradseq.tasks.settings import OPTIONS, Settings
from microgradseq.tasks.task import Task

SHAPES = ("one to many", "many to one", "aligned many to many", "many to many")


@pytest.mark.parametrize("name", list(TASKS))
def test_every_task_says_what_it_is(name: str) -> None:
    found = task(name)
    assert issubclass(found, Task)
    assert found.kind == name
    assert found.title
    assert found.shape in SHAPES
    assert found.metric
    assert set(found.defaults) <= set(OPTIONS)
    assert settings_for(name).as_dict() == {**Settings().as_dict(), **found.defaults}


@pytest.mark.parametrize("name", list(TASKS))
def test_every_task_finds_its_own_corpus(name: str) -> None:
    found = task(name)
    if found.reads is None:
        assert found.corpus is None
    else:
        assert found.corpus is not None
        assert corpora()[found.corpus].kind == found.reads


def test_changes_come_after_the_defaults() -> None:
    assert settings_for("language", hidden=3).hidden == 3
    with pytest.raises(SettingError, match="did you mean hidden"):
        settings_for("language", hiden=3)


def test_an_unknown_task_is_refused_with_a_guess() -> None:
    with pytest.raises(SettingError, match="did you mean parity"):
        task("partiy")
    with pytest.raises(SettingError, match="known: language, digits"):
        task("zzz")
    assert "zzz" not in TASKS


def test_no_task_is_read_before_it_is_asked_for() -> None:
    program = (
        "import sys; from microgradseq.tasks.registry import TASKS; list(TASKS); "
        "'copy' in TASKS; print([name for name in sys.modules if 'memory' in name])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "microgradseq" not in answer.stdout
